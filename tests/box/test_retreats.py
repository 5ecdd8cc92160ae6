# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon dies and finds the change taken back when it returns, or it dies while
it goes back itself."""

import os
import signal

import pytest
from fault_points import Point
from matrix import ACTIONS, STEPS, Break, BreakMoved, BreakPinned, all_is_well, other_daemon, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures

TAKEN_BACK = [(action, point) for action, point in STEPS if point in (Point.applied, Point.committed) and "request" not in action]
BREAKS = {
    "swap": Break("swapped", 'NAME = "one"', 'NAME = "die"'),
    "move": BreakMoved("swapped", 'NAME = "one"', 'NAME = "die"'),
    "restart": Break("restarted", '"restarted", "restarted.conf"]', '"restarted", "restarted.conf"]\nenv = { LEVEL = "die" }'),
    "start": Break("extra", "[services.extra]", '[services.extra]\nenv = { NAME = "die" }'),
    "pinned reload": BreakPinned("pinned"),
}


@pytest.mark.parametrize("action,point", TAKEN_BACK, ids=lambda word: word)
def test_the_daemon_dies_and_the_change_is_taken_back_before_it_returns(app, action, point):
    action, _ = ACTIONS[action]
    pid = strike(app, action, "stop", point)
    action.take_back(app)
    os.kill(int(pid), signal.SIGKILL)
    other_daemon(pid)
    all_is_well(app, action)


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("point", [Point.failed, Point.rolled_back])
def test_the_daemon_dies_while_it_goes_back(app, what, point):
    action = BREAKS[what]
    pid = strike(app, action, "abort", point)
    other_daemon(pid)
    app.sync()
    action.go_on(app)
    all_is_well(app, action)


def test_the_count(capsys):
    print_count(capsys, {"deaths with the change taken back": TAKEN_BACK, "deaths on the way back": 2 * list(BREAKS)})
