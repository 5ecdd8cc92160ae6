# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that nobody here wrote, each with the same job as far as it can do it: to see what there is, find a service,
read its state, restart it with options, and hear of the end."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from harness import DEADLINE, command_line, environment, run
from jeepney import DBusAddress, MatchRule, MessageType, Properties, message_bus, new_method_call
from managers import connect
from varlink import Socket, address

NAME, PATH, MANAGER, SERVICE = "org.hotreload", "/org/hotreload", "org.hotreload.Manager1", "org.hotreload.Service1"
OBJECT = "/org/hotreload/project/demo/service/a"
PROGRAMS = Path(__file__).parent / "programs"
TOML = '[services.a]\ncommand = ["sleep", "infinity"]\nverify = "0"\n'


@pytest.fixture
def up(demo):
    demo.toml(TOML)
    demo.up()
    return demo


class Heard:
    """The lines of a program that listens."""

    def __init__(self, *command):
        self._process = subprocess.Popen(
            command_line(command, "dev"), env=environment("dev"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines = queue.Queue()
        threading.Thread(target=lambda: [self._lines.put(line) for line in self._process.stdout], daemon=True).start()

    def wait_for(self, *parts: str) -> str:
        while True:
            line = self._lines.get(timeout=DEADLINE)
            if all(part in line for part in parts):
                return line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(DEADLINE)


def restarted(up, before: int):
    assert up["a"]["generation"] == before + 1 and up["a"]["state"] == "running"


def test_busctl(up):
    busctl = lambda *words: run("busctl", "--user", "--json=short", *words, user="dev")
    generation = up["a"]["generation"]
    assert "Restart" in busctl("introspect", NAME, PATH).stdout
    (path,) = json.loads(busctl("call", NAME, PATH, MANAGER, "GetService", "s", "demo/a").stdout)["data"]
    assert json.loads(busctl("get-property", NAME, path, SERVICE, "State").stdout)["data"] == "running"
    match = f"--match=type='signal',interface='{MANAGER}'"
    with Heard("busctl", "--user", match, "monitor") as heard:
        heard.wait_for("Monitoring bus message stream")
        options = ["2", "force", "b", "true", "drain", "s", "0"]
        (id,) = json.loads(busctl("call", NAME, PATH, MANAGER, "Restart", "sa{sv}", "demo/a", *options).stdout)["data"]
        heard.wait_for("ReloadFinished")
        heard.wait_for(id)
        heard.wait_for('"applied"')
    restarted(up, generation)


def test_gdbus(up):
    where = ["--session", "--dest", NAME]
    gdbus = lambda *words: run("gdbus", *words, user="dev").stdout
    generation = up["a"]["generation"]
    assert "Restart" in gdbus("introspect", *where, "--object-path", PATH)
    assert OBJECT in gdbus("call", *where, "--object-path", PATH, "--method", f"{MANAGER}.GetService", "demo/a")
    properties = ["--object-path", OBJECT, "--method", "org.freedesktop.DBus.Properties.Get"]
    assert "running" in gdbus("call", *where, *properties, SERVICE, "State")
    with Heard("gdbus", "monitor", *where, "--object-path", PATH) as heard:
        heard.wait_for("is owned by")
        words = ["--object-path", PATH, "--method", f"{MANAGER}.Restart", "demo/a", "{'force': <true>, 'drain': <'0'>}"]
        id = gdbus("call", *where, *words).split("'")[1]
        heard.wait_for("ReloadFinished", id, "applied")
    restarted(up, generation)


def test_qdbus(up):
    """It has no way to give an a{sv}, nor to listen: what it can do is to see, to find and to read."""
    qdbus = lambda *words: run("/usr/lib/qt6/bin/qdbus", *words, user="dev").stdout
    assert OBJECT in qdbus(NAME).split()
    assert "QDBusObjectPath org.hotreload.Manager1.GetService(QString target)" in qdbus(NAME, PATH)
    assert OBJECT in qdbus("--literal", NAME, PATH, f"{MANAGER}.GetService", "demo/a")
    assert qdbus(NAME, OBJECT, f"{SERVICE}.State").strip() == "running"
    assert "a(suus) {}" in qdbus("--literal", NAME, OBJECT, f"{SERVICE}.Problems")
    history = json.loads(qdbus(NAME, PATH, f"{MANAGER}.History", "demo/a", "1"))
    assert history["generations"][0]["generation"] == up["a"]["generation"]


@pytest.mark.parametrize("program", ["client_dbus_python.py", "client_dbus_fast.py"])
def test_libraries_of_python(up, program):
    generation = up["a"]["generation"]
    told = json.loads(run(sys.executable, PROGRAMS / program, "demo/a", user="dev", cwd="/").stdout)
    assert told["introspected"] and told["state"] == "running"
    assert told["finished"] == [told["id"], "demo", "applied"]
    restarted(up, generation)


def test_jeepney(up):
    generation = up["a"]["generation"]
    bus = connect("dev")

    def call(message):
        reply = bus.send_and_get_reply(message, timeout=DEADLINE)
        assert reply.header.message_type == MessageType.method_return, reply.body
        return reply.body[0] if reply.body else None

    manager = DBusAddress(PATH, NAME, MANAGER)
    introspect = new_method_call(DBusAddress(PATH, NAME, "org.freedesktop.DBus.Introspectable"), "Introspect")
    assert "Restart" in call(introspect)
    path = call(new_method_call(manager, "GetService", "s", ("demo/a",)))
    assert call(Properties(DBusAddress(path, NAME, SERVICE)).get("State")) == ("s", "running")
    rule = MatchRule(type="signal", interface=MANAGER, member="ReloadFinished", path=PATH)
    call(message_bus.AddMatch(rule))
    with bus.filter(rule, bufsize=10) as finished:
        options = {"force": ("b", True), "drain": ("s", "0")}
        id = call(new_method_call(manager, "Restart", "sa{sv}", ("demo/a", options)))
        while (signal := bus.recv_until_filtered(finished, timeout=DEADLINE)).body[0] != id:
            pass
    assert signal.body[1:3] == ("demo", "applied")
    bus.close()
    restarted(up, generation)


def test_varlinkctl(up):
    generation = up["a"]["generation"]
    ask = lambda *words: run("varlinkctl", "--json=short", *words, user="dev").stdout
    call = lambda method, **parameters: json.loads(ask("call", address("dev"), f"org.hotreload.{method}", json.dumps(parameters)))
    assert "method Restart" in ask("introspect", address("dev"), "org.hotreload")
    (project,) = call("Status", project="demo/a")["projects"]
    assert project["services"][0]["state"] == "running"
    with Heard("varlinkctl", "--more", "--json=short", "call", address("dev"), "org.hotreload.Monitor", "{}") as heard:
        heard.wait_for('"Ready"')
        id = call("Restart", target="demo/a", force=True, drain="0")["id"]
        heard.wait_for('"ReloadFinished"', id, '"applied"')
    restarted(up, generation)


def test_a_bare_socket(up):
    generation = up["a"]["generation"]
    with Socket("dev") as monitor, Socket("dev") as socket:
        monitor.send("Monitor", {}, more=True)
        assert monitor.receive()["event"] == "Ready"
        (project,) = socket.ask("GetState", {})["projects"]
        assert project["services"][0]["state"] == "running"
        id = socket.ask("Restart", {"target": "demo/a", "force": True, "drain": "0"})["id"]
        assert monitor.wait_for("ReloadFinished", id=id)["result"] == "applied"
    restarted(up, generation)
