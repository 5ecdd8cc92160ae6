#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An authentication agent for one process that needs no password: polkit_agent.py PID yes|no|hang. It says
`ready` when polkit knows it, and each action that it is asked about. Root alone may run it."""

import sys
from pathlib import Path

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

AUTHORITY = DBusAddress("/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1",
                        "org.freedesktop.PolicyKit1.Authority")  # fmt: skip
PATH = "/agent"


def start_time(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def user_of(pid: int) -> int:
    """Whose agent it is: that of the process's user."""
    return Path(f"/proc/{pid}").stat().st_uid


def call(connection, method: str, signature: str, *body):
    reply = connection.send_and_get_reply(new_method_call(AUTHORITY, method, signature, body))
    if reply.header.message_type == MessageType.error:
        raise SystemExit(f"{method}: {reply.body}")
    return reply.body


def main():
    pid, mode = int(sys.argv[1]), sys.argv[2]
    agent, answers = open_dbus_connection("SYSTEM"), open_dbus_connection("SYSTEM")
    subject = ("unix-process", {"pid": ("u", pid), "start-time": ("t", start_time(pid))})
    call(agent, "RegisterAuthenticationAgent", "(sa{sv})ss", subject, "C", PATH)
    print("ready", flush=True)
    while True:
        message = agent.receive()
        fields = message.header.fields
        if fields.get(HeaderFields.member) == "CancelAuthentication":
            print("cancelled", flush=True)
            agent.send(new_method_return(message))
        if fields.get(HeaderFields.member) != "BeginAuthentication":
            continue
        action, text, _, details, cookie, identities = message.body
        print(action, details.get("polkit.target", text), flush=True)
        if mode == "yes":
            call(answers, "AuthenticationAgentResponse2", "us(sa{sv})", user_of(pid), cookie, identities[0])
        if mode != "hang":
            agent.send(new_method_return(message))


main()
