#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""library_pages.py CHECKOUT ALIAS=PAGE…: each function of hotreload/config.h has a page of its name, which has
it in NAME, with its parameters in SYNOPSIS, and explains it; each constant, and each public name of the C++
header and the Python module, is in a page, too."""

import ast
import re
import sys
from pathlib import Path

# Classes of the header that are no part of what is promised.
HIDDEN = {"Reader", "Unref"}
# Of a class of C++: a member function, after whatever stands before its type.
FUNCTION = r"(?m)^    (?:template <class T>\n    )?(?:\[\[nodiscard\]\] )?(?:static )?\w[\w:<>, *&]*? &?\*?(\w+)\("


def words(text: str) -> list:
    return re.findall(r"[\w*]+", text.replace("*", " * "))


def parameters_in(synopsis: str, function: str) -> list:
    """As words, of ".Fn NAME "TYPE NAME"…" or of ".Fo NAME" and its ".Fa"s; None: it is not there."""
    if line := re.search(rf"(?m)^\.Fn {function}((?: \"[^\"]*\")*)$", synopsis):
        return words(line[1])
    if block := re.search(rf"(?ms)^\.Fo {function}\n(.*?)^\.Fc", synopsis):
        return words(re.sub(r"(?m)^\.Fa", "", block[1]))
    return None


def check_functions(header: str, pages: dict, aliases: dict):
    code = re.sub(r"(?s)/\*.*?\*/", "", header)
    declarations = re.findall(r"(?m)^\w[\w *]*?\b(hotreload_config_\w+)\(([^)]*)\)", code)
    if not declarations:
        yield "config.h: no function is found"
    names = {name for name, _ in declarations}
    for name, parameters in declarations:
        page = aliases.get(name, name)
        sections = dict(re.findall(r"(?ms)^\.Sh ([^\n]*)\n(.*?)(?=^\.Sh |\Z)", pages.get(page, "")))
        if not sections:
            yield f"{name}: no page has its name, and none in man/meson.build is told to"
            continue
        if not re.search(rf"(?m)^\.Nm {name}(?: ,)?$", sections["NAME"]):
            yield f"man/{page}.3, NAME: no {name}"
        if parameters_in(sections["SYNOPSIS"], name) != words(parameters):
            yield f"man/{page}.3, SYNOPSIS: {name} is not what config.h says: {' '.join(parameters.split())}"
        if not re.search(rf"(?m)^\.Fn (?:\w+ , )*{name}\b", sections["DESCRIPTION"]):
            yield f"man/{page}.3, DESCRIPTION: nothing about {name}"
    for name in aliases.keys() - names:
        yield f"man/meson.build: {name} is no function of config.h"
    for page, names_there in re.findall(r"/\* (hotreload_config_\w+)\(3\).*?\*/\n(.*?)\n\n", header, re.DOTALL):
        for name in re.findall(r"\b(hotreload_config_\w+)\(", names_there):
            if aliases.get(name, name) != page:
                yield f"config.h: {name} is below {page}(3), and its page is another one"


def names_of_header(header: str) -> set:
    header = re.sub(r" *//[^\n]*", "", header)
    names = set(re.findall(r"(?m)^(?:struct|class|enum class|using) (\w+) [{=]", header))
    names |= set(re.findall(r"(?m)^inline [\w:]+ (\w+)\(", header))
    for visible in re.findall(r"(?ms)^(?:struct|class) \w+ \{\n(?:public:\n)?(.*?)^(?:private:|\};)", header):
        names |= set(re.findall(FUNCTION, visible))
        names |= set(re.findall(r"(?m)^    [\w:]+ (\w+)(?:\{\}| = \w+)?;$", visible))
        names |= set(re.findall(r"(?m)^    using (\w+) =", visible))
    return names - HIDDEN


def names_of_module(module: str) -> set:
    tree = ast.parse(module)
    exported = next(ast.literal_eval(node.value) for node in tree.body
                    if isinstance(node, ast.Assign) and node.targets[0].id == "__all__")
    names = set(exported)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in exported:
            for part in node.body:
                if isinstance(part, ast.AnnAssign):
                    names.add(part.target.id)
                elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and not part.name.startswith("_"):
                    names |= {part.name, *(each.arg for each in part.args.args + part.args.kwonlyargs)}
                elif isinstance(part, ast.FunctionDef) and part.name == "__init__":
                    names |= {each.arg for each in part.args.args + part.args.kwonlyargs}
    return names - {"self"}


def check(checkout: Path, aliases: dict):
    library = checkout / "src/libhotreload"
    header = (library / "hotreload/config.h").read_text()
    pages = {page.stem: page.read_text() for page in (checkout / "man").glob("*.3")}
    yield from check_functions(header, pages, aliases)
    of_functions = "\n".join(page for name, page in pages.items() if name != "libhotreload")
    for constant in re.findall(r"(?m)^#define (HOTRELOAD_CONFIG_\w+) ", header):
        if not re.search(rf"(?m)^\.(?:It )?Dv (?:\w+ , )*{constant}\b", of_functions):
            yield f"man/hotreload_config_*.3: no {constant}"
    sections = dict(re.findall(r"(?ms)^\.Sh ([^\n]*)\n(.*?)(?=^\.Sh |\Z)", pages["libhotreload"]))
    for section, file, names in [
        ("C++", "hotreload/config.hpp", names_of_header),
        ("PYTHON", "hotreload.py", names_of_module),
    ]:
        told = set(words("\n".join(re.findall(r"(?m)^\.(?:It )?(?:Fn|Fa|Va|Vt|Dv)\b.*$", sections[section]))))
        found = names((library / file).read_text())
        if not found:
            yield f"{file}: no name is found"
        for name in sorted(found - told):
            yield f"man/libhotreload.3, {section}: no {name}, which is in {file}"


problems = list(check(Path(sys.argv[1]), dict(each.split("=") for each in sys.argv[2:])))
print("\n".join(problems))
sys.exit(1 if problems else 0)
