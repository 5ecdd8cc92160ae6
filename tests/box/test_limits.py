# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits of the kernel. They are set for the whole machine, so these tests run alone."""

from harness import eventually, run, sync_journal, write_sysctl
from managers import Hotreload
from project import acted_on


def test_a_queue_that_overflows_loses_nothing(demo):
    with write_sysctl("fs.inotify.max_queued_events", 16):
        run("systemctl", "--user", "restart", "hotreloadd.service", user="dev")  # the limit is an instance's own
        demo.write("conf/a.conf", "red")
        demo.toml('[services.a]\ncommand = ["./worker", "a", "conf/a.conf"]\ntype = "notify"\nverify = "0"\nwatch = ["conf/**"]\n')
        demo.up()
        with demo.ctl.monitor() as events:
            burst = "for n in $(seq 5000); do : >conf/t$((n % 50)); done; rm conf/t*;"
            run("systemctl", "--user", "kill", "--signal=STOP", "hotreloadd.service", user="dev")
            run("sh", "-c", burst + " echo green >conf/a.conf", cwd=demo.directory)
            run("systemctl", "--user", "kill", "--signal=CONT", "hotreloadd.service", user="dev")
            assert events.wait_for("ReloadFinished")["result"] == "applied"
            demo.sync()
            assert demo.log("a") == ["start - red", "start - green"] and len(acted_on(events)) == 1
            warnings = lambda: run("journalctl", "--output=cat", "--since=-1min", "--grep=overflowed", check=False).stdout
            sync_journal()
            assert warnings().count("overflowed") == 1
            run("systemctl", "--user", "kill", "--signal=STOP", "hotreloadd.service", user="dev")
            run("sh", "-c", burst, cwd=demo.directory)
            run("systemctl", "--user", "kill", "--signal=CONT", "hotreloadd.service", user="dev")
            demo.sync()
            assert len(acted_on(events)) == 1
    run("systemctl", "--user", "restart", "hotreloadd.service", user="dev")


def test_watches_that_are_used_up_are_a_state_and_what_they_miss_is_polled(demo):
    for number in range(20):
        demo.write(f"conf/d{number}/a.conf", "red")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "conf/d19/a.conf"]\ntype = "notify"\nverify = "0"\nwatch = ["conf/**"]\n')
    with write_sysctl("fs.inotify.max_user_watches", 12):
        run("systemctl", "--user", "restart", "hotreloadd.service", user="dev")
        demo.up()
        watching = demo["a"]["watching"]
        assert watching.startswith("incomplete") and "fs.inotify.max_user_watches" in watching and "12" in watching
        with demo.ctl.monitor() as events:
            demo.write("conf/d19/a.conf", "green")
            assert events.wait_for("ReloadFinished")["result"] == "applied"
    eventually(lambda: demo["a"]["watching"] == "watching", "the limit's end")


def test_there_are_no_more_projects_than_there_may_be(demo):
    demo.write("a.json", "{}")
    demo.toml('[configs.a]\nfile = "a.json"\n')
    demo.up()
    registered = ["demo"]
    try:
        for number in range(1, 1001):
            name = f"one-of-many-{number}"
            demo.write(f"{name}/hotreload.toml", f'[project]\nname = "{name}"\n[configs.a]\nfile = "../a.json"\n')
        refused = None
        for number in range(1, 1001):
            name = f"one-of-many-{number}"
            try:
                Hotreload("dev").call("Up", "sa{sv}", str(demo / name / "hotreload.toml"), {})
            except LookupError as error:
                refused = str(error)
                break
            registered.append(name)
        assert len(registered) == 1000, refused
        assert "can be no more" in refused and "hotreloadctl down" in refused
    finally:
        for name in registered[1:]:
            Hotreload("dev").call("Down", "sa{sv}", name, {})
