#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""keys.py LIST_KEYS PAGE: hotreload.toml(5) has an item for every key, and for no other."""

import re
import subprocess
import sys

TABLES = {
    "[project]": "project",
    "[watch]": "watch",
    "[services.NAME]": "services.NAME",
    "[[services.NAME.watch]]": "services.NAME.watch",
    "[[services.NAME.ports]]": "services.NAME.ports",
    "[services.NAME.ready]": "services.NAME.ready",
    "[configs.NAME]": "configs.NAME",
}


def documented(page):
    keys, table, live = set(), None, False
    for line in page:
        if line.startswith((".Ss ", ".Sh ")):
            title = line[4:].strip()
            table, live = TABLES.get(title), title == "Live properties"
        elif table and (item := re.match(r"\.It Ic (\w+) No = Ar \w", line)):
            keys.add(f"{table}.{item[1]}")
        elif live and line.startswith(".Ic "):
            keys.update(f"live.{name}" for name in re.findall(r"\b[A-Z]\w+", line[4:]))
    return keys


def main():
    listed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True)
    known = set(listed.stdout.split())
    with open(sys.argv[2], encoding="utf-8") as page:
        written = documented(page)
    for key in sorted(known - written):
        print(f"{sys.argv[2]}: no item for {key}")
    for key in sorted(written - known):
        print(f"{sys.argv[2]}: an item for {key}, which is no key")
    return 1 if not known or known != written else 0


if __name__ == "__main__":
    sys.exit(main())
