# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon dies, or is refused something, while a project goes up or down. After
it, the project runs or nothing is left of it, and what was asked for can be asked for again."""

import errno
import os
import subprocess
from pathlib import Path

import pytest
from fault_points import Point, then
from harness import DEADLINE, MANAGERS, command_line, environment, eventually
from matrix import ALL, FAULT, VIEWS, arm, daemon_pid, other_daemon, print_count
from matrix import faulty  # noqa: F401, a fixture

PORT = 18190
TOML = f"""
[services.web]
command = ["./server", "conf/web.conf"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
verify = "0s"
[[services.web.watch]]
files = ["conf/web.conf"]
pin = true
[services.job]
command = ["./worker", "job"]
type = "notify"
verify = "0s"
after = ["web"]
"""
# The record of the project, then of what is begun for its services.
UPS = [Point.save, then(Point.save, Point.save), *ALL[1:]]
DOWNS = [*(point for point in ALL[1:] if point != Point.ready), Point.emptied, Point.forgotten]
REFUSED = [errno.ENOSPC, errno.EROFS]


@pytest.fixture
def app(faulty, demo):  # noqa: F811
    demo.program("server")
    demo.write("conf/web.conf", "one")
    demo.toml(TOML)
    demo.ctl("list")  # the daemon runs
    yield demo
    Path(FAULT).unlink(missing_ok=True)


def ask(app, *words) -> subprocess.Popen:
    """Without waiting: the daemon dies before it answers."""
    return subprocess.Popen(command_line(app.ctl.command(*words), app.user), env=environment(app.user),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def strike_while(app, point: str, *words):
    """Asks for it, and the daemon dies at the point."""
    pid = daemon_pid()
    arm(point, "abort")
    asked = ask(app, *words)
    eventually(lambda: not Path(FAULT).exists(), "the fault")
    other_daemon(pid)
    asked.wait(DEADLINE)
    app.sync()


def is_known(app) -> bool:
    return any(project["project"] == app.name for project in listed(app))


def listed(app) -> list[dict]:
    projects = app.ctl.json("list")
    return projects if isinstance(projects, list) else [projects]


def runs(app) -> bool:
    return all(each["active_state"] == "active" and each["generation"] > 0 for each in app.services().values())


def left(app) -> dict:
    """What there is of the project, but for its directory."""
    stored = MANAGERS["dev"].call("DumpUnitFileDescriptorStore", "s", "hotreloadd.service")
    return {
        "units": [unit.name for unit in MANAGERS["dev"].units(f"hotreload-{app.name}.*")],
        "slice": [unit.name for unit in MANAGERS["dev"].units(f"hotreload-{app.name}.slice") if unit.active != "inactive"],
        "records": [str(path) for path in app.state.rglob(f"{app.name}*")],
        "views": [name for name in os.listdir(VIEWS) if name.startswith(f"hotreload-{app.name}.")],
        "stored sockets": [each[0] for each in stored if each[0].startswith(f"{app.name}.")],
        "known": is_known(app),
    }


def nothing_is_left(app):
    try:
        eventually(lambda: not any(left(app).values()))
    except AssertionError:
        raise AssertionError(f"there is something left: {left(app)}") from None


def goes_down(app):
    assert app.down().returncode == 0
    nothing_is_left(app)


@pytest.mark.parametrize("point", UPS)
def test_the_daemon_dies_while_a_project_goes_up(app, point):
    strike_while(app, point, "up", "--detach", str(app.directory))
    if point == Point.save:
        nothing_is_left(app)
        app.up()
    eventually(lambda: runs(app), "the services running")
    goes_down(app)


@pytest.mark.parametrize("point", DOWNS)
def test_the_daemon_dies_while_a_project_goes_down(app, point):
    app.up()
    strike_while(app, point, "down", app.name)
    if point == Point.forgotten:
        nothing_is_left(app)
        return
    eventually(lambda: runs(app), "the services running")
    goes_down(app)


@pytest.mark.parametrize("number", REFUSED, ids=errno.errorcode.get)
def test_a_project_that_cannot_be_recorded_does_not_go_up(app, number):
    arm(Point.save, str(number))
    done = app.up(check=False)
    assert done.returncode == 1 and os.strerror(number) in done.stderr, done
    nothing_is_left(app)
    app.up()
    assert runs(app)
    goes_down(app)


@pytest.mark.parametrize("number", REFUSED, ids=errno.errorcode.get)
def test_a_project_whose_record_cannot_be_removed_can_go_down_again(app, number):
    app.up()
    arm(then(*7 * [Point.remove]), str(number))  # the record, events and history of each service before it
    done = app.down()
    assert done.returncode == 1 and os.strerror(number) in done.stderr and "down demo" in done.stderr, done
    assert is_known(app) and app.units() == []
    refused = app.up(check=False)
    assert refused.returncode == 1 and "going down" in refused.stderr
    goes_down(app)
    app.up()
    assert runs(app)


def test_the_count(capsys):
    print_count(capsys, {"deaths on the way up": UPS, "deaths on the way down": DOWNS, "errors of the disk": 2 * REFUSED})
