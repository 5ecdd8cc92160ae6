# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service managers and hotreload's, asked over their buses. Tests ask them thousands of times:
with a systemctl or a hotreloadctl for each question, half of their time would be the starts of
processes."""

import json
import os
import pwd
import re
import socket
from dataclasses import dataclass

import contract
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, prep_socket

MANAGER = "/org/freedesktop/systemd1"
INTERFACE = "org.freedesktop.systemd1"
INFINITY = 2**64 - 1
PATIENCE = 120  # seconds; a Sync waits for whatever is going on
HOTRELOAD = DBusAddress("/org/hotreload", "org.hotreload", "org.hotreload.Manager1")


@dataclass
class Unit:
    name: str
    active: str
    sub: str
    job: int  # 0: none


class Manager:
    """The service manager of the system, or of `user`."""

    def __init__(self, user: str | None = None):
        self._user = user

    def call(self, member: str, signature: str | None = None, *body, path=MANAGER, interface=f"{INTERFACE}.Manager"):
        return ask(self._user, DBusAddress(path, INTERFACE, interface), member, signature, *body)

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


class Hotreload:
    """hotreload of the system, or of `user`."""

    def __init__(self, user: str | None = None):
        self._user = user

    def call(self, member: str, signature: str | None = None, *body, address=HOTRELOAD):
        answer = ask(self._user, address, member, signature, *body)
        contract.check_answer(member, answer)
        return answer

    def services(self, project: str) -> dict[str, dict]:
        """By name, each as `hotreloadctl --json status` has it."""
        status = json.loads(self.call("Status", "sa{sv}", "", {}))
        return {
            service["name"]: state_of(service)
            for each in status["projects"]
            if each["name"] == project
            for service in each["services"]
        }


def state_of(service: dict) -> dict:
    state = {snake_case(name): value for name, value in service.items()}
    state["service"] = state.pop("name")
    return state


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def ask(user: str | None, address: DBusAddress, member: str, signature: str | None, *body):
    call = new_method_call(address, member, signature, body)
    reply = kept_connection(user).send_and_get_reply(call, timeout=PATIENCE)
    if reply.header.message_type == MessageType.error:
        raise LookupError(f"{member} {body}: {reply.body}")
    return reply.body[0] if reply.body else None


KEPT: dict[str | None, DBusConnection] = {}


def kept_connection(user: str | None) -> DBusConnection:
    """One for all that is asked, for as long as its bus lives."""
    if (bus := KEPT.get(user)) and not is_alive(bus):
        KEPT.pop(user).close()
    if user not in KEPT:
        KEPT[user] = connect(user)
    return KEPT[user]


def is_alive(bus: DBusConnection) -> bool:
    try:
        return bus.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def connect(user: str | None) -> DBusConnection:
    """To the system bus, or to the session bus of a user, as that user: it listens to nobody else."""
    if not user:
        return DBusConnection(prep_socket("/run/dbus/system_bus_socket"))
    uid = pwd.getpwnam(user).pw_uid
    os.setresuid(uid, uid, 0)
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
