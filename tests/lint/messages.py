#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each message of the journal is in the manual, and has an entry in the catalog that says what
happened, why, and what to do: messages.py CHECKOUT"""

import re
import sys
from pathlib import Path

# How the last paragraph of an entry begins, or what is in it.
WAYS_OUT = re.compile(r"`[a-z]+ctl |Nothing needs to be done|raise the sysctl", re.S)


def check(checkout: Path):
    table = dict(re.findall(r'"(\w+)", "([0-9a-f]{32})"', (checkout / "src/os/journal.cpp").read_text()))
    manual = re.search(r"(?s)\n\.Sh JOURNAL\n(.*?)\n\.Sh ", (checkout / "man/hotreloadd.8").read_text())[1]
    documented = dict((name, uuid) for uuid, name in re.findall(r"\n\.It Cm ([0-9a-f]{32})\n(\w+)\n", manual))
    catalog = (checkout / "systemd/hotreload.catalog").read_text()
    entries = dict(re.findall(r"(?ms)^-- ([0-9a-f]{32})\n(.*?)(?=^-- |\Z)", catalog))
    if not table:
        yield "src/os/journal.cpp: no message is found"
    for name, uuid in table.items():
        if documented.get(name) != uuid:
            yield f"man/hotreloadd.8, JOURNAL: no item {uuid} with {name} below it"
        head, _, body = entries.get(uuid, "").partition("\n\n")
        paragraphs = [each for each in body.strip().split("\n\n") if each]
        if not re.search(r"(?m)^Subject: \S", head):
            yield f"{name}: the catalog says not what happened"
        if not re.search(r"(?m)^Documentation: man:", head):
            yield f"{name}: the catalog names no manual"
        if not paragraphs or not paragraphs[0].strip():
            yield f"{name}: the catalog says not why"
        if not paragraphs or not WAYS_OUT.search(paragraphs[-1]):
            yield f"{name}: the catalog says not what to do"
    for name in documented.keys() - table.keys():
        yield f"man/hotreloadd.8, JOURNAL: {name} is no message"


problems = list(check(Path(sys.argv[1])))
print("\n".join(problems))
sys.exit(1 if problems else 0)
