# SPDX-License-Identifier: LGPL-2.1-or-later
"""A developer's project on the user instance: what each change of its files does, and what it does not."""

import pytest
from harness import eventually, run, sync_journal, unit_property
from project import acted_on, service_of

SERVICES = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
reload_signal = "SIGHUP"
watch = ["a.conf"]
verify = "100ms"
env = { LEVEL = "one" }
properties = { MemoryMax = "64M" }

[services.b]
command = ["./worker", "b", "b.conf"]
type = "notify"
after = ["a"]
watch = ["b.conf"]
verify = "100ms"
env = { LEVEL = "b" }

[services.c]
command = ["sleep", "infinity"]
env_file = "c.env"
verify = "100ms"
"""


@pytest.fixture
def running(demo):
    """Three services: a reloads, b is restarted, c has an env_file. With the events since they ran."""
    demo.write("a.conf", "red")
    demo.write("b.conf", "blue")
    demo.write("c.env", "SHAPE=round\n")
    demo.toml(SERVICES)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def others(before, after, *but):
    return {n: p for n, p in before.items() if n not in but} == {n: p for n, p in after.items() if n not in but}


def restarted_alone(project, service, before):
    """After the event: it has a new process, and the others have theirs."""
    after = project.pids()
    assert after[service] not in (0, before[service])
    assert others(before, after, service)
    assert acted_on(project.events) == [service]


def up_without_waiting(project):
    words = ["org.hotreload", "/org/hotreload", "org.hotreload.Manager1", "Up", "sa{sv}"]
    run("busctl", "--user", "call", *words, project.directory, "1", "wait", "b", "false", user="dev")


def test_up_starts_the_services_in_their_order(demo):
    demo.write("a.conf", "slow")
    demo.write("b.conf", "blue")
    demo.write("c.env", "")
    demo.toml(SERVICES)
    with demo.ctl.monitor() as events:
        up_without_waiting(demo)
        events.wait_for("ReloadStarted")
        eventually(lambda: any(unit.startswith("hotreload-demo.a@") for unit in demo.units()), "a's unit")
        assert demo.log("b") == []
        demo.write("go", "")
        assert events.wait_for("ReloadFinished")["result"] == "applied"
    assert demo.log("a") == ["start one slow"] and demo.log("b") == ["start b blue"]
    states = {name: (service["state"], service["generation"]) for name, service in demo.services().items()}
    assert states == {name: ("running", 1) for name in "abc"}
    assert demo["a"]["unit"] == "hotreload-demo.a@1.service"
    assert demo.property("a", "Slice") == "hotreload-demo.slice"


def test_an_environment_value_restarts_that_service_alone(running):
    before = running.pids()
    running.edit('LEVEL = "one"', 'LEVEL = "two"')
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "applied" and service_of(done, "a")["action"] == "restart"
    restarted_alone(running, "a", before)
    assert running.log("a") == ["start one red", "start two red"]
    assert running["a"]["generation"] == 2
    assert running.units().count("hotreload-demo.a@1.service") == 0


def test_a_memory_limit_is_set_on_the_running_unit(running):
    before = running.pids()
    running.edit('"64M"', '"96M"')
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "applied" and service_of(done, "a")["action"] == "live"
    assert running.property("a", "MemoryMax") == str(96 << 20)
    assert running.pids() == before and running.log("a") == ["start one red"]


def test_a_limit_set_live_is_in_force_after_the_next_restart(running):
    running.edit('"64M"', '"96M"')
    running.events.wait_for("ReloadFinished", result="applied")
    running.edit('LEVEL = "one"', 'LEVEL = "two"')
    running.events.wait_for("ReloadFinished", result="applied")
    assert running.property("a", "MemoryMax") == str(96 << 20)


def test_a_service_that_can_reload_reloads_for_a_watched_file(running):
    before = running.pids()
    running.write("a.conf", "green")
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "applied" and service_of(done, "a")["action"] == "reload"
    eventually(lambda: running.log("a") == ["start one red", "reload one green"])
    assert running.pids() == before


def test_a_service_that_cannot_reload_is_restarted_for_a_watched_file(running):
    before = running.pids()
    running.write("b.conf", "green")
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "applied" and service_of(done, "b")["action"] == "restart"
    restarted_alone(running, "b", before)
    assert running.log("b") == ["start b blue", "start b green"]


def test_an_env_file_restarts_its_service(running):
    before = running.pids()
    running.write("c.env", "# of a kind\nSHAPE=square\n")
    assert running.events.wait_for("ReloadFinished")["result"] == "applied"
    restarted_alone(running, "c", before)
    assert "SHAPE=square" in run("sh", "-c", f"tr '\\0' '\\n' </proc/{running.pids()['c']}/environ").stdout


CHANGES_WITHOUT_A_MEANING = {
    "a comment": lambda p: p.edit("[services.a]", "# the first\n[services.a]"),
    "another order and other quotes": lambda p: p.edit(
        'type = "notify"\nreload_signal = "SIGHUP"', "reload_signal = 'SIGHUP'\ntype = 'notify'"
    ),
    "line ends of another system": lambda p: p.write("hotreload.toml", (p / "hotreload.toml").read_text().replace("\n", "\r\n")),
    "a comment in an env_file": lambda p: p.write("c.env", "# a comment\nSHAPE=round\n"),
    "a touch": lambda p: run("touch", p / "hotreload.toml", p / "a.conf", p / "b.conf", p / "c.env"),
    "a mode": lambda p: run("chmod", "600", p / "a.conf", p / "hotreload.toml"),
    "the same bytes again": lambda p: p.write("a.conf", "red"),
}


@pytest.mark.parametrize("change", CHANGES_WITHOUT_A_MEANING)
def test_a_change_without_a_meaning_does_nothing(running, change):
    before = running.pids()
    since = len(running.events.seen)
    CHANGES_WITHOUT_A_MEANING[change](running)
    running.nothing_to_do(running.events, since)
    assert running.pids() == before
    assert running.log("a") == ["start one red"] and running.log("b") == ["start b blue"]


def test_other_content_of_the_same_size_with_the_old_time_is_a_change(running):
    run("touch", "--reference", running / "a.conf", running / "stamp")
    with open(running / "a.conf", "w") as file:
        file.write("tan")
        file.flush()
        run("touch", "--reference", running / "stamp", running / "a.conf")
    assert running.events.wait_for("ReloadFinished")["result"] == "applied"
    eventually(lambda: running.log("a")[-1] == "reload one tan")


def test_a_syntax_error_is_named_with_its_place_and_nothing_is_touched(running):
    before = running.pids()
    running.edit('LEVEL = "one"', 'LEVEL = two"')
    failed = running.events.wait_for("ValidationFailed")
    line = (running / "hotreload.toml").read_text().splitlines().index('env = { LEVEL = two" }') + 1
    assert (failed["path"], failed["line"]) == (str(running / "hotreload.toml"), line)
    assert failed["column"] > 0 and failed["message"]
    assert running.pids() == before
    assert running.status()["state"] == "invalid"
    assert running.ctl("status", "demo", check=False).returncode == 1
    assert f":{line}:" in running.ctl("status", "demo", check=False).stdout

    running.edit('LEVEL = two"', 'LEVEL = "two"')
    assert running.events.wait_for("ReloadFinished")["result"] == "applied"
    assert running.log("a")[-1] == "start two red"
    assert running.status()["state"] == "running" and running.status()["problems"] == []


def test_the_status_as_json_is_what_the_bus_has(running):
    running.edit('LEVEL = "one"', 'LEVEL = "die"')
    running.events.wait_for("ReloadFinished", result="rolled-back")
    listed = running.status()["services"]
    assert {each["service"]: each for each in listed} == running.services()
    assert any(each["problems"] for each in listed) and any(each["last_changes"] for each in listed)


def test_all_errors_of_a_file_are_reported_with_the_nearest_key(running):
    running.edit("type =", "tpye =")
    messages = {running.events.wait_for("ValidationFailed")["message"] for _ in range(2)}
    assert all("tpye" in message and '"type"' in message for message in messages)
    assert len(running.status()["problems"]) == 2


def test_watched_files_are_applied_while_the_project_file_is_invalid(running):
    running.edit('"one"', 'one"')
    running.events.wait_for("ValidationFailed")
    running.write("a.conf", "green")
    assert running.events.wait_for("ReloadFinished")["result"] == "applied"
    eventually(lambda: running.log("a")[-1] == "reload one green")


def test_a_program_that_dies_at_its_start_is_rolled_back(running):
    before = running.pids()
    running.edit('LEVEL = "b"', 'LEVEL = "die"')
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "rolled-back"
    assert "exit code 1" in service_of(done, "b")["problem"]["message"]
    assert running["b"]["state"] == "rolled-back" and running["b"]["active_state"] == "active"
    assert running["b"]["generation"] == 1 and running["b"]["unit"] == "hotreload-demo.b@1.service"
    assert running.pids()["b"] not in (0, before["b"])
    assert others(before, running.pids(), "b")
    assert running.log("b") == ["start b blue", "start die blue", "start b blue"]
    assert [unit for unit in running.units() if "demo.b@" in unit] == ["hotreload-demo.b@1.service"]


def test_what_was_rolled_back_is_not_tried_again_by_itself(running):
    running.edit('LEVEL = "b"', 'LEVEL = "die"')
    running.events.wait_for("ReloadFinished", result="rolled-back")
    pid, since = running.pids()["b"], len(running.events.seen)
    run("touch", running / "b.conf")
    running.edit("[services.b]", "# unlucky\n[services.b]")
    # A later change of another service is a sign that those have been looked at.
    running.write("a.conf", "green")
    done = running.events.wait_for("ReloadFinished", detail=lambda d: any(s["service"] == "a" for s in d["services"]))
    assert done["result"] == "applied"
    assert acted_on(running.events, since) == ["a"] and running.pids()["b"] == pid
    assert running["b"]["state"] == "rolled-back"


def test_a_request_tries_again_what_was_rolled_back(running):
    running.edit('LEVEL = "b"', 'LEVEL = "die"')
    running.events.wait_for("ReloadFinished", result="rolled-back")
    asked = running.ctl("reload", "demo", check=False)
    assert asked.returncode == 1 and "✗ b: rolled back" in asked.stdout
    assert running.log("b").count("start die blue") == 2


def test_the_good_definition_again_clears_the_error(running):
    running.edit('LEVEL = "b"', 'LEVEL = "die"')
    running.events.wait_for("ReloadFinished", result="rolled-back")
    pid, since = running.pids()["b"], len(running.events.seen)
    running.edit('LEVEL = "die"', 'LEVEL = "b"')
    running.events.wait_for("ServiceChanged", service="b", state="running")
    running.nothing_to_do(running.events, since)
    assert running["b"]["problems"] == [] and running.ctl("status", "demo").returncode == 0
    assert running.pids()["b"] == pid


def test_after_a_file_that_nothing_starts_with_the_good_one_again_is_applied(running):
    # The generation before reads the same file, so there is nothing to go back to.
    running.write("b.conf", "die")
    assert running.events.wait_for("ReloadFinished")["result"] == "needs-attention"
    assert running["b"]["state"] == "needs-attention"
    assert running.ctl("status", "demo", check=False).returncode == 1
    running.write("b.conf", "blue")
    running.events.wait_for("ServiceChanged", service="b", state="running", active_state="active")
    assert running.log("b")[-1] == "start b blue" and running["b"]["problems"] == []


def test_a_reload_that_fails_and_the_good_content_again(running):
    """The process has read the bad content: the good one has to be given to it again."""
    text = (running / "hotreload.toml").read_text()
    running.write("reload", "#!/bin/sh\nkill -HUP $1\n! grep -q bad a.conf\n", mode=0o755)
    running.write("hotreload.toml", text.replace('reload_signal = "SIGHUP"', 'reload = ["./reload", "$MAINPID"]'))
    running.events.wait_for("ReloadFinished", result="applied")
    pid = running.pids()["a"]
    running.write("a.conf", "bad")
    assert running.events.wait_for("ReloadFinished")["result"] == "failed"
    assert running.pids()["a"] == pid and running["a"]["state"] == "failed" and running["a"]["active_state"] == "active"
    running.write("a.conf", "red")
    running.events.wait_for("ServiceChanged", service="a", state="running")
    eventually(lambda: running.log("a")[-1] == "reload one red", "the good content read again")
    assert running.pids()["a"] == pid and running["a"]["problems"] == []


def test_a_service_that_leaves_the_file_is_stopped(running):
    before, pid = running.pids(), running.pids()["c"]
    text = (running / "hotreload.toml").read_text()
    running.write("hotreload.toml", text[: text.index("[services.c]")])
    done = running.events.wait_for("ReloadFinished")
    assert service_of(done, "c")["result"] == "stopped"
    assert set(running.services()) == {"a", "b"} and others(before, running.pids(), "c")
    assert run("kill", "-0", str(pid), check=False).returncode != 0


def test_a_service_that_comes_into_the_file_is_started(running):
    before = running.pids()
    running.edit("[services.c]", '[services.d]\ncommand = ["sleep", "infinity"]\n[services.c]')
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "applied" and service_of(done, "d")["action"] == "start"
    assert running["d"]["active_state"] == "active" and others(before, running.pids(), "d")


def test_a_dependency_that_fails_leaves_its_dependent_untouched(running):
    pid = running.pids()["b"]
    text = (running / "hotreload.toml").read_text()
    text = text.replace('LEVEL = "one" }', 'LEVEL = "two" }\nvalidate = ["false"]')
    text = text.replace('LEVEL = "b"', 'LEVEL = "new"')
    running.write("hotreload.toml", text)
    done = running.events.wait_for("ReloadFinished")
    assert done["result"] == "invalid"
    assert running.pids()["b"] == pid and running.log("b") == ["start b blue"]


def test_a_project_that_is_not_enabled_does_nothing_by_itself(demo):
    demo.write("a.conf", "red")
    demo.write("b.conf", "blue")
    demo.write("c.env", "")
    demo.toml("enabled = false\n" + SERVICES)
    demo.up()
    with demo.ctl.monitor() as events:
        before, since = demo.pids(), len(events.seen)
        demo.write("b.conf", "green")
        assert demo["b"]["watching"] == "off"
        plan = demo.ctl.json("plan", "demo")
        assert [s["action"] for s in plan["services"] if s["service"] == "b"] == ["restart"]
        assert acted_on(events, since) == [] and demo.pids() == before
        demo.ctl("reload", "demo")
        events.wait_for("ReloadFinished", result="applied")
        assert demo.log("b") == ["start b blue", "start b green"]
        demo.write("b.conf", "grey")
        demo.edit("enabled = false", "enabled = true")
        events.wait_for("ReloadFinished", result="applied")
        assert demo.log("b")[-1] == "start b grey"


def test_a_manual_change_waits_for_force(demo):
    demo.write("b.conf", "blue")
    demo.toml('[services.b]\ncommand = ["./worker", "b", "b.conf"]\ntype = "notify"\nwatch = ["b.conf"]\nstrategy = "manual"\n')
    demo.up()
    with demo.ctl.monitor() as events:
        demo.write("b.conf", "green")
        assert events.wait_for("ReloadFinished")["result"] == "waiting"
        assert demo["b"]["state"] == "waiting" and demo["b"]["waiting"] == [str(demo / "b.conf")]
        status = demo.ctl("status", "demo", check=False)
        asked = demo.ctl("reload", "demo", check=False)
        assert (status.returncode, asked.returncode) == (3, 3)
        assert "⚠" in asked.stdout and "--force" in asked.stdout
        assert demo.log("b") == ["start - blue"] and acted_on(events) == []
        demo.ctl("reload", "--force", "demo")
        assert demo.log("b") == ["start - blue", "start - green"]
        assert demo["b"]["state"] == "running" and demo["b"]["waiting"] == []


def test_a_dry_run_tells_and_does_nothing(running):
    before, since = running.pids(), len(running.events.seen)
    running.edit("[services.c]", "enabled = 1\n[services.c]")  # invalid: the daemon does nothing by itself
    running.events.wait_for("ValidationFailed")
    assert running.ctl("reload", "--dry-run", "demo", check=False).returncode == 1
    running.edit("enabled = 1\n", "")
    assert running.ctl("reload", "--dry-run", "demo").returncode == 0
    running.nothing_to_do(running.events, len(running.events.seen))
    assert running.pids() == before and acted_on(running.events, since) == []


def test_down_stops_and_forgets_the_project(running):
    pids = running.pids()
    running.down()
    assert running.units() == []
    assert all(run("kill", "-0", str(pid), check=False).returncode != 0 for pid in pids.values())
    unknown = running.ctl("status", "demo", check=False)
    assert unknown.returncode == 1 and "demo" in unknown.stderr


def test_an_env_file_that_was_missing_is_read_when_it_appears(running):
    running.edit('env_file = "c.env"', 'env_file = ["c.env", "more.env"]')
    failed = running.events.wait_for("ValidationFailed")
    assert "more.env" in failed["message"] and failed["line"] > 0
    running.write("more.env", "COLOUR=red\n")
    assert running.events.wait_for("ReloadFinished")["result"] == "applied"
    assert running.status()["state"] == "running"
    assert "COLOUR=red" in run("sh", "-c", f"tr '\\0' '\\n' </proc/{running.pids()['c']}/environ").stdout


def test_the_journal_says_what_begins_and_what_came_of_it(running):
    running.edit('LEVEL = "one"', 'LEVEL = "two"')
    done = running.events.wait_for("ReloadFinished", result="applied")
    sync_journal()
    pid = unit_property("hotreloadd.service", "MainPID", user="dev")  # another daemon counts anew
    lines = run("journalctl", "--output=cat", f"_PID={pid}", f"HOTRELOAD_RELOAD_ID={done['id']}").stdout.splitlines()
    assert lines == ["Configuration changed. Restarting a (LEVEL)…", "a (LEVEL): restarted, generation 2"]


def test_two_services_on_one_file_are_reloaded_in_their_order_and_not_after_a_failure(demo):
    """Was: each as soon as its own watch had settled, in the order of the alphabet, and the second
    one though the first had failed."""
    demo.write("shared.conf", "red")
    service = """
[services.{}]
command = ["./worker", "{}", "shared.conf"]
type = "notify"
{}
verify = "100ms"
[[services.{}.watch]]
files = ["shared.conf"]
debounce = "{}"
"""
    demo.toml(service.format("a", "a", 'after = ["z"]', "a", "20ms") + service.format("z", "z", "", "z", "200ms"))
    demo.up()
    with demo.ctl.monitor() as events:
        demo.write("shared.conf", "blue")
        done = events.wait_for("ReloadFinished")
        assert acted_on(events) == ["z", "a"] and done["result"] == "applied"
        before = demo.pids()
        demo.write("shared.conf", "die")
        done = events.wait_for("ReloadFinished")
        assert service_of(done, "z")["result"] in ("failed", "needs-attention", "rolled-back")
        assert service_of(done, "a")["result"] == "unchanged"
        assert demo.pids()["a"] == before["a"]
