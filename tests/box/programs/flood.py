#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls the system's hotreloadd as fast as it answers, as whoever runs it, until standard input ends: flood.py dbus|varlink
CONNECTIONS WINDOW, with WINDOW calls of each connection that are not answered yet. Says `ready` when the first are answered, and
in the end a line of JSON: how many were sent, and how many of them answered."""

import json
import selectors
import socket
import sys

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

MANAGER = DBusAddress("/org/hotreload", "org.hotreload", "org.hotreload.Manager1")


class Varlink:
    """A connection on which calls follow each other without a wait for the answers."""

    CALL = json.dumps({"method": "org.hotreload.Status", "parameters": {}}).encode() + b"\0"

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect("/run/hotreload/org.hotreload")

    def send(self, count: int):
        self.socket.sendall(self.CALL * count)

    def receive(self) -> int:
        part = self.socket.recv(1 << 16)
        assert part, "closed"
        return part.count(b"\0")


class Dbus:
    def __init__(self):
        self.connection = open_dbus_connection("SYSTEM")
        self.socket = self.connection.sock

    def send(self, count: int):
        for _ in range(count):
            self.connection.send(new_method_call(MANAGER, "Reload", "sa{sv}", ("flood", {})))

    def receive(self) -> int:
        self.connection.receive()
        count = 1
        while True:  # what has come with it
            try:
                self.connection.receive(timeout=0)
                count += 1
            except TimeoutError:
                return count


def main():
    transport = {"dbus": Dbus, "varlink": Varlink}[sys.argv[1]]
    connections, window = map(int, sys.argv[2:4])
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    sent = answered = 0
    for _ in range(connections):
        each = transport()
        selector.register(each.socket, selectors.EVENT_READ, each)
        each.send(window)
        sent += window
    while True:
        for key, _ in selector.select():
            if key.data is None:
                print(json.dumps({"sent": sent, "answered": answered}), flush=True)
                return
            count = key.data.receive()
            if answered == 0:
                print("ready", flush=True)
            answered += count
            key.data.send(count)
            sent += count


main()
