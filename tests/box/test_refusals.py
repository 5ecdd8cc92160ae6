# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: the daemon is refused something by the disk or the kernel, at the steps of each
strategy."""

import errno

import pytest
from matrix import ACTIONS, Add, Open, Start, all_is_well, print_count, strike
from matrix import app, faulty, shared  # noqa: F401, fixtures

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
    print_count(capsys, {"errors of the disk": REFUSALS, "errors of sockets": 2 * list(OPENS)})
