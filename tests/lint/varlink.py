#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""varlink/org.hotreload.varlink is what varlink/generate.py makes of the XML in dbus/interfaces."""

import difflib
import subprocess
import sys
from pathlib import Path


def main() -> int:
    root = Path(sys.argv[1])
    command = [sys.executable, root / "varlink/generate.py", "varlink", root / "dbus/interfaces"]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = (root / "varlink/org.hotreload.varlink").read_text()
    print("".join(difflib.unified_diff(kept.splitlines(True), made.splitlines(True), "varlink/org.hotreload.varlink", "the XML")), end="")
    if made != kept:
        print("\nwith: varlink/generate.py varlink dbus/interfaces >varlink/org.hotreload.varlink")
    return made != kept


if __name__ == "__main__":
    sys.exit(main())
