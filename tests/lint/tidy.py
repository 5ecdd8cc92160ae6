#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over src/, two at a time, and only over what changed since it was last clean.

tidy.py SOURCE_ROOT BUILD_DIR CACHE_DIR. A source is clean when the text of it after the
preprocessor, its flags and .clang-tidy hash to a stamp in CACHE_DIR.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def fingerprint(entry: dict, config: bytes) -> str:
    command = shlex.split(entry["command"])
    if Path(command[0]).name == "ccache":
        del command[0]
    out = command.index("-o")
    del command[out : out + 2]
    text = subprocess.run(
        [*command, "-E", "-P"], cwd=entry["directory"], capture_output=True, check=True
    ).stdout
    return hashlib.sha256(config + " ".join(command).encode() + text).hexdigest()


def tidy(entry: dict, build: Path, cache: Path, config: bytes) -> str:
    source = Path(entry["directory"], entry["file"]).resolve()
    try:
        stamp = cache / fingerprint(entry, config)
    except subprocess.CalledProcessError as error:
        return f"{source}: {error.stderr.decode()}"
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
    root, build, cache = (Path(argument).resolve() for argument in sys.argv[1:])
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    config = version + (root / ".clang-tidy").read_bytes()
    # A unity build compiles generated files that include ours.
    places = {root / "src", build / "src"}
    entries = {
        entry["file"]: entry
        for entry in json.loads((build / "compile_commands.json").read_text())
        if places & set(Path(entry["directory"], entry["file"]).resolve().parents)
    }
    if not entries:
        sys.exit(f"{build}/compile_commands.json names no file of {root}/src")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = list(pool.map(lambda entry: tidy(entry, build, cache, config), entries.values()))
    print("".join(reports))
    return 1 if any(reports) else 0


if __name__ == "__main__":
    sys.exit(main())
