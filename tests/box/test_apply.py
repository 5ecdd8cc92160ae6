# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is handed over (Apply): checked as if it were there, written, put into effect; taken back where
it does not hold, or where nobody confirms it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from fault_points import Point, then
from harness import command_line, environment, eventually, run, unit_property
from matrix import FAULT, arm
from matrix import faulty  # noqa: F401, fixture
from project import Project

TOML = """
[services.a]
command = ["./worker", "a", "a.toml", "b.toml"]
type = "notify"
verify = "0s"
validate = ["/bin/sh", "-c", "! grep -q wrong a.toml"]
[[services.a.watch]]
files = ["a.toml", "b.toml"]
together = true
"""
OLD, NEW = "word = 'old'\n", "word = 'new'\n"


@pytest.fixture
def app(demo: Project):
    demo.write("a.toml", OLD)
    demo.write("b.toml", OLD)
    demo.toml(TOML)
    demo.up()
    demo.sync()
    return demo


def apply(app, *words, content: str = NEW, check=True):
    """Gives a.toml, and other files that are named, that content."""
    new = app / "new"
    app.write(new, content)
    files = [word for word in words if not word.startswith("--")] or ["a.toml"]
    options = [word for word in words if word.startswith("--")]
    return app.ctl("apply", *options, "demo/a", *(f"{new}={file}" for file in files), check=check)


def identity(path: Path):
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, path.read_text()


def has(app, word: str) -> bool:
    """The service has read it, and so have the files."""
    return app.log("a")[-1].count(f"'{word}'") >= 1


def test_what_is_valid_is_written_and_put_into_effect(app):
    (app / "a.toml").chmod(0o640)
    done = apply(app)
    assert "a.toml: written" in done.stdout
    assert (app / "a.toml").read_text() == NEW and (app / "a.toml").stat().st_mode & 0o777 == 0o640
    assert has(app, "new") and app["a"]["generation"] == 2
    app.sync()
    assert app["a"]["generation"] == 2  # it is no news afterwards
    (newest, *_) = app.ctl.json("history", "demo/a")["generations"]
    assert newest["trigger"] == "request" and newest["caller_uid"] == 1000


@pytest.mark.parametrize("content", ["word = 'wrong'\n", "word = \n"], ids=["validator", "syntax"])
def test_what_is_invalid_touches_no_file(app, content):
    before, pid = identity(app / "a.toml"), app.pids()
    refused = apply(app, content=content, check=False)
    assert refused.returncode == 1 and "a.toml" in refused.stdout + refused.stderr, refused
    assert identity(app / "a.toml") == before and app.pids() == pid
    assert app["a"]["state"] == "running" and app["a"]["problems"] == []


def test_what_the_service_fails_on_is_taken_back_and_so_are_the_files(app, guard):
    guard.expect_failed("hotreload-demo.a@*")
    failed = apply(app, "a.toml", "b.toml", content="word = 'die'\n", check=False)
    assert failed.returncode == 1, failed
    assert (app / "a.toml").read_text() == OLD and (app / "b.toml").read_text() == OLD
    eventually(lambda: app["a"]["state"] == "running", "the old generation")
    assert app["a"]["generation"] == 1 and has(app, "old")


# The first start with what does not hold takes the way back away.
NO_WAY_BACK = '''
[services.a]
command = ["sh", "-c", "if grep -q die a.toml && mkdir out/once; then chmod a-w a.toml .; exit 1; fi; exec sleep infinity"]
watch = ["a.toml"]
'''


def test_files_that_cannot_be_put_back_are_told_until_somebody_keeps_what_is_there(app, guard):
    guard.expect_failed("hotreload-demo.a@*")
    app.write("out/keep", "")
    app.toml(NO_WAY_BACK)
    app.sync()
    failed = apply(app, content="word = 'die'\n", check=False)
    assert failed.returncode == 1 and "could not be put back" in failed.stdout + failed.stderr, failed
    assert "cannot be put back" in app.ctl("status", "demo/a", check=False).stdout
    assert "what was there before cannot be put back" in app.ctl("logs", "demo/a").stdout
    app.directory.chmod(0o755)
    (app / "a.toml").chmod(0o644)
    busy = apply(app, check=False)
    assert busy.returncode == 1 and "hotreloadctl confirm demo/a" in busy.stderr, busy
    app.ctl("confirm", "demo/a")
    app.sync()
    assert (app / "a.toml").read_text() == "word = 'die'\n" and app["a"]["problems"] == []
    apply(app)
    assert (app / "a.toml").read_text() == NEW


def test_a_path_that_is_not_watched_is_refused_by_name(app):
    for path in ("/etc/hostname", "hotreload.toml"):
        refused = apply(app, path, check=False)
        assert refused.returncode == 1 and path in refused.stderr + refused.stdout, refused
    twice = apply(app, "a.toml", "a.toml", check=False)
    assert twice.returncode == 1 and "twice" in twice.stderr + twice.stdout, twice


def test_a_pipe_is_refused(app):
    read, write = os.pipe()
    try:
        words = ["busctl", "--user", "call", "org.hotreload", "/org/hotreload", "org.hotreload.Manager1", "Apply",
                 "sa(sh)a{sv}", "demo", "1", str(app / "a.toml"), str(read), "0"]
        refused = subprocess.run(["setpriv", "--reuid=dev", "--regid=dev", "--clear-groups", *words], pass_fds=[read], text=True,
                                 capture_output=True, env=environment("dev"))  # fmt: skip
        assert refused.returncode != 0 and "memfd" in refused.stderr, refused
    finally:
        os.close(read)
        os.close(write)


def test_what_is_confirmed_stays(app):
    assert "hotreloadctl confirm" in apply(app, "--confirm=1h").stdout
    assert "unless it is confirmed" in app.ctl("status", "demo").stdout
    busy = apply(app, content="word = 'newer'\n", check=False)
    assert busy.returncode == 1 and "hotreloadctl confirm demo/a" in busy.stderr, busy
    app.ctl("confirm", "demo/a")
    assert app["a"]["confirm_until_usec"] == 0
    apply(app, content="word = 'newer'\n")
    assert (app / "a.toml").read_text() == "word = 'newer'\n"


def test_what_nobody_confirms_is_put_back(app):
    with app.ctl.monitor() as events:
        apply(app, "--confirm=1s", "a.toml", "b.toml")
        put_back = events.wait_for("ReloadFinished", result="applied")
        while "unconfirmed" not in put_back["detail"]:
            put_back = events.wait_for("ReloadFinished", result="applied")
    assert put_back["detail"]["trigger"] == "unconfirmed"
    assert app["a"]["last_trigger"] == "unconfirmed"
    assert " unconfirmed " in app.ctl("history", "demo/a").stdout
    assert "as nobody confirmed what was there" in app.ctl("status", "demo/a").stdout
    assert (app / "a.toml").read_text() == OLD and (app / "b.toml").read_text() == OLD
    assert has(app, "old")
    assert app.ctl("confirm", "demo/a", check=False).returncode == 1


def test_it_is_put_back_though_we_die_meanwhile(app):
    apply(app, "--confirm=3s")
    app.kill_daemon()
    eventually(lambda: (app / "a.toml").read_text() == OLD and has(app, "old"), "the generation before")
    eventually(lambda: app["a"]["confirm_until_usec"] == 0, "the end of it")


# Was: it was overwritten by what was gone on with, and nobody had a copy of it.
def test_what_is_saved_while_we_are_away_stays(app):
    app.toml(TOML.replace('verify = "0s"', 'verify = "10s"'))
    app.sync()
    apply(app, "--no-wait", "a.toml", "b.toml")
    eventually(lambda: has(app, "new"), "the service with it")
    daemon = int(unit_property("hotreloadd.service", "MainPID", user="dev"))
    os.kill(daemon, signal.SIGSTOP)
    app.write("a.toml", "word = 'by hand'\n")
    app.kill_daemon()
    eventually(lambda: has(app, "by hand"), "the service with what was saved")
    assert (app / "a.toml").read_text() == "word = 'by hand'\n" and (app / "b.toml").read_text() == OLD


def test_a_stranger_writes_nothing(attach, tmp_path):
    watched = tmp_path / "watched.conf"
    watched.write_text("old\n")
    before = identity(watched)
    service = attach("stranger", "nginx.service", f'strategy = "none"\nwatch = ["{watched}"]\n')
    for user in ("nobody", "dev"):
        refused = run("hotreloadctl", "--system", "apply", "stranger/stranger", f"/etc/hostname={watched}", user=user, check=False)
        assert refused.returncode == 4, refused
    assert identity(watched) == before and service.same_process()


def test_edit_applies_what_the_editor_leaves(app):
    editor = app / "editor"
    app.write(editor, "#!/bin/sh\nsed -i s/old/edited/ \"$1\"\n", mode=0o755)
    done = subprocess.run(command_line(app.ctl.command("edit", "demo/a", "a.toml"), "dev"), text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env=environment("dev") | {"SYSTEMD_EDITOR": str(editor)})  # fmt: skip
    assert done.returncode == 0, done
    assert (app / "a.toml").read_text() == OLD.replace("old", "edited") and has(app, "edited")


# Each place at which we may die: either what was there with the generation before, or what was handed
# over, in force. Both files are the one or the other.
PLACES = [Point.validated, Point.candidate, Point.file_written, then(Point.file_written, Point.file_written),
          Point.files_written, Point.prepared, Point.reserved, Point.old_stopped, Point.applied, Point.ready, Point.proven,
          Point.committed, Point.finished, Point.in_force]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_death_leaves_nothing_by_half(app, faulty, guard, place):  # noqa: F811
    guard.expect_crash("hotreloadd*")
    pid = unit_property("hotreloadd.service", "MainPID", user="dev")
    arm(place, "abort")
    apply(app, "a.toml", "b.toml", check=False)
    eventually(lambda: not Path(FAULT).exists(), "the fault")
    eventually(lambda: unit_property("hotreloadd.service", "MainPID", user="dev") not in ("0", pid), "another daemon")
    app.sync()
    word = "old" if place == Point.validated else "new"
    texts = {(app / file).read_text() for file in ("a.toml", "b.toml")}
    assert texts == {OLD if word == "old" else NEW}
    assert has(app, word) and app["a"]["state"] == "running"
    assert app["a"]["generation"] == (1 if word == "old" else app["a"]["generation"])


@pytest.mark.parametrize("place", [Point.failed, Point.files_back, Point.rolled_back])
def test_a_death_while_it_is_taken_back(app, faulty, guard, place):  # noqa: F811
    guard.expect_crash("hotreloadd*")
    guard.expect_failed("hotreload-demo.a@*")
    pid = unit_property("hotreloadd.service", "MainPID", user="dev")
    arm(place, "abort")
    apply(app, "a.toml", "b.toml", content="word = 'die'\n", check=False)
    eventually(lambda: not Path(FAULT).exists(), "the fault")
    eventually(lambda: unit_property("hotreloadd.service", "MainPID", user="dev") not in ("0", pid), "another daemon")
    app.sync()
    eventually(lambda: app["a"]["state"] == "running" and has(app, "old"), "the generation before")
    assert {(app / file).read_text() for file in ("a.toml", "b.toml")} == {OLD}
