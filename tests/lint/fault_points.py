#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fault_points.py SOURCE_ROOT: each fault point of src/base/fault_points.inc is one that src/ passes,
and one that a box test names (Point.NAME): else a fault would be tested that never happens, or never
be tested."""

import ast
import re
import sys
from pathlib import Path

PASSED = re.compile(r'\bfault::point\("([^"]*)"\)')


def passed(src: Path) -> set[str]:
    return {name for path in src.rglob("*.cpp") for name in PASSED.findall(path.read_text())}


def named(tests: Path) -> set[str]:
    """The attributes of Point."""
    nodes = (node for path in tests.glob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    return {node.attr.replace("_", "-") for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Point"}


def main() -> int:
    sys.dont_write_bytecode = True
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root / "tests/box"))
    from fault_points import TABLE, Point

    points = set(Point)
    problems = [f"{TABLE}: nothing in src/ passes {name}" for name in sorted(points - passed(root / "src"))]
    problems += [f"{TABLE}: no test in tests/box names Point.{name.replace('-', '_')}"
                 for name in sorted(points - named(root / "tests/box"))]
    if not points:
        problems.append(f"{TABLE}: no line is a point")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
