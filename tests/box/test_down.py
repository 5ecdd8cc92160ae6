# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is left when a project has gone down: nothing, and nobody who waits."""

import pytest
from harness import DEADLINE, eventually
from jeepney import HeaderFields, new_method_call
from managers import HOTRELOAD, connect

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
    demo.sync()  # by its answer, the daemon has forgotten the project
    assert demo.units() == [] and not (demo.state / "demo.json").exists()
    assert demo.log("a") == ["start - "]


@pytest.mark.parametrize("how", ["down", "stop", "removed"])
def test_what_follows_a_service_is_stopped_before_it(demo, how):
    demo.write("tells", "#!/bin/bash\ntrap 'echo $1 >>stopped; exit 0' TERM\nsystemd-notify --ready\nwhile :; do sleep infinity & wait; done\n", mode=0o755)
    service = '[services.{0}]\ncommand = ["./tells", "{0}"]\ntype = "notify"\nverify = "0"\nproperties = {{ NotifyAccess = "all" }}\nafter = [{1}]\n'
    demo.toml(service.format("b", "") + service.format("a", '"b"') + service.format("c", '"a"'))
    demo.up()
    if how == "removed":
        demo.toml('[services.stays]\ncommand = ["sleep", "infinity"]\n')
        demo.sync()
    else:
        demo.ctl(how, "demo")
    assert (demo / "stopped").read_text().split() == ["c", "a", "b"]


def test_whoever_asks_for_something_while_a_project_goes_down_is_answered(demo):
    held = demo.fifo("fifos/stop")
    demo.write("slow", SLOW_TO_STOP % held, mode=0o755)
    demo.toml('[services.a]\ncommand = ["./slow"]\ntype = "notify"\nproperties = { NotifyAccess = "all" }\n')
    demo.up()
    events = demo.ctl.monitor()
    calls = []

    def ask(member, signature, *body):
        """Without waiting for the answer, but until the bus has passed the question on."""
        bus = connect(demo.user)
        bus.send(new_method_call(HOTRELOAD, member, signature, body), serial=100 + len(calls))
        bus.bus_proxy.GetId()
        calls.append((member, bus))

    ask("Down", "sa{sv}", "demo", {})
    eventually(lambda: demo["a"]["active_state"] == "deactivating", "the service stopping")
    ask("Down", "sa{sv}", "demo", {})
    ask("Up", "sa{sv}", str(demo.directory), {})
    ask("Stop", "sa{sv}", "demo/a", {})
    reloads = [demo.ctl.json("reload", "--no-wait", target)["id"] for target in ("demo", "demo/a")]
    held.write_text("now\n")
    answers = {}
    for number, (member, bus) in enumerate(calls):
        with bus:
            while (answer := bus.receive(timeout=DEADLINE)).header.fields.get(HeaderFields.reply_serial) != 100 + number:
                pass
        answers.setdefault(member, []).append(answer.body)
    assert answers["Down"][0] == ()
    for told in (answers["Down"][1], answers["Up"][0], answers["Stop"][0]):
        assert told and "\"demo\" went down" in told[0], answers
    for number in reloads:
        done = events.wait_for("ReloadFinished", id=number)
        assert done["result"] == "failed" and "went down" in done["detail"]["problems"][0]["message"], done
    events.close()
    assert demo.units() == [] and demo.ctl.json("list") == []
