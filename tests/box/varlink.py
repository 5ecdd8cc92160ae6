# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers of the Varlink socket: varlinkctl, and a bare socket, which is all that Varlink takes."""

import json
import os
import socket

import contract
from harness import DEADLINE, account, environment, run

INTERFACE = "org.hotreload"


def address(instance: str | None) -> str:
    """Of the socket of the system's instance, or of a user's."""
    directory = environment(instance)["XDG_RUNTIME_DIR"] if instance else "/run"
    return f"{directory}/hotreload/{INTERFACE}"


class Refused(Exception):
    """The last word of the error's name, and what else it says."""

    def __init__(self, error: str, parameters: dict):
        super().__init__(f"{error}: {parameters}")
        self.error, self.parameters = error, parameters


class Socket:
    """A connection to an instance, as root or as `user`."""

    def __init__(self, instance: str | None = None, user: str | None = None):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(DEADLINE)
        self._rest = b""
        uid = account(user).pw_uid if user else 0
        os.setresuid(uid, uid, 0)  # the server is told who connects
        try:
            self._socket.connect(address(instance))
        finally:
            os.setresuid(0, 0, 0)

    def send(self, method: str, parameters: dict, **flags):
        call = {"method": f"{INTERFACE}.{method}", "parameters": parameters, **flags}
        self._socket.sendall(json.dumps(call).encode() + b"\0")

    def receive(self) -> dict:
        """The parameters of the next answer."""
        while b"\0" not in self._rest:
            part = self._socket.recv(65536)
            if not part:
                raise ConnectionError("the connection was closed")
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        answer = json.loads(message)
        if "error" in answer:
            raise Refused(answer["error"].rpartition(".")[2], answer.get("parameters", {}))
        return answer.get("parameters", {})

    def ask(self, method: str, parameters: dict) -> dict:
        self.send(method, parameters)
        answer = self.receive()
        contract.check_answer(method, json.dumps(answer))
        return answer

    def wait_for(self, event: str, **fields) -> dict:
        """Of a monitor: the next event of that name with those fields."""
        while True:
            told = self.receive()
            if told["event"] == event and all(told.get(name) == value for name, value in fields.items()):
                return told

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask_by_socket(instance, user, method: str, parameters: dict) -> dict:
    with Socket(instance, user) as connection:
        return connection.ask(method, parameters)


def ask_by_varlinkctl(instance, user, method: str, parameters: dict) -> dict:
    words = ["--json=short", "call", address(instance), f"{INTERFACE}.{method}", json.dumps(parameters)]
    asked = run("varlinkctl", *words, user=user, check=False)
    if asked.returncode == 0:
        contract.check_answer(method, asked.stdout)
        return json.loads(asked.stdout)
    error = asked.stderr.partition("failed with error: ")[2].split("\n")[0] or asked.stderr
    raise Refused(error.strip().rpartition(".")[2], json.loads(asked.stdout or "{}"))
