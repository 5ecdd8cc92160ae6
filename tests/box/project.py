# SPDX-License-Identifier: LGPL-2.1-or-later
"""A project under test: its files, its instance of hotreload, and what is asked again and again of
the two. Its services run programs/worker, which keeps a log of what it was given to read, and
programs/server."""

import contextlib
import os
import shutil
import signal
from pathlib import Path

from harness import MANAGERS, Ctl, built, eventually, run, save, systemctl, unit_property
from managers import Hotreload

PROJECTS = Path("/etc/hotreload")
RECIPES = Path(__file__).parents[2] / "examples/recipes"
ACTIONS = ("live", "reload", "restart", "start", "stop")


class Project:
    def __init__(self, directory, user: str | None = "dev", name="demo"):
        self.directory, self.user, self.name = Path(directory), user, name
        self.ctl = Ctl(user=user)
        self.hotreload = Hotreload(user)
        self.state = Path("/home/dev/.local/state/hotreload" if user else "/var/lib/hotreload")
        self.program("worker")

    def __truediv__(self, path) -> Path:
        return self.directory / path

    def write(self, path, text: str, mode: int | None = None):
        path = self / path
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            self.own(path.parent)
        save(path, text, user=self.user)
        if mode is not None:
            path.chmod(mode)

    def program(self, name: str):
        """Of those in programs/, under its name."""
        shutil.copy(built(f"tests/box/programs/{name}"), self / name)
        self.own(self / name)

    def own(self, path):
        if self.user:
            for each in (path, *Path(path).rglob("*")):
                shutil.chown(each, self.user, self.user)

    def fifo(self, path) -> Path:
        """For a program that is to wait until it is told."""
        path = self / path
        path.parent.mkdir(exist_ok=True)
        os.mkfifo(path)
        self.own(path.parent if path.parent != self.directory else path)
        return path

    def toml(self, text: str):
        self.write("hotreload.toml", f'[project]\nname = "{self.name}"\n{text}')

    def edit(self, old: str, new: str, path="hotreload.toml"):
        text = (self / path).read_text()
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def up(self, **options):
        return self.ctl("up", "--detach", str(self.directory), **options)

    def down(self):
        return self.ctl("down", self.name, check=False)

    def sync(self):
        """All that was saved is done."""
        self.hotreload.call("Sync", "a{sv}", {})

    def status(self) -> dict:
        return self.ctl.json("status", self.name, check=False)[0]

    def services(self) -> dict[str, dict]:
        return self.hotreload.services(self.name)

    def __getitem__(self, service: str) -> dict:
        return self.services()[service]

    def pids(self) -> dict[str, int]:
        return {name: service["main_pid"] for name, service in self.services().items()}

    def property(self, service: str, name: str) -> str:
        return unit_property(self[service]["unit"], name, user=self.user)

    def log(self, service: str) -> list[str]:
        """What a worker has read so far: "start LEVEL CONTENT" or "reload LEVEL CONTENT"."""
        path = self / f"{service}.log"
        return path.read_text().splitlines() if path.exists() else []

    def units(self) -> list[str]:
        """Of the project, helpers too, as long as they are loaded and not dead."""
        listed = MANAGERS[self.user].units(f"hotreload-{self.name}.*.service")
        return [unit.name for unit in listed if unit.active != "inactive" or unit.job]

    def kill_daemon(self):
        """Until it is back: it comes by itself."""
        pid = lambda: unit_property("hotreloadd.service", "MainPID", user=self.user)
        old = pid()
        assert old != "0"
        os.kill(int(old), signal.SIGKILL)
        up = lambda: unit_property("hotreloadd.service", "ActiveState", user=self.user) == "active"
        eventually(lambda: pid() not in ("0", old) and up(), "another daemon")

    def nothing_to_do(self, events, since: int | None = None):
        """A request to reload reads the disk first: it finds nothing, and, with the number of events
        seen `since` when, nothing was done before. Afterwards all events until then have been seen."""
        report = self.ctl.json("reload", self.name)
        assert report["result"] == "unchanged", report
        events.wait_for("ReloadFinished", id=report["id"])
        if since is not None:
            done = [e for e in events.seen[since:] if e["event"] in ("ReloadStarted", "ValidationFailed")]
            assert done == []

    def remove(self):
        """Leaves nothing to the next test, even when the daemon does not do as it is told."""
        try:
            with contextlib.suppress(LookupError):  # it is down, or does not go: the next one will not go up
                self.hotreload.call("Down", "sa{sv}", self.name, {})
        except TimeoutError:
            systemctl("stop", "hotreloadd.service", "hotreloadd.socket", user=self.user)
            systemctl("stop", f"hotreload-{self.name}.*", user=self.user)
            (self.state / f"{self.name}.json").unlink(missing_ok=True)
            shutil.rmtree(self.state / "services" / self.name, ignore_errors=True)
            systemctl("start", "hotreloadd.socket", user=self.user)
            raise
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)


class Attached:
    """A unit of Debian's that is running, and the events of the system instance since it is attached."""

    def __init__(self, ctl, events, name, unit):
        self.ctl, self.events, self.name, self.unit = ctl, events, name, unit
        self.pid = unit_property(unit, "MainPID")
        self.invocation = unit_property(unit, "InvocationID")

    def status(self):
        return self.ctl.json("status", self.name, check=False)[0]["services"][0]

    def finished(self, result):
        done = self.events.wait_for("ReloadFinished", project=self.name)
        assert done["result"] == result, done
        return done

    def same_process(self):
        return unit_property(self.unit, "MainPID") == self.pid and unit_property(self.unit, "InvocationID") == self.invocation

    def nothing_to_do(self, since):
        report = self.ctl.json("reload", self.name)
        assert report["result"] == "unchanged", report
        self.events.wait_for("ReloadFinished", id=report["id"])
        assert acted_on(self.events, since) == []


def service_of(event: dict, name: str) -> dict:
    """What a ReloadFinished says of one service."""
    return next(service for service in event["detail"]["services"] if service["service"] == name)


def acted_on(events, since=0) -> list[str]:
    """The services of each action that was begun, in order."""
    started = [e for e in events.seen[since:] if e["event"] == "ReloadStarted"]
    return [s["service"] for e in started for s in e["plan"]["services"] if s["action"] in ACTIONS]


def write_in_place(path, text: str):
    """As `cat >` does: the same inode, truncated and closed."""
    with open(path, "w") as file:
        file.write(text)
        os.fsync(file.fileno())
