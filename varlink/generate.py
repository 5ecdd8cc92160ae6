#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the Varlink interface out of the XML of the D-Bus interfaces, whose comments say what each
method and each field means: `generate.py c INTERFACES` as libsystemd's tables, `generate.py varlink
INTERFACES` as text, which is in org.hotreload.varlink beside this file."""

import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dbus"))
from api import Comment, Interface, head, interfaces

TYPES = {"s": "string", "o": "string", "b": "bool", "t": "int", "u": "int", "as": "[]string", "at": "[]int", "a(suus)": "[]Problem", "a(sh)": "[]File"}
# What has another name or another form than on D-Bus.
RENAMED = {("Status", "target"): ("project", "?string")}
NULLABLE = {"generation", "limit", "from", "to"}  # of arguments: 0 is said by leaving them out
BY_PATH = {"GetValue": {"project": "The project", "name": "The document"}}  # told by the object's path
REPLACED = {("GetValue", "value_json"): ("value", "?object", "The value; null while there was none")}
INTERACTIVE = ("allowInteractiveAuthentication", "?bool", "The caller may be asked to authenticate, which is not so if this is not given")
ERROR_FIELDS = [
    ("message", "string", "What is wrong, for people"),
    ("path", "?string", "The file that it is about"),
    ("line", "?int", "Counts from 1; not there when it is not known"),
    ("column", "?int", "Counts from 1; not there when it is not known"),
    ("hint", "?string", "What to do about it, where the message does not say so"),
]
FILE_FIELDS = [
    ("path", "string", "The path by which it is watched"),
    ("text", "?string", "Its content, where that is UTF-8"),
    ("data", "?string", "Its content in Base64; one of the two is given"),
]
PROBLEM_FIELDS = [
    ("path", "string", "The file; empty when it is not about one"),
    ("line", "int", "Counts from 1; 0 means not known"),
    ("column", "int", "Counts from 1; 0 means not known"),
    ("message", "string", "What is wrong. Where it may quote a file, callers who may not inspect are told how to see it"),
]


@dataclass
class Symbol:
    kind: str  # type, method, error
    name: str
    text: str
    inputs: list[tuple[str, str, str]] = field(default_factory=list)  # name, type, text
    outputs: list[tuple[str, str, str]] = field(default_factory=list)
    more: bool = False


def camel(name: str) -> str:
    first, *rest = re.split("[-_]", name)
    return first + "".join(word.capitalize() for word in rest)


def method(item: ET.Element, comment: Comment) -> Symbol:
    name = item.get("name")
    symbol = Symbol("method", name, comment.text)
    symbol.inputs += [(each, "string", text) for each, text in BY_PATH.get(name, {}).items()]
    told = lambda arg: comment.fields[arg][1]
    for arg in item.findall("arg"):
        each, type_ = arg.get("name"), TYPES.get(arg.get("type"), "")
        if each == "options":
            options = [(option, *rest) for option, rest in comment.fields.items() if rest[0] in ("b", "s")]
            symbol.inputs += [(camel(option), "?" + TYPES[type_], text) for option, type_, text in options]
        elif arg.get("direction") == "in":
            renamed, type_ = RENAMED.get((name, each), (each, ("?" if each in NULLABLE else "") + type_))
            symbol.inputs.append((renamed, type_, told(each)))
        elif each == "json":
            members = [(member[5:], *rest) for member, rest in comment.fields.items() if member.startswith("json.")]
            symbol.outputs += members
        else:
            symbol.outputs.append(REPLACED.get((name, each), (each, type_, "")))
            if not symbol.outputs[-1][2]:
                symbol.outputs[-1] = (each, type_, told(each))
    symbol.inputs.append(INTERACTIVE)
    return symbol


def struct(name: str, interface: Interface, beside=()) -> Symbol:
    symbol = Symbol("type", name, interface.comment.text)
    for item, comment in interface:
        if item.tag == "property":
            member = item.get("name")
            type_ = "[]object" if member.endswith("JSON") else TYPES[item.get("type")]
            member = member.removesuffix("JSON")
            symbol.inputs.append((member[0].lower() + member[1:], type_, comment.text))
    symbol.inputs += beside
    return symbol


def symbols(directory: Path) -> list[Symbol]:
    read = interfaces(directory)
    found = [
        Symbol("type", "Problem", "A mistake at one place of one file", PROBLEM_FIELDS),
        Symbol("type", "File", "Content for a watched file", FILE_FIELDS),
        struct("Service", read["Service1"]),
        struct("Config", read["Config1"]),
        struct("Project", read["Project1"],
               [("services", "[]Service", "Its services"), ("configs", "[]Config", "The documents that it publishes")]),
    ]  # fmt: skip
    for interface in read.values():
        found += [method(item, comment) for item, comment in interface if item.tag == "method" and not comment.bus]
    for name, comment in read["Manager1"].varlink.items():
        outputs = [(member, *rest) for member, rest in comment.fields.items()]
        found.append(Symbol("method", name, comment.text, [INTERACTIVE], outputs, more=True))
    for name, text in head(directory).errors.items():
        target = [("target", "string", "What was asked for")] if name == "NoSuchTarget" else []
        found.append(Symbol("error", name, text, target + ERROR_FIELDS))
    for symbol in found:
        assert symbol.text, f"{symbol.name} has no comment"
        for name, type_, text in symbol.inputs + symbol.outputs:
            assert text, f"{name} of {symbol.name} has no comment"
            assert type_, f"{name} of {symbol.name} has no type"
    return found


INTERFACE_TEXT = "What hotreloadd knows of projects and their services, and what can be done to them"


def as_varlink(found: list[Symbol]) -> str:
    text = f"# SPDX-License-Identifier: LGPL-2.1-or-later\n# {INTERFACE_TEXT}\ninterface org.hotreload\n"
    for symbol in found:
        text += f"\n# {symbol.text}\n"
        if symbol.more:
            text += "# [Requires 'more' flag]\n"
        text += f"{symbol.kind} {symbol.name}{as_fields(symbol.inputs)}"
        text += (f" -> {as_fields(symbol.outputs)}" if symbol.kind == "method" else "") + "\n"
    return text


def as_fields(fields) -> str:
    return "(\n" + ",\n".join(f"\t# {text}\n\t{name}: {type_}" for name, type_, text in fields) + "\n)" if fields else "()"


def as_c(found: list[Symbol]) -> str:
    text = '/* Made by varlink/generate.py. */\n#define _GNU_SOURCE /* the macros need __VA_OPT__ and look for this */\n#include "ipc/varlink/interface.h"\n'
    for symbol in found:
        macro = {"type": "STRUCT_TYPE", "method": "METHOD_FULL" if symbol.more else "METHOD", "error": "ERROR"}[symbol.kind]
        words = [symbol.name] + (["SD_VARLINK_REQUIRES_MORE"] if symbol.more else [])
        for direction, fields in (("INPUT" if symbol.kind == "method" else "FIELD", symbol.inputs), ("OUTPUT", symbol.outputs)):
            for name, type_, comment in fields:
                words += [f"SD_VARLINK_FIELD_COMMENT({quoted(comment)})", c_field(direction, name, type_)]
        text += f"\nstatic SD_VARLINK_DEFINE_{macro}(\n    " + ",\n    ".join(words) + ");\n"
    words = ['org_hotreload, "org.hotreload"', f"SD_VARLINK_INTERFACE_COMMENT({quoted(INTERFACE_TEXT)})"]
    for symbol in found:
        words += [f"SD_VARLINK_SYMBOL_COMMENT({quoted(symbol.text)})", f"&vl_{symbol.kind}_{symbol.name}"]
    text += "\nstatic SD_VARLINK_DEFINE_INTERFACE(\n    " + ",\n    ".join(words) + ");\n"
    return text + "\nconst sd_varlink_interface* hotreload_varlink_interface(void) {\n    return &vl_interface_org_hotreload;\n}\n"


def c_field(direction: str, name: str, type_: str) -> str:
    flags = "SD_VARLINK_NULLABLE" if type_.startswith("?") else ""
    type_ = type_.removeprefix("?")
    if type_.startswith("[]"):
        flags += (" | " if flags else "") + "SD_VARLINK_ARRAY"
    type_ = type_.removeprefix("[]")
    if type_[0].isupper():
        return f"SD_VARLINK_DEFINE_{direction}_BY_TYPE({name}, {type_}, {flags or 0})"
    return f"SD_VARLINK_DEFINE_{direction}({name}, SD_VARLINK_{type_.upper()}, {flags or 0})"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    form = {"c": as_c, "varlink": as_varlink}[sys.argv[1]]
    print(form(symbols(Path(sys.argv[2]))), end="")
