# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault points of hotreloadd-faults, from the table that the code has them from: Point.old_stopped
is "old-stopped". A name that the table has not is an AttributeError, and tests/lint/fault_points.py
fails for one that no test names."""

import re
from enum import StrEnum
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "src/base/fault_points.inc"

Point = StrEnum("Point", {name.replace("-", "_"): name for name in re.findall(r'^"([a-z-]+)",', TABLE.read_text(), re.M)})


def then(*points: Point) -> str:
    """The points that are passed, and the last, at which it happens."""
    return " ".join(points)
