# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon loses its bus or its manager, or is refused something, at the steps of
each strategy."""

import errno
import os
import signal

import pytest
from harness import systemctl
from matrix import ACTIONS, STEPS, Add, Open, Start, all_is_well, daemon_pid, other_daemon, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures

MIDDLE = [(action, point) for action, point in STEPS if point in ("reserved", "applied", "committed", "stop-recorded", "stopped")]
OPENS = {"swap": Open("swapped"), "restart": Open("restarted"), "start": Add(), "start by request": Start()}
# Where the state is written: the points on the way, and the one that is refused.
RECORDED = ["proven save", "proven save save"]  # the history, the record
COPIED = ["proven keep", "proven index"]
WRITES = {
    "swap": ["save", "view", *COPIED, *RECORDED, "drained save"],
    "restart": ["save", "view", *COPIED, *RECORDED],
    "reload": ["save", "view", *COPIED, *RECORDED],
    "pinned reload": ["save", "view", *COPIED, *RECORDED],
    "installed reload": ["save", "view"],
    "installed pin": ["save", "view", *RECORDED],
    "installed unpin": ["save"],
    "live": ["save", *RECORDED],
    "start": ["save", "view", "proven keep", *RECORDED],
    "stop": ["remove", "remove remove"],
    "start by request": ["save", "view", *RECORDED],
    "stop by request": ["save", "stopped save"],
}
NUMBERS = [errno.ENOSPC, errno.EIO, errno.EROFS]
REFUSALS = [(action, place, NUMBERS[number % 3])
            for number, (action, place) in enumerate((a, place) for a, places in WRITES.items() for place in places)]


@pytest.mark.parametrize("action,point", MIDDLE, ids=lambda word: word)
def test_the_bus_is_lost(app, action, point):
    action, _ = ACTIONS[action]
    pid = strike(app, action, "bus", point)
    other_daemon(pid)
    all_is_well(app, action)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_bus_is_started_anew(app, action):
    action, points = ACTIONS[action]
    pid = strike(app, action, "stop", "reserved" if "reserved" in points else "stop-recorded")
    systemctl("restart", "dbus.service", user="dev")
    os.kill(int(pid), signal.SIGCONT)
    other_daemon(pid)
    all_is_well(app, action)


@pytest.mark.parametrize("action,point", MIDDLE, ids=lambda word: word)
def test_the_manager_is_executed_anew(app, action, point):
    action, _ = ACTIONS[action]
    pid = strike(app, action, "stop", point)
    systemctl("daemon-reexec", user="dev")
    os.kill(int(pid), signal.SIGCONT)
    all_is_well(app, action)
    assert daemon_pid() == pid


@pytest.mark.parametrize("action,place,number", REFUSALS, ids=lambda word: errno.errorcode.get(word, word))
def test_the_disk_refuses(app, action, place, number):
    action, _ = ACTIONS[action]
    strike(app, action, str(number), *place.split())
    app.answered()
    action.ask_again(app)
    all_is_well(app, action)


@pytest.mark.parametrize("action", OPENS)
@pytest.mark.parametrize("number", [errno.EMFILE, errno.EADDRINUSE], ids=errno.errorcode.get)
def test_a_socket_cannot_be_opened(app, action, number):
    action = OPENS[action]
    strike(app, action, str(number), "listen")
    app.answered()
    action.ask_again(app)
    all_is_well(app, action)


def test_the_count(capsys):
    print_count(capsys, {"cut connections to the bus": MIDDLE, "new buses": ACTIONS, "re-executions of the manager": MIDDLE,
                         "errors of the disk": REFUSALS, "errors of sockets": 2 * list(OPENS)})
