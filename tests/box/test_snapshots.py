# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was validated is what is applied: validators see the snapshot, pinned services the applied
content."""

import os
import signal

import pytest
from harness import eventually, run
from project import Project

# Waits in the middle, so that the live file can be changed under it; writes down what it then reads.
CHECK = """#!/bin/sh
touch out/checking
read go <out/go
rm -f out/checking
cat app.conf "$HOTRELOAD_SNAPSHOT$PWD/app.conf" >>out/seen
! grep -q bad app.conf
"""

TOML = """
[services.a]
command = ["./worker", "a", "app.conf"]
type = "notify"
reload_signal = "SIGHUP"
validate = ["./check"]
verify = "0s"
[[services.a.watch]]
files = ["app.conf"]
"""


@pytest.fixture
def app(demo: Project):
    demo.write("check", CHECK, mode=0o755)
    demo.write("app.conf", "first\n")
    gate = os.open(demo.fifo("out/go"), os.O_RDWR)
    demo.go = lambda: os.write(gate, b"go\n")  # one run of the validator
    demo.go()
    demo.toml(TOML)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo
    os.close(gate)


def test_a_validator_reads_the_snapshot_while_the_live_file_moves_on(app):
    app.write("app.conf", "second\n")
    eventually(lambda: (app / "out/checking").exists(), "the validator")
    app.write("app.conf", "third\n")
    app.go()
    # The service would read the third, which nobody has checked: another round follows.
    done = app.events.wait_for("ReloadFinished")
    assert done["result"] == "superseded" and not done["detail"]["services"][0]["note"]
    assert (app / "out/seen").read_text().split()[-2:] == ["second", "second"]
    assert app.log("a")[-1] == "start - first"
    app.go()
    assert app.events.wait_for("ReloadFinished")["result"] == "applied"
    assert (app / "out/seen").read_text().split()[-2:] == ["third", "third"]
    eventually(lambda: app.log("a")[-1] == "reload - third", "the reload")


def test_a_file_that_goes_while_it_is_checked_and_comes_back_as_it_was_is_read(app):
    app.write("app.conf", "second\n")
    eventually(lambda: (app / "out/checking").exists(), "the validator")
    (app / "app.conf").unlink()
    app.go()
    assert app.events.wait_for("ReloadFinished")["result"] == "superseded"
    app.write("app.conf", "second\n")
    app.go()
    app.events.wait_for("ReloadFinished", result="applied")
    eventually(lambda: app.log("a")[-1] == "reload - second", "the reload with it")


def test_a_bad_state_that_is_saved_while_a_good_one_is_checked_is_refused(app):
    app.write("app.conf", "second\n")
    eventually(lambda: (app / "out/checking").exists(), "the validator")
    app.go()
    app.events.wait_for("ReloadFinished", result="applied")
    # A signal is sent, not answered: the worker may read after the action has ended.
    eventually(lambda: app.log("a")[-1] == "reload - second", "the reload")
    app.write("app.conf", "bad\n")
    app.go()
    app.events.wait_for("ReloadFinished", result="invalid")
    assert app.log("a")[-1] == "reload - second"


def test_views_are_gone_when_the_validator_has_ended(app):
    views = "/run/user/1000/hotreload/views"
    assert [name for name in os.listdir(views) if not name.startswith(".")] == []


PINNED = TOML.replace('files = ["app.conf"]', 'files = ["conf/app.conf"]\npin = true').replace(
    '"app.conf"', '"conf/app.conf"').replace('validate = ["./check"]\n', "").replace(
    'reload_signal = "SIGHUP"', 'reload_signal = "SIGHUP"\nproperties = { Restart = "always", RestartSec = "10ms" }')


@pytest.fixture
def pinned(demo: Project):
    demo.write("conf/app.conf", "first\n")
    demo.write("conf/other.conf", "neighbour\n")
    demo.toml(PINNED)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def sees(project, path="conf/app.conf") -> str:
    pid = project["a"]["main_pid"]
    return run("nsenter", "-t", str(pid), "-m", "cat", project / path).stdout.strip()


def test_a_pinned_service_reads_what_was_applied_even_when_the_manager_starts_it(pinned):
    assert pinned.log("a") == ["start - first"]
    pinned.ctl("pause", "demo")
    pinned.write("conf/app.conf", "half of an ed")
    os.kill(pinned["a"]["main_pid"], signal.SIGKILL)
    eventually(lambda: pinned.log("a") == ["start - first", "start - first"], "the restart")
    pinned.write("conf/app.conf", "second\n")
    pinned.ctl("resume", "demo")
    eventually(lambda: pinned.log("a")[-1] == "reload - second", "the reload")


def test_its_neighbours_are_there_and_can_be_written(pinned):
    assert sees(pinned, "conf/other.conf") == "neighbour"
    pinned.write("conf/other.conf", "changed\n")
    assert sees(pinned, "conf/other.conf") == "changed"


def test_what_it_is_shown_goes_back_with_a_restart_that_fails(pinned):
    pinned.edit('"conf/app.conf"]\ntype', '"conf/app.conf", "extra"]\ntype')
    pinned.events.wait_for("ReloadFinished", result="applied")
    pinned.edit("pin = true", 'pin = true\non_change = "restart"')
    pinned.events.wait_for("ReloadFinished", result="applied")
    pinned.write("conf/app.conf", "die\n")
    pinned.events.wait_for("ReloadFinished", result="rolled-back")
    assert sees(pinned) == "first" and pinned["a"]["active_state"] == "active"
    starts = len(pinned.log("a"))
    os.kill(pinned["a"]["main_pid"], signal.SIGKILL)
    eventually(lambda: len(pinned.log("a")) > starts, "the restart by the manager")
    assert pinned.log("a")[-1] == "start - first"
    assert sees(pinned) == "first"


def test_the_daemon_may_die_and_the_service_still_sees_it(pinned):
    pinned.kill_daemon()
    pinned.write("conf/app.conf", "second\n")
    eventually(lambda: pinned.log("a")[-1] == "reload - second", "the reload")
    assert sees(pinned) == "second"
    assert pinned.property("a", "NRestarts") == "0"


def test_nothing_of_it_is_left_when_the_project_goes_down(pinned):
    pinned.write("conf/app.conf", "second\n")
    pinned.events.wait_for("ReloadFinished", result="applied")
    assert pinned.down().returncode == 0
    assert [name for name in os.listdir("/run/user/1000/hotreload/views") if not name.startswith(".")] == []
