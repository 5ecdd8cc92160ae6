# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every method of the Varlink socket, called by varlinkctl and by a bare socket; tests/unit/ipc asks
for a test_NAME_… of each method."""

import base64
import contextlib
import os
import re
import subprocess

import pytest
from harness import command_line, environment, eventually, run, systemctl
from varlink import Refused, Socket, address, ask_by_socket, ask_by_varlinkctl

CLIENTS = {"varlinkctl": ask_by_varlinkctl, "socket": ask_by_socket}
TOML = """
[services.a]
command = ["sleep", "infinity"]
watch = ["a.conf"]
strategy = "restart"
verify = "0"
[configs.app]
file = "app.json"
"""
BAD = '[services.a]\ncommand = ["sleep", "infinity"]\ncomand = 1\n'  # in line 5 of the file
ID = re.compile("[0-9a-f]{32}")


@pytest.fixture(params=CLIENTS)
def ask(request):
    return lambda method, **parameters: CLIENTS[request.param]("dev", "dev", method, parameters)


@pytest.fixture
def up(demo):
    demo.write("a.conf", "one\n")
    demo.write("app.json", '{"port": 1}\n')
    demo.toml(TOML)
    demo.up()
    return demo


@contextlib.contextmanager
def refused(error: str):
    """The call in it is, and what was told with that."""
    told = {}
    with pytest.raises(Refused) as refused:
        yield told
    assert refused.value.error == error, refused.value
    told |= refused.value.parameters
    assert told["message"]


def outcome(ask, id: str) -> dict:
    (outcome,) = ask("Details", id=id)["outcomes"]
    return outcome["detail"]


# ---- each method


def test_up_answers_when_the_services_run(demo, ask):
    demo.write("a.conf", "one\n")
    demo.write("app.json", "{}\n")
    demo.toml(TOML)
    assert ask("Up", path=str(demo.directory)) == {"project": "demo"}
    assert demo["a"]["state"] == "running"
    demo.edit("sleep", "true", "hotreload.toml")
    assert ask("Up", path=str(demo / "hotreload.toml"), wait=False) == {"project": "demo"}
    demo.toml(BAD)
    with refused("Invalid") as told:
        ask("Up", path=str(demo.directory))
    assert told["path"] == str(demo / "hotreload.toml") and told["line"] == 5 and told["column"] == 1


def test_down_ends_everything(up, ask):
    assert ask("Down", project="demo") == {}
    assert up.units() == []
    with refused("NoSuchTarget") as told:
        ask("Down", project="demo")
    assert told["target"] == "demo" and "hotreloadctl list" in told["hint"]


def test_plan_tells_what_a_reload_would_do(up, ask):
    nothing = ask("Plan", target="demo")
    assert nothing["project"] == "demo" and [each["action"] for each in nothing["services"]] == ["none"]
    pid = up.pids()["a"]
    (service,) = ask("Plan", target="demo", strategy="restart", force=True, validate=False)["services"]
    assert service["service"] == "a" and up.pids()["a"] == pid
    with refused("Invalid"):
        ask("Plan", target="demo", strategy="harder")


def test_reload_answers_when_the_transaction_has_ended(up, ask):
    unchanged = ask("Reload", target="demo")["id"]
    assert ID.fullmatch(unchanged) and outcome(ask, unchanged)["result"] == "unchanged"
    generation = up["a"]["generation"]
    up.edit('"infinity"', '"1d"')
    applied = ask("Reload", target="demo/a", drain="1s")["id"]
    assert up["a"]["generation"] == generation + 1 and outcome(ask, applied)["result"] in ("applied", "unchanged")
    assert ID.fullmatch(ask("Reload", target="demo", wait=False)["id"])
    with refused("NoSuchTarget") as told:
        ask("Reload", target="dmeo")
    assert told["hint"].startswith('did you mean "demo"?')


def test_reload_that_fails_is_an_error(up, ask):
    up.toml(BAD)
    with refused("Invalid") as told:
        ask("Reload", target="demo")
    assert told["path"] == str(up / "hotreload.toml") and told["line"] == 5


def test_restart_answers_when_it_runs_again(up, ask):
    pid = up.pids()["a"]
    restarted = ask("Restart", target="demo/a")["id"]
    assert up.pids()["a"] != pid and up["a"]["state"] == "running"
    assert outcome(ask, restarted)["result"] == "applied"


def test_start_and_stop_answer_when_it_is_so(up, ask):
    assert ask("Stop", target="demo") == {}
    assert up["a"]["state"] == "stopped" and up.units() == []
    assert ask("Start", target="demo/a") == {}
    assert up["a"]["state"] == "running"


def test_stop_of_nothing_known_is_refused(up, ask):
    with refused("NoSuchTarget") as told:
        ask("Stop", target="demo/b")
    assert told["target"] == "demo/b"


def test_pause_holds_back_until_resume(up, ask):
    assert ask("Pause", target="demo", reason="deploy", **{"for": "1h"}) == {}
    assert up["a"]["paused"] and up["a"]["pause_reason"] == "deploy" and up["a"]["paused_until_usec"] > 0
    with refused("Invalid"):
        ask("Pause", target="demo", **{"for": "0"})


def test_resume_lets_go(up, ask):
    ask("Pause", target="demo")
    assert ask("Resume", target="demo", allowInteractiveAuthentication=False) == {}
    assert not up["a"]["paused"]


def test_rollback_goes_back(up, ask):
    ask("Restart", target="demo")
    up.edit('"infinity"', '"1d"')
    ask("Sync")
    rolled_back = ask("Rollback", target="demo/a", generation=1)["id"]
    assert outcome(ask, rolled_back)["services"][0]["service"] == "a"
    with refused("NoSuchTarget"):
        ask("Rollback", target="demo/a", generation=999)


def test_apply_writes_what_is_handed_over_and_confirm_keeps_it(up, ask):
    path = str(up / "a.conf")
    data = base64.b64encode(b"two\n").decode()
    applied = ask("Apply", target="demo/a", files=[{"path": path, "data": data}], confirm="1h")["id"]
    assert (up / "a.conf").read_text() == "two\n" and outcome(ask, applied)["confirm_until_usec"] > 0
    with refused("Busy") as told:
        ask("Apply", target="demo/a", files=[{"path": path, "text": "three\n"}])
    assert "hotreloadctl confirm demo/a" in told["message"]
    assert ask("Confirm", target=applied) == {}
    assert up["a"]["confirm_id"] == ""
    with refused("NoSuchTarget"):
        ask("Confirm", target="demo")
    with refused("Invalid") as told:
        ask("Apply", target="demo/a", files=[{"path": "/etc/passwd", "text": "x"}])
    assert "/etc/passwd" in told["message"]


def test_confirm_of_a_service(up, ask):
    ask("Apply", target="demo/a", files=[{"path": str(up / "a.conf"), "text": "two\n"}], confirm="1h")
    assert ask("Confirm", target="demo/a") == {}
    assert up["a"]["confirm_until_usec"] == 0


def test_history_tells_what_is_kept(up, ask):
    ask("Restart", target="demo")
    history = ask("History", target="demo")
    assert [each["generation"] for each in history["generations"]] == [2, 1]
    assert len(ask("History", target="demo/a", limit=1)["generations"]) == 1


def test_diff_tells_what_differs(up, ask):
    up.edit('"infinity"', '"1d"')
    ask("Sync")
    difference = ask("Diff", target="demo/a")
    assert (difference["from"], difference["to"]) == (1, 2) and difference["changes"]
    assert ask("Diff", target="demo/a", **{"from": 1, "to": 1})["changes"] == []


def test_explain_tells_why_a_path_is_watched(up, ask):
    (watch,) = ask("Explain", path=str(up / "a.conf"))["watches"]
    assert watch["project"] == "demo" and watch["target"] == "a"
    with refused("Invalid"):
        ask("Explain", path="a.conf")


def test_sync_answers_when_all_is_done(up, ask):
    pid = up.pids()["a"]
    up.write("a.conf", "two\n")
    assert ask("Sync") == {}
    assert up.pids()["a"] != pid


def test_debug_events_tells_the_last_ones(up, ask):
    up.write("a.conf", "two\n")
    ask("Sync")
    assert any(event["path"] == str(up / "a.conf") for event in ask("DebugEvents")["events"])
    assert len(ask("DebugEvents", limit=1)["events"]) == 1


def test_status_tells_a_project_or_all(up, ask):
    (project,) = ask("Status", project="demo")["projects"]
    assert project["services"][0]["mainPID"] == up.pids()["a"]
    assert project["configs"][0]["name"] == "app"
    assert "demo" in [each["name"] for each in ask("Status")["projects"]]


def test_details_tells_what_an_event_does_not(up, ask):
    done = ask("Restart", target="demo")["id"]
    details = ask("Details", id=done)
    assert details["id"] == done and details["outcomes"][0]["project"] == "demo"
    with refused("NoSuchTarget"):
        ask("Details", id="0" * 32)
    with refused("Invalid"):
        ask("Details", id="7")


def test_check_tells_what_is_wrong(up, ask):
    assert ask("Check", path=str(up.directory)) == {"valid": True, "problems": []}
    up.toml(BAD)
    checked = ask("Check", path=str(up / "hotreload.toml"))
    assert not checked["valid"] and checked["problems"][0]["line"] == 5


def test_get_state_is_one_moment_of_everything(up, ask):
    with Socket("dev") as monitor:
        monitor.send("Monitor", {}, more=True)
        before = ask("GetState")
        (project,) = before["projects"]
        assert before["complete"] and project["services"][0]["state"] == "running" and project["configs"][0]["revision"] == 1
        ask("Pause", target="demo")
        told = monitor.wait_for("ServiceChanged", service="a")
        after = ask("GetState")
        assert before["number"] < told["number"] <= after["number"]
        assert after["projects"][0]["services"] == [told["status"]] and told["status"]["paused"]


def test_metrics_tells_numbers(up, ask):
    text = ask("Metrics")["text"]
    assert text.endswith("# EOF\n")
    assert f'hotreload_service_generation{{project="demo",service="a"}} {up["a"]["generation"]}\n' in text


def test_get_value_tells_a_published_document(up, ask):
    assert ask("GetValue", project="demo", name="app") == {"value": {"port": 1}, "revision": 1}
    with refused("NoSuchTarget"):
        ask("GetValue", project="demo", name="nope")


def test_monitor_streams_what_happens(up):
    with Socket("dev") as monitor:
        monitor.send("Monitor", {}, more=True)
        ready = monitor.receive()
        assert ready == {"event": "Ready", "number": ready["number"]}
        up.write("a.conf", "two\n")
        settled = monitor.wait_for("FilesSettled", more=0)
        assert settled["files"] == [{"path": str(up / "a.conf"), "kind": "modified"}] and settled["number"] > ready["number"]
        assert monitor.wait_for("FileChanged")["path"] == str(up / "a.conf")
        started = monitor.wait_for("ReloadStarted", project="demo")
        assert started["plan"]["services"][0]["action"] == "restart"
        finished = monitor.wait_for("ReloadFinished", id=started["id"])
        assert settled["id"] == started["id"]
        assert finished["result"] == "applied" and finished["detail"]["services"][0]["service"] == "a"
        up.write("app.json", '{"port": 2}\n')
        assert monitor.wait_for("ConfigStatusChanged", name="app")["status"]["revision"] == 2
        assert monitor.wait_for("ConfigChanged", name="app")["keys"] == [{"op": "replace", "path": "/port"}]
        up.ctl("pause", "demo", "--reason=deploy")
        assert monitor.wait_for("PauseChanged", paused=True)["reason"] == "deploy"
        assert monitor.wait_for("ServiceChanged", service="a")["status"]["paused"]
        up.ctl("resume", "demo")
        monitor.wait_for("PauseChanged", paused=False)
        up.toml(TOML.replace("services.a", "services.b"))
        monitor.wait_for("ServiceRemoved", service="a")
        up.toml(BAD)
        assert monitor.wait_for("ValidationFailed", target="")["line"] == 5
        up.down()
        monitor.wait_for("ProjectRemoved", project="demo")


def test_monitor_is_heard_by_varlinkctl(up, tmp_path):
    words = ["varlinkctl", "--more", "--json=short", "call", address("dev"), "org.hotreload.Monitor", "{}"]
    with (tmp_path / "heard").open("w+") as heard:
        monitor = subprocess.Popen(command_line(words, "dev"), env=environment("dev"), stdout=heard)
        said = lambda text: text in (tmp_path / "heard").read_text()
        eventually(lambda: said("Ready"), "the subscription")
        up.write("a.conf", "two\n")
        eventually(lambda: said('"result":"applied"'), "the end of the reload")
        monitor.terminate()
        monitor.wait()


# ---- who may


def parameters_of(text: str, method: str) -> dict:
    """Parameters that would be right."""
    values = {"path": "/usr", "id": "0" * 32}
    lists = {"files": [{"path": "/etc/hostname", "text": ""}]}
    inputs = re.search(rf"\nmethod {method}\((.*?)\n?\) -> ", text, re.DOTALL)[1]
    given = {name: values.get(name, "demo") for name in re.findall(r"(\w+): string", inputs)}
    return given | {name: lists[name] for name in re.findall(r"(\w+): \[\]", inputs)}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_stranger_may_look_and_not_touch(client):
    systemctl("start", "hotreloadd.socket")
    text = run("varlinkctl", "introspect", address(None), "org.hotreload", user="dev").stdout
    methods = re.findall(r"\nmethod (\w+)\(", text)
    assert len(methods) > 20
    for method in set(methods) - {"Metrics", "Status", "GetState", "Monitor"}:
        with refused("InteractiveAuthorizationRequired") as told:
            CLIENTS[client](None, "dev", method, parameters_of(text, method))
        assert client == "varlinkctl" or f"{method} (org.hotreload." in told["message"]
    assert CLIENTS[client](None, "dev", "Status", {})["version"]
    assert CLIENTS[client](None, "dev", "GetState", {})["complete"] is False
    assert CLIENTS[client](None, "dev", "Metrics", {})["text"].endswith("# EOF\n")


def test_a_stranger_s_monitor_has_names_and_no_values(system_ctl, tmp_path):
    config = tmp_path / "app.toml"
    config.write_text('url = "MARKERone"\n')
    (tmp_path / "hotreload.toml").write_text(
        '[project]\nname = "vault"\n[services.a]\ncommand = ["sleep", "infinity"]\nverify = "0"\n'
        'strategy = "restart"\nwatch = ["app.toml"]\n'
    )
    with Socket(None, "dev") as stranger, Socket() as root:
        for each in (stranger, root):
            each.send("Monitor", {}, more=True)
            assert each.receive()["event"] == "Ready"
        try:
            system_ctl("up", "--detach", str(tmp_path))
            config.write_text('url = "MARKERtwo"\n')
            changes = lambda monitor: monitor.wait_for("ReloadStarted")["plan"]["services"][0]["changes"]
            of_start, of_change = changes(stranger), changes(stranger)
            assert of_change[0]["keys"][0]["key"] == "url" and "MARKER" not in str((of_start, of_change))
            assert "MARKER" not in str(stranger.wait_for("ReloadFinished"))
            changes(root)
            assert "MARKERtwo" in str(changes(root))
        finally:
            system_ctl("down", "vault")


# ---- what it is


def test_every_method_and_every_field_is_explained():
    systemctl("start", "hotreloadd.socket", user="dev")
    lines = run("varlinkctl", "introspect", address("dev"), "org.hotreload", user="dev").stdout.splitlines()
    assert lines[0].startswith("# What hotreloadd knows")
    for before, line in zip(lines, lines[1:]):
        if re.match(r"(interface|type|method|error) |\t\w+: ", line):
            assert before.strip().startswith("# "), f"{line} is not explained"


def test_a_client_that_goes_away_in_the_middle_ends_nothing(demo):
    fifo = demo.fifo("hold/go")
    demo.toml(f'[services.a]\ncommand = ["sleep", "infinity"]\nvalidate = ["sh", "-c", "read line <{fifo}"]\nverify = "0"\n')
    with Socket("dev") as caller:
        caller.send("Up", {"path": str(demo.directory)})
        go = os.open(fifo, os.O_WRONLY)  # the validator runs
    assert ask_by_socket("dev", None, "Status", {"project": "demo"})["projects"], "others are answered"
    os.write(go, b"on\n")
    os.close(go)
    eventually(lambda: demo["a"]["state"] == "running", "the start")


def test_a_call_under_way_is_answered_at_the_daemon_s_end(demo):
    fifo = demo.fifo("hold/go")
    demo.toml(f'[services.a]\ncommand = ["sleep", "infinity"]\nvalidate = ["sh", "-c", "read line <{fifo}"]\nverify = "0"\n')
    with Socket("dev") as caller:
        caller.send("Up", {"path": str(demo.directory)})
        go = os.open(fifo, os.O_WRONLY)  # the validator runs, and is given up
        systemctl("stop", "hotreloadd.service", user="dev")
        with contextlib.suppress(Refused):
            assert caller.receive() == {"project": "demo"}
    os.close(go)
