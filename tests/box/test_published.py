# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published documents as files: who may read them, when they are written, and that they outlive the daemon."""

import json
import os
import pwd
import shutil
import subprocess
import threading
from pathlib import Path

import contract
import pytest
from harness import eventually, run, systemctl
from project import Project

TOML = """
[services.a]
command = ["sh", "-c", 'exec >>a.log; cat "$HOTRELOAD_CONFIGS/app.json"; echo "of $HOTRELOAD_PROJECT"; exec sleep infinity']
strategy = "restart"
watch = ["app.toml"]
verify = "0"
[configs.app]
file = "app.toml"
"""


def runtime(project: Project) -> Path:
    at = f"/run/user/{pwd.getpwnam(project.user).pw_uid}" if project.user else "/run"
    return Path(at) / "hotreload/configs" / project.name


def published(project: Project, name="app") -> dict:
    text = (runtime(project) / f"{name}.json").read_text()
    contract.check("published", text)
    return json.loads(text)


@pytest.fixture
def app(demo):
    demo.write("app.toml", "port = 1\n")
    demo.toml(TOML)
    demo.up()
    return demo


def first_read(app: Project, revision: int) -> bool:
    """The process that was started for it has read that revision as it started."""
    lines = [json.loads(line) for line in app.log("a") if line.startswith("{")]
    return bool(lines) and lines[-1]["revision"] == revision


def test_a_service_finds_the_value_that_it_is_started_for(app):
    assert published(app)["value"] == {"port": 1}
    eventually(lambda: "of demo" in app.log("a"))
    assert first_read(app, 1)
    for port in range(2, 12):
        app.write("app.toml", f"port = {port}\n")
        app.sync()
        assert published(app)["value"] == {"port": port}
        eventually(lambda: len([line for line in app.log("a") if line.startswith("{")]) == port)
        assert first_read(app, port)


def test_what_is_invalid_or_away_keeps_the_value_and_says_so(app):
    app.write("app.toml", "port = 2\nport = \n")
    app.sync()
    told = published(app)
    assert (told["state"], told["revision"], told["value"]) == ("invalid", 1, {"port": 1})
    assert told["problems"][0]["path"] == str(app / "app.toml") and told["problems"][0]["line"] == 2
    (app / "app.toml").unlink()
    eventually(lambda: published(app)["state"] == "missing")
    assert published(app)["value"] == {"port": 1}


def test_it_outlives_the_daemon_and_is_written_again_from_the_record(app):
    before = published(app)
    systemctl("stop", "hotreloadd.socket", user=app.user)
    assert published(app) == before
    shutil.rmtree(runtime(app).parent)  # as after a reboot
    app.write("app.toml", "port = \n")
    app.write("hotreload.toml", "[services\n")
    systemctl("start", "hotreloadd.socket", user=app.user)
    app.ctl("status", check=False)
    eventually(lambda: published(app)["state"] == "invalid")
    assert published(app)["value"] == {"port": 1} and published(app)["revision"] == 1
    app.toml(TOML)
    app.write("app.toml", "port = 2\n")
    app.sync()
    assert (published(app)["value"], published(app)["revision"]) == ({"port": 2}, 2)


def test_it_goes_with_the_document_and_with_the_project(app):
    app.toml(TOML.replace("[configs.app]", "[configs.other]"))
    app.sync()
    assert os.listdir(runtime(app)) == ["other.json"]
    app.down()
    eventually(lambda: os.listdir(runtime(app)) == [])


def test_who_reads_on_sees_whole_states_through_saves_and_deaths(app):
    stop, seen = threading.Event(), []

    def read_on():
        while not stop.is_set():
            seen.append((runtime(app) / "app.json").read_text())

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        for port in range(2, 30):
            app.write("app.toml", f"port = {port}\nwords = {['word'] * port}\n")
            if port % 10 == 0:
                app.kill_daemon()
            app.sync()
    finally:
        stop.set()
        reader.join()
    told = [json.loads(text) for text in dict.fromkeys(seen)]
    assert all(each["value"]["port"] == 1 or len(each["value"]["words"]) == each["value"]["port"] for each in told)
    revisions = [each["revision"] for each in told]
    assert revisions == sorted(revisions) and told[-1]["value"]["port"] == 29


ACCOUNTS = ("pub-service", "pub-reader", "pub-member", "pub-stranger")
SHARED = Path("/etc/publisher")


def reads(user: str, path: Path) -> bool:
    words = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups", "cat", str(path)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def shared():
    run("groupadd", "-f", "pub-group")
    for name in ACCOUNTS:
        run("useradd", "-M", *(["-G", "pub-group"] if name == "pub-member" else []), name, check=False)
    SHARED.mkdir()
    project = Project(SHARED, user=None, name="publisher")
    for name in ("app", "named", "nobodys"):
        project.write(f"{name}.toml", "level = 1\n")
    project.toml("""
[services.a]
command = ["sleep", "infinity"]
user = "pub-service"
verify = "0"
[configs.app]
file = "app.toml"
[configs.named]
file = "named.toml"
readers = ["pub-reader", "@pub-group"]
[configs.nobodys]
file = "nobodys.toml"
readers = []
""")
    project.up()
    yield project
    project.remove()
    for name in ACCOUNTS:
        run("userdel", name, check=False)
    run("groupdel", "pub-group", check=False)


def test_each_reader_reads_the_file_and_nobody_else(shared):
    expected = {"app": {"pub-service"}, "named": {"pub-reader", "pub-member"}, "nobodys": set()}
    for name, readers in expected.items():
        path = runtime(shared) / f"{name}.json"
        assert {user for user in ACCOUNTS if reads(user, path)} == readers, name
        assert published(shared, name)["value"] == {"level": 1}
    shared.edit('["pub-reader", "@pub-group"]', '["pub-stranger"]')
    shared.sync()
    assert {user for user in ACCOUNTS if reads(user, runtime(shared) / "named.json")} == {"pub-stranger"}
    shared.edit('user = "pub-service"\n', "")
    shared.sync()
    assert not any(reads(user, runtime(shared) / "app.json") for user in ACCOUNTS)
