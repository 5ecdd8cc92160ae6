# SPDX-License-Identifier: LGPL-2.1-or-later
"""hotreload-worker: the process that parses documents, what it cannot do, and what happens when it does not answer."""

import json
import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from harness import eventually, unit_property
from project import Project

TOML = """
[services.a]
command = ["./worker", "a", "a.yaml"]
type = "notify"
verify = "0s"
[[services.a.watch]]
files = ["a.yaml"]
debounce = "0"
"""


@pytest.fixture(params=["dev", None], ids=["user", "system"])
def app(request):
    directory = Path(tempfile.mkdtemp(prefix="project-", dir="/home/dev" if request.param else "/srv"))
    app = Project(directory, user=request.param)
    app.own(directory)
    directory.chmod(0o755)
    app.write("a.yaml", "level: one\n")
    app.toml(TOML)
    app.up()
    app.sync()
    yield app
    app.remove()


def daemon_pid(app) -> str:
    return unit_property("hotreloadd.service", "MainPID", user=app.user)


def workers(app) -> list[int]:
    daemon = daemon_pid(app)
    pids = Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split() if daemon != "0" else []
    return [int(pid) for pid in pids if Path(f"/proc/{pid}/comm").read_text().startswith("hotreload-worke")]


def worker(app) -> int:
    eventually(lambda: len(workers(app)) == 1, "one worker")
    return workers(app)[0]


def status_of(pid) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def save_and_see(app, level: str):
    app.write("a.yaml", f"level: {level}\n")
    app.sync()
    assert app.log("a")[-1] == f"start - level: {level}"


@pytest.mark.skipif(bool(os.environ.get("HOTRELOAD_SANITIZED")), reason="a sanitizer needs memory and /proc")
def test_it_can_do_nothing_but_answer(app):
    pid = worker(app)
    status, daemon = status_of(pid), status_of(daemon_pid(app))
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert int(status["Seccomp_filters"]) > int(daemon["Seccomp_filters"])
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {0}
    account = pwd.getpwnam(app.user or "hotreload")
    assert set(status["Uid"].split()) == {str(account.pw_uid)}
    if app.user is None:
        assert int(status["CapBnd"], 16) == 0 and status["Groups"] == ""
    assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2"]
    assert os.readlink(f"/proc/{pid}/fd/0").startswith("socket:")
    limits = {line[:26].strip(): line[26:].split()[1] for line in Path(f"/proc/{pid}/limits").read_text().splitlines()}
    assert limits["Max open files"] == "3" and limits["Max core file size"] == limits["Max file size"] == "0"
    assert limits["Max address space"] != "unlimited"
    assert Path(f"/proc/{pid}/environ").read_bytes() == b""


def test_it_ends_with_the_last_project_that_has_documents(app):
    pid = worker(app)
    app.down()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "its end")


def test_it_ends_with_the_daemon(app):
    pid = worker(app)
    os.kill(pid, signal.SIGSTOP)  # else it ends by itself
    app.kill_daemon()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "its end")
    save_and_see(app, "two")


@pytest.mark.parametrize("busy", [False, True])
def test_one_that_is_killed_is_started_anew(app, busy):
    pid, daemon = worker(app), daemon_pid(app)
    if busy:
        os.kill(pid, signal.SIGSTOP)
    app.write("a.yaml", "level: two\n")
    os.kill(pid, signal.SIGKILL)
    app.sync()
    assert app.log("a")[-1] == "start - level: two"
    save_and_see(app, "three")
    assert daemon_pid(app) == daemon and worker(app) != pid


def test_one_that_does_not_answer_delays_nobody_and_is_killed_in_the_end(app):
    other = Project(Path(tempfile.mkdtemp(prefix="project-", dir=app.directory.parent)), user=app.user, name="other")
    try:
        other.own(other.directory)
        other.write("a.yaml", "level: one\n")
        other.toml(TOML)
        other.up()
        other.sync()
        pid, before = worker(app), app.pids()
        os.kill(pid, signal.SIGSTOP)
        app.write("a.yaml", "level: two\n")
        other.write("a.yaml", "level: two\n")
        eventually(lambda: other.log("a")[-1] == "start - level: two", "the other project's change")
        eventually(lambda: other["a"]["state"] == "running", "calls are answered, and it is all over")
        assert app.pids() == before
        told = lambda: "reading it has taken more than 20s" in app.ctl("status", "demo", check=False).stdout
        eventually(told, "the end of the time", deadline=60)
        assert app.pids() == before
        save_and_see(app, "three")
        assert len(app.log("a")) == 2, "what was left alone was never applied"
    finally:
        other.remove()
        shutil.rmtree(other.directory, ignore_errors=True)


def test_a_file_that_changes_while_it_is_looked_at_is_looked_at_again(app):
    pid = worker(app)
    with app.ctl.monitor() as events:
        os.kill(pid, signal.SIGSTOP)
        app.write("a.yaml", "level: two\n")
        app.write("a.yaml", "level: three\n")
        for _ in range(3):  # the daemon answers a call after the events that were there before it
            app.services()
        os.kill(pid, signal.SIGCONT)
        events.wait_for("ReloadFinished", result="applied")
        app.sync()
    assert app.log("a") == ["start - level: one", "start - level: three"]
    save_and_see(app, "four")


def test_what_was_made_to_harm_is_one_problem_of_its_file(app):
    app.write("schema.json", json.dumps({"properties": {"level": {"pattern": "^(x+x+)+y$"}}}))
    app.edit('debounce = "0"\n', 'debounce = "0"\nschema = "schema.json"\n')
    app.sync()
    before, daemon = app.pids(), daemon_pid(app)
    for text, words in (("level: " + "x" * 5000 + "\n", "cannot be checked"), ("[" * 100000 + "\n", "deeper")):
        app.write("a.yaml", text)
        app.sync()
        told = app.ctl("status", "demo", check=False).stdout
        assert "a.yaml" in told and words in told, told
    assert app.pids() == before and daemon_pid(app) == daemon
    app.edit('schema = "schema.json"\n', "")
    save_and_see(app, "two")
