# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory that is damaged, full, or of an earlier version is never a lost service."""

import json
import shutil
from pathlib import Path

import pytest
from harness import eventually, systemctl
from matrix import daemon_pid
from project import Project

TOML = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
verify = "0s"
watch = ["a.conf"]
[services.b]
command = ["./worker", "b"]
type = "notify"
"""


@pytest.fixture
def app(demo: Project):
    demo.write("a.conf", "first\n")
    demo.toml(TOML)
    demo.up()
    demo.write("a.conf", "second\n")
    eventually(lambda: demo.log("a")[-1] == "start - second", "the second")
    eventually(lambda: demo["a"]["state"] == "running", "the commit")
    yield demo


def daemon(verb: str):
    systemctl(verb, "hotreloadd.service", user="dev")


def test_a_service_whose_record_is_garbage_runs_on(app):
    pids = app.pids()
    daemon("stop")
    (app.state / "services/demo/a.json").write_text('{"version":2,"gen')
    daemon("start")
    app.sync()
    assert app.pids() == pids and app["a"]["generation"] == 2
    app.write("a.conf", "third\n")
    eventually(lambda: app.log("a")[-1] == "start - third", "the next change")


def test_a_service_whose_last_change_could_not_be_recorded_runs_on(app):
    """A full disk: the record is of the generation before, and the daemon is gone."""
    services = app.state / "services/demo"
    record = (services / "a.json").read_text()
    app.write("a.conf", "third\n")
    eventually(lambda: app.log("a")[-1] == "start - third", "the change")
    app.sync()
    daemon("stop")
    (services / "a.json").write_text(record)
    daemon("start")
    eventually(lambda: app["a"]["state"] == "running" and app["a"]["generation"] > 2, "it runs, or runs again")
    app.write("a.conf", "fourth\n")
    eventually(lambda: app.log("a")[-1] == "start - fourth", "the next change")


def test_with_its_history_lost_too_it_is_replaced_and_never_simply_gone(app):
    pids = app.pids()
    daemon("stop")
    for name in ("a.json", "a.history.json"):
        (app.state / "services/demo" / name).write_text("garbage")
    daemon("start")
    eventually(lambda: app["a"]["generation"] == 3 and app["a"]["state"] == "running", "the next generation")
    assert app.pids()["b"] == pids["b"]
    eventually(lambda: sorted(app.units()) == ["hotreload-demo.a@3.service", "hotreload-demo.b@1.service"], "one each")


def test_a_project_whose_record_is_garbage_is_taken_up_again_as_it_runs(app):
    pids = app.pids()
    daemon("stop")
    (app.state / "demo.json").write_text("\0\0\0\0")
    daemon("start")
    app.sync()
    assert app.pids() == pids
    told = app.ctl("status", "demo", check=False)
    assert told.returncode == 1 and "demo.json.corrupt" in told.stdout and "hotreloadctl up DIR" in told.stdout, told
    app.write("a.conf", "third\n")
    eventually(lambda: app.log("a")[-1] == "start - third", "its services are served")
    app.sync()
    pids = app.pids()
    app.up()
    assert app.pids() == pids
    assert app.ctl("status", "demo").returncode == 0
    (app.state / "demo.json.corrupt").unlink()


def test_a_record_of_version_1_is_read(app):
    pids = app.pids()
    daemon("stop")
    header = json.loads((app.state / "demo.json").read_text())
    services = app.state / "services/demo"
    header["services"] = {name: json.loads((services / f"{name}.json").read_text()) for name in ("a", "b")}
    header["version"] = 1
    (app.state / "demo.json").write_text(json.dumps(header))
    for path in services.iterdir():
        path.unlink()
    daemon("start")
    app.sync()
    assert app.pids() == pids and app["a"]["generation"] == 2
    assert (services / "a.json").exists()


def test_a_directory_that_cannot_be_written_is_told_and_changes_are_applied(app):
    services = app.state / "services/demo"
    services.chmod(0o500)
    try:
        app.write("a.conf", "third\n")
        eventually(lambda: app.log("a")[-1] == "start - third", "the change")
        told = lambda: app.ctl("status", "demo", check=False).stdout
        eventually(lambda: "cannot be recorded" in told(), "the problem")
    finally:
        services.chmod(0o700)
    app.write("a.conf", "fourth\n")
    eventually(lambda: app.log("a")[-1] == "start - fourth", "the next change")
    eventually(lambda: "cannot be recorded" not in app.ctl("status", "demo", check=False).stdout, "no problem any more")


DAMAGE = {
    "emptied": lambda bytes: b"",
    "flipped": lambda bytes: bytes[: len(bytes) // 3] + b"~" + bytes[len(bytes) // 3 + 1 :],
}


@pytest.fixture
def three(app):
    """With two neighbours."""
    others = []
    for name in ("left", "right"):
        directory = Path(f"/home/dev/{name}")
        directory.mkdir()
        other = Project(directory, name=name)
        other.own(directory)
        other.write("a.conf", "first\n")
        other.toml(TOML)
        other.up()
        others.append(other)
    yield [app, *others]
    for other in others:
        other.remove()


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damaged_file_of_the_state_keeps_anybody_from_being_served(three, damage):
    app = three[0]
    app.sync()
    daemon("stop")
    kept = Path("/home/dev/kept-state")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(app.state, kept)
    files = [*app.state.glob("demo.json"), *app.state.glob("services/demo/*"), *app.state.glob("contents/demo/*")]
    assert len(files) > 5
    for file in files:
        file.write_bytes(DAMAGE[damage](file.read_bytes()))
        daemon("start")
        app.sync()
        before = daemon_pid()
        told = app.ctl("status", check=False).stdout
        assert file.parent.parent.name == "contents" or file.name in told, f"{file.name} is not named:\n{told}"
        for project in three:
            states = {each["active_state"] for each in project.services().values()}
            assert states == {"active"}, (file, project.name, project.services())
        assert daemon_pid() == before
        daemon("stop")
        shutil.rmtree(app.state)
        shutil.copytree(kept, app.state)
        app.own(app.state)
    daemon("start")
    app.sync()


def test_a_pattern_on_record_of_an_older_grammar_is_a_problem_of_that_service_alone(app):
    pids = app.pids()
    daemon("stop")
    path = app.state / "services/demo/a.json"
    record = json.loads(path.read_text())
    record["definition"]["watches"][0]["files"] = ["/home/dev/[c"]
    path.write_text(json.dumps(record))
    app.write("hotreload.toml", "[services.a\n")
    daemon("start")
    app.sync()
    assert app.pids() == pids
    assert app["a"]["state"] == "invalid" and app["b"]["state"] == "running"
    app.toml(TOML)
    app.sync()
    assert app["a"]["state"] == "running"


def test_a_project_in_a_directory_that_looks_like_a_pattern_is_like_any_other(demo):
    directory = demo / "a[c {x"
    directory.mkdir()
    demo.own(directory)
    shutil.copy(demo / "worker", directory / "worker")
    odd = Project(directory, name="odd")
    odd.toml(TOML.replace('watch = ["a.conf"]', 'env_file = "a.env"\n'))
    odd.write("a.env", "LEVEL=one\n")
    odd.write("a.conf", "first\n")
    odd.own(directory)
    odd.up()
    odd.write("a.env", "LEVEL=two\n")
    eventually(lambda: odd.log("a")[-1] == "start two first", "the change")
    odd.remove()


@pytest.mark.parametrize("emptied", ["", "# nothing\n", '[project]\nname = "demo"\n'], ids=["no byte", "a comment", "no service"])
def test_an_emptied_project_file_is_a_problem_and_no_order(app, emptied):
    pids = app.pids()
    text = (app / "hotreload.toml").read_text()
    (app / "hotreload.toml").write_text(emptied)
    app.sync()
    assert app.pids() == pids
    told = app.ctl("status", "demo", check=False)
    assert told.returncode == 1 and "hotreloadctl down" in told.stdout, told
    for words in (["reload", "--force", "demo"], ["up", "--detach", str(app.directory)], ["restart", "demo/a"]):
        assert app.ctl(*words, check=False).returncode == 1, words
    daemon("reload")
    daemon("restart")
    app.sync()
    assert app.pids() == pids and app["a"]["generation"] == 2
    app.write("hotreload.toml", text)
    app.sync()
    assert app.pids() == pids and app.ctl("status", "demo").returncode == 0


def test_a_file_that_has_lost_all_of_its_services_stops_none(app):
    pids = app.pids()
    app.write("app.json", "{}")
    app.toml('[configs.app]\nfile = "app.json"\n')
    app.sync()
    assert app.pids() == pids
    assert "all of its services are gone" in app.ctl("status", "demo", check=False).stdout
    app.toml(TOML.split("[services.b]")[0])
    app.sync()
    assert list(app.services()) == ["a"]


def test_a_watched_file_that_is_emptied_for_a_moment_is_no_change(app):
    app.edit('watch = ["a.conf"]', '[[services.a.watch]]\nfiles = ["a.conf"]\ndebounce_max = "1h"')
    app.sync()
    before = app.log("a")
    (app / "a.conf").write_text("")
    app.sync()
    assert app.log("a") == before
    app.write("a.conf", "second\n")
    app.sync()
    assert app.log("a") == before and app["a"]["state"] == "running"
    (app / "a.conf").write_text("")
    app.ctl("reload", "demo")
    assert app.log("a")[-1] == "start - "
