#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each member of the JSON of hotreloadctl is in its manual: schemas.py CHECKOUT"""

import json
import re
import sys
from pathlib import Path

# Of the API, which the XML of the interfaces explains.
OF_THE_API = {"daemon-status", "state", "details", "detail", "keys", "changes"}
# Of files, which hotreloadd(8) explains.
OF_FILES = {"published"}
# Of patches, which RFC 6902 explains.
ELSEWHERE = {"value"}


def members(schema) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(members, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema["properties"] if isinstance(schema.get("required"), list) else {}
    return {*own, *(name for each in schema.values() for name in members(each))}


def main():
    checkout = Path(sys.argv[1])
    lines = (checkout / "man/hotreloadctl.1").read_text().splitlines()
    written = {word for line in lines if line.startswith(".Va ") for word in re.findall(r"[a-z_]+", line[4:])}
    missing = []
    for path in sorted((checkout / "schemas").glob("*.json")):
        if path.stem not in OF_THE_API | OF_FILES:
            named = members(json.loads(path.read_text())) - written - ELSEWHERE - {"event"}
            missing += [f"man/hotreloadctl.1: .Va {name} is missing, which schemas/{path.name} has" for name in sorted(named)]
    print("\n".join(missing))
    return 1 if missing or not written else 0


sys.exit(main())
