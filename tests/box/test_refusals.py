# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon is refused something by the disk or the kernel, at the steps of each
strategy."""

import errno

import pytest
from fault_points import Point, then
from matrix import ACTIONS, Add, Open, Start, all_is_well, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures

OPENS = {"swap": Open("swapped"), "restart": Open("restarted"), "start": Add(), "start by request": Start()}
# The points at which the state is written: those on the way, and the one that is refused.
RECORDED = [then(Point.proven, Point.save), then(Point.proven, Point.save, Point.save)]  # the history, the record
COPIED = [then(Point.proven, Point.keep), then(Point.proven, Point.index)]
WRITES = {
    "swap": [Point.save, Point.view, *COPIED, *RECORDED, then(Point.drained, Point.save)],
    "restart": [Point.save, Point.view, *COPIED, *RECORDED],
    "reload": [Point.save, Point.view, *COPIED, *RECORDED],
    "pinned reload": [Point.save, Point.view, *COPIED, *RECORDED],
    "installed reload": [Point.save, Point.view],
    "installed pin": [Point.save, Point.view, *RECORDED],
    "installed unpin": [Point.save],
    "live": [Point.save, *RECORDED],
    "start": [Point.save, Point.view, then(Point.proven, Point.keep), *RECORDED],
    "stop": [Point.remove, then(Point.remove, Point.remove)],
    "start by request": [Point.save, Point.view, *RECORDED, then(Point.finished, Point.flush)],
    "stop by request": [Point.save, then(Point.stopped, Point.save), then(Point.stopped, Point.flush)],
}
NUMBERS = [errno.ENOSPC, errno.EIO, errno.EROFS]
REFUSALS = [(action, place, NUMBERS[number % 3])
            for number, (action, place) in enumerate((a, place) for a, places in WRITES.items() for place in places)]


@pytest.mark.parametrize("action,place,number", REFUSALS, ids=lambda word: errno.errorcode.get(word, word))
def test_the_disk_refuses(app, action, place, number):
    action, _ = ACTIONS[action]
    strike(app, action, str(number), place)
    app.answered()
    action.ask_again(app)
    all_is_well(app, action)


@pytest.mark.parametrize("action", OPENS)
@pytest.mark.parametrize("number", [errno.EMFILE, errno.EADDRINUSE], ids=errno.errorcode.get)
def test_a_socket_cannot_be_opened(app, action, number):
    action = OPENS[action]
    strike(app, action, str(number), Point.listen)
    app.answered()
    action.ask_again(app)
    all_is_well(app, action)


def test_the_count(capsys):
    print_count(capsys, {"errors of the disk": REFUSALS, "errors of sockets": 2 * list(OPENS)})
