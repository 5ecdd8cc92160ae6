# SPDX-License-Identifier: LGPL-2.1-or-later
"""The harness notices what it is there to notice."""

import sys

import harness
import pytest
from harness import run, systemctl


def transient(name, *command, user=None, check=True, properties=()):
    run(
        "systemd-run",
        *(["--user"] if user else []),
        "--quiet",
        f"--unit={name}",
        *(f"--property={value}" for value in properties),
        *command,
        user=user,
        check=check,
    )


@pytest.mark.parametrize("user", [None, "dev"])
def test_a_crash_is_noticed(guard, user):
    guard.expect_crash("crashing.service")
    guard.expect_failed("crashing.service")
    watching = harness.Guard()
    transient("crashing", "--wait", "--expand-environment=no", "sh", "-c", "kill -SEGV $$", user=user, check=False)
    assert any("died of SIGSEGV" in problem for problem in watching.problems())


@pytest.mark.parametrize("user", [None, "dev"])
def test_a_failed_unit_is_noticed(guard, user):
    guard.expect_failed("failing.service")
    watching = harness.Guard()
    transient("failing", "--wait", "false", user=user, check=False)
    assert watching.problems() == ["failing.service: left behind failed"]


def test_a_unit_that_is_killed_on_purpose_is_no_crash():
    watching = harness.Guard()
    transient("killed", "sleep", "infinity", properties=["SuccessExitStatus=KILL"])
    systemctl("kill", "--signal=KILL", "killed")
    harness.eventually(lambda: harness.unit_property("killed", "ActiveState") == "inactive")
    assert watching.problems() == []


def test_a_unit_that_is_stuck_in_reload_is_noticed():
    watching = harness.Guard()
    script = "trap 'systemd-notify --reloading' HUP; systemd-notify --ready; while :; do sleep infinity & wait; done"
    transient(
        "stuck",
        "--service-type=notify-reload",
        "bash",
        "-c",
        script,
        properties=["NotifyAccess=all"],
    )
    systemctl("reload", "--no-block", "stuck")
    harness.eventually(lambda: watching.problems())
    assert "stuck.service: stuck in reload" in watching.problems()[0]
    systemctl("kill", "--signal=KILL", "stuck")
    systemctl("stop", "stuck")
    systemctl("reset-failed")


FAKE_MONITOR = """
import time
print('{"event": "Ready"}', flush=True)
print('{"event": "ReloadStarted", "id": 1}', flush=True)
print('{"event": "ReloadFinished", "id": 1, "result": "applied"}', flush=True)
time.sleep(1000)
"""


def test_a_monitor_waits_for_an_event_by_name_and_fields():
    with harness.Monitor([sys.executable, "-c", FAKE_MONITOR]) as events:
        assert events.wait_for("ReloadFinished", result="applied")["id"] == 1
        with pytest.raises(AssertionError, match="(?s)no event .*ReloadStarted"):
            events.wait_for("ReloadFinished", id=lambda value: value > 1, deadline=0.1)


def test_a_monitor_that_ends_says_why():
    with pytest.raises(AssertionError, match="the monitor ended: .*no such thing"):
        harness.Monitor([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
