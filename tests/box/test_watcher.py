# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loops, and what the watcher tells of what it saw. Its limits are in test_limits.py."""

from harness import eventually, run
from project import write_in_place

SELF_WRITER = """#!/bin/sh
n=$(cat conf/state 2>/dev/null || echo 0)
echo $((n + 1)) >conf/state
echo started >>starts
exec sleep infinity
"""


def test_a_service_that_writes_what_it_watches_is_suspended_and_resumed(demo):
    demo.write("conf/a", "1")
    demo.write("self", SELF_WRITER, mode=0o755)
    demo.toml('[services.a]\ncommand = ["./self"]\nverify = "0"\n[[services.a.watch]]\nfiles = ["conf/*"]\n')
    with demo.ctl.monitor() as events:  # begun before: it may be suspended before `up` has told its end
        demo.up()
        events.wait_for("ServiceChanged", service="a", watching=lambda text: text.startswith("suspended"), deadline=30)
        assert str(demo / "conf/state") in demo["a"]["watching"]
        starts = len((demo / "starts").read_text().splitlines())
        assert starts < 15
        demo.write("conf/a", "2")
        demo.sync()
        assert len((demo / "starts").read_text().splitlines()) == starts and demo["a"]["active_state"] == "active"
        assert "resume" in demo.ctl("status", "demo", check=False).stdout
        # Mended and resumed, it follows again.
        demo.write("self", SELF_WRITER.replace("conf/state", "state"), mode=0o755)
        demo.ctl("resume", "demo/a")
        events.wait_for("ReloadFinished", result="applied")
        demo.sync()
        assert demo["a"]["watching"] == "watching"
        demo.write("conf/a", "3")
        assert events.wait_for("ReloadFinished")["result"] == "applied"


def test_somebody_who_saves_all_the_time_is_no_loop(demo):
    demo.write("a.conf", "0")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "a.conf"]\ntype = "notify"\nreload_signal = "HUP"\nverify = "0"\n'
              'watch = ["a.conf"]\n[watch]\ndebounce = "0"\n')
    demo.up()
    with demo.ctl.monitor() as events:
        for number in range(300):
            # As dev, whose daemon does not see what root has open, and would suspect nobody anyway.
            run("sh", "-c", f"echo {number} >a.conf", user="dev", cwd=demo.directory)
            if number % 10 == 9:
                events.wait_for("ReloadFinished")
        demo.sync()
        assert demo["a"]["watching"] == "watching"
        eventually(lambda: demo.log("a")[-1] == "reload - 299")


def test_raw_events_and_what_became_of_them(demo):
    demo.write("a.conf", "red")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "a.conf"]\ntype = "notify"\nverify = "0"\nwatch = ["*.conf"]\n')
    demo.up()
    write_in_place(demo / "a.conf", "green")
    write_in_place(demo / "b.txt", "x")
    write_in_place(demo / "c.conf~", "x")
    demo.sync()
    events = demo.ctl("debug", "events").stdout
    assert f"{demo}/a.conf" in events or str(demo / "a.conf") in events
    assert "changed" in events and "IN_CLOSE_WRITE" in events
    assert "dropping" in events and "no pattern" in events


def test_a_path_is_explained(demo):
    demo.write("conf/a.toml", "x = 1\n")
    demo.toml('[services.a]\ncommand = ["sleep", "infinity"]\n[[services.a.watch]]\nfiles = ["conf/*.toml"]\nexclude = ["conf/local.toml"]\n')
    demo.up()
    told = demo.ctl("explain", str(demo / "conf/a.toml")).stdout
    assert "conf/*.toml" in told and "toml" in told
    stopped = demo.ctl("explain", str(demo / "conf/local.toml"), check=False)
    assert stopped.returncode == 1 and "exclude" in stopped.stdout
    assert demo.ctl("explain", "/etc/passwd", check=False).returncode == 1


def test_an_explanation_tells_what_a_change_would_do_and_by_which_rule(demo):
    demo.write("a.toml", "x = 1\n[log]\nlevel = 1\n")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "a.toml"]\ntype = "notify"\nverify = "0"\n'
              '[[services.a.watch]]\nfiles = ["a.toml"]\nkeys = { "x" = "restart", "log.*" = "none" }\n')
    demo.up()
    demo.ctl("pause", "demo")
    demo.write("a.toml", "x = 2\n[log]\nlevel = 2\n")
    demo.sync()
    [planned] = demo.ctl.json("explain", str(demo / "a.toml"))["plans"][0]["services"]
    assert planned["action"] == "restart" and len(demo.log("a")) == 1
    keys = {key["key"]: (key["old"], key["new"], key["strategy"], key["reason"]) for key in planned["changes"][0]["keys"]}
    assert keys == {"x": (1, 2, "restart", 'keys "x"'), "log.level": (1, 2, "none", 'keys "log.*"')}
