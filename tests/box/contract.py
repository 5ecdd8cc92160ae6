# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract of what is told as JSON: its schemas, which are installed in /usr/share/hotreload/schemas. All JSON
that a test reads through the harness passes here, and a member that no schema has fails the test, as readers would
come to rely on it: it belongs into the schema, and into the manual, first."""

import functools
import json
from pathlib import Path

import jsonschema
import referencing

SCHEMAS = Path(__file__).parents[2] / "schemas"
INSTALLED = Path("/usr/share/hotreload/schemas")

# The schema of each line that a command prints with --json.
OF_COMMAND = {
    **{name: name for name in "status list plan history diff explain check get logs monitor debug".split()},
    **{name: "reload" for name in "up down reload restart start stop pause resume rollback apply confirm edit".split()},
}
# The schema of the JSON that a method of the API answers.
OF_METHOD = {
    "Plan": "plan",
    "History": "history",
    "Diff": "diff",
    "Explain": "explain",
    "DebugEvents": "debug",
    "Status": "daemon-status",
    "GetState": "state",
    "Details": "details",
}


def closed(schema):
    """The schema as tests see it: what it does not have may not be there. To everybody else it is open, for members
    are added."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    all_told = {"additionalProperties": False} if isinstance(schema.get("required"), list) else {}
    return {**all_told, **{name: closed(each) for name, each in schema.items()}}


def schemas() -> dict[str, dict]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))}


@functools.cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    read = {each: closed(schema) for each, schema in schemas().items()}
    resources = [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in read.values()]
    return jsonschema.Draft202012Validator(read[name], registry=referencing.Registry().with_resources(resources))


@functools.lru_cache(maxsize=4096)
def check(name: str, text: str):
    """Fails unless the text is JSON that meets the schema, and has nothing beside it."""
    best = jsonschema.exceptions.best_match(validator(name).iter_errors(json.loads(text)))
    assert not best, f"{best.json_path} is not as schemas/{name}.json says: {best.message}\n{text}"


def check_command(words, text: str):
    """What a command printed with --json, a line for each value."""
    command = next((str(word) for word in words if str(word) in OF_COMMAND), "status")
    name = "plan" if "--dry-run" in words else OF_COMMAND[command]
    for line in text.splitlines():
        if line:
            check(name, line)


def check_answer(method: str, text: str):
    if method in OF_METHOD:
        check(OF_METHOD[method], text)
