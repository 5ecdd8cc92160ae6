# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is left when a project has gone down: nothing, and nobody who waits."""

import subprocess

from harness import command_line, eventually

SLOW_TO_STOP = """#!/bin/bash
trap 'read word < %s; exit 0' TERM
systemd-notify --ready
while :; do sleep infinity & wait; done
"""


def test_a_look_between_the_end_of_the_services_and_of_the_project_starts_none_again(demo):
    demo.toml('[services.a]\ncommand = ["./worker", "a"]\ntype = "notify"\nverify = "100ms"\n')
    demo.up()
    assert demo.units() == ["hotreload-demo.a@1.service"]
    assert demo.down().returncode == 0
    demo.ctl("sync")  # by its answer, the daemon has forgotten the project
    assert demo.units() == [] and not (demo.state / "demo.json").exists()
    assert demo.log("a") == ["start - "]


def test_whoever_asks_for_something_while_a_project_goes_down_is_answered(demo):
    held = demo.fifo("fifos/stop")
    demo.write("slow", SLOW_TO_STOP % held, mode=0o755)
    demo.toml('[services.a]\ncommand = ["./slow"]\ntype = "notify"\nproperties = { NotifyAccess = "all" }\n')
    demo.up()
    unit = demo["a"]["unit"]

    def ask(*words):
        line = command_line(demo.ctl.command(*words), demo.user)
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    first = ask("down", "demo")
    eventually(lambda: demo["a"]["active_state"] == "deactivating", f"{unit} stopping")
    others = [ask("reload", "demo"), ask("restart", "demo/a"), ask("down", "demo"), ask("up", str(demo.directory))]
    sync = ask("sync")
    demo.ctl("pause", "demo")  # answered at once: by then, the others have asked as well
    held.write_text("now\n")
    assert first.wait(timeout=30) == 0
    for each in others:
        output, _ = each.communicate(timeout=30)
        assert each.returncode != 0 and ("went down" in output or "no project" in output), (each.args, output)
    sync.communicate(timeout=30)
    assert demo.units() == []
