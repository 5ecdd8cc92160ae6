#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each test that SECURITY.md names exists: security.py CHECKOUT"""

import re
import sys
from pathlib import Path


def exists(checkout: Path, name: str) -> bool:
    file, _, test = name.partition("::")
    if file.endswith(".py"):
        path = checkout / "tests/box" / file
        return path.is_file() and (not test or f"\ndef {test}(" in path.read_text())
    suite, _, case = name.partition(".")
    pattern = re.compile(rf"TEST(_F|_P)?\({suite},\s*{case}\)")
    return any(pattern.search(each.read_text()) for each in (checkout / "tests").rglob("test_*.cpp"))


def main():
    checkout = Path(sys.argv[1])
    rows = [line for line in (checkout / "SECURITY.md").read_text().splitlines() if line.startswith("| ")]
    proofs = [row.strip("| ").rpartition(" | ")[2] for row in rows]
    named = [name for proof in proofs for name in re.findall(r"`([^`]*(?:\.py|Test\.)[^`]*)`", proof)]
    missing = [name for name in named if not exists(checkout, name)]
    for name in missing:
        print(f"SECURITY.md: there is no test {name}")
    if len(named) < 10:
        print("SECURITY.md: fewer tests are named than there were")
        return 1
    return bool(missing)


sys.exit(main())
