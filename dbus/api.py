# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the XML of the interfaces with its comments, which say what everything means: for varlink/generate.py
and man/generate.py. The form of the comments is told in org.hotreload.Manager1.xml."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

NAMES = ("Manager1", "Project1", "Service1", "Config1")


@dataclass
class Comment:
    text: str = ""
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: (type, text)
    errors: dict[str, str] = field(default_factory=dict)
    sections: dict[str, list[str]] = field(default_factory=dict)  # of the manual: paragraphs
    object: str = ""  # path of the objects that have an interface
    bus: str = ""  # why the socket has it not


def sentence(text: str) -> str:
    return " ".join(text.split()).removesuffix(".")


def parse(raw: str) -> Comment:
    comment = Comment()
    head, *parts = re.split(r"(?m)^\s*@", raw)
    comment.text = sentence(head)
    for part in parts:
        name, _, text = part.partition(": ")
        kind, _, rest = name.partition(" ")
        if kind == "error":
            comment.errors[rest] = sentence(text)
        elif kind == "section":
            comment.sections[rest] = [sentence(each) for each in re.split(r"\n\s*\n", text)]
        elif kind == "object":
            comment.object, comment.text = rest, sentence(text)
        elif kind == "varlink":
            comment.text = sentence(text)
        elif kind == "bus":
            comment.bus = sentence(text)
        else:
            comment.fields[kind] = (rest.strip("()"), sentence(text))
    return comment


class Interface:
    """An XML file: its elements in order, each with the comment in front of it, and what it is about."""

    def __init__(self, path: Path):
        self.name = path.stem
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
        root = ET.parse(path, parser).getroot()
        self.comment, self.items, self.varlink = Comment(), [], {}
        for item in root:
            if item.tag is ET.Comment and "@object" in item.text:
                self.comment = parse("\n" + item.text.lstrip())
        comment = Comment()
        for item in root.find("interface"):
            if item.tag is ET.Comment:
                if found := re.match(r"\s*@varlink (\w+): ", item.text):
                    self.varlink[found[1]] = parse(item.text)
                comment = parse(item.text)
            else:
                self.items.append((item, comment))
                comment = Comment()

    def __iter__(self):
        return iter(self.items)


def interfaces(directory: Path) -> dict[str, Interface]:
    return {name: Interface(directory / f"org.hotreload.{name}.xml") for name in NAMES}


def head(directory: Path) -> Comment:
    """What is true of all of them: errors, and sections of the manual."""
    text = (directory / "org.hotreload.Manager1.xml").read_text()
    return parse(re.search(r"<!-- The source.*?-->", text, re.DOTALL)[0][4:-3])
