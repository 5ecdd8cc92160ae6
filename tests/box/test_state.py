# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory that is damaged, full, or of an earlier version is never a lost service."""

import json

import pytest
from harness import eventually, systemctl
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
    assert app.ctl.json("list") == []
    assert (app.state / "demo.json.corrupt").exists()
    app.up()
    assert app.pids() == pids
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
