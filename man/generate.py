#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes org.hotreload(5), the manual of the API, out of the XML of the interfaces: `generate.py INTERFACES`.
The page is in org.hotreload.5 beside this file."""

import re
import sys
import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dbus"))
from api import Comment, Interface, head, interfaces

WIDTH = 80
HEAD = """.\\" SPDX-License-Identifier: LGPL-2.1-or-later
.\\" Made by man/generate.py of the XML in dbus/interfaces.
.Dd January 1, 2026
.Dt ORG.HOTRELOAD 5
.Os hotreload
.Sh NAME
.Nm org.hotreload
.Nd the D-Bus and Varlink interfaces of hotreloadd
"""
FOOT = """.Sh FILES
.Bl -tag -width Ds
.It Pa /usr/share/dbus-1/interfaces/org.hotreload.*.xml
The interfaces of the bus, from which this page is made.
.It Pa /usr/share/doc/hotreload/org.hotreload.varlink
The interface of the socket.
.El
.Sh SEE ALSO
.Xr busctl 1 ,
.Xr hotreloadctl 1 ,
.Xr varlinkctl 1 ,
.Xr hotreload.toml 5 ,
.Xr hotreloadd 8
"""


def escaped(line: str) -> str:
    line = line.replace("\\", "\\e").replace("-", "\\-") if line.startswith("$ ") else line.replace("\\", "\\e")
    return "\\&" + line if line[:1] in (".", "'") else line


def prose(text: str, end: str = ".") -> list[str]:
    """Lines of filled text, each sentence on lines of its own."""
    sentences = re.split(r"(?<=[.:]) (?=[A-Z])", text + end)
    return [escaped(line) for each in sentences for line in textwrap.wrap(each, WIDTH, break_on_hyphens=False, break_long_words=False)]


def paragraphs(texts: list[str]) -> list[str]:
    lines = []
    for text in texts:
        command = text.startswith("$ ")
        lines += [f".Dl {escaped(text)}"] if command else [".Pp", *prose(text)]
    return lines[1:] if lines[:1] == [".Pp"] else lines


def listed(items: list[tuple[str, str]]) -> list[str]:
    """A list of what is in front, a macro line, and what it means."""
    if not items:
        return []
    return [".Bl -tag -width Ds", *(line for it, text in items for line in (f".It {it}", *prose(text))), ".El"]


def arguments(item: ET.Element, direction: str | None) -> str:
    found = [arg for arg in item.findall("arg") if arg.get("direction") == direction]
    return " , ".join(f"{arg.get('type')} Va {arg.get('name')}" for arg in found)


def called(item: ET.Element) -> str:
    direction = "in" if item.tag == "method" else None
    inputs, outputs = arguments(item, direction), arguments(item, "out")
    text = f"Ic {item.get('name')} Ns Po {inputs} Pc".replace("Po  Pc", "Po Pc")
    return text + (f" No \\(-> {outputs}" if outputs else "")


def meanings(comment: Comment) -> list[tuple[str, str]]:
    items = []
    for name, (type_, text) in comment.fields.items():
        what = f"member, {type_}" if name.startswith("json.") else f"option, {type_}" if type_ else ""
        items.append((f"Va {name.removeprefix('json.')}" + (f" Pq {what.replace(', ', ' , ')}" if what else ""), text))
    return items


def element(item: ET.Element, comment: Comment) -> list[str]:
    bus = prose(f"Of the bus alone. {comment.bus}") if comment.bus else []
    return [f".It {called(item)}", *prose(comment.text), *bus, *listed(meanings(comment))]


def property_item(item: ET.Element, comment: Comment) -> tuple[str, str]:
    const = item.find("annotation[@value='const']") is not None
    return f"Va {item.get('name')} Pq {item.get('type')}", comment.text + (". It never changes" if const else "")


def interface_section(interface: Interface) -> list[str]:
    lines = [f".Sh {interface.name.removeprefix('org.hotreload.').upper()}"]
    lines += [f"Interface\n.Ql {interface.name}\nof\n.Pa {interface.comment.object} :", *prose(interface.comment.text[0].lower() + interface.comment.text[1:])]
    for title, tag in (("Methods", "method"), ("Signals", "signal")):
        found = [line for item, comment in interface if item.tag == tag for line in element(item, comment)]
        if found:
            lines += [f".Ss {title} of {interface.name.removeprefix('org.hotreload.')}", ".Bl -tag -width Ds", *found, ".El"]
    properties = [property_item(item, comment) for item, comment in interface if item.tag == "property"]
    return [*lines, f".Ss Properties of {interface.name.removeprefix('org.hotreload.')}", *listed(properties)]


def streamed(name: str, comment: Comment) -> list[str]:
    fields = [(f"Va {field} Pq {type_.removeprefix('?')}", text) for field, (type_, text) in comment.fields.items()]
    return [".Bl -tag -width Ds", f".It Ic {name}", *prose(comment.text), *listed(fields), ".El"]


def page(directory: Path) -> str:
    common, read = head(directory), interfaces(directory)
    sections = {name: [f".Sh {name}", *paragraphs(texts)] for name, texts in common.sections.items()}
    for name, comment in read["Manager1"].varlink.items():
        sections["SOCKET"] += streamed(name, comment)
    sections["ERRORS"] += listed([(f"Cm {name}", text) for name, text in common.errors.items()])
    lines = [*sections["DESCRIPTION"], *sections["CALLS"]]
    for interface in read.values():
        lines += interface_section(interface)
    return HEAD + "\n".join([*lines, *sections["SOCKET"], *sections["ERRORS"]]) + "\n" + FOOT


if __name__ == "__main__":
    print(page(Path(sys.argv[1])), end="")
