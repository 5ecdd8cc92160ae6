# SPDX-License-Identifier: LGPL-2.1-or-later
"""The journal of a unit, hotreload's own or an installed one, has its reloads: what changed, what was done, and who asked
for it."""

import json
import tempfile
from pathlib import Path

import pytest
from harness import run, save, sync_journal
from project import Project
from test_nginx import CONF, SITE
from varlink import ask_by_socket

RELOADED, RESTARTED, REFUSED = "76561b6992744a85b4a986b84c7e570b", "9c9fd9711e814ba1b8d44508068cb8cc", "36b4e3bf21bd4869941e1d3d2419ef60"
TOML = """
[services.a]
command = ["sleep", "infinity"]
validate = ["sh", "-c", "! grep -q refuse a.conf"]
strategy = "restart"
verify = "0"
watch = ["a.conf"]
"""


@pytest.fixture
def rooted(system_ctl):
    project = Project(Path(tempfile.mkdtemp(prefix="journal-", dir="/srv")), user=None, name="rooted")
    project.directory.chmod(0o755)
    project.write("a.conf", "one\n")
    project.toml(TOML)
    project.up()
    yield project
    project.remove()


def told_of(unit: str, message_id: str) -> list[dict]:
    """The messages with that id which `journalctl -u` shows of the unit, the newest last: another test may have had one of
    its name."""
    sync_journal()
    messages = [json.loads(line) for line in run("journalctl", "--output=json", f"--unit={unit}").stdout.splitlines()]
    return [message for message in messages if message.get("MESSAGE_ID") == message_id]


def test_a_restart_of_an_own_unit_is_told_with_what_changed_and_who_asked(rooted):
    rooted.write("a.conf", "two\n")
    rooted.sync()
    saved = told_of(rooted["a"]["unit"], RESTARTED)[-1]
    assert saved["MESSAGE"] == "a (a.conf): restarted, generation 2" and "HOTRELOAD_CALLER_UID" not in saved
    assert json.loads(saved["HOTRELOAD_CHANGES"])[0]["subject"] == str(rooted / "a.conf")

    rooted.ctl("restart", "rooted/a")
    asked = told_of(rooted["a"]["unit"], RESTARTED)[-1]
    assert asked["MESSAGE"] == "a: restarted, generation 3, asked for by user 0 (hotreloadctl)"
    assert (asked["HOTRELOAD_CALLER_UID"], asked["HOTRELOAD_CALLER_COMM"]) == ("0", "hotreloadctl")

    ask_by_socket(None, None, "Restart", {"target": "rooted/a"})
    asked = told_of(rooted["a"]["unit"], RESTARTED)[-1]
    assert asked["HOTRELOAD_CALLER_UID"] == "0", "of the socket, too"
    command = asked["HOTRELOAD_CALLER_COMM"]
    assert command, "of the socket, too"

    assert f"a: restarted, generation 4, asked for by user 0 ({command})" in rooted.ctl("logs", "rooted/a").stdout
    history = rooted.ctl("history", "rooted/a").stdout
    assert "root (hotreloadctl)" in history and f"root ({command})" in history, history


# Was: root's units alone.
def test_a_reload_of_a_user_s_unit_is_told_among_its_own_messages(demo):
    demo.write("a.conf", "one\n")
    demo.toml(TOML)
    demo.up()
    demo.write("a.conf", "refuse\n")
    demo.sync()
    demo.write("a.conf", "two\n")
    demo.sync()
    sync_journal()
    said = run("journalctl", "--user", "--output=cat", f"--unit={demo['a']['unit']}", user="dev").stdout
    assert "a (a.conf): restarted, generation" in said, said
    first = run("journalctl", "--user", "--output=cat", f"--unit={demo['a']['unit'].replace('@2', '@1').replace('@3', '@1')}", user="dev").stdout
    assert "a (a.conf): refused" in first, first


def test_what_is_refused_is_told_of_the_unit(rooted):
    rooted.write("a.conf", "refuse\n")
    rooted.sync()
    refused = told_of(rooted["a"]["unit"], REFUSED)[-1]
    assert refused["PRIORITY"] == "3" and '"hotreloadctl reload rooted/a"' in refused["MESSAGE"]


def test_a_reload_of_an_installed_unit_is_told_among_its_own_messages(attach, etc):
    save(CONF, SITE % "first")
    nginx = attach("nginx", "nginx.service")
    save(CONF, SITE % "second")
    reloaded = nginx.events.wait_for("ReloadFinished", project="nginx", result="applied")
    told = [each for each in told_of("nginx.service", RELOADED) if each["HOTRELOAD_RELOAD_ID"] == reloaded["id"]]
    (message,) = told
    assert message["MESSAGE"].startswith("nginx (demo.conf") and "reloaded" in message["MESSAGE"], message
    nginx.ctl("reload", "--strategy=reload", "nginx")
    asked = told_of("nginx.service", RELOADED)[-1]
    assert asked["HOTRELOAD_CALLER_UID"] == "0"
