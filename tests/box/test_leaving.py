# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that leave the project file while something is done to them or asked of them, and files that
somebody has open all the time."""

import subprocess

import pytest
from harness import DEADLINE, command_line, environment, eventually, run, systemctl, unit_property
from jeepney import new_method_call
from managers import HOTRELOAD, connect

# Told to end, it waits until it is let go.
SLOW = """
[services.slow]
command = ["/bin/sh", "-c", "trap 'read line <let-go; exit 0' TERM; sleep infinity & wait $!"]
verify = "0s"
"""
STAYS = """
[services.stays]
command = ["./worker", "stays"]
type = "notify"
verify = "0s"
"""


def call(demo, *words) -> subprocess.Popen:
    return subprocess.Popen(command_line(demo.ctl.command(*words), "dev"), env=environment("dev"), stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def ending(demo):
    """Its unit is being stopped, until `let_go`."""
    demo.fifo("let-go")
    demo.toml(SLOW + STAYS)
    demo.up()
    demo.daemon = unit_property("hotreloadd", "MainPID", user="dev")
    demo.pid = demo["stays"]["main_pid"]
    demo.let_go = lambda: (demo / "let-go").write_text("go\n")
    yield demo
    systemctl("kill", "--signal=KILL", "hotreload-demo.slow@*.service", user="dev", check=False)


def is_stopping(demo) -> bool:
    return any(unit_property(unit, "ActiveState", user="dev") == "deactivating" for unit in demo.units() if ".slow@" in unit)


def all_is_well(demo):
    demo.sync()
    assert list(demo.services()) == ["stays"] and demo["stays"]["main_pid"] == demo.pid
    assert not [unit for unit in demo.units() if ".slow@" in unit]
    assert unit_property("hotreloadd", "MainPID", user="dev") == demo.daemon, "the daemon is the same"


@pytest.mark.parametrize("member", ["Start", "Stop", "Restart", "Reload"])
def test_what_is_asked_of_a_service_while_it_leaves_is_answered(ending, member):
    ending.toml(STAYS)
    eventually(lambda: is_stopping(ending), "the stop")
    with ending.ctl.monitor() as events, connect("dev") as bus:
        # Calls of one connection are taken in their order: when the second is answered, the first has arrived.
        bus.send(new_method_call(HOTRELOAD, member, "sa{sv}", ("demo/slow", {})))
        bus.send_and_get_reply(new_method_call(HOTRELOAD, "Plan", "sa{sv}", ("demo", {})), timeout=DEADLINE)
        ending.let_go()
        refused = events.wait_for("ReloadFinished", result="failed")
    assert "has left the project" in refused["detail"]["problems"][0]["message"], refused
    all_is_well(ending)


def test_a_service_that_comes_and_leaves_while_it_is_paused_is_forgotten(ending):
    ending.ctl("pause", "demo")
    ending.toml(SLOW + STAYS + '[services.short]\ncommand = ["/bin/sleep", "7"]\n')
    eventually(lambda: "short" in ending.services(), "the service")
    ending.toml(SLOW + STAYS)
    eventually(lambda: "short" not in ending.services(), "its end")
    ending.ctl("resume", "demo")
    ending.toml(STAYS)
    eventually(lambda: is_stopping(ending), "the stop")
    ending.let_go()
    eventually(lambda: list(ending.services()) == ["stays"], "the end")
    all_is_well(ending)


def test_a_service_that_becomes_an_installed_unit_and_leaves_while_it_is_stopped(ending):
    asked = call(ending, "stop", "demo/slow")
    eventually(lambda: is_stopping(ending), "the stop")
    ending.toml('[services.slow]\nunit = "dbus.service"\n' + STAYS)
    eventually(lambda: ending["slow"]["unit"] == "dbus.service" or ending["slow"]["attached"], "the other unit")
    ending.toml(STAYS + STAYS.replace("stays", "comes"))
    eventually(lambda: ending.services().get("comes", {}).get("state") == "running", "the other service")
    ending.let_go()
    asked.communicate(timeout=30)
    ending.toml(STAYS)
    eventually(lambda: list(ending.services()) == ["stays"], "the end")
    all_is_well(ending)


@pytest.fixture
def checked(demo):
    demo.write("a.conf", "whole\n")
    demo.write("b.conf", "first\n")
    demo.toml("""
[services.web]
command = ["./worker", "web", "b.conf"]
type = "notify"
validate = ["/bin/sh", "-c", "! grep die a.conf"]
verify = "0s"
[[services.web.watch]]
files = ["a.conf"]
backup = 3
[[services.web.watch]]
files = ["b.conf"]
""")
    demo.up()
    yield demo


def test_a_file_that_somebody_has_open_is_validated_as_it_was_read_last(checked):
    with open(checked / "a.conf", "a") as writer:
        writer.write("die\n")
        writer.flush()
        eventually(lambda: checked["web"]["writing"], "the state")
        checked.ctl("restart", "demo/web")
        checked.sync()
        with checked.ctl.monitor() as events:
            checked.write("b.conf", "second\n")
            assert events.wait_for("ReloadFinished")["result"] == "applied"
        checked.sync()
    assert [line.split()[2] for line in checked.log("web")] == ["first", "first", "second"]


def test_what_waits_for_a_file_that_somebody_has_open_keeps_nobody_else_waiting(checked):
    checked.edit("backup = 3", "backup = 0")
    checked.sync()
    run("sh", "-c", f"rm -rf {checked.state}/contents/demo/*:*")  # there is no copy of it
    with open(checked / "a.conf", "a") as writer:
        writer.write("more\n")
        writer.flush()
        eventually(lambda: checked["web"]["writing"], "the state")
        asked = call(checked, "restart", "demo/web")
        for _ in range(20):
            checked.ctl("plan", "demo", check=False)
        assert asked.poll() is None
    assert asked.wait(30) == 0
    assert len(checked.log("web")) == 2


def test_a_sync_does_not_outlive_the_daemon(demo):
    demo.write("a.conf", "1\n")
    demo.toml(STAYS + '[[services.stays.watch]]\nfiles = ["a.conf"]\ndebounce = "60s"\ndebounce_max = "60s"\n')
    demo.up()
    demo.write("a.conf", "2\n")
    with connect("dev") as bus:
        bus.send(new_method_call(HOTRELOAD, "Sync", "a{sv}", ({},)))
        bus.send_and_get_reply(new_method_call(HOTRELOAD, "Plan", "sa{sv}", ("demo", {})), timeout=DEADLINE)
        systemctl("stop", "hotreloadd", user="dev")
    assert unit_property("hotreloadd", "Result", user="dev") == "success"
