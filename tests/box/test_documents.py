# SPDX-License-Identifier: LGPL-2.1-or-later
"""Watched documents: what they mean decides, key by key, and not how they are written."""

import json
import os

import pytest
from harness import eventually, run, sync_journal
from project import acted_on, service_of

TOML = """
[services.a]
command = ["./worker", "a", "app.toml"]
type = "notify"
reload_signal = "SIGHUP"
verify = "100ms"

[[services.a.watch]]
files = ["app.toml"]
schema = "app.schema.json"
backup = 3
keys = { "log.*" = "reload", "listen" = "restart", "note" = "none", "image" = "manual" }

[services.b]
command = ["./worker", "b", "app.toml"]
type = "notify"
verify = "100ms"

[[services.b.watch]]
files = ["app.toml"]
keys = { "log.**" = "none", "database.**" = "restart" }
"""

APP = """
# The application.
listen = 8080
note = "hello"
image = "one"

[log]
level = "info"
format = "json"

[database]
host = "db.example"
password = "hunter2"
"""

SCHEMA = {
    "type": "object",
    "properties": {
        "listen": {"type": "integer", "minimum": 1, "maximum": 65535},
        "log": {"type": "object", "properties": {"level": {"enum": ["debug", "info", "error"]}}},
    },
    "required": ["listen"],
}


@pytest.fixture
def app(demo):
    demo.write("app.toml", APP)
    demo.write("app.schema.json", json.dumps(SCHEMA))
    demo.toml(TOML)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def change(app, old, new):
    app.edit(old, new, "app.toml")
    return app.events.wait_for("ReloadFinished")


def words(app, service):
    return [line.split()[0] for line in app.log(service)]


def keys_of(done, service):
    return {key["key"]: key for each in service_of(done, service)["changes"] for key in each.get("keys", [])}


def test_each_key_asks_for_its_own_strategy_and_two_services_act_separately(app):
    app.edit('level = "info"', 'level = "debug"', "app.toml")
    done = app.events.wait_for("ReloadFinished", detail=lambda d: any(s["service"] == "a" for s in d["services"]))
    assert done["result"] == "applied"
    eventually(lambda: words(app, "a") == ["start", "reload"], "a's reload")
    assert words(app, "b") == ["start"]
    log_level = keys_of(done, "a")
    assert log_level["log.level"]["old"] == "info" and log_level["log.level"]["new"] == "debug"
    assert log_level["log.level"]["strategy"] == "reload" and 'keys "log.*"' in log_level["log.level"]["reason"]


def test_the_most_specific_pattern_and_the_highest_strategy_decide(app):
    before = app.pids()
    app.edit("listen = 8080", "listen = 8081", "app.toml")
    eventually(lambda: words(app, "a") == ["start", "start"], "a's restart")
    app.sync()
    assert app.pids()["a"] != before["a"]
    app.edit('note = "hello"', 'note = "bye"', "app.toml")
    app.sync()
    assert words(app, "a") == ["start", "start"]


WRITTEN_ANEW = {
    "comments and blank lines": lambda text: "# new\n\n" + text.replace("# The application.\n", ""),
    "the order of keys": lambda text: text.replace('note = "hello"\nimage = "one"', "image = 'one'\nnote = 'hello'"),
    "the spelling of numbers": lambda text: text.replace("8080", "8_080"),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "dotted keys": lambda text: text.replace("[log]\n", "").replace('level = "info"\n', "").replace('format = "json"\n', "").replace(
        'image = "one"', 'image = "one"\nlog.level = "info"\nlog.format = "json"'),
}


@pytest.mark.parametrize("way", WRITTEN_ANEW)
def test_what_means_the_same_does_nothing_and_the_plan_says_so(app, way):
    before = app.pids()
    since = len(app.events.seen)
    app.write("hotreload.toml", (app / "hotreload.toml").read_text() + "\nbroken")  # nothing happens by itself
    app.events.wait_for("ValidationFailed")
    app.write("app.toml", WRITTEN_ANEW[way](APP))
    app.edit("\nbroken", "")
    app.sync()
    app.nothing_to_do(app.events, None)
    assert app.pids() == before and words(app, "a") == ["start"] and words(app, "b") == ["start"]
    assert acted_on(app.events, since) == []
    # It is the new bytes that are applied: back to the old ones is no change either.
    app.write("app.toml", APP)
    app.sync()
    assert words(app, "a") == ["start"]


def test_the_plan_tells_the_keys_with_old_and_new_and_the_rule(app):
    app.edit("[services.a]", "enabled = 1\n[services.a]")  # invalid: nothing happens by itself
    app.events.wait_for("ValidationFailed")
    text = (app / "app.toml").read_text()
    app.edit("enabled = 1\n", "")
    app.sync()
    app.ctl("pause", "demo")
    app.write("app.toml", text.replace('level = "info"', 'level = "error"'))
    planned = app.ctl("plan", "demo").stdout
    assert "log.level" in planned and '"info"' in planned and '"error"' in planned and "reload" in planned


def test_a_document_that_is_invalid_is_refused_with_its_place(app):
    before = app.pids()
    done = change(app, "listen = 8080", "listen = ")
    assert done["result"] == "invalid"
    problem = service_of(done, "a").get("problem") or service_of(app.events.wait_for("ReloadFinished"), "a")["problem"]
    assert problem["path"] == str(app / "app.toml") and problem["line"] == 3
    assert app.pids() == before and app["a"]["state"] == "invalid"
    app.write("app.toml", APP)
    app.events.wait_for("ServiceChanged", service="a", state="running")
    assert app.pids() == before and app["a"]["problems"] == []


def test_a_schema_is_checked_before_anything_runs_and_names_key_line_and_rule(app):
    before = app.pids()
    app.edit("listen = 8080", "listen = 99999", "app.toml")
    failed = app.events.wait_for("ValidationFailed", target="a")
    assert failed["path"] == str(app / "app.toml") and failed["line"] == 3
    assert "listen" in failed["message"] and "65535" in failed["message"] or "maximum" in failed["message"]
    app.sync()
    assert app.pids()["a"] == before["a"] and words(app, "a") == ["start"]
    assert "hunter2" not in json.dumps(app.events.seen)


def test_a_schema_that_changes_is_applied_to_what_is_there(app):
    tight = json.loads(json.dumps(SCHEMA))
    tight["properties"]["listen"]["maximum"] = 80
    app.write("app.schema.json", json.dumps(tight))
    failed = app.events.wait_for("ValidationFailed", target="a")
    assert failed["path"] == str(app / "app.toml") and "listen" in failed["message"]
    assert words(app, "a") == ["start"]
    app.write("app.schema.json", json.dumps(SCHEMA))
    app.events.wait_for("ServiceChanged", service="a", state="running")
    assert words(app, "a") == ["start"]


def test_secrets_are_told_nowhere(app):
    app.edit('password = "hunter2"', 'password = "correct horse"', "app.toml")
    eventually(lambda: words(app, "b") == ["start", "start"], "b's restart")
    app.sync()
    app.nothing_to_do(app.events)
    seen = json.dumps(app.events.seen)
    assert "database.password" in seen and "hunter2" not in seen and "correct horse" not in seen
    sync_journal()
    journal = run("journalctl", "--output=json", "--since=-1min", "_COMM=hotreloadd").stdout
    assert "hunter2" not in journal and "correct horse" not in journal
    assert "hunter2" not in app.ctl("status", "demo").stdout


def test_the_patch_of_what_was_applied_is_signalled(app):
    app.edit('level = "info"', 'level = "error"', "app.toml")
    changed = app.events.wait_for("ConfigChanged", name=str(app / "app.toml"))
    assert changed["patch"] == [{"op": "replace", "path": "/log/level", "value": "error", "old": "info"}]
    assert changed["old"]["log"]["level"] == "info" and changed["new"]["log"]["level"] == "error"
    assert changed["new"]["database"]["password"] == "***"


def test_a_manual_key_waits(app):
    done = change(app, 'image = "one"', 'image = "two"')
    app.sync()
    assert app["a"]["state"] == "waiting" and app["a"]["waiting"] == [str(app / "app.toml")]
    assert app.ctl("status", "demo", check=False).returncode == 3
    app.ctl("reload", "--force", "demo", check=False)
    assert app["a"]["waiting"] == []
    assert done


def test_bytes_are_compared_where_the_format_says_so(demo):
    demo.write("app.toml", APP)
    demo.toml('[services.a]\ncommand = ["./worker", "a", "app.toml"]\ntype = "notify"\nverify = "0"\n'
              '[[services.a.watch]]\nfiles = ["app.toml"]\nformat = "bytes"\n')
    demo.up()
    demo.write("app.toml", "# another comment\n" + APP)
    eventually(lambda: words(demo, "a") == ["start", "start"], "the restart")
    demo.write("app.toml", "no = = toml")
    eventually(lambda: words(demo, "a") == ["start"] * 3, "the restart")


FORMATS = {
    "app.yaml": ("a: 1\nb: [x, z]\n", "# c\nb:\n  - x\n  - 'z'\n\"a\": 1\n", "a: '1'\nb: [x, z]\n", "a: 1\na: 2\n"),
    "app.json": ('{"a": 1, "b": [1, 2]}', '{\n "b": [1, 2],\n "a": 1}\n', '{"a": 1, "b": [2, 1]}', '{"a": 1,}'),
    "app.jsonc": ('{"a": 1}', '// c\n{"a": 1,}', '{"a": 2}', '{"a": }'),
    "app.ini": ("[s]\na = 1\n", "; c\n[s]\na=1\n", "[s]\na = 2\n", "[s\n"),
    "app.service": ("[Unit]\nDescription=x\n", "# c\n[Unit]\nDescription = x\n", "[Unit]\nDescription=y\n", "Description=x\n"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_known_by_its_name(demo, name):
    first, same, other, invalid = FORMATS[name]
    demo.write(name, first)
    demo.toml(f'[services.a]\ncommand = ["./worker", "a", "{name}"]\ntype = "notify"\nverify = "0"\nwatch = ["{name}"]\n')
    demo.up()
    with demo.ctl.monitor() as events:
        demo.write(name, same)
        demo.sync()
        assert len(demo.log("a")) == 1 and acted_on(events) == []
        demo.write(name, other)
        assert events.wait_for("ReloadFinished")["result"] == "applied"
        demo.write(name, invalid)
        failed = events.wait_for("ValidationFailed")
        assert failed["path"] == str(demo / name) and failed["line"] > 0 and failed["message"]
        assert len(demo.log("a")) == 2


def test_copies_of_what_was_applied_are_kept_counted_and_private(app):
    for level in ("debug", "error", "info", "debug", "error"):
        text = APP.replace('level = "info"', f'level = "{level}"')
        app.write("app.toml", text)
        app.sync()
    explained = app.ctl.json("explain", str(app / "app.toml"))
    copies = explained["watches"][0]["copies"]
    assert open(copies[0]).read() == text and len(copies) == 3  # three contents were ever applied
    for copy in copies:
        status = os.stat(copy)
        assert status.st_mode & 0o077 == 0
    assert all(os.stat(parent).st_mode & 0o077 == 0 for parent in (app.state, app.state / "contents"))
    app.down()
    assert not (app.state / "contents" / "demo").exists()


def test_after_a_restart_of_the_daemon_documents_are_still_compared(app):
    before = app.pids()
    app.kill_daemon()
    app.write("app.toml", "# comment\n" + APP)
    app.sync()
    assert app.pids() == before and words(app, "a") == ["start"]
    with app.ctl.monitor() as events:
        app.edit('level = "info"', 'level = "debug"', "app.toml")
        done = events.wait_for("ReloadFinished")
    assert done["result"] == "applied"
    eventually(lambda: words(app, "a") == ["start", "reload"], "a's reload")
