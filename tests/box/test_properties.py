# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that reads everything once, and then follows what is signalled, knows what a client knows that
asks each time: no property changes in silence, and no object comes or goes in silence."""

import collections
import json
import xml.etree.ElementTree as ET

import pytest
from harness import eventually, systemctl
from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_method_call
from managers import HOTRELOAD, connect

PORT = 18081
TREE = "/org/hotreload"
PREFIX = "org.hotreload."
UNIT = "followed-by-name.service"
TOML = f"""
[services.web]
command = ["./server", "page"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
env = {{ NAME = "one" }}
verify = "0"
watch = ["page"]
[services.a]
command = ["sleep", "infinity"]
verify = "0"
strategy = "restart"
watch = ["a.conf", "named.conf"]
[configs.app]
file = "app.json"
"""


class Follower:
    """What dev's instance has told: properties, by object and interface. `changed`: those that a signal told of."""

    def __init__(self):
        self.bus = connect("dev")
        self.heard = collections.deque()
        self._kept = self.bus.filter(MatchRule(type="signal", path_namespace=TREE), queue=self.heard)
        self.call(message_bus.AddMatch(MatchRule(type="signal", sender=HOTRELOAD.bus_name)))
        self.changed: set[tuple[str, str]] = set()
        self.came, self.went = set(), set()
        self.objects = self.managed()
        self.heard.clear()

    def close(self):
        self._kept.close()
        self.bus.close()

    def call(self, message):
        reply = self.bus.send_and_get_reply(message, timeout=30)
        assert reply.header.message_type == MessageType.method_return, reply.body
        return reply

    def ask(self, path, interface, member, signature=None, *body):
        return self.call(new_method_call(DBusAddress(path, HOTRELOAD.bus_name, interface), member, signature, body))

    def managed(self) -> dict:
        found = self.ask(TREE, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").body[0]
        return {path: ours(interfaces) for path, interfaces in found.items() if ours(interfaces)}

    def introspected(self, path=TREE):
        """Each object below the path, with the interfaces of ours that it says to have."""
        root = ET.fromstring(self.ask(path, "org.freedesktop.DBus.Introspectable", "Introspect").body[0])
        yield path, [each for each in root.findall("interface") if each.get("name").startswith(PREFIX)]
        for node in root.findall("node"):
            yield from self.introspected(f"{path}/{node.get('name')}")

    def follow(self, until: int):
        """Takes in what was signalled before the message of that serial."""
        while self.heard and self.heard[0].header.serial < until:
            signal = self.heard.popleft()
            fields = signal.header.fields
            member, path = fields[HeaderFields.member], fields[HeaderFields.path]
            if member == "PropertiesChanged":
                interface, properties, invalidated = signal.body
                assert not invalidated, signal
                self.objects[path][interface] |= plain(properties)
                self.changed |= {(interface, name) for name in properties}
            elif member == "InterfacesAdded":
                path, interfaces = signal.body
                self.objects[path] = ours(interfaces)
                self.came |= set(self.objects[path])
            elif member == "InterfacesRemoved":
                path, interfaces = signal.body
                self.went |= set(interfaces) & set(self.objects.pop(path))

    def differences(self) -> list:
        """What is told by properties now, and by the state, that was not signalled before."""
        asked = self.ask(TREE, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        self.follow(asked.header.serial)
        is_now = {path: ours(interfaces) for path, interfaces in asked.body[0].items() if ours(interfaces)}
        found = [(path, name) for path in is_now.keys() | self.objects.keys() for name in other_than(is_now, self.objects, path)]
        state = self.ask(TREE, f"{PREFIX}Manager1", "GetState", "a{sv}", {})
        self.follow(state.header.serial)
        return found + self.behind(json.loads(state.body[0]))

    def behind(self, state: dict) -> list:
        """The properties that have another value than the state has it."""
        told = {}
        for project in state["projects"]:
            told["Project1", project["name"], ""] = project
            for kind, each in [("Service1", each) for each in project["services"]] + [("Config1", each) for each in project["configs"]]:
                told[kind, project["name"], each["name"]] = each
        found = []
        for path, interfaces in self.objects.items():
            for interface, properties in interfaces.items():
                name = properties["Name"]
                key = (interface.removeprefix(PREFIX), properties.get("Project", name), name if "Project" in properties else "")
                for each, value in properties.items():
                    now = comparable(each, told.get(key, {}).get(camel(each)))
                    if comparable(each, value) != now:
                        found.append((path, each, value, now))
        return found


def plain(properties: dict) -> dict:
    return {name: value for name, (_, value) in properties.items()}


def ours(interfaces: dict) -> dict:
    return {name: plain(properties) for name, properties in interfaces.items() if name.startswith(PREFIX) and name != f"{PREFIX}Manager1"}


def other_than(is_now, was, path) -> list:
    if path not in is_now or path not in was:
        return ["came" if path in is_now else "went"]
    return [
        (name, was[path][interface].get(name), value)
        for interface, properties in is_now[path].items()
        for name, value in properties.items()
        if was[path][interface].get(name) != value
    ]


def camel(name: str) -> str:
    name = name.removesuffix("JSON")
    return name[0].lower() + name[1:]


def comparable(name: str, value):
    """Without what only those see who may inspect."""
    if name == "Problems" and value is not None:
        return [tuple(each[:3]) if not isinstance(each, dict) else (each["path"], each["line"], each["column"]) for each in value]
    if name == "LastChangesJSON" and value is not None:
        changes = json.loads(value) if isinstance(value, str) else value
        return [(each["subject"], each["kind"], each["strategy"]) for each in changes]
    return value


@pytest.fixture
def up(demo):
    demo.program("server")
    demo.write("page", "first\n")
    demo.write("a.conf", "one\n")
    demo.write("named.conf", "one\n")
    demo.write("app.json", '{"port": 1}\n')
    demo.write("other.json", '{"port": 3}\n')
    demo.toml(TOML)
    unit = demo / f"../.config/systemd/user/{UNIT}"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text("[Service]\nExecStart=sleep infinity\n")
    systemctl("daemon-reload", user="dev")
    demo.up()
    demo.sync()
    yield demo
    demo.down()
    systemctl("stop", UNIT, user="dev", check=False)
    unit.unlink()
    systemctl("daemon-reload", user="dev")


@pytest.fixture
def follower(up):
    follower = Follower()
    yield follower
    follower.close()


def settled(project, follower, what: str):
    project.sync()
    silent = []

    def is_told():
        silent[:] = follower.differences()
        return not silent

    try:
        eventually(is_told)
    except AssertionError:
        raise AssertionError(f"{what} was not signalled: {silent}") from None


def documented(follower) -> set:
    """The properties that can change, as the objects themselves tell."""
    return {
        (interface.get("name"), each.get("name"))
        for _, interfaces in follower.introspected()
        for interface in interfaces
        for each in interface.findall("property")
        if each.find("annotation[@value='const']") is None
    }


def test_no_property_changes_in_silence(up, follower, guard):
    wanted = documented(follower)
    assert len(wanted) > 25
    settled(up, follower, "nothing")

    up.write("page", "second\n")  # swapped: unit, generation, PID, times, changes
    settled(up, follower, "a swap")
    up.ctl("restart", "demo/a")
    settled(up, follower, "a restart")
    up.ctl("pause", "demo/a", "--for=1h", "--reason=deploy")
    up.write("a.conf", "two\n")
    up.sync()
    settled(up, follower, "a pause")
    up.ctl("resume", "demo/a")
    settled(up, follower, "a resume")
    up.write("new.conf", "by a call\n")
    up.ctl("apply", "--confirm=1h", "demo/a", f"{up / 'new.conf'}={up / 'a.conf'}")
    settled(up, follower, "what waits to be confirmed")
    up.ctl("confirm", "demo/a")
    settled(up, follower, "what was confirmed")

    up.edit('strategy = "restart"', 'strategy = "manual"')
    up.sync()
    up.write("a.conf", "three\n")
    settled(up, follower, "what waits")
    (up / "named.conf").unlink()
    settled(up, follower, "a file that is missing")
    with (up / "a.conf").open("a") as held:
        held.write("half")
        held.flush()
        settled(up, follower, "a file that is written")
        eventually(lambda: up["a"]["writing"], "the file that is written")
        settled(up, follower, "a file that is written")
    settled(up, follower, "a file that was written")

    up.write("app.json", '{"port": 2}\n')
    settled(up, follower, "a document")
    up.write("app.json", "{")
    settled(up, follower, "a document that is invalid")
    up.edit("app.json", "other.json")
    settled(up, follower, "a document of another file")

    guard.expect_failed("hotreload-demo.*")
    up.edit('command = ["sleep", "infinity"]', 'command = ["false"]')  # a restart that fails, and is put back
    up.ctl("reload", "--force", "demo", check=False)
    settled(up, follower, "a problem")
    up.edit('command = ["false"]', f'unit = "{UNIT}"')
    up.ctl("reload", "--force", "demo", check=False)
    settled(up, follower, "an installed unit in its place")

    up.edit("[services.web]", "[services.web]\nnonsense = 1")
    settled(up, follower, "a project file that is invalid")
    up.edit("nonsense = 1\n", "")
    up.edit('name = "demo"', 'name = "demo"\nenabled = false')
    settled(up, follower, "a project that is not enabled")
    (up / "hotreload.toml").rename(up / "moved.toml")
    up.ctl("up", "--detach", str(up / "moved.toml"))
    settled(up, follower, "a project file that has moved")

    assert wanted - follower.changed == set(), "they have not changed: the test is to make them"


def test_objects_come_and_go_with_a_signal(up, follower):
    up.edit("[services.a]", "[services.b]")
    up.edit("[configs.app]", "[configs.other]")
    settled(up, follower, "other services")
    up.down()
    eventually(lambda: follower.differences() == [] and follower.objects == {}, "the end")
    up.up()
    settled(up, follower, "a project that comes")
    kinds = {f"{PREFIX}{kind}" for kind in ("Project1", "Service1", "Config1")}
    assert follower.came == follower.went == kinds
