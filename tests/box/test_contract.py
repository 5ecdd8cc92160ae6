# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is told as JSON is as its schemas say. Every other test holds what it reads against them, too; here is what no
other reads, and whether a member that is in no schema would be noticed."""

import json

import contract
import jsonschema
import pytest
from harness import DEADLINE
from jeepney import DBusAddress, HeaderFields, MatchRule, message_bus
from managers import connect

TOML = """
[services.a]
command = ["sleep", "infinity"]
strategy = "restart"
watch = ["app.toml"]
verify = "0"
[configs.app]
file = "app.toml"
"""


@pytest.fixture
def up(demo):
    demo.write("app.toml", "port = 1\n[log]\nlevel = 'info'\n")
    demo.toml(TOML)
    demo.up()
    return demo


@pytest.mark.parametrize("name", contract.schemas())
def test_a_schema_is_one_and_says_which(name):
    schema = contract.schemas()[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/schemas/1/{name}.json") and schema["title"]
    assert (contract.INSTALLED / f"{name}.json").read_text() == (contract.SCHEMAS / f"{name}.json").read_text()


def test_a_member_that_is_in_no_schema_is_noticed(up):
    text = up.ctl("--json=short", "status", "demo").stdout
    contract.check("status", text)
    for place in (lambda value: value[0], lambda value: value[0]["services"][0], lambda value: value[0]["configs"][0]):
        value = json.loads(text)
        place(value)["new"] = 1
        with pytest.raises(AssertionError, match="'new' was unexpected"):
            contract.check("status", json.dumps(value))
        del place(value)["new"]
        place(value).pop("state")
        with pytest.raises(AssertionError, match="'state' is a required property"):
            contract.check("status", json.dumps(value))


def test_every_command_prints_what_its_schema_says(up):
    with up.ctl.monitor() as events:
        up.write("app.toml", "port = 2\n[log]\nlevel = 'debug'\n")
        events.wait_for("ReloadFinished", result="applied")
        up.write("app.toml", "port = \n")
        up.sync()
        events.wait_for("ValidationFailed")
    up.write("app.toml", "port = 3\n")
    up.sync()
    up.ctl("pause", "demo", "--reason=deploy")
    up.ctl("resume", "demo")
    for words in (["status"], ["list"], ["plan", "demo"], ["reload", "demo", "--dry-run"], ["reload", "demo"], ["reload", "demo", "--no-wait"],
                  ["restart", "demo/a"], ["stop", "demo"], ["start", "demo"], ["history", "demo"], ["diff", "demo/a"], ["diff", "demo/a", "1", "2"],
                  ["explain", str(up / "app.toml")], ["check", str(up.directory)], ["get", "demo/app"], ["logs", "demo"],
                  ["rollback", "demo/a", "--restore-files"], ["debug", "events"], ["up", "--detach", str(up.directory)]):  # fmt: skip
        assert up.ctl.json(*words, check=False) not in (None, []), words


def test_texts_of_the_bus_are_as_their_schemas_say(up):
    for member, signature, *body in (("Plan", "sa{sv}", "demo", {}), ("History", "su", "demo", 0), ("Diff", "stt", "demo/a", 0, 0),
                                     ("Explain", "sa{sv}", str(up / "app.toml"), {}), ("DebugEvents", "ua{sv}", 0, {}),
                                     ("Details", "sa{sv}", up.ctl.json("restart", "demo/a")["id"], {})):  # fmt: skip
        assert json.loads(up.hotreload.call(member, signature, *body)), member
    objects = up.hotreload.call("GetManagedObjects", address=DBusAddress("/org/hotreload", "org.hotreload", "org.freedesktop.DBus.ObjectManager"))
    services = [each["org.hotreload.Service1"] for each in objects.values() if "org.hotreload.Service1" in each]
    assert services
    for service in services:
        contract.check("changes", service["LastChangesJSON"][1])


def test_texts_of_signals_are_as_their_schemas_say(up):
    bus, rule = connect("dev"), MatchRule(type="signal", interface="org.hotreload.Manager1")
    bus.send_and_get_reply(message_bus.AddMatch(rule), timeout=DEADLINE)
    schema_of = {"ReloadStarted": (2, "plan"), "ConfigChanged": (3, "keys"), "ReloadFinished": (4, "detail")}
    with bus, bus.filter(rule, bufsize=1000) as queue:
        up.write("app.toml", "port = 2\n[log]\nlevel = 'debug'\n")
        waited_for = set(schema_of)
        while waited_for:
            signal = bus.recv_until_filtered(queue, timeout=DEADLINE)
            member = signal.header.fields[HeaderFields.member]
            if member in schema_of:
                at, schema = schema_of[member]
                contract.check(schema, signal.body[at])
            waited_for.discard(member)
