# SPDX-License-Identifier: LGPL-2.1-or-later
"""Both surfaces, called with whatever there is: methods, types and values by chance, and bytes that are no message at
all. Nothing ends, nothing leaks (in a sanitized build), and a service that nobody named is untouched. For long:
HOTRELOAD_FUZZ_SECONDS=300, and HOTRELOAD_FUZZ_SEED to do the same again."""

import json
import os
import random
import socket
import string
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from harness import unit_property
from jeepney import DBusAddress, MessageType, new_method_call
from managers import connect
from varlink import INTERFACE, Socket, address

SECONDS = float(os.environ.get("HOTRELOAD_FUZZ_SECONDS", "3"))
SEED = int(os.environ.get("HOTRELOAD_FUZZ_SEED", str(time.time_ns())))
CHECKOUT = Path(__file__).parents[2]
CANARY = "canary"
TOML = """
[services.bird]
command = ["sleep", "infinity"]
watch = ["app.toml"]
verify = "0"
[configs.app]
file = "app.toml"
"""
OPTIONS = "wait no_wait force strategy files services dry_run strategy timeout confirm reason for lines since to keys".split()


@pytest.fixture
def canary(demo):
    """And a project that is called by its name."""
    (demo / "bird").mkdir()
    demo.own(demo / "bird")
    bird = type(demo)(demo / "bird", user=demo.user, name=CANARY)
    bird.write("app.toml", "port = 1\n")
    bird.toml(TOML)
    bird.up()
    demo.write("app.toml", "port = 1\n")
    demo.toml(TOML)
    demo.up()
    yield demo, bird["bird"]["unit"], bird
    bird.down()


def interfaces() -> dict[str, list[tuple[str, list[str]]]]:
    """Methods with the signatures of what they take."""
    found = {"org.freedesktop.DBus.Properties": [("Get", ["s", "s"]), ("GetAll", ["s"]), ("Set", ["s", "s", "v"])],
             "org.freedesktop.DBus.ObjectManager": [("GetManagedObjects", [])],
             "org.freedesktop.DBus.Introspectable": [("Introspect", [])]}  # fmt: skip
    for path in (CHECKOUT / "dbus/interfaces").glob("*.xml"):
        for interface in ET.parse(path).getroot().iter("interface"):
            methods = [(method.get("name"), [arg.get("type") for arg in method.iter("arg") if arg.get("direction") != "out"])
                       for method in interface.iter("method")]  # fmt: skip
            found[interface.get("name")] = methods
    return found


class Chance:
    """What somebody might send."""

    def __init__(self, project):
        self._random = random.Random(SEED)
        # Not "", which is every project: the one that is to be untouched, too.
        self._words = ["demo", "demo/bird", "demo/nobody", "nobody", "/", "demo/", "/demo", "demo/bird/x", "*", "../..", "\n", "a" * 4096,
                       "a" * 5000, "\u202e", "%n", "$HOME", str(project.directory), str(project / "app.toml"), "/etc/shadow", "/dev/zero", "org.hotreload.Service1",
                       "reload", "restart", "true", "0", "-1", "infinity", "30s", "{}", "00000000000000000000000000000000"]  # fmt: skip
        self.pick = self._random.choice
        self.flip = self._random.random

    def text(self) -> str:
        if self.flip() < 0.8:
            return self.pick(self._words)
        return "".join(self.pick(string.printable + "é☕") for _ in range(self._random.randrange(1, 40)))

    def number(self) -> int:
        return self.pick([0, 1, -1, 2, 255, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 2**32, 60_000_000])

    def of(self, signature: str):
        """A value of a D-Bus type; descriptors are of this process."""
        kind = signature[0]
        if kind in "sog":
            return {"s": self.text(), "o": self.pick(["/", "/org/hotreload", "/org/hotreload/project/demo"]), "g": "s"}[kind]
        if kind == "b":
            return self.flip() < 0.5
        if kind == "d":
            return self.pick([0.0, -1.0, 1e300, float("inf"), float("nan")])
        if kind in "ynqiuxt":
            bits = {"y": 8, "n": 16, "q": 16, "i": 32, "u": 32, "x": 64, "t": 64}[kind]
            number = self.number() & (2**bits - 1)
            return number - 2**bits if kind in "nix" and number >= 2 ** (bits - 1) else number
        if kind == "h":
            return self.descriptor()
        if kind == "v":
            inner = self.pick(["s", "b", "t", "x", "as", "a{sv}", "ay", "d"])
            return (inner, self.of(inner))
        if signature.startswith("a{"):
            keys = [self.pick(OPTIONS) if self.flip() < 0.8 else self.text() for _ in range(self.pick([0, 0, 1, 2, 20]))]
            return {key: self.of(signature[3:-1]) for key in keys}
        if kind == "a":
            return [self.of(signature[1:]) for _ in range(self.pick([0, 1, 1, 2, 17]))]
        assert signature == "(sh)", signature
        return (self.text(), self.descriptor())

    def descriptor(self) -> int:
        kind = self.pick(["null", "memory", "directory", "pipe", "socket"])
        if kind == "pipe":
            read, write = os.pipe()
            os.close(write)
            return read
        if kind == "socket":
            return socket.socket(socket.AF_UNIX).detach()
        if kind == "memory":
            file = os.memfd_create("handed")
            os.write(file, self.text().encode("utf-8", "surrogatepass"))
            return file
        return os.open("/dev/null" if kind == "null" else "/etc", os.O_RDONLY)

    def json(self, depth=0):
        what = self.flip()
        if what < 0.5 or depth > 4:
            return self.pick([self.text(), self.number(), True, None, 1.5])
        if what < 0.7:
            return [self.json(depth + 1) for _ in range(self.pick([0, 1, 3]))]
        return {self.pick([*OPTIONS, "target", "path", "files", "options", "name", "id"]): self.json(depth + 1) for _ in range(self.pick([0, 1, 3]))}

    def bytes(self) -> bytes:
        return bytes(self._random.randrange(256) for _ in range(self.pick([1, 7, 100])))


OBJECTS = ["/org/hotreload", "/org/hotreload/project/demo", "/org/hotreload/project/demo/service/bird",
           "/org/hotreload/project/demo/config/app", "/org/hotreload/project/nobody", "/"]  # fmt: skip


def opened() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/fd")}


def call_the_bus(chance: Chance, until: float) -> int:
    calls, methods = 0, [(interface, *each) for interface, all_of_it in interfaces().items() for each in all_of_it]
    bus = connect("dev")
    bus.enable_fds = True
    while time.monotonic() < until:
        interface, method, signatures = chance.pick(methods)
        if chance.flip() < 0.1:
            signatures = [chance.pick(["s", "as", "a{sv}", "t", "v"]) for _ in range(chance.pick([0, 1, 3]))]
        if "h" in "".join(signatures) or method == "Down":
            continue  # of a connection that can hand over descriptors; and it would have to come up again
        target = DBusAddress(chance.pick(OBJECTS), bus_name="org.hotreload", interface=interface)
        values = tuple(chance.of(signature) for signature in signatures)
        message = new_method_call(target, method, "".join(signatures), values)
        if chance.flip() < 0.5 or "wait" in str(values):
            bus.send(message)
        else:
            reply = bus.send_and_get_reply(message, timeout=30)
            assert reply.header.message_type in (MessageType.method_return, MessageType.error)
        calls += 1
        if chance.flip() < 0.01:
            bus.close()
            bus = connect("dev")
    bus.close()
    return calls


def call_the_socket(chance: Chance, until: float) -> int:
    text = (CHECKOUT / "varlink/org.hotreload.varlink").read_text()
    methods = [line.split()[1].partition("(")[0] for line in text.splitlines() if line.startswith("method ")]
    assert methods
    calls = 0
    while time.monotonic() < until:
        with Socket("dev", "dev") as connection:
            for _ in range(chance.pick([1, 5, 50])):
                method = chance.pick(methods)
                parameters = chance.json()
                if method == "Down":
                    continue
                try:
                    if chance.flip() < 0.1:
                        connection._socket.sendall(chance.pick([chance.bytes(), b"{" * 10_000, b'{"method":' + chance.bytes()]) + chance.pick([b"", b"\0"]))
                    else:
                        flags = {name: chance.json(4) if chance.flip() < 0.2 else True for name in ("more", "oneway", "upgrade") if chance.flip() < 0.1}
                        connection.send(method, parameters, **flags)
                except OSError:
                    break  # it was closed, as it may be
                calls += 1
    return calls


@pytest.mark.parametrize("surface", [call_the_bus, call_the_socket], ids=["bus", "socket"])
def test_calls_by_chance_end_nothing_and_touch_nothing(canary, surface):
    demo, unit, bird = canary
    before = unit_property(unit, "InvocationID", user="dev"), (bird / "app.toml").read_bytes()
    daemon = unit_property("hotreloadd.service", "MainPID", user="dev")
    print(f"HOTRELOAD_FUZZ_SEED={SEED}")
    calls = surface(Chance(demo), time.monotonic() + SECONDS)
    print(f"{calls} calls in {SECONDS:g} s")
    assert calls > 20 * SECONDS
    assert unit_property("hotreloadd.service", "MainPID", user="dev") == daemon
    with Socket("dev", "dev") as connection:
        assert json.dumps(connection.ask("GetState", {}))
    assert (unit_property(unit, "InvocationID", user="dev"), (bird / "app.toml").read_bytes()) == before
