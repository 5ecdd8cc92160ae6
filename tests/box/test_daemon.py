# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies, comes back, is stopped and reloaded: what it manages does not notice, and what changed
meanwhile is not lost."""

import os
import json
import re
import signal

import pytest
from harness import eventually, run, sync_journal, systemctl, unit_property
from project import acted_on, service_of

DAEMON = "hotreloadd.service"
PAIR = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
watch = ["a.conf"]
verify = "100ms"
[services.b]
command = ["./worker", "b"]
type = "notify"
verify = "100ms"
"""


@pytest.fixture
def pair(demo):
    demo.write("a.conf", "red")
    demo.toml(PAIR)
    demo.up()
    return demo


def daemon_pid() -> str:
    return unit_property(DAEMON, "MainPID", user="dev")


def kill_daemon():
    """Until it is back: it comes by itself."""
    old = daemon_pid()
    assert old != "0"
    os.kill(int(old), signal.SIGKILL)
    eventually(lambda: daemon_pid() not in ("0", old) and is_ready(), "another daemon")


def is_ready():
    return unit_property(DAEMON, "ActiveState", user="dev") == "active"


def invocations(project) -> dict[str, str]:
    """Of every unit: a new one is there after any start."""
    return {unit: unit_property(unit, "InvocationID", user="dev") for unit in project.units()}


def test_after_a_kill_it_adopts_what_runs_and_applies_the_next_save(pair):
    before, units = pair.pids(), invocations(pair)
    kill_daemon()
    with pair.ctl.monitor() as events:
        assert pair.pids() == before and invocations(pair) == units
        assert {s["state"] for s in pair.services().values()} == {"running"}
        pair.write("a.conf", "green")
        assert events.wait_for("ReloadFinished")["result"] == "applied"
        assert acted_on(events) == ["a"]
    assert pair.log("a") == ["start - red", "start - green"] and pair.pids()["b"] == before["b"]


def test_a_file_that_changes_while_it_is_stopped_is_handled_once(pair):
    pid = pair.pids()["b"]
    systemctl("stop", DAEMON, "hotreloadd.socket", user="dev")
    pair.write("a.conf", "green")
    systemctl("start", "hotreloadd.socket", DAEMON, user="dev")
    eventually(lambda: pair["a"]["generation"] == 2 and pair["a"]["state"] == "running", "generation 2")
    with pair.ctl.monitor() as events:
        pair.nothing_to_do(events, 0)
    assert pair.log("a") == ["start - red", "start - green"] and pair.pids()["b"] == pid


def test_a_service_that_leaves_the_file_while_it_is_stopped_is_stopped(pair):
    systemctl("stop", DAEMON, "hotreloadd.socket", user="dev")
    text = (pair / "hotreload.toml").read_text()
    pair.write("hotreload.toml", text[: text.index("[services.b]")])
    systemctl("start", "hotreloadd.socket", DAEMON, user="dev")
    eventually(lambda: set(pair.services()) == {"a"} and pair.units() == ["hotreload-demo.a@1.service"], "b gone")


def test_a_restart_of_it_with_nothing_changed_does_nothing(pair):
    units, logs = invocations(pair), [pair.log("a"), pair.log("b")]
    records = {path: path.read_bytes() for path in pair.state.rglob("*") if path.is_file()}
    for _ in range(3):
        systemctl("restart", DAEMON, user="dev")
        with pair.ctl.monitor() as events:
            pair.nothing_to_do(events, 0)
    assert invocations(pair) == units and [pair.log("a"), pair.log("b")] == logs
    assert {path: path.read_bytes() for path in pair.state.rglob("*") if path.is_file()} == records


def test_ids_of_reloads_are_unique_over_its_starts(pair):
    ids = []
    for _ in range(2):
        systemctl("restart", DAEMON, user="dev")
        ids += [pair.ctl.json("reload", "--no-wait", "demo")["id"] for _ in range(2)]
    assert len(set(ids)) == 4 and all(re.fullmatch("[0-9a-f]{32}", each) for each in ids), ids


def test_a_kill_in_the_middle_of_a_restart_leaves_one_unit_of_the_newest(pair):
    with pair.ctl.monitor() as events:
        pair.write("a.conf", "slow")
        events.wait_for("ReloadStarted")
        eventually(lambda: "hotreload-demo.a@2.service" in pair.units(), "the start of generation 2")
    kill_daemon()
    pair.write("go", "")

    def settled():
        a = pair["a"]
        return a["state"] == "running" and a["active_state"] == "active" and a

    a = eventually(settled, "a running again")
    assert pair.log("a")[-1] == "start - slow"
    with pair.ctl.monitor() as events:
        pair.nothing_to_do(events, 0)
    assert [unit for unit in pair.units() if "demo.a@" in unit] == [a["unit"]]
    processes = run("pgrep", "-f", "worker a a.conf").stdout.split()
    assert processes == [str(a["main_pid"])]


def test_a_kill_in_the_middle_of_a_validator_is_made_good(pair):
    pair.write("check", "#!/bin/sh\n[ ! -e hold ] || cat hold\n", mode=0o755)
    pair.edit("[services.b]", 'validate = ["./check"]\n[services.b]')
    pair.sync()  # the new definition is checked, too
    hold = pair.fifo("hold")
    pid = pair.pids()["b"]
    with pair.ctl.monitor() as events:
        pair.write("a.conf", "green")
        events.wait_for("ReloadStarted")
        eventually(lambda: any("validate" in unit for unit in pair.units()), "a validator")
    kill_daemon()
    assert pair.log("a") == ["start - red"]
    writer = os.open(hold, os.O_RDWR)  # lets go of whoever opens it
    hold.unlink()
    os.close(writer)
    eventually(lambda: pair.log("a") == ["start - red", "start - green"], "the restart")
    eventually(lambda: not any("validate" in unit for unit in pair.units()), "the end of the validators")
    assert pair.pids()["b"] == pid


def test_it_reloads_on_demand_and_is_not_stuck(pair):
    units = invocations(pair)
    pid = daemon_pid()
    for _ in range(2):
        systemctl("reload", DAEMON, user="dev")
        assert unit_property(DAEMON, "SubState", user="dev") == "running"
    assert daemon_pid() == pid and invocations(pair) == units


def test_it_ends_on_sigterm_with_success_and_its_services_run_on(pair):
    before, units = pair.pids(), invocations(pair)
    os.kill(int(daemon_pid()), signal.SIGTERM)
    eventually(lambda: unit_property(DAEMON, "ActiveState", user="dev") == "inactive", "its end")
    assert unit_property(DAEMON, "Result", user="dev") == "success"
    assert invocations(pair) == units
    assert pair.pids() == before  # asked for, it is there again


# Was: it ended at once, and what it was restarting was down until somebody asked for it.
def test_sigterm_in_the_middle_of_a_restart_is_the_end_of_that_restart_first(pair):
    pid = daemon_pid()
    with pair.ctl.monitor() as events:
        pair.write("a.conf", "slow")
        events.wait_for("ReloadStarted")
        eventually(lambda: "hotreload-demo.a@2.service" in pair.units(), "the start of generation 2")
        os.kill(int(pid), signal.SIGTERM)
        eventually(lambda: unit_property(DAEMON, "ActiveState", user="dev") == "deactivating", "its end")
        pair.write("go", "")
        assert service_of(events.wait_for("ReloadFinished"), "a")["result"] == "applied"
    eventually(lambda: daemon_pid() != pid, "its end")  # who listens has it started again
    units = invocations(pair)
    assert [unit for unit in units if "demo.a@" in unit] == ["hotreload-demo.a@2.service"]
    assert pair["a"]["state"] == "running"
    assert invocations(pair) == units


# Was: it ended when all of a group had been done, however many there were.
def test_sigterm_in_the_middle_of_a_group_begins_nothing_more_and_the_next_start_goes_on(pair):
    group = PAIR.replace('watch = ["a.conf"]\n', "") + 'after = ["a"]\n'
    pair.toml(group)
    pair.sync()
    pair.write("a.conf", "slow")
    with pair.ctl.monitor() as events:
        pair.toml(group.replace('type = "notify"', 'type = "notify"\nenv = { STATE = "new" }'))
        events.wait_for("ReloadStarted")
        a, b = (f"hotreload-demo.{name}@{pair[name]['generation'] + 1}.service" for name in "ab")
        eventually(lambda: a in pair.units(), "the start of a")
        pid = daemon_pid()
        systemctl("stop", "--no-block", DAEMON, user="dev")
        eventually(lambda: unit_property(DAEMON, "ActiveState", user="dev") == "deactivating", "its end")
        pair.write("go", "")
        eventually(lambda: daemon_pid() != pid, "its end")
        assert b not in pair.units()
    eventually(lambda: {pair[name]["state"] for name in "ab"} == {"running"} and pair["b"]["unit"] == b,
               "the rest of the group")  # fmt: skip


def test_what_is_asked_for_while_it_ends_is_refused_with_the_reason(pair):
    with pair.ctl.monitor() as events:
        pair.write("a.conf", "slow")
        events.wait_for("ReloadStarted")
        eventually(lambda: "hotreload-demo.a@2.service" in pair.units(), "the start of generation 2")
        os.kill(int(daemon_pid()), signal.SIGTERM)
        eventually(lambda: unit_property(DAEMON, "ActiveState", user="dev") == "deactivating", "its end")
        pid = daemon_pid()
        refused = pair.ctl("stop", "demo/b", check=False)
        pair.write("go", "")
        events.wait_for("ReloadFinished")
    eventually(lambda: daemon_pid() != pid, "its end")
    assert refused.returncode != 0 and "about to end" in refused.stderr, refused


def test_of_fifty_services_a_change_to_one_acts_on_one_unit(demo):
    names = [f"s{number}" for number in range(50)]
    services = "".join(
        f'[services.{name}]\ncommand = ["sleep", "infinity"]\nenv = {{ N = "{name}" }}\nverify = "0"\nwatch = ["{name}.conf"]\n'
        for name in names
    )
    for name in names:
        demo.write(f"{name}.conf", "red")
    demo.toml(services)
    demo.up(timeout=60)
    before, units = demo.pids(), invocations(demo)
    assert len(units) == 50
    with demo.ctl.monitor() as events:
        demo.write("s7.conf", "green")
        assert events.wait_for("ReloadFinished")["result"] == "applied"
        demo.edit('N = "s31"', 'N = "other"')
        assert events.wait_for("ReloadFinished")["result"] == "applied"
        assert acted_on(events) == ["s7", "s31"]
    after, units_after = demo.pids(), invocations(demo)
    assert {n for n in names if after[n] != before[n]} == {"s7", "s31"}
    assert len(units_after) == 50 and len(units.items() & units_after.items()) == 48
    kill_daemon()
    with demo.ctl.monitor() as events:
        demo.nothing_to_do(events, 0)
    assert demo.pids() == after and invocations(demo) == units_after


def test_a_broken_record_is_named_and_other_projects_work(pair):
    broken = pair.state / "broken.json"
    systemctl("stop", DAEMON, "hotreloadd.socket", user="dev")
    broken.write_text('{"name": "broken", ')
    run("chown", "dev:", broken)
    since = run("date", "+%F %T.%6N").stdout.strip()
    try:
        systemctl("start", "hotreloadd.socket", DAEMON, user="dev")
        with pair.ctl.monitor() as events:
            pair.write("a.conf", "green")
            assert events.wait_for("ReloadFinished")["result"] == "applied"
        sync_journal()
        journal = run("journalctl", f"--since={since}", "--output=json", "_COMM=hotreloadd", "--priority=err").stdout
        messages = [json.loads(line)["MESSAGE"] for line in journal.splitlines()]
        assert any(str(broken) in message for message in messages)
    finally:
        pair.ctl("down", "broken", check=False)
        for path in pair.state.glob("broken*"):
            path.unlink()


def test_a_service_stopped_by_hand_stays_stopped_and_starts_with_the_newest(pair):
    pid = pair.pids()["b"]
    systemctl("stop", pair["a"]["unit"], user="dev")
    eventually(lambda: pair["a"]["state"] == "stopped", "the state")
    with pair.ctl.monitor() as events:
        pair.write("a.conf", "green")
        done = events.wait_for("ReloadFinished")
        assert service_of(done, "a")["result"] == "recorded" and acted_on(events) == []
    assert pair["a"]["state"] == "stopped" and pair.log("a") == ["start - red"]
    kill_daemon()
    assert pair["a"]["state"] == "stopped"
    pair.ctl("start", "demo/a")
    assert pair["a"]["state"] == "running"
    assert pair.log("a") == ["start - red", "start - green"] and pair.pids()["b"] == pid


def test_a_service_stopped_by_request_stays_stopped(pair):
    pair.ctl("stop", "demo/a")
    kill_daemon()
    pair.write("a.conf", "green")
    with pair.ctl.monitor() as events:
        pair.ctl("reload", "demo")
        events.wait_for("ReloadFinished")
    assert pair["a"]["state"] == "stopped" and pair.log("a") == ["start - red"]
    pair.ctl("start", "demo/a")
    assert pair.log("a")[-1] == "start - green"
