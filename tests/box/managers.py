# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service managers, asked over their buses. Tests ask them thousands of times: with a
systemctl for each question, half of their time would be the starts of processes."""

import os
import pwd
import re
from dataclasses import dataclass

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, prep_socket

MANAGER = "/org/freedesktop/systemd1"
INTERFACE = "org.freedesktop.systemd1"
INFINITY = 2**64 - 1


@dataclass
class Unit:
    name: str
    active: str
    sub: str
    job: int  # 0: none


class Manager:
    """Of the system, or of `user`. A connection for each question: it does not outlive a bus."""

    def __init__(self, user: str | None = None):
        self._user = user

    def call(self, member: str, signature: str | None = None, *body, path=MANAGER, interface=f"{INTERFACE}.Manager"):
        message = new_method_call(DBusAddress(path, INTERFACE, interface), member, signature, body)
        with connect(self._user) as bus:
            reply = bus.send_and_get_reply(message, timeout=30)
        if reply.header.message_type == MessageType.error:
            raise LookupError(f"{member} {body}: {reply.body}")
        return reply.body[0] if reply.body else None

    def property(self, unit: str, name: str) -> str:
        """As `systemctl show --value` prints it."""
        path = f"{MANAGER}/unit/" + re.sub(r"[^A-Za-z0-9]", lambda other: f"_{ord(other[0]):02x}", unit)
        for kind in (unit.rpartition(".")[2].capitalize(), "Unit"):
            try:
                value = self.call("Get", "ss", f"{INTERFACE}.{kind}", name, path=path, interface="org.freedesktop.DBus.Properties")
            except LookupError:
                continue
            return text(*value)
        raise LookupError(f"{unit} has no {name}")

    def units(self, *patterns: str, states=()) -> list[Unit]:
        """That are loaded, with one of the states (of any kind), or all."""
        rows = self.call("ListUnitsByPatterns", "asas", list(states), list(patterns))
        return [Unit(row[0], row[3], row[4], row[7]) for row in rows]


def connect(user: str | None) -> DBusConnection:
    """To the system bus, or to the session bus of a user."""
    if not user:
        return DBusConnection(prep_socket("/run/dbus/system_bus_socket"))
    uid = pwd.getpwnam(user).pw_uid
    os.setresuid(uid, uid, 0)  # it listens to its own user only
    try:
        return DBusConnection(prep_socket(f"/run/user/{uid}/bus"))
    finally:
        os.setresuid(0, 0, 0)


def text(signature: str, value) -> str:
    if signature == "b":
        return "yes" if value else "no"
    if signature == "as":
        return " ".join(value)
    if signature == "ay":
        return bytes(value).hex()
    return "infinity" if value == INFINITY else str(value)
