# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thousand random edits of twenty files of ten services: in the end each service holds the newest
valid content, and it was acted on at most once for each change in meaning. Some of the edits are made
alone, so that an action for one that changed nothing cannot hide among those of others. The seed is
printed; HOTRELOAD_SEED repeats a run."""

import contextlib
import json
import os
import random
import time

from harness import eventually, run
from project import ACTIONS, write_in_place

EDITS = 1000
SERVICES = 10
ALONE = 0.06  # of the edits


def toml(values, rng):
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    rng.shuffle(lines)
    return "".join(rng.choice(["", "# comment\n", "\n"]) + line + "\n" for line in lines)


def as_json(values, rng):
    items = list(values.items())
    rng.shuffle(items)
    return json.dumps(dict(items), indent=rng.choice([None, 1, 4]))


def yaml(values, rng):
    lines = [f'{key}: {rng.choice(["", chr(34)])}{value}' for key, value in values.items()]
    lines = [line + '"' if '"' in line else line for line in lines]
    rng.shuffle(lines)
    return rng.choice(["", "---\n", "# comment\n"]) + "\n".join(lines) + "\n"


INVALID = {"toml": "a = = 1\n", "json": '{"a": 1,,}', "yaml": "a: 1\na: 2\n"}
FORMATS = {"toml": toml, "json": as_json, "yaml": yaml}


class Document:
    """A file, what it means now, and how often that changed."""

    def __init__(self, project, service, name, rng):
        self.project, self.service, self.name, self.rng = project, service, name, rng
        self.values = {"id": "v0", "fixed": "yes-and-no"}
        self.valid, self.there = True, True
        self.came_back = lambda: None
        self.write()

    @property
    def path(self):
        return self.project / self.name

    def text(self):
        return FORMATS[self.name.rpartition(".")[2]](self.values, self.rng)

    def write(self, text=None):
        if not self.there:  # a service that was acted on meanwhile has read that it was gone
            self.came_back()
        text = self.text() if text is None else text
        if self.rng.random() < 0.5 and self.path.exists():
            write_in_place(self.path, text)
        else:
            self.project.write(self.name, text)
        self.there = True


def edit(document, number, rng, meanings):
    document.came_back = lambda: meanings.update({document.service: meanings[document.service] + 1})
    kind = rng.choice(["change", "change", "rewrite", "invalid", "touch", "revert", "rename", "delete"])
    if kind == "change":
        document.before = dict(document.values)
        document.values["id"] = f"v{number}"
        meanings[document.service] += 1
        document.valid = True
        document.write()
    elif kind == "revert" and hasattr(document, "before"):
        document.values, document.before = dict(document.before), document.values
        meanings[document.service] += 1
        document.valid = True
        document.write()
    elif kind == "invalid":
        document.valid = False
        document.write(INVALID[document.name.rpartition(".")[2]])
    elif kind == "touch" and document.path.exists():
        os.utime(document.path)
    elif kind == "rename" and document.path.exists():
        aside = document.path.with_name(document.path.name + ".aside")
        document.path.rename(aside)
        aside.rename(document.path)
    elif kind == "delete" and document.path.exists():
        document.path.unlink()
        document.there = False
    elif document.valid:
        document.write()


def done_to(events, since=0):
    """The services of each action that was really taken: what is refused was only looked at."""
    finished = [e for e in events.seen[since:] if e["event"] == "ReloadFinished"]
    services = [service for e in finished for service in e["detail"]["services"]]
    touched = ("applied", "failed", "rolled-back", "needs-attention")
    return [s["service"] for s in services if s["action"] in ACTIONS and s["result"] in touched]


class Alone:
    """An edit with nothing going on: what changed nothing in meaning is not acted on, nor is any other service."""

    def __init__(self, project, events, meanings, seed):
        self.project, self.events, self.meanings, self.seed = project, events, meanings, seed

    def settle(self):
        self.project.sync()
        report = self.project.ctl.json("reload", self.project.name, check=False)
        self.events.wait_for("ReloadFinished", id=report["id"])

    def __enter__(self):
        self.settle()
        self.since = len(self.events.seen)
        services = self.project.services()
        # A state that was refused before may be valid now.
        self.owed = {name: services[name]["state"] != "running" for name in self.meanings}
        self.before = dict(self.meanings)

    def __exit__(self, failure, *_):
        if failure:
            return
        self.settle()
        actions = done_to(self.events, self.since)
        for name, owed in self.owed.items():
            assert actions.count(name) <= owed + self.meanings[name] - self.before[name], f"{name}: seed {self.seed}"


def services_text(names):
    text = "[watch]\ndebounce = \"20ms\"\n"
    for service, files in names.items():
        text += f"""
[services.{service}]
command = ["./worker", "{service}", "{files[0]}", "{files[1]}"]
type = "notify"
verify = "0"
watch = ["{files[0]}", "{files[1]}"]
"""
        if int(service[1:]) % 2:
            text += 'reload_signal = "SIGHUP"\n'
    return text


def test_a_thousand_random_edits(demo):
    seed = int(os.environ.get("HOTRELOAD_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}")
    rng = random.Random(seed)
    kinds = list(FORMATS)
    names = {f"s{n}": [f"s{n}/{i}.{kinds[(n + i) % 3]}" for i in range(2)] for n in range(SERVICES)}
    documents = [Document(demo, service, name, rng) for service, files in names.items() for name in files]
    demo.toml(services_text(names))
    demo.up(timeout=60)
    meanings = dict.fromkeys(names, 0)
    with demo.ctl.monitor() as events:
        alone = Alone(demo, events, meanings, seed)
        for number in range(1, EDITS + 1):
            with alone if rng.random() < ALONE else contextlib.nullcontext():
                edit(rng.choice(documents), number, rng, meanings)
            if rng.random() < 0.1:
                time.sleep(rng.random() * 0.05)  # the pace is a part of what is random
        for document in documents:
            if not document.valid or not document.there:
                document.valid = True
                document.write()
        demo.sync()
        demo.nothing_to_do(events)
        actions = done_to(events)
    ids = {d.name: d.values["id"] for d in documents}
    for service, files in names.items():
        wanted = {name: ids[name] for name in files}
        eventually(
            lambda: all(f"{text}" in demo.log(service)[-1] for text in wanted.values()),
            f"{service}'s content {wanted}, which has {demo.log(service)[-3:]}, seed {seed},",
        )
        assert actions.count(service) <= meanings[service], f"{service}: seed {seed}"
        assert demo[service]["state"] == "running", f"{service}: seed {seed}"
    print(f"{sum(meanings.values())} changes in meaning, {len(actions)} actions")
