#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over src/, two at a time, and only over what changed since it was last clean.

tidy.py SOURCE_ROOT BUILD_DIR CACHE_DIR. A source is clean when the text of it after the
preprocessor, its flags and .clang-tidy hash to a stamp in CACHE_DIR. Sources that the build compiles
several at a time are looked at one by one.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def single_sources(entry: dict) -> list[dict]:
    """The entry, or, for a unity file of meson's, one like it for each source that it includes."""
    path = Path(entry["directory"], entry["file"]).resolve()
    command = shlex.split(entry["command"])
    if Path(command[0]).name == "ccache":
        del command[0]
    for option in ("-o", "-MF", "-MQ"):
        if option in command:
            at = command.index(option)
            del command[at : at + 2]
    command = [word for word in command if word not in ("-MD", "-c", entry["file"])]
    if re.search(r"-unity\d+\.cpp$", path.name):
        sources = [Path(name) for name in re.findall(r'#include\s*[<"](.+)[>"]', path.read_text())]
        sources = [(Path(entry["directory"]) / source).resolve() for source in sources]
    else:
        sources = [path]
    return [
        {
            "directory": entry["directory"],
            "file": str(source),
            "arguments": [*command, "-c", str(source)],
        }
        for source in sources
    ]


def fingerprint(entry: dict, config: bytes) -> str:
    text = subprocess.run(
        [*entry["arguments"], "-E", "-P"], cwd=entry["directory"], capture_output=True, check=True
    ).stdout
    return hashlib.sha256(config + " ".join(entry["arguments"]).encode() + text).hexdigest()


def tidy(entry: dict, database: str, cache: Path, config: bytes) -> str:
    try:
        stamp = cache / fingerprint(entry, config)
    except subprocess.CalledProcessError as error:
        return f"{entry['file']}: {error.stderr.decode()}"
    if stamp.exists():
        return ""
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", database, entry["file"]], capture_output=True, text=True
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
    compiled = json.loads((build / "compile_commands.json").read_text())
    entries = {
        single["file"]: single
        for entry in compiled
        for single in single_sources(entry)
        if (root / "src") in Path(single["file"]).parents
    }
    if not entries:
        print("nothing of src/ is in compile_commands.json")
        return 1
    with tempfile.TemporaryDirectory() as database:
        Path(database, "compile_commands.json").write_text(json.dumps(list(entries.values())))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            reports = list(
                pool.map(lambda entry: tidy(entry, database, cache, config), entries.values())
            )
    print("".join(reports))
    return 1 if any(reports) else 0


if __name__ == "__main__":
    sys.exit(main())
