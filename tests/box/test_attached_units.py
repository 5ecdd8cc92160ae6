# SPDX-License-Identifier: LGPL-2.1-or-later
"""Units that a project is attached to and that are not there, or are several."""

from pathlib import Path

import pytest
from harness import eventually, save, systemctl, unit_property

UNITS = Path("/home/dev/.config/systemd/user")


@pytest.fixture
def unit_file():
    """unit_file(NAME, TEXT) installs a unit of dev's; without TEXT, it is purged."""
    UNITS.mkdir(parents=True, exist_ok=True)
    names = set()

    def unit_file(name, text=None):
        names.add(name)
        if text is None:
            (UNITS / name).unlink(missing_ok=True)
        else:
            save(UNITS / name, text)
        systemctl("daemon-reload", user="dev")

    yield unit_file
    for name in names:
        systemctl("stop", name.replace("@.", "@*."), user="dev", check=False)
        unit_file(name)


def test_a_unit_that_is_not_there_is_a_problem_until_it_is_installed(demo, unit_file):
    unit_file("late-app.service", "[Service]\nExecStart=sleep infinity\n")
    demo.toml('[services.app]\nunit = "lat-eapp"\nwatch = ["app.conf"]\n[services.gone]\nunit = "gone"\n')
    told = 'there is no unit "lat-eapp.service"; did you mean "late-app.service"?'
    up = demo.up(check=False)
    assert up.returncode == 1 and told in up.stdout + up.stderr
    assert demo["app"]["state"] == "invalid" and told in str(demo["app"]["problems"])
    assert demo.ctl("status", "demo", check=False).returncode == 1
    checked = demo.ctl("check", demo.directory, check=False)
    assert checked.returncode == 1 and f"hotreload.toml:4:1: {told}" in checked.stdout

    unit_file("lat-eapp.service", "[Service]\nExecStart=sleep infinity\n")
    eventually(lambda: demo["app"]["state"] == "stopped", "the unit that was installed")
    assert demo["app"]["problems"] == [] and demo["gone"]["state"] == "invalid"
    unit_file("lat-eapp.service")
    eventually(lambda: demo["app"]["state"] == "invalid", "the unit that was purged")


def test_all_instances_of_a_template_are_reloaded_those_of_later_too(demo, unit_file):
    demo.write("many.conf", "one")
    unit_file(
        "many@.service",
        "[Service]\nExecStart=sleep infinity\n"
        f"ExecReload=sh -c 'cp {demo.directory}/many.conf {demo.directory}/%i.log'\n",
    )
    systemctl("start", "many@a", user="dev")
    demo.toml('[services.many]\nunit = "many@*.service"\nwatch = ["many.conf"]\n')
    demo.up()
    systemctl("start", "many@b", user="dev")
    pids = {name: unit_property(f"many@{name}", "MainPID", user="dev") for name in "ab"}
    with demo.ctl.monitor() as events:
        demo.write("many.conf", "two")
        events.wait_for("ReloadFinished", result="applied")
    assert [(demo / f"{name}.log").read_text() for name in "ab"] == ["two", "two"]
    assert pids == {name: unit_property(f"many@{name}", "MainPID", user="dev") for name in "ab"}
    assert demo["many"]["state"] == "running"
