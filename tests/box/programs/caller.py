#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls methods of the system's hotreloadd as whoever runs it: caller.py dbus|varlink [--ask]. Says `ready`, takes a
line of JSON on standard input, {METHOD: [SIGNATURE, ARGUMENTS, PARAMETERS]}, and answers one: {METHOD: outcome},
`allowed`, `password` or `refused`. --ask: somebody may be asked for a password."""

import json
import socket
import sys

from jeepney import DBusAddress, HeaderFields, MessageFlag, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

MANAGER = DBusAddress("/org/hotreload", "org.hotreload", "org.hotreload.Manager1")
SOCKET = "/run/hotreload/org.hotreload"
REFUSED = {"NotAuthorized": "refused", "InteractiveAuthorizationRequired": "password",
           "InteractiveAuthenticationRequired": "password", "PermissionDenied": "refused", "AccessDenied": "refused"}  # fmt: skip


def element(name: str) -> str:
    """Of an object's path, see sd_bus_path_encode(3): the names of these tests are words."""
    assert name.isalpha(), name
    return name


def outcome(error: str | None) -> str:
    """What does not refuse the caller is allowed, whatever comes of it: the targets do not exist."""
    return REFUSED.get((error or "").rpartition(".")[2], "allowed")


class Dbus:
    def __init__(self, ask: bool):
        self.connection = open_dbus_connection("SYSTEM")
        self.ask = ask

    def call(self, method, signature, arguments, parameters):
        address = MANAGER
        if method == "GetValue":
            path = f"/org/hotreload/project/{element(parameters['project'])}/config/{element(parameters['name'])}"
            address = DBusAddress(path, "org.hotreload", "org.hotreload.Config1")
        message = new_method_call(address, method, signature, tuple(arguments))
        if self.ask:
            message.header.flags = MessageFlag.allow_interactive_authorization
        reply = self.connection.send_and_get_reply(message)
        is_error = reply.header.message_type == MessageType.error
        return outcome(reply.header.fields[HeaderFields.error_name] if is_error else None)


class Varlink:
    def __init__(self, ask: bool):
        self.ask = ask

    def call(self, method, _signature, _arguments, parameters):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(SOCKET)
            parameters = dict(parameters, **({"allowInteractiveAuthentication": True} if self.ask else {}))
            call = {"method": f"org.hotreload.{method}", "parameters": parameters}
            link.sendall(json.dumps(call).encode() + b"\0")
            received = b""
            while not received.endswith(b"\0"):
                part = link.recv(65536)
                assert part, "closed"
                received += part
            return outcome(json.loads(received[:-1]).get("error"))


def main():
    transport = {"dbus": Dbus, "varlink": Varlink}[sys.argv[1]]("--ask" in sys.argv)
    print("ready", flush=True)
    calls = json.loads(sys.stdin.readline())
    print(json.dumps({method: transport.call(method, *words) for method, words in calls.items()}), flush=True)


main()
