# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways for a validator, and for a reload command, to go wrong: each has a reason of its own, and the
service notices none of them."""

import json
import os

import pytest
from harness import eventually, run
from project import acted_on, service_of

TOML = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
watch = ["a.conf"]
verify = "100ms"
validate = {validate}
"""

WAYS = {
    "ends with a status": ("#!/bin/sh\nexit 3\n", "exit code 3"),
    "dies by a signal": ("#!/bin/sh\nkill -TERM $$\n", "killed by SIGTERM"),
    "prints before it fails": ("#!/bin/sh\necho the colour is too green >&2\nexit 1\n", "the colour is too green"),
    "prints a megabyte": ("#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' x\nexit 4\n", "exit code 4"),
    "prints bytes that are no text": ("#!/bin/sh\nprintf '\\377\\376\\n'\nexit 5\n", "exit code 5"),
    "has an interpreter that is missing": ("#!/no/such/interpreter\n", "command cannot be executed"),
}


@pytest.fixture
def checked(demo):
    """Running with a validator, ./check, that lets everything through."""
    demo.write("check", "#!/bin/sh\nexit 0\n", mode=0o755)
    demo.write("out/keep", "")  # what a validator writes beside the snapshot is gone with it
    demo.write("a.conf", "red")
    demo.toml(TOML.format(validate='["./check"]'))
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def untouched(project, pid):
    eventually(lambda: project.units() == [project["a"]["unit"]], "the end of the validator's unit")
    return project.pids()["a"] == pid and project.log("a") == ["start - red"]


@pytest.mark.parametrize("way", WAYS)
def test_a_validator_that(checked, way):
    script, reason = WAYS[way]
    pid = checked.pids()["a"]
    checked.write("check", script, mode=0o755)
    checked.write("a.conf", "green")
    failed = checked.events.wait_for("ValidationFailed", target="a")
    assert reason in failed["message"] and len(failed["message"]) < 1_000
    assert failed["path"] == str(checked / "hotreload.toml") and failed["line"] > 0
    done = checked.events.wait_for("ReloadFinished")
    assert done["result"] == "invalid" and service_of(done, "a")["generation"] == 1
    assert untouched(checked, pid)
    assert checked["a"]["state"] == "invalid" and checked["a"]["problems"][0]["message"] == failed["message"]

    checked.write("check", "#!/bin/sh\nexit 0\n", mode=0o755)
    checked.ctl("reload", "demo")
    assert checked.log("a")[-1] == "start - green" and checked["a"]["problems"] == []


def test_all_ways_are_told_apart():
    assert len({reason for _, reason in WAYS.values()}) == len(WAYS)


@pytest.mark.parametrize("name", ["$PWD/a.conf", "a.conf", "./a.conf"])
def test_a_validator_that_names_a_place_has_it_as_the_problem_s(checked, name):
    checked.write("check", f"#!/bin/sh\necho \"{name}:1:7: not a colour\"\nexit 1\n", mode=0o755)
    checked.write("a.conf", "green")
    failed = checked.events.wait_for("ValidationFailed", target="a")
    assert (failed["path"], failed["line"], failed["column"]) == (str(checked / "a.conf"), 1, 7)
    assert failed["message"] == "not a colour"


def test_a_validator_that_is_missing_is_an_error_of_the_project_file(checked):
    pid = checked.pids()["a"]
    checked.edit("./check", "./chekc")
    failed = checked.events.wait_for("ValidationFailed")
    line = (checked / "hotreload.toml").read_text().splitlines().index('validate = ["./chekc"]') + 1
    assert (failed["path"], failed["line"]) == (str(checked / "hotreload.toml"), line)
    assert "chekc" in failed["message"] and untouched(checked, pid)


def test_a_validator_that_went_away_has_a_reason_of_its_own(checked):
    pid = checked.pids()["a"]
    (checked / "check").unlink()
    checked.write("a.conf", "green")
    failed = checked.events.wait_for("ValidationFailed")
    assert str(checked / "check") in failed["message"]
    assert untouched(checked, pid)


def test_what_was_refused_is_not_checked_again_until_something_changes(checked):
    checked.write("check", "#!/bin/sh\necho run >>out/checks\nexit 1\n", mode=0o755)
    checked.write("a.conf", "green")
    checked.events.wait_for("ReloadFinished", result="invalid")
    for name in ("a.conf", "a.conf"):
        checked.write(name, "green")
    checked.edit("[services.a]", "# a comment\n[services.a]")
    checked.write("a.conf", "grey")
    checked.events.wait_for("ReloadFinished", result="invalid")
    assert (checked / "out/checks").read_text() == "run\nrun\n"
    assert acted_on(checked.events) == ["a", "a"]


def test_a_validator_sees_which_files_changed_and_the_service_s_environment(checked):
    checked.write("check", "#!/bin/sh\necho $LEVEL $HOTRELOAD_CHANGED >out/seen\n", mode=0o755)
    checked.edit("[services.a]", '[services.a]\nenv = { LEVEL = "high" }')
    checked.events.wait_for("ReloadFinished", result="applied")
    checked.write("a.conf", "green")
    checked.events.wait_for("ReloadFinished", result="applied")
    assert (checked / "out/seen").read_text() == f"high {checked / 'a.conf'}\n"


def test_a_reload_command_that_fails_leaves_the_process_and_is_a_failure(checked):
    checked.write("again", "#!/bin/sh\n! grep -q green a.conf\n", mode=0o755)
    checked.edit("validate =", 'reload = ["./again"]\nvalidate =')
    checked.events.wait_for("ReloadFinished", result="applied")
    before = checked["a"]
    checked.write("a.conf", "green")
    done = checked.events.wait_for("ReloadFinished")
    assert done["result"] == "failed" and service_of(done, "a")["action"] == "reload"
    after = checked["a"]
    assert after["main_pid"] == before["main_pid"] and after["unit"] == before["unit"]
    assert (after["state"], after["active_state"], after["generation"]) == ("failed", "active", before["generation"])
    assert checked.property("a", "SubState") == "running"

    checked.write("a.conf", "grey")
    assert checked.events.wait_for("ReloadFinished")["result"] == "applied"
    assert checked["a"]["state"] == "running" and checked.pids()["a"] == before["main_pid"]


def test_a_process_that_dies_of_its_reload_is_noticed_and_started_again(checked):
    """The signal is all that was sent; the death comes after it."""
    checked.edit("validate =", 'reload_signal = "SIGHUP"\nvalidate =')
    checked.edit('"./worker"', '"./worker", "--mortal"')
    checked.events.wait_for("ReloadFinished", result="applied")
    checked.edit('verify = "100ms"', 'verify = "500ms"')
    checked.ctl("reload", "demo")
    pid = checked.pids()["a"]
    checked.write("a.conf", "green")
    done = checked.events.wait_for("ReloadFinished", detail=lambda d: d["services"][0]["action"] == "reload")
    assert done["result"] == "failed" and service_of(done, "a")["problem"]["message"]
    assert checked["a"]["active_state"] == "active" and checked.pids()["a"] not in (0, pid)


HANGS = "#!/bin/sh\n: >out/hanging\nexec sleep infinity\n"


@pytest.fixture
def hanging(checked):
    """A validator that never ends has begun."""
    checked.write("check", HANGS, mode=0o755)
    checked.write("a.conf", "green")
    eventually((checked / "out/hanging").exists, "the validator's start")
    return checked


WAITS = "#!/bin/sh\n: >out/hanging\nread go <out/go\n! grep bad a.conf\n"


def test_what_is_saved_while_a_validator_runs_is_checked_before_the_service_reads_it(checked):
    pid = checked.pids()["a"]
    gate = os.open(checked.fifo("out/go"), os.O_RDWR)
    checked.write("check", WAITS, mode=0o755)
    checked.write("a.conf", "green")
    eventually((checked / "out/hanging").exists, "the validator's start")
    checked.write("a.conf", "bad")
    os.write(gate, b"go\n")  # green is right, and nothing that could be read any more
    assert checked.events.wait_for("ReloadFinished")["result"] == "superseded"
    os.write(gate, b"go\n")
    assert checked.events.wait_for("ReloadFinished")["result"] == "invalid"
    assert untouched(checked, pid)
    os.close(gate)


def test_a_validator_that_hangs_does_not_keep_the_project_from_going_down(hanging):
    assert hanging.down().returncode == 0  # well within the validator's 90 s
    assert hanging.units() == []


def test_a_validator_that_hangs_does_not_keep_a_newer_definition_waiting(hanging):
    pid = hanging.pids()["a"]
    hanging.write("good", "#!/bin/sh\nexit 0\n", mode=0o755)
    hanging.edit("./check", "./good")
    assert hanging.events.wait_for("ReloadFinished")["result"] == "superseded"
    assert hanging.events.wait_for("ReloadFinished")["result"] == "applied"
    assert hanging.log("a")[-1] == "start - green" and hanging.pids()["a"] != pid
    eventually(lambda: hanging.units() == [hanging["a"]["unit"]], "the end of the validator's unit")


def test_a_request_whose_validator_hangs_goes_on_with_the_newer_definition(hanging):
    words = ["org.hotreload", "/org/hotreload", "org.hotreload.Manager1", "Reload", "sa{sv}", "demo", "0"]
    hanging.write("good", "#!/bin/sh\nexit 0\n", mode=0o755)
    asked = json.loads(run("busctl", "--user", "--json=short", "call", *words, user="dev").stdout)["data"][0]
    hanging.edit("./check", "./good")
    assert hanging.events.wait_for("ReloadFinished", id=asked)["result"] in ("applied", "unchanged")
    assert hanging.log("a")[-1] == "start - green"


def test_a_validator_that_hangs_does_not_keep_a_stop_waiting(hanging):
    hanging.ctl("stop", "demo/a")  # well within the validator's 90 s
    assert hanging["a"]["active_state"] == "inactive"
    hanging.events.wait_for("ServiceChanged", service="a", state="stopped")
