# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is told of an action is what it came to: of services that die of their reload, of units that somebody
else stops meanwhile, of units that two services name, and of failures, in the service's own words."""

from pathlib import Path

import pytest
from harness import eventually, run, save, systemctl, unit_property
from project import PROJECTS, service_of

UNITS = Path("/run/systemd/system")
DAEMON = """
[Service]
ExecStart=sleep infinity
ExecReload=/bin/true
"""


def finished(events, **fields) -> dict:
    return events.wait_for("ReloadFinished", **fields)


def message(done: dict, service: str) -> str:
    return service_of(done, service)["problem"]["message"]


@pytest.mark.parametrize("properties", ["{}", '{ Restart = "always", RestartSec = "0" }'])
def test_a_service_that_dies_of_its_reload_signal_was_not_reloaded(demo, properties):
    demo.write("a.conf", "1\n")
    demo.toml(f'[services.a]\ncommand = ["/usr/bin/sleep", "infinity"]\nreload_signal = "SIGHUP"\nverify = "0s"\n'
              f'watch = ["a.conf"]\nproperties = {properties}\n')
    demo.up()
    demo.edit('verify = "0s"\n', "")
    demo.sync()
    demo.write("a.conf", "2\n")
    done = demo.ctl("reload", "demo", check=False)
    assert done.returncode == 1 and "reloaded" not in done.stdout, done
    assert demo["a"]["active_state"] == "active" and demo["a"]["state"] == "failed"
    assert demo.ctl("status", "demo", check=False).returncode == 1
    demo.edit('reload_signal = "SIGHUP"\n', "")
    demo.write("a.conf", "3\n")
    eventually(lambda: demo["a"]["state"] == "running", "the restart")


def test_a_start_of_a_project_names_what_was_invalid_and_what_was_started(demo):
    for name in "ab":
        demo.write(f"{name}.conf", "good\n")
    demo.toml("".join(f'[services.{name}]\ncommand = ["sleep", "infinity"]\nwatch = ["{name}.conf"]\n'
                      f'validate = ["grep", "good", "{name}.conf"]\n' for name in "ab"))
    demo.up()
    demo.ctl("stop", "demo")
    demo.write("a.conf", "bad\n")
    demo.sync()
    done = demo.ctl("start", "demo", check=False)
    assert done.returncode == 1, done
    assert "✗ a: " in done.stdout and "✓ b: started" in done.stdout and not done.stderr, done
    demo.ctl("stop", "demo/b")
    called = run("busctl", "--user", "call", "org.hotreload", "/org/hotreload", "org.hotreload.Manager1", "Start",
                 "sa{sv}", "demo", "0", user="dev", check=False)
    assert "a: " in called.stderr and "the other 1 did as asked" in called.stderr, called
    assert demo["b"]["state"] == "running"


def test_a_service_that_ends_by_itself_is_told_from_one_that_was_stopped(demo):
    demo.write("a.conf", "1\n")
    demo.fifo("go")
    demo.toml('[services.a]\ncommand = ["/bin/sh", "-c", "cat go; exit 0"]\nverify = "0s"\nwatch = ["a.conf"]\n')
    demo.up()
    (demo / "go").write_text("go\n")
    eventually(lambda: demo["a"]["state"] == "ended", "its end")
    status = demo.ctl("status", "demo", check=False)
    assert status.returncode == 1 and 'type = "oneshot"' in status.stdout
    with demo.ctl.monitor() as events:
        demo.write("a.conf", "2\n")
        assert service_of(finished(events), "a")["result"] == "applied"
    systemctl("stop", demo["a"]["unit"], user="dev")
    eventually(lambda: demo["a"]["state"] == "stopped", "its stop")
    with demo.ctl.monitor() as events:
        demo.write("a.conf", "3\n")
        assert service_of(finished(events), "a")["result"] == "recorded"


def test_what_somebody_stops_while_it_is_reloaded_stays_stopped(demo):
    demo.write("a.conf", "1\n")
    demo.fifo("go")
    demo.toml('[services.a]\ncommand = ["/usr/bin/sleep", "infinity"]\nverify = "0s"\n'
              'reload = ["/bin/cat", "go"]\nwatch = ["a.conf"]\n')
    demo.up()
    unit = demo["a"]["unit"]
    with demo.ctl.monitor() as events:
        demo.write("a.conf", "2\n")
        eventually(lambda: unit_property(unit, "ActiveState", user="dev") == "reloading", "the reload")
        systemctl("stop", unit, user="dev")
        done = finished(events, result="stopped-meanwhile")
    assert "somebody else stopped" in message(done, "a")
    # The reload's command dies of the stop: the manager may call that a failure.
    assert unit_property(unit, "ActiveState", user="dev") in ("inactive", "failed")
    demo.ctl("start", "demo")
    assert demo["a"]["state"] == "running"


def test_a_start_that_is_refused_leaves_the_service_stopped(demo):
    demo.write("a.conf", "good\n")
    demo.toml('[services.a]\ncommand = ["/usr/bin/sleep", "infinity"]\nverify = "0s"\nwatch = ["a.conf"]\n'
              'validate = ["/bin/sh", "-c", "! grep bad a.conf"]\n')
    demo.up()
    demo.ctl("stop", "demo")
    demo.write("a.conf", "bad\n")
    demo.sync()
    assert demo.ctl("start", "demo", check=False).returncode == 1
    demo.write("a.conf", "good again\n")
    demo.sync()
    assert demo["a"]["active_state"] == "inactive" and demo["a"]["state"] == "stopped"
    demo.ctl("start", "demo")
    assert demo["a"]["state"] == "running"


def test_a_reload_that_makes_way_for_a_stop_is_done_after_it(demo):
    # Beside the watched files, a validator sees what was there when they were looked at.
    demo.fifo("out/checked")
    for name in ("a", "b"):
        demo.write(f"{name}.conf", "1\n")
    text = """
[services.NAME]
command = ["/usr/bin/sleep", "infinity"]
verify = "0s"
validate = ["/bin/sh", "-c", "grep 1 NAME.conf || [ -e out/ok ] || { touch out/NAME.asked; read line <out/checked; }"]
"""
    demo.toml('enabled = false\n' + "".join(text.replace("NAME", name) + f'watch = ["{name}.conf"]\n' for name in "ab"))
    demo.up()
    for name in ("a", "b"):
        demo.write(f"{name}.conf", "2\n")
    with demo.ctl.monitor() as events:
        asked = demo.hotreload.call("Reload", "sa{sv}", "demo", {})
        eventually(lambda: all((demo / f"out/{name}.asked").exists() for name in "ab"), "the validators")
        demo.write("out/ok", "")
        demo.ctl("stop", "demo/a")
        done = finished(events, id=asked)
    assert done["result"] == "applied", done
    assert service_of(done, "b")["action"] == "restart" and demo["a"]["active_state"] == "inactive"


def test_a_failure_is_told_with_the_services_last_words(demo):
    demo.write("app.py", "import time\nprint('up', flush=True)\ntime.sleep(1000)\n")
    demo.toml('[services.a]\ncommand = ["/usr/bin/python3", "app.py"]\nverify = "3s"\nwatch = ["app.py"]\n')
    demo.up()
    with demo.ctl.monitor() as events:
        demo.write("app.py", "import time\nprint('up'\n")
        done = finished(events, result="needs-attention")
        problem = service_of(done, "a")["problem"]
        status = demo.ctl("status", "demo/a", check=False)
        assert "SyntaxError" in status.stdout and "app.py:2" in status.stdout, (status.stdout, problem)
        demo.write("app.py", "import time\ntime.sleep(1000)\n")
        finished(events, result="applied")
    assert demo["a"]["state"] == "running"


@pytest.fixture
def installed(system_ctl):
    """installed(UNIT, TEXT) is a unit with a file, which runs; project(NAME, TEXT) a file in /etc/hotreload."""
    units, names = [], []

    def installed(unit, text=DAEMON, start=True):
        units.append(unit)
        save(UNITS / unit, text)
        systemctl("daemon-reload")
        if start:
            systemctl("start", unit)
        return unit

    def project(name, text):
        names.append(name)
        PROJECTS.mkdir(exist_ok=True)
        save(PROJECTS / f"{name}.toml", text)
        eventually(lambda: services(system_ctl, name), "the project")

    installed.project = project
    yield installed
    for name in names:
        (PROJECTS / f"{name}.toml").unlink(missing_ok=True)
    for name in names:
        system_ctl("down", name, check=False)
    for unit in units:
        systemctl("stop", unit)
        (UNITS / unit).unlink()
    systemctl("daemon-reload")


def services(ctl, name) -> dict:
    found = [project for project in ctl.json("status", check=False) or [] if project["project"] == name]
    return {each["service"]: each for each in found[0]["services"]} if found else {}


def state(ctl, project, service) -> str:
    return services(ctl, project).get(service, {}).get("state", "")


def test_two_projects_cannot_have_one_unit_and_the_second_gets_it_when_the_first_goes(installed, system_ctl, tmp_path):
    unit = installed("told.service")
    (UNITS / "told-alias.service").symlink_to(UNITS / unit)
    systemctl("daemon-reload")
    conf = tmp_path / "told.conf"
    conf.write_text("1\n")
    try:
        installed.project("first", f'[services.one]\nunit = "{unit}"\nwatch = ["{conf}"]\n')
        eventually(lambda: state(system_ctl, "first", "one") == "running", "the first")
        installed.project("second", f'[services.two]\nunit = "told-alias.service"\nwatch = ["{conf}"]\n')
        eventually(lambda: state(system_ctl, "second", "two") == "invalid", "the second")
        problem = services(system_ctl, "second")["two"]["problems"][0]["message"]
        assert "told-alias.service" in problem and "first/one" in problem
        check = system_ctl("check", str(PROJECTS / "second.toml"), check=False)
        assert check.returncode == 1 and "first/one" in check.stdout + check.stderr
        with system_ctl.monitor() as events:
            conf.write_text("2\n")
            assert finished(events)["project"] == "first"
            (PROJECTS / "first.toml").unlink()
            system_ctl("down", "first")
            eventually(lambda: state(system_ctl, "second", "two") == "running", "the second")
            conf.write_text("3\n")
            done = finished(events, project="second", result="applied", detail=lambda d: d["services"][0]["action"] == "reload")
        assert service_of(done, "two")["action"] == "reload"
    finally:
        (UNITS / "told-alias.service").unlink()


def test_a_service_with_another_name_goes_on_reloading_its_unit(installed, system_ctl, tmp_path):
    unit = installed("told.service")
    conf = tmp_path / "told.conf"
    conf.write_text("1\n")
    text = f'[services.NAME]\nunit = "{unit}"\nwatch = ["{conf}"]\n'
    installed.project("told", text.replace("NAME", "before"))
    eventually(lambda: state(system_ctl, "told", "before") == "running", "the service")
    save(PROJECTS / "told.toml", text.replace("NAME", "after"))
    eventually(lambda: list(services(system_ctl, "told")) == ["after"] and state(system_ctl, "told", "after") == "running", "the other name")
    with system_ctl.monitor() as events:
        conf.write_text("2\n")
        done = finished(events, project="told", detail=lambda d: d["services"][0]["action"] == "reload")
    assert service_of(done, "after")["result"] == "applied"


def test_a_drop_in_of_the_unit_is_in_effect_when_it_is_told_as_applied(installed, system_ctl):
    unit = installed("told.service")
    drop_in = UNITS / "told.service.d" / "env.conf"
    drop_in.parent.mkdir()
    try:
        drop_in.write_text("[Service]\nEnvironment=A=1\n")
        installed.project("told", f'[services.a]\nunit = "{unit}"\nwatch = ["{drop_in}"]\nverify = "0s"\n')
        eventually(lambda: state(system_ctl, "told", "a") == "running", "the service")
        with system_ctl.monitor() as events:
            save(drop_in, "[Service]\nEnvironment=A=2\n")
            done = finished(events, project="told", result="applied", detail=lambda d: d["services"][0]["action"] != "record")
        assert service_of(done, "a")["action"] == "restart"
        assert unit_property(unit, "Environment") == "A=2" and unit_property(unit, "NeedDaemonReload") == "no"
    finally:
        drop_in.unlink(missing_ok=True)
        drop_in.parent.rmdir()


def test_a_unit_that_only_stands_for_another_is_refused_with_its_name(installed, system_ctl):
    umbrella = installed("told.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\nExecReload=/bin/true\n")
    installed("told-main.service", "[Unit]\nPartOf=told.service\n" + DAEMON)
    installed.project("told", f'[services.a]\nunit = "{umbrella}"\n')
    eventually(lambda: state(system_ctl, "told", "a") == "invalid", "the problem")
    assert "told-main.service" in services(system_ctl, "told")["a"]["problems"][0]["message"]
