#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is made of the XML in dbus/interfaces and kept is what is made of it now: generated.py CHECKOUT"""

import difflib
import subprocess
import sys
from pathlib import Path

KEPT = {
    "varlink/org.hotreload.varlink": ["varlink/generate.py", "varlink", "dbus/interfaces"],
    "man/org.hotreload.5": ["man/generate.py", "dbus/interfaces"],
}


def is_stale(root: Path, name: str, command: list[str]) -> bool:
    made = subprocess.run([sys.executable, *command], cwd=root, check=True, capture_output=True, text=True).stdout
    kept = (root / name).read_text()
    print("".join(difflib.unified_diff(kept.splitlines(True), made.splitlines(True), name, "the XML")), end="")
    if made != kept:
        print(f"\nwith: {' '.join(command)} >{name}")
    return made != kept


def main() -> int:
    root = Path(sys.argv[1])
    return any([is_stale(root, name, command) for name, command in KEPT.items()])


if __name__ == "__main__":
    sys.exit(main())
