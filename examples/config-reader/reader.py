#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints a published document whenever its meaning changes: [configs.NAME] of hotreload.toml(5).

    ./reader.py PROJECT CONFIG [--system]

Needs python3-jeepney."""

import json
import sys

from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import Proxy, open_dbus_connection
from jeepney.wrappers import unwrap_msg

project, config = sys.argv[1:3]
bus = "SYSTEM" if "--system" in sys.argv else "SESSION"


def escape(name):
    """As sd_bus_path_encode(3) does: all but letters and digits, and a digit in front."""
    plain = lambda i, c: c.isascii() and (c.isalpha() or (c.isdigit() and i > 0))
    return "".join(c if plain(i, c) else "".join(f"_{byte:02x}" for byte in c.encode()) for i, c in enumerate(name)) or "_"


document = DBusAddress(
    f"/org/hotreload/project/{escape(project)}/config/{escape(config)}", "org.hotreload", "org.hotreload.Config1"
)
# The bus knows who owns "org.hotreload", so it takes the name in a match rule. Signals themselves come
# from the owner's unique name (":1.42"): a filter of our own on the sender "org.hotreload" would never
# match, so it is by path and interface. That also survives a restart of hotreloadd.
rule = {"type": "signal", "interface": "org.freedesktop.DBus.Properties", "member": "PropertiesChanged", "path": document.object_path}
ours, the_bus_s = MatchRule(**rule), MatchRule(**rule, sender="org.hotreload")

connection = open_dbus_connection(bus)
Proxy(message_bus, connection).AddMatch(the_bus_s)
with connection.filter(ours) as changes:
    while True:  # first the match, then the question: nothing is missed in between
        answer = connection.send_and_get_reply(new_method_call(document, "GetValue", "a{sv}", ({},)))
        text, revision = unwrap_msg(answer)
        if revision > 0:  # 0: there was no valid value yet
            print(revision, json.loads(text), flush=True)
        connection.recv_until_filtered(changes)
