# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ended the daemon or its worker twice does not end it a third time, and everything else is served."""

import os
import signal
from pathlib import Path

import pytest
from fault_points import Point
from harness import Ctl, eventually, run, save, sync_journal, systemctl
from matrix import FAULT, arm, daemon_pid, other_daemon, stopped_worker
from matrix import faulty  # noqa: F401, a fixture
from project import Project

TOML = """
[services.a]
command = ["./worker", "a", "a.yaml"]
type = "notify"
verify = "0s"
watch = ["a.yaml", "b.yaml"]
"""


@pytest.fixture
def app(faulty, demo):  # noqa: F811
    demo.write("a.yaml", "level: one\n")
    demo.toml(TOML)
    demo.up()
    demo.sync()
    yield demo
    Path(FAULT).unlink(missing_ok=True)
    if pid := int(daemon_pid()):
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def other(app):
    directory = Path("/home/dev/other")
    directory.mkdir()
    other = Project(directory, name="other")
    other.own(directory)
    other.write("a.yaml", "level: one\n")
    other.toml(TOML)
    other.up()
    yield other
    other.remove()


def kill_in_the_middle():
    """Of what the daemon was stopped in."""
    eventually(lambda: not Path(FAULT).exists(), "the fault")
    return int(daemon_pid())


def die_twice(app, point: str, change):
    arm(point, "stop")
    change()
    for last in (False, True):
        pid = kill_in_the_middle()
        if not last:
            arm(point, "stop")
        os.kill(pid, signal.SIGKILL)
        other_daemon(str(pid))
    app.sync()


def worker_dies_twice(app, change):
    arm(Point.parse, "stop")
    change()
    for last in (False, True):
        pid = eventually(stopped_worker, "the fault")
        if not last:
            arm(Point.parse, "stop")
        os.kill(pid, signal.SIGKILL)
    app.sync()


def told(app) -> str:
    status = app.ctl("status", "demo", check=False)
    assert status.returncode == 1, status
    return status.stdout


def test_a_document_is_left_alone_until_it_changes(app, other):
    pids = app.pids()
    daemon = daemon_pid()
    worker_dies_twice(app, lambda: app.write("a.yaml", "level: [two\n"))
    assert "a.yaml: reading it has ended hotreload-worker twice" in told(app)
    assert daemon_pid() == daemon
    assert app.pids() == pids and app.log("a") == ["start - level: one"]
    other.write("a.yaml", "level: two\n")
    other.sync()
    assert other.log("a")[-1] == "start - level: two"
    sync_journal()
    journal = run("journalctl", "--user-unit=hotreloadd", "--lines=60", user="dev").stdout
    assert "hotreload-worker ended in the middle of a document of demo; it is tried once more" in journal
    assert "reading it has ended hotreload-worker twice" in journal
    app.write("a.yaml", "level: three\n")
    app.sync()
    assert app.log("a")[-1] == "start - level: three" and app["a"]["state"] == "running"


def test_it_is_tried_again_when_somebody_asks(app):
    worker_dies_twice(app, lambda: app.write("a.yaml", "level: zwei\n"))
    app.write("b.yaml", "")
    app.sync()
    assert "has ended hotreload-worker twice" in told(app), "by itself it is not"
    app.ctl("reload", "demo")
    assert app.log("a")[-1] == "start - level: zwei"


def test_one_death_may_have_been_anybodys(app):
    arm(Point.parse, "stop")
    app.write("a.yaml", "level: deux\n")
    os.kill(eventually(stopped_worker, "the fault"), signal.SIGKILL)
    app.sync()
    assert app.log("a")[-1] == "start - level: deux" and app["a"]["state"] == "running"


def test_a_project_file_is_left_alone_and_its_services_run_on(app, other):
    pids = app.pids()
    die_twice(app, Point.load, lambda: app.edit("[services.a]", "# new\n[services.a]"))
    assert "hotreload.toml: reading it has ended hotreloadd twice" in told(app)
    assert app.pids() == pids and other["a"]["state"] == "running"
    app.edit("# new", "# newer")
    app.sync()
    assert app.ctl("status", "demo").returncode == 0
    assert app.pids() == pids


@pytest.mark.parametrize("way_out", ["a change", "a request"])
def test_a_project_is_left_alone_and_its_services_run_on(app, other, way_out):
    pids = app.pids()
    die_twice(app, Point.look, lambda: app.write("a.yaml", "level: two\n"))
    assert "the work for it has ended hotreloadd twice: its services run on" in told(app)
    assert app.pids() == pids and app["a"]["active_state"] == "active"
    other.write("a.yaml", "level: two\n")
    other.sync()
    assert other.log("a")[-1] == "start - level: two"
    if way_out == "a change":
        app.edit("[services.a]", "# new\n[services.a]")
    else:
        app.ctl("reload", "demo")
    eventually(lambda: app.log("a")[-1] == "start - level: two", "the change")
    app.sync()
    assert app.ctl("status", "demo").returncode == 0


def test_a_project_that_is_left_alone_can_go_down(app):
    die_twice(app, Point.look, lambda: app.write("a.yaml", "level: two\n"))
    app.ctl("down", "demo")
    assert app.ctl.json("list") == [] and app.units() == []


@pytest.fixture
def dropped():
    """A file of that content in the directory of project files, from the moment that the daemon looks there."""
    path = Path("/etc/hotreload/first.toml")

    def drop(text: str) -> Path:
        path.parent.mkdir(exist_ok=True)
        save(path, text)
        return path

    yield drop
    path.unlink(missing_ok=True)
    Ctl()("down", "first", check=False)


def test_the_first_broken_file_of_an_operator_is_listed_with_its_problem(system_ctl, dropped):
    systemctl("start", "hotreloadd")
    path = dropped('[service.nginx]\nunit = "nginx.service"\n')
    systemctl("reload", "hotreloadd")
    status = system_ctl("status", "first", check=False)
    assert status.returncode == 1 and "first: invalid" in status.stdout and "first.toml:1:" in status.stdout, status
    listed = system_ctl("list", check=False)
    assert listed.returncode == 1 and "first" in listed.stdout
    explained = system_ctl("explain", str(path), check=False)
    assert "refused" in explained.stdout and "nobody watches" not in explained.stdout, explained
    sync_journal()
    assert "nothing of it is in force" in run("journalctl", "--unit=hotreloadd", "--lines=20").stdout
    dropped('[services.sleep]\ncommand = ["sleep", "infinity"]\n')
    systemctl("reload", "hotreloadd")
    system_ctl("sync")
    assert system_ctl("status", "first").returncode == 0
    path.unlink()


def test_a_broken_file_that_goes_is_listed_no_more(system_ctl, dropped):
    systemctl("start", "hotreloadd")
    path = dropped("[service.nginx]\n")
    systemctl("reload", "hotreloadd")
    path.unlink()
    systemctl("reload", "hotreloadd")
    assert "first" not in system_ctl("list", check=False).stdout
