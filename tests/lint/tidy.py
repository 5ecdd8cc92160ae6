#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over src/, two at a time, and only over what changed since it was last clean.

tidy.py SOURCE_ROOT BUILD_DIR CACHE_DIR. BUILD_DIR has been built. A source is clean when it, all
that it includes, its flags and .clang-tidy hash to a stamp in CACHE_DIR.
"""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path


def dependencies(build: Path) -> dict[str, list[Path]]:
    """The files that each object was made of, as the compiler told ninja."""
    lines = subprocess.run(
        ["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found: dict[str, list[Path]] = {}
    for line in lines:
        if line.startswith(" "):
            files.append(build / line.strip())
        elif ": #deps" in line:
            files = found.setdefault(line.partition(":")[0], [])
    return found


@cache
def hash_of(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def fingerprint(entry: dict, files: list[Path], config: bytes) -> str:
    hashes = b"".join(hash_of(file) for file in files)
    return hashlib.sha256(config + entry["command"].encode() + hashes).hexdigest()


def tidy(entry: dict, stamp: Path, build: Path) -> str:
    source = Path(entry["directory"], entry["file"]).resolve()
    if stamp.exists():
        return ""
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", build, source], capture_output=True, text=True
    )
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stdout + run.stderr


def main() -> int:
    root, build, stamps = (Path(argument).resolve() for argument in sys.argv[1:])
    stamps.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    config = version + (root / ".clang-tidy").read_bytes()
    # A unity build compiles generated files that include ours.
    places = {root / "src", build / "src"}
    entries = [
        entry
        for entry in json.loads((build / "compile_commands.json").read_text())
        if places & set(Path(entry["directory"], entry["file"]).resolve().parents)
    ]
    if not entries:
        sys.exit(f"{build}/compile_commands.json names no file of {root}/src")
    files = dependencies(build)
    jobs = [
        (entry, stamps / fingerprint(entry, files[entry["output"]], config), build)
        for entry in entries
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = list(pool.map(lambda job: tidy(*job), jobs))
    print("".join(reports))
    return 1 if any(reports) else 0


if __name__ == "__main__":
    sys.exit(main())
