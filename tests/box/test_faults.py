# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon dies, or is refused something, at each step of each strategy. After
each: the services serve, one generation each, the state is what is on disk or the last valid one,
and no unit, view or socket is left over."""

import glob
import os
import signal
from pathlib import Path

import pytest
from harness import eventually, run, systemctl, unit_property
from project import Project
from server import SERVER, ask

PORT = 18180
FAULT = "/home/dev/fault"
DROP_IN = Path("/etc/systemd/user/hotreloadd.service.d/faults.conf")
VIEWS = Path("/run/user/1000/hotreload/views")

TOML = f"""
[services.swapped]
command = ["./server", "swapped.conf"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
env = {{ NAME = "one" }}
verify = "0s"
drain = "2s"
validate = ["/bin/true"]
watch = ["swapped.conf"]
[services.restarted]
command = ["./worker", "restarted", "restarted.conf"]
type = "notify"
verify = "0s"
validate = ["/bin/true"]
[[services.restarted.watch]]
files = ["restarted.conf"]
[services.reloaded]
command = ["./worker", "reloaded", "reloaded.conf"]
type = "notify"
reload_signal = "SIGHUP"
validate = ["/bin/true"]
watch = ["reloaded.conf"]
[services.pinned]
command = ["./worker", "pinned", "pin/pinned.conf"]
type = "notify"
reload_signal = "SIGHUP"
[[services.pinned.watch]]
files = ["pin/pinned.conf"]
pin = true
"""

# What to change, and the steps that its strategy goes through.
ACTIONS = {
    "swap": ("swapped.conf", ["validated", "prepared", "reserved", "applied", "ready", "proven", "committed", "finished", "drained"]),
    "restart": ("restarted.conf", ["validated", "prepared", "reserved", "old-stopped", "applied", "ready", "proven", "committed", "finished"]),
    "reload": ("reloaded.conf", ["validated", "prepared", "reserved", "applied", "proven", "committed", "finished"]),
    "pinned reload": ("pin/pinned.conf", ["validated", "prepared", "reserved", "applied", "proven", "committed", "finished"]),
}
DIES = [(action, point) for action, (_, points) in ACTIONS.items() for point in points]
FAILS_TOO = [("swap", "failed"), ("swap", "rolled-back"), ("restart", "failed"), ("restart", "rolled-back")]
ERRORS = [(point, errno) for point in ("save", "keep", "view") for errno in (28, 5, 30)]  # ENOSPC, EIO, EROFS


@pytest.fixture(scope="module")
def faulty():
    """The daemon of dev's is the one with fault points."""
    found = max(glob.glob("/src/build/*/src/daemon/hotreloadd-faults")
                + glob.glob("/src/build/package/hotreload/obj-*/src/daemon/hotreloadd-faults"), key=os.path.getmtime)
    run("install", found, "/usr/local/bin/hotreloadd-faults")
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text(f"[Service]\nExecStart=\nExecStart=/usr/local/bin/hotreloadd-faults --user\n"
                       f"Environment=HOTRELOAD_FAULT={FAULT}\n")
    systemctl("daemon-reload", user="dev")
    systemctl("try-restart", "hotreloadd", user="dev")
    yield
    DROP_IN.unlink()
    systemctl("daemon-reload", user="dev")
    systemctl("try-restart", "hotreloadd", user="dev")


@pytest.fixture
def app(faulty, demo: Project):
    demo.write("server", SERVER, mode=0o755)
    for name in ("swapped", "restarted", "reloaded", "pin/pinned"):
        demo.write(f"{name}.conf", "first\n")
    demo.toml(TOML)
    demo.up()
    yield demo
    Path(FAULT).unlink(missing_ok=True)


def daemon_pid() -> str:
    return unit_property("hotreloadd.service", "MainPID", user="dev")


def arm(point: str, what: str):
    Path(FAULT).write_text(f"{point} {what}\n")
    os.chown(FAULT, 1000, 1000)


def struck():
    eventually(lambda: not Path(FAULT).exists(), "the fault")


def content(project, service: str) -> str:
    if service == "swapped":
        return ask(PORT)[2]
    return project.log(service)[-1].split(" ", 2)[2]


def sockets_of_daemon() -> list[str]:
    listed = run("systemd-analyze", "--user", "fdstore", "hotreloadd.service", "--no-pager",
                 user="dev", check=False).stdout
    return [line.split()[0] for line in listed.splitlines() if "demo." in line]


def all_is_well(project, changed: str, expected=("second",)):
    """`expected`: what the changed service may have."""
    service = Path(changed).stem
    project.ctl("sync")
    eventually(lambda: content(project, service) in expected, f"{service} with one of {expected}")
    services = lambda: project.services().values()
    eventually(lambda: all(each["active_state"] == "active" and each["draining"] == [] for each in services()),
               "all of them to serve")
    for other in ("swapped", "restarted", "reloaded", "pinned"):
        if other != service:
            assert content(project, other) == "first"
    units = sorted(each["unit"] for each in services())
    eventually(lambda: sorted(project.units()) == units, "one generation each")
    assert [name for name in os.listdir(VIEWS) if not name.startswith(".")] == [project["pinned"]["unit"]]
    assert sockets_of_daemon() == ["demo.swapped.18180"]
    # It is in order from here on.
    project.write(changed, "third\n")
    eventually(lambda: content(project, service) == "third", "the next change")


@pytest.mark.parametrize("action,point", DIES, ids=lambda word: word)
def test_the_daemon_dies(app, action, point):
    changed, _ = ACTIONS[action]
    pid = daemon_pid()
    arm(point, "abort")
    app.write(changed, "second\n")
    struck()
    eventually(lambda: daemon_pid() not in ("0", pid), "another daemon")
    all_is_well(app, changed)


@pytest.mark.parametrize("action,point", FAILS_TOO, ids=lambda word: word)
def test_the_daemon_dies_while_it_goes_back(app, action, point):
    service = "swapped" if action == "swap" else "restarted"
    pid = daemon_pid()
    text = (app / "hotreload.toml").read_text()
    arm(point, "abort")
    if action == "swap":
        app.edit('NAME = "one"', 'NAME = "die"')
    else:
        app.edit('"restarted", "restarted.conf"]', '"restarted", "restarted.conf"]\nenv = { LEVEL = "die" }')
    struck()
    eventually(lambda: daemon_pid() not in ("0", pid), "another daemon")
    app.write("hotreload.toml", text)
    all_is_well(app, f"{service}.conf", ("first",))


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("point", ["reserved", "applied"])
def test_the_manager_is_executed_anew_meanwhile(app, action, point):
    changed, _ = ACTIONS[action]
    pid = daemon_pid()
    arm(point, "stop")
    app.write(changed, "second\n")
    struck()
    systemctl("daemon-reexec", user="dev")
    os.kill(int(pid), signal.SIGCONT)
    all_is_well(app, changed)
    assert daemon_pid() == pid


@pytest.mark.parametrize("point,errno", ERRORS)
def test_the_disk_refuses(app, point, errno):
    changed = "restarted.conf"
    app.write("restarted.conf", "first\n")
    arm(point, str(errno))
    app.write(changed, "second\n")
    struck()
    all_is_well(app, changed)


def test_the_count(capsys):
    with capsys.disabled():
        cases = len(DIES) + len(FAILS_TOO) + 2 * len(ACTIONS) + len(ERRORS)
        print(f"\nfault matrix: {cases} cases:", ", ".join(f"{a} × {len(p)} deaths" for a, (_, p) in ACTIONS.items()),
              f", {len(FAILS_TOO)} deaths on the way back, {2 * len(ACTIONS)} re-executions, {len(ERRORS)} errors")
