# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon loses its bus or its manager at the steps of each strategy."""

import os
import signal

import pytest
from fault_points import Point
from harness import systemctl
from matrix import ACTIONS, STEPS, all_is_well, daemon_pid, other_daemon, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures

WORKING = (Point.reserved, Point.applied, Point.committed, Point.stop_recorded, Point.stopped)
MIDDLE = [(action, point) for action, point in STEPS if point in WORKING]


@pytest.mark.parametrize("action,point", MIDDLE, ids=lambda word: word)
def test_the_bus_is_lost(app, action, point):
    action, _ = ACTIONS[action]
    pid = strike(app, action, "bus", point)
    other_daemon(pid)
    all_is_well(app, action)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_bus_is_started_anew(app, action):
    action, points = ACTIONS[action]
    pid = strike(app, action, "stop", Point.reserved if Point.reserved in points else Point.stop_recorded)
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


def test_the_count(capsys):
    print_count(capsys, {"cut connections to the bus": MIDDLE, "new buses": ACTIONS, "re-executions of the manager": MIDDLE})
