# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a local user without any right sees of the system's instance: names, places and states, and
never a value, whatever is read. A marker is in every value and in every text that may quote one; what
there is to be read is found by introspection and by walking, so that what is new is covered."""

import json
import os
import shutil
import stat
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from harness import DEADLINE, command_line, environment, eventually, run, sync_journal, systemctl
from project import Project

MARKER = "MARKER"  # in each value, with a word of its own behind it
NAME = "vault"
DIRECTORY = Path("/etc/vault")
SOCKET = "/run/hotreload/org.hotreload"
SIGNS = Path("/run/vault-signs")  # what the validator writes beside the files goes with its view
ENVIRONMENTS = Path("/run/hotreload/environment")
DOCUMENTS = {
    "app.toml": '[db]\nurl = "MARKERtoml0"\nport = 1\n',
    "app.yaml": "db:\n  url: MARKERyaml0\n  port: 1\n",
    "app.json": '{"db": {"url": "MARKERjson0", "port": 1}}\n',
    "app.ini": "[db]\nurl = MARKERini0\nport = 1\n",
    "app.conf": "url MARKERconf0\n",
}
# A validator that says what it was given, as careless ones do.
VALIDATE = f"""#!/bin/sh
: "${{VALIDATED:?}}"
if grep -q refuse app.toml; then
    echo "app.toml:2:1: cannot use url = MARKERoutput"
    cat app.toml
    exit 1
fi
touch {SIGNS}/validated
[ ! -p {SIGNS}/hold ] || read line <{SIGNS}/hold
"""
TOML = f"""
env = {{ OF_PROJECT = "MARKERproject" }}
[services.a]
command = ["sh", "-c", 'test "$LEVEL" = "${{LEVEL%die}}" || {{ echo "$LEVEL"; exit 1; }}; exec sleep infinity']
env = {{ VALIDATED = "MARKERenv", LEVEL = "MARKERlevel" }}
env_file = "secret.env"
validate = ["{DIRECTORY}/validate"]
ready = {{ command = ["sh", "-c", 'test -n "$FROM_FILE"'] }}
strategy = "restart"
verify = "0"
[[services.a.watch]]
files = ["app.toml", "app.yaml", "app.json", "app.ini"]
schema = "schema.json"
[[services.a.watch]]
files = ["app.conf"]
[configs.published]
file = "app.toml"
"""
SCHEMA = '{"properties": {"db": {"properties": {"port": {"enum": [1, 2, 3, "1"]}, "url": {"not": {"pattern": "forbidden"}}}}}}'


class Stranger:
    """`dev`, and all that this user hears and reads."""

    def __init__(self, log: Path):
        self.began = time.time()
        self.log = log
        self.monitor = subprocess.Popen(
            command_line(["gdbus", "monitor", "--system", "--dest", "org.hotreload"], "dev"),
            env=environment("dev"), stdout=log.open("w"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.streamed = log.with_suffix(".varlink")
        self.stream = subprocess.Popen(
            command_line(["varlinkctl", "--more", "--json=short", "call", SOCKET, "org.hotreload.Monitor", "{}"], "dev"),
            env=environment("dev"), stdout=self.streamed.open("w"),
        )  # fmt: skip
        eventually(lambda: "is owned by" in self.heard() and '"Ready"' in self.heard(), "the stranger's subscriptions")

    def heard(self) -> str:
        return self.log.read_text(errors="replace") + self.streamed.read_text(errors="replace")

    def close(self):
        for each in (self.monitor, self.stream):
            each.terminate()
            each.wait(DEADLINE)

    def run(self, *command, **options):
        return run(*command, user="dev", check=False, **options)

    def busctl(self, *words):
        return self.run("busctl", "--system", *words)

    # ---- read each time

    def objects(self) -> str:
        text = self.busctl("call", "org.hotreload", "/org/hotreload", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").stdout
        assert "LastChangesJSON" in text and "app.toml" in text
        return text

    def varlink(self) -> str:
        answer = self.run("varlinkctl", "--json=short", "call", SOCKET, "org.hotreload.Status", "{}")
        assert answer.returncode == 0 and "app.toml" in answer.stdout, answer
        return answer.stdout

    def units(self) -> str:
        return self.run("systemctl", "show", "--all", "hotreload-*").stdout

    def files(self) -> str:
        """All files of /run and /var that have changed and that the user may read; the kernel decides which."""
        script = f"find /run /var -path /var/cache -prune -o -type f -newerct @{int(self.began)} -readable -exec cat {{}} + 2>/dev/null"
        return self.run("sh", "-c", script, errors="replace").stdout

    # ---- and once

    def introspected(self) -> dict[str, ET.Element]:
        """Every object, with what it says of itself."""
        paths = self.busctl("tree", "--list", "org.hotreload").stdout.split()
        assert f"/org/hotreload/project/{NAME}/config/published" in paths
        words = ["--json=short", "call", "org.hotreload"]
        replies = {path: self.busctl(*words, path, "org.freedesktop.DBus.Introspectable", "Introspect") for path in paths}
        return {path: ET.fromstring(json.loads(each.stdout)["data"][0]) for path, each in replies.items() if each.returncode == 0}

    def interfaces(self):
        for path, root in self.introspected().items():
            for interface in root.findall("interface"):
                if interface.get("name").startswith("org.hotreload."):
                    yield path, interface

    def properties(self) -> str:
        text = ""
        for path, interface in self.interfaces():
            asked = self.busctl("call", "org.hotreload", path, "org.freedesktop.DBus.Properties", "GetAll", "s", interface.get("name"))
            assert all(f'"{each.get("name")}"' in asked.stdout for each in interface.findall("property")), asked
            text += asked.stdout
        return text

    def methods(self) -> str:
        """The answers to all methods of ours; those that are not for everyone have no result."""
        values = {"s": NAME, "u": "0", "t": "1", "a{sv}": "0", "a(sh)": "0"}
        texts = {"path": "/etc", "id": "0" * 32}  # others are told that they mean nothing
        text, count = "", 0
        for path, interface in self.interfaces():
            for method in interface.findall("method"):
                given = [(arg.get("name"), arg.get("type")) for arg in method.findall("arg") if arg.get("direction") == "in"]
                arguments = [texts.get(name, values[type_]) for name, type_ in given]
                words = [path, interface.get("name"), method.get("name"), "".join(type_ for _, type_ in given), *arguments]
                asked = self.busctl("call", "org.hotreload", *words)
                if method.get("name") not in self.FOR_EVERYONE:
                    assert "takes a password" in asked.stderr, f"{words} is answered: {asked}"
                text, count = text + asked.stdout + asked.stderr, count + 1
        assert count > 15
        return text

    def commands(self) -> str:
        text = ""
        for words in (["status"], ["status", NAME], ["--json=short", "status"], ["--json=short", "list"], ["plan"], ["history"],
                      ["diff", f"{NAME}/a"], ["logs", NAME], ["explain", DIRECTORY / "app.toml"]):  # fmt: skip
            done = self.run("hotreloadctl", "--system", *words)
            assert done.returncode in (0, 1, 3, 4), done
            text += done.stdout + done.stderr
        assert "are left out" in text
        return text

    def journal(self) -> str:
        words = ["--no-pager", "--output=export", f"--since=@{int(self.began)}"]
        return "".join(self.run("journalctl", *user, *words, errors="replace").stdout for user in ([], ["--user"]))

    FOR_EVERYONE = ("ListProjects", "GetService", "GetState", "Metrics")
    EACH_TIME = ("objects", "varlink", "units", "files")
    ONCE = ("properties", "methods", "commands", "journal")

    def reads_nothing(self, when: str, what=EACH_TIME):
        for name in what:
            self.check(getattr(self, name)(), f"{name} {when}")
        self.check(self.heard(), f"signals until {when}")

    @staticmethod
    def check(text: str, where: str):
        at = text.find(MARKER)
        assert at < 0, f"{where}: …{text[max(0, at - 300) : at + 100]}…"


@pytest.fixture
def vault(system_ctl):
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(mode=0o700)
    shutil.rmtree(SIGNS, ignore_errors=True)
    SIGNS.mkdir()
    project = Project(DIRECTORY, user=None, name=NAME)
    for name, text in DOCUMENTS.items():
        project.write(name, text, mode=0o600)
    (project / "app.conf").chmod(0o644)  # the directory keeps others out
    project.write("schema.json", SCHEMA, mode=0o600)
    project.write("secret.env", "FROM_FILE=MARKERfile\n", mode=0o600)
    project.write("validate", VALIDATE, mode=0o700)
    project.toml(TOML)
    (project / "hotreload.toml").chmod(0o600)
    with system_ctl.monitor() as events:
        project.events = events
        yield project
    project.remove()
    shutil.rmtree(SIGNS)


def up(project):
    project.up()
    project.events.wait_for("ReloadFinished", result="applied")


@pytest.fixture
def stranger(vault, tmp_path):
    stranger = Stranger(tmp_path / "heard")
    yield stranger
    stranger.close()


def test_a_stranger_reads_names_and_states_and_no_value(vault, stranger):
    project, events = vault, vault.events
    up(project)
    stranger.reads_nothing("after up")
    assert str(ENVIRONMENTS) in stranger.units()

    # Each format, applied, while its validator runs.
    (SIGNS / "validated").unlink()
    os.mkfifo(SIGNS / "hold")
    for name, text in DOCUMENTS.items():
        project.write(name, text.replace("0", "1"))  # with the mode as it is
    eventually((SIGNS / "validated").exists, "the validator")
    assert "-validate@" in stranger.units()
    stranger.reads_nothing("while a validator runs")
    with (SIGNS / "hold").open("w") as go:
        (SIGNS / "hold").unlink()
        go.write("on\n")
    applied = events.wait_for("ReloadFinished", result="applied")
    assert "MARKERtoml1" in json.dumps(applied), "root sees it"
    stranger.reads_nothing("after a change")

    # Rolled back, and a definition that changes.
    project.edit("MARKERlevel", "MARKERdie")
    events.wait_for("ReloadFinished", result="rolled-back")
    stranger.reads_nothing("after a rollback")
    project.edit("MARKERdie", "MARKERother")
    events.wait_for("ReloadFinished", result="applied")

    # Refused: by a validator that quotes, a schema, and two parsers.
    bad = ('[db]\nurl = "MARKER refuse"\n', '[db]\nport = "MARKERport"\n', '[db]\nurl = "MARKERopen\n')
    for name, text in (*(("app.toml", each) for each in bad), ("app.yaml", "db: [MARKERa\nMARKERb: }\n")):
        project.write(name, text, mode=0o600)
        failed = events.wait_for("ValidationFailed", target="a")
        refused = events.wait_for("ReloadFinished", result="invalid")
        assert "is shown to" not in failed["message"] + json.dumps(refused), "root sees it"
    assert "reason is shown to" in stranger.objects() and f"{DIRECTORY}/app.toml" in stranger.heard()
    assert '"event":"ValidationFailed"' in stranger.heard(), "the socket's stream, too"
    stranger.reads_nothing("after refusals", (*Stranger.EACH_TIME, *Stranger.ONCE))
    project.edit("[services.a]", '[services.a]\ndrain = "MARKERdrain"')
    events.wait_for("ValidationFailed", target="")
    stranger.reads_nothing("when the project file is invalid")

    # The counterpart: callers who may inspect see values and reasons.
    for words in (["status", NAME], ["--json=short", "history", NAME], ["diff", f"{NAME}/a", "1", "2"]):
        shown = project.ctl(*words, check=False).stdout
        assert MARKER in shown and "are left out" not in shown, words
    assert MARKER in run("varlinkctl", "--json=short", "call", SOCKET, "org.hotreload.Status", "{}").stdout

    project.down()
    stranger.reads_nothing("after down", ("files", "units"))
    assert not list(ENVIRONMENTS.iterdir())


def test_an_environment_is_its_services_through_deaths_and_restarts(vault):
    up(vault)
    environ = lambda: Path(f"/proc/{vault.pids()['a']}/environ").read_bytes().split(b"\0")
    assert b"FROM_FILE=MARKERfile" in environ() and b"OF_PROJECT=MARKERproject" in environ()
    vault.kill_daemon()
    unit = vault["a"]["unit"]
    systemctl("restart", unit)  # by somebody else; and so does the manager after a death
    eventually(lambda: vault["a"]["state"] == "running" and b"FROM_FILE=MARKERfile" in environ())
    systemctl("daemon-reload")
    vault.write("secret.env", "FROM_FILE=MARKERnew\n", mode=0o600)
    vault.events.wait_for("ReloadFinished", result="applied")
    eventually(lambda: b"FROM_FILE=MARKERnew" in environ())
    vault.ctl("rollback", f"{NAME}/a")
    eventually(lambda: b"FROM_FILE=MARKERfile" in environ())
    for path in (ENVIRONMENTS, *ENVIRONMENTS.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_files_of_the_state_are_their_owners_alone(vault):
    up(vault)
    vault.edit("port = 1", "port = 2", "app.toml")
    vault.events.wait_for("ReloadFinished", result="applied")
    assert stat.S_IMODE(Path("/var/lib/hotreload").stat().st_mode) == 0o700
    files = [path for path in Path("/var/lib/hotreload").rglob("*") if path.is_file()]
    assert any(MARKER in path.read_text(errors="replace") for path in files)
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_journal_of_a_service_s_user_has_nothing_of_root_s(vault, stranger):
    vault.toml('[services.a]\ncommand = ["sleep", "infinity"]\nuser = "dev"\nworking_dir = "/"\nwatch = ["app.toml"]\nverify = "0"\n')
    up(vault)
    vault.edit("MARKERtoml0", "MARKERtoml1", "app.toml")
    vault.events.wait_for("ReloadFinished", result="applied")
    sync_journal()
    words = ["--no-pager", "--output=export", f"--since=@{int(stranger.began)}"]
    assert "MARKERtoml1" in run("journalctl", *words, errors="replace").stdout, "root's has what changed"
    stranger.check(stranger.journal(), "the user's own journal")
