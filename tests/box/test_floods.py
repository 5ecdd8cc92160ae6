# SPDX-License-Identifier: LGPL-2.1-or-later
"""One user who calls without end delays nobody else's call: it is answered while those of the flood wait. Figures are printed, and
no test is about them."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harness import DEADLINE, command_line, environment
from managers import Hotreload
from varlink import Refused, Socket

FLOOD = Path(__file__).parent / "programs/flood.py"
PROCESSES = 4
WINDOWS = {"dbus": (1, 100), "varlink": (16, 20)}  # connections of each process, and calls of each of these: as many as there may be
CALLS = 100


class Flood:
    """Of `dev`, in processes of that user."""

    def __init__(self, transport: str):
        words = [sys.executable, str(FLOOD), transport, *map(str, WINDOWS[transport])]
        self.processes = [
            subprocess.Popen(command_line(words, "dev"), env=environment("dev"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]

    def __enter__(self):
        for each in self.processes:
            assert each.stdout.readline() == "ready\n"
        return self

    def end(self) -> list[dict]:
        """What each has sent, and what of it was answered by now."""
        for each in self.processes:
            each.stdin.close()
        return [json.loads(each.stdout.readline()) for each in self.processes]

    def __exit__(self, *_):
        for each in self.processes:
            each.kill()
            each.wait(DEADLINE)


class Root:
    """Calls as root does, on one connection to each transport."""

    def __init__(self):
        self.hotreload = Hotreload(None)
        self.socket = Socket()

    def call(self, transport: str):
        """Nothing of the name is there: the answer costs next to nothing."""
        try:
            if transport == "dbus":
                self.hotreload.call("Reload", "sa{sv}", "nothing", {})
            else:
                self.socket.ask("Reload", {"target": "nothing"})
        except (LookupError, Refused) as error:
            assert "NoSuchTarget" in repr(error) or "no project" in str(error), error
            return
        raise AssertionError("there is no such project")

    def measure(self, transport: str) -> list[float]:
        """Milliseconds, from the least on."""
        took = []
        for _ in range(CALLS):
            began = time.monotonic()
            self.call(transport)
            took.append((time.monotonic() - began) * 1000)
        return sorted(took)


def told(name: str, took: list[float]) -> str:
    return f"{name}: p50 {took[len(took) // 2]:.2f} ms, p99 {took[len(took) * 99 // 100]:.2f} ms"


@pytest.mark.parametrize("flooded", WINDOWS)
def test_a_flood_of_one_user_s_calls_does_not_hold_up_another_s(flooded):
    root = Root()
    for transport in WINDOWS:
        print(told(f"{transport}, quiet", root.measure(transport)))
    with Flood(flooded) as flood:
        for transport in WINDOWS:
            print(told(f"{transport}, {flooded} flooded", root.measure(transport)))
        counts = flood.end()
    print(f"{flooded}: {sum(each['answered'] for each in counts)} calls of the flood were answered meanwhile")
    # All of root's were answered in their turn, and the flood's went on.
    assert all(0 < each["answered"] < each["sent"] for each in counts), counts
