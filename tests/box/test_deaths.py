# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon dies at each step of each strategy."""

import pytest
from matrix import ACTIONS, STEPS, all_is_well, other_daemon, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures


@pytest.mark.parametrize("action,point", STEPS, ids=lambda word: word)
def test_the_daemon_dies(app, action, point):
    action, _ = ACTIONS[action]
    pid = strike(app, action, "abort", point)
    other_daemon(pid)
    all_is_well(app, action)


def test_the_count(capsys):
    print_count(capsys, {"deaths": STEPS})
