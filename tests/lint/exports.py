#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exports.py LIBRARY HEADER: the library exports what the header declares, in one version, and nothing
else: a symbol of C++ that is seen outside would be a promise."""

import re
import subprocess
import sys
from pathlib import Path

VERSION = "LIBHOTRELOAD_1"


def main() -> int:
    library, header = sys.argv[1:]
    listed = subprocess.run(["nm", "--dynamic", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[-1] for line in listed.splitlines()} - {f"{VERSION}@@{VERSION}", VERSION}
    text = re.sub(r"static inline .*?\n}", "", Path(header).read_text(), flags=re.DOTALL)
    declared = {f"{name}@@{VERSION}" for name in re.findall(r"^[\w *]+?\b(hotreload_config_\w+)\(", text, re.MULTILINE)}
    for name in sorted(exported - declared):
        print(f"{library}: exports {name}, which {header} does not declare")
    for name in sorted(declared - exported):
        print(f"{header}: declares {name}, which {library} does not export")
    return 1 if not declared or exported != declared else 0


if __name__ == "__main__":
    sys.exit(main())
