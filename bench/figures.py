# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmarks in Python share: the box, counts from the environment, quantiles, a table.
The clients of hotreload are those of the box tests."""

import math
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "box"))

SKIPPED = 77  # to meson


def need_box(benchmark: str):
    if not Path("/run/box-booted").exists() or os.geteuid() != 0:
        print(f"skipped: needs dev/box (dev/bench {benchmark})")
        sys.exit(SKIPPED)


def setting(name: str, default: int) -> int:
    return int(os.environ.get(f"HOTRELOAD_BENCH_{name}", default))


def quantile(values, q: float):
    return sorted(values)[max(0, math.ceil(q * len(values)) - 1)]


def median(values):
    return quantile(values, 0.5)


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


def timed(action, *words, **options) -> float:
    begin = time.monotonic()
    action(*words, **options)
    return time.monotonic() - begin


def print_table(head, rows):
    rows = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        print("  ".join(cells))
    sys.stdout.flush()
