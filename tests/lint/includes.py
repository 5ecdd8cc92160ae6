#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps the arrows between the folders of src/ as CONTRIBUTING.md draws them.

Everything may include core and base; core includes base; base includes std alone. Siblings do not
include each other, daemon alone knows everybody, and each outside library is seen only in the
folders that are named for it.
"""

import re
import sys
from pathlib import Path

# folder -> folders of ours that it may include, beside itself
FOLDERS = {
    "base": set(),
    "core": {"base"},
    "os": {"core", "base"},
    "config": {"core", "base", "os"},  # files are opened as others may have led us to them
    "document": {"core", "base"},
    "libhotreload": {"core", "base", "document"},  # of these, objects of its own
    "worker": {"core", "base", "os", "document"},  # document: in the program, not in what the daemon links
    "state": {"core", "base", "os"},  # files are written back where others may have led us
    "project": {"core", "base"},
    "kinds": {"core", "base"},  # a kind does not see another: src/kinds/NAME
    "watch": {"core", "base", "os"},
    "units": {"core", "base", "os"},
    "probe": {"core", "base", "os"},
    "ipc": {"core", "base", "os"},
    "exporter": set(),  # a caller of the socket, and nothing else
    "client": {"base", "os"},
    "ctl": {"core", "base", "os", "config", "kinds", "client"},  # check reads a project file without the daemon
}
EVERYBODY = {"daemon"}

# outside library -> folders that may see it
LIBRARIES = [
    (r"toml\+\+/", {"config", "document"}),
    (r"sdbus-c\+\+/", {"units", "ipc", "daemon", "client"}),
    (r"systemd/sd-journal\.h", {"os", "ctl"}),
    (r"systemd/sd-login\.h", {"ctl"}),  # whose pager it is
    (r"systemd/sd-daemon\.h", {"os", "daemon"}),
    (r"systemd/sd-bus\.h", {"os", "ipc", "daemon", "client"}),  # client: the bus is on its loop by hand
    (r"systemd/sd-(varlink|json)\.h", {"ipc", "exporter"}),
    (r"systemd/", {"os", "ipc", "daemon", "client"}),
    (r"CLI/", {"ctl"}),
    (r"xxhash\.h", {"config", "watch"}),
    (r"curl/", {"probe"}),
    (r"jsoncons", {"state", "ipc", "client", "ctl", "document"}),
    (r"libfyaml\.h", {"document"}),
    (r"pcre2\.h", {"document", "ctl"}),
    (r"seccomp\.h", {"worker"}),
    (r"sys/inotify\.h", {"os", "libhotreload"}),
    (r"hotreload/config\.h", {"libhotreload"}),
    (r"arpa/inet\.h", {*FOLDERS, *EVERYBODY} - {"base"}),  # how addresses are spelled: pure
    (r"sys/acl\.h", {"state"}),
    (r"(sys|linux|netinet|arpa)/", {*FOLDERS, *EVERYBODY} - {"base", "core"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def complaint(folder: str, bracket: str, name: str) -> str | None:
    target = name.split("/")[0] if "/" in name else None
    if bracket == '"' and (target in FOLDERS or target in EVERYBODY):
        if folder in EVERYBODY or target == folder or target in FOLDERS.get(folder, set()):
            return None
        return f"{folder}/ may not include {target}/"
    if bracket == '"' and target is None:
        return None  # generated, or beside the source
    for pattern, allowed in LIBRARIES:
        if re.match(pattern, name):
            return None if folder in allowed else f"{folder}/ may not see <{name}>"
    if "/" in name:
        return f"{name}: say in tests/lint/includes.py which folders may see it"
    return None


def of_another_kind(path: Path, name: str) -> str | None:
    own, other = path.parts, Path(name).parts
    if own[0] == other[0] == "kinds" and len(own) > 2 and len(other) > 2 and own[1] != other[1]:
        return f"kinds/{own[1]}/ may not include kinds/{other[1]}/"
    return None


def check(src: Path) -> list[str]:
    problems = []
    for path in sorted(src.rglob("*")):
        if path.suffix not in {".cpp", ".hpp", ".c", ".h"}:
            continue
        folder = path.relative_to(src).parts[0]
        if folder not in FOLDERS and folder not in EVERYBODY:
            problems.append(f"{path}: the folder is not in the table of tests/lint/includes.py")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            what = match and (complaint(folder, *match.groups()) or of_another_kind(path.relative_to(src), match[2]))
            if what:
                problems.append(f"{path}:{number}: {what}")
    return problems


def main() -> int:
    problems = check(Path(sys.argv[1]))
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
