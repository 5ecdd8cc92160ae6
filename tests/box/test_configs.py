# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents that are published on the bus: [configs]."""

import json
import subprocess
from pathlib import Path

import pytest
from harness import built, command_line, environment, eventually, run

TOML = """
[configs.app]
file = "app.toml"
schema = "app.schema.json"
"""


@pytest.fixture
def published(demo):
    demo.write("app.toml", 'name = "one"\n[db]\npassword = "hunter2"\n')
    demo.write("app.schema.json", json.dumps({"properties": {"name": {"type": "string"}}, "required": ["name"]}))
    demo.toml(TOML)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


OBJECT = "/org/hotreload/project/demo/config/app"


def property_of(demo, name):
    words = ["busctl", "--user", "--json=short", "get-property", "org.hotreload", OBJECT, "org.hotreload.Config1", name]
    return json.loads(run(*words, user="dev").stdout)["data"]


def value(demo):
    words = ["busctl", "--user", "--json=short", "call", "org.hotreload", OBJECT, "org.hotreload.Config1", "GetValue", "a{sv}", "0"]
    text, revision = json.loads(run(*words, user="dev").stdout)["data"]
    return json.loads(text), revision


def test_a_document_is_published_with_its_value_and_revision(published):
    assert value(published) == ({"name": "one", "db": {"password": "hunter2"}}, 1)
    assert property_of(published, "Path") == str(published / "app.toml")
    assert property_of(published, "State") == "valid" and property_of(published, "Revision") == 1


def test_a_change_in_meaning_is_a_new_revision_with_its_patch(published):
    published.edit('"one"', '"two"', "app.toml")
    changed = published.events.wait_for("ConfigChanged", name="app")
    assert changed["patch"] == [{"op": "replace", "path": "/name", "value": "two", "old": "one"}]
    assert "hunter2" not in json.dumps(changed)
    assert value(published) == ({"name": "two", "db": {"password": "hunter2"}}, 2)
    published.write("app.toml", "# a comment\n" + (published / "app.toml").read_text())
    published.sync()
    assert value(published)[1] == 2


def test_what_is_invalid_keeps_the_last_valid_value_and_revision(published):
    published.edit('"one"', "1", "app.toml")
    failed = published.events.wait_for("ValidationFailed", target="configs.app")
    assert (failed["path"], failed["line"]) == (str(published / "app.toml"), 1) and "name" in failed["message"]
    assert property_of(published, "State") == "invalid" and value(published)[1] == 1
    assert published.ctl("status", "demo", check=False).returncode == 1
    published.edit("name = 1", "name = ", "app.toml")
    published.events.wait_for("ValidationFailed", target="configs.app")
    assert value(published)[0]["name"] == "one"
    published.edit("name = ", 'name = "one"', "app.toml")
    eventually(lambda: property_of(published, "State") == "valid")
    assert value(published)[1] == 1  # nothing was changed in the end


def test_what_goes_missing_and_comes_back(published):
    (published / "app.toml").unlink()
    eventually(lambda: property_of(published, "State") == "missing")
    assert value(published) == ({"name": "one", "db": {"password": "hunter2"}}, 1)
    published.write("app.toml", 'name = "three"\n')
    published.events.wait_for("ConfigChanged", name="app")
    assert value(published) == ({"name": "three"}, 2)


def test_the_revision_goes_on_after_a_restart_of_the_daemon(published):
    published.edit('"one"', '"two"', "app.toml")
    published.events.wait_for("ConfigChanged", name="app")
    published.kill_daemon()
    published.edit('"two"', "?", "app.toml")
    published.sync()
    assert value(published) == ({"name": "two", "db": {"password": "hunter2"}}, 2)
    published.edit("?", '"four"', "app.toml")
    eventually(lambda: value(published)[1] == 3)


def test_what_is_missing_at_a_start_of_the_daemon_keeps_its_value(published):
    published.kill_daemon()
    (published / "app.toml").unlink()
    published.sync()
    assert property_of(published, "State") == "missing"
    assert value(published) == ({"name": "one", "db": {"password": "hunter2"}}, 1)


def test_a_config_comes_and_goes_with_the_project_file(published):
    published.toml('configs = ["app.toml"]\n')
    published.sync()
    assert value(published)[1] == 1  # the same document
    published.write("other.toml", "a = 1\n")
    published.toml('[configs.other]\nfile = "other.toml"\n')
    published.sync()
    listed = run("busctl", "--user", "tree", "--list", "org.hotreload", user="dev").stdout
    assert OBJECT not in listed


def test_what_is_no_document_is_an_error_of_the_project_file(demo):
    demo.write("app.txt", "x")
    demo.toml('[configs.app]\nfile = "app.txt"\n')
    failed = demo.ctl("up", "--detach", str(demo.directory), check=False)
    assert failed.returncode == 1 and "configs.app.file" in failed.stderr and 'format = "' in failed.stderr


EXAMPLE = Path(__file__).parents[2] / "examples/config-reader/reader.py"


@pytest.mark.parametrize("program", ["tests/box/programs/config-reader", EXAMPLE], ids=["sd-bus", "jeepney"])
def test_the_examples_read_each_value_once(published, program):
    command = [str(program if program is EXAMPLE else built(program)), "demo", "app"]
    with subprocess.Popen(command_line(command, "dev"), env=environment("dev"), stdout=subprocess.PIPE, text=True) as reader:
        try:
            assert "one" in reader.stdout.readline()
            published.edit('"one"', '"two"', "app.toml")
            assert "two" in reader.stdout.readline()
        finally:
            reader.kill()


def test_hotreloadctl_gets_the_value_and_parts_of_it(published):
    get = lambda *words, **options: published.ctl("get", "demo/app", *words, **options)
    assert json.loads(get().stdout) == {"name": "one", "db": {"password": "hunter2"}}
    assert get("/db/password").stdout == '"hunter2"\n' and get("db.password", "--raw").stdout == "hunter2\n"
    missing = get("db.passwrod", check=False)
    assert missing.returncode == 1 and 'did you mean "password"?' in missing.stderr
    assert published.ctl("get", "demo", check=False).returncode == 2
    assert "REVISION" in published.ctl("status", "demo/app").stdout
    refused = published.ctl("history", "demo/app", check=False)
    assert refused.returncode == 1 and "hotreloadctl get demo/app" in refused.stderr
