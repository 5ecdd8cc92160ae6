# SPDX-License-Identifier: LGPL-2.1-or-later
"""Generations that follow each other on the same sockets."""

import os
import signal
import socket
import stat
import time

import pytest
from clients import Load, ask
from harness import eventually, run, unit_property
from project import Project

PORT = 18080
SWAPPED = f"""
[services.web]
command = ["./server", "page"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
env = {{ NAME = "one" }}
verify = "0s"
watch = ["page"]
"""


@pytest.fixture
def web(demo: Project):
    demo.program("server")
    demo.write("page", "first\n")
    demo.toml(SWAPPED)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def finished(project, result="applied", **wanted) -> dict:
    done = project.events.wait_for("ReloadFinished")
    assert done["result"] == result, done
    return done["detail"]["services"][0]


def answers(word: int, expected: str):
    """The old generation may take a last connection before it has its signal."""
    eventually(lambda: ask(PORT)[word] == expected, expected)


def refused(port: int) -> bool:
    """The manager closes its copy of a socket a moment after us: until then, connections are reset."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_change_is_swapped_in_and_no_request_is_lost(web):
    now = "one"
    with Load(PORT) as load:
        for name in ("two", "three", "four"):
            web.edit(f'NAME = "{now}"', f'NAME = "{name}"')
            now = name
            assert finished(web)["action"] == "swap"
            eventually(lambda: name in load.seen, f"an answer of {name}")
    assert load.failed == []
    assert load.seen >= {"one", "two", "three", "four"}
    assert web["web"]["last_gap_usec"] == 0


def test_the_content_of_a_file_is_swapped_in_too(web):
    before = ask(PORT)
    web.write("page", "second\n")
    assert finished(web)["action"] == "swap"
    eventually(lambda: ask(PORT)[2] == "second" and ask(PORT)[0] != before[0], "the new page")


def test_the_old_generation_is_gone_with_its_unit(web):
    web.write("page", "second\n")
    finished(web)
    eventually(lambda: web.units() == ["hotreload-demo.web@2.service"], "one generation")
    eventually(lambda: web["web"]["draining"] == [], "no more draining")


def test_a_generation_that_dies_leaves_the_old_one_serving(web):
    pid = ask(PORT)[0]
    with Load(PORT) as load:
        web.edit('NAME = "one"', 'NAME = "die"')
        assert finished(web, "rolled-back")["result"] == "rolled-back"
    assert load.failed == [] and load.seen == {"one"}
    assert ask(PORT)[0] == pid and web["web"]["state"] == "rolled-back"
    assert web.units() == ["hotreload-demo.web@1.service"]


def test_a_generation_that_is_never_ready_is_removed(web):
    pid = ask(PORT)[0]
    web.edit('NAME = "one" }', 'NAME = "never" }\nproperties = { TimeoutStartSec = "500ms" }')
    done = finished(web, "rolled-back")
    assert "not ready within 500ms" in done["problem"]["message"]
    assert ask(PORT)[0] == pid
    assert web.units() == ["hotreload-demo.web@1.service"]


def test_a_generation_that_dies_while_it_is_watched_is_removed(web):
    pid = ask(PORT)[0]
    web.edit('NAME = "one" }\nverify = "0s"', 'NAME = "late" }\nverify = "2s"')
    finished(web, "rolled-back")
    with Load(PORT) as load:
        eventually(lambda: load.answered > 40, "answers")
    assert load.failed == [] and load.seen == {"one"} and ask(PORT)[0] == pid


def test_what_was_refused_can_be_mended(web):
    web.edit('NAME = "one"', 'NAME = "die"')
    finished(web, "rolled-back")
    web.edit('NAME = "die"', 'NAME = "two"')
    finished(web)
    answers(1, "two")
    assert web["web"]["state"] == "running"
    web.edit('NAME = "two"', 'NAME = "die"')
    finished(web, "rolled-back")
    web.edit('NAME = "die"', 'NAME = "two"')  # A, B fails, A again: the error is gone
    eventually(lambda: web["web"]["state"] == "running", "no error")


def test_requests_in_hand_are_finished_until_drain(web):
    slow = socket.create_connection(("127.0.0.1", PORT))
    slow.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
    web.write("page", "second\n")
    finished(web)
    assert b"first" in slow.recv(65536)


def test_long_connections_are_cut_after_drain(web):
    web.edit('verify = "0s"', 'verify = "0s"\ndrain = "1s"')
    finished(web)  # recorded: it is the next generation's
    web.write("page", "second\n")
    finished(web)
    eventually(lambda: web["web"]["draining"] == [], "the end of the first generation")
    held = socket.create_connection(("127.0.0.1", PORT))
    held.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert b"second" in held.recv(65536)
    web.write("page", "third\n")
    finished(web)
    assert web["web"]["draining"] == [3], web["web"]
    began = time.monotonic()
    eventually(lambda: web["web"]["draining"] == [], "the end of drain")
    assert time.monotonic() - began < 10
    held.settimeout(5)
    assert held.recv(1) == b""


def test_no_drain_cuts_at_once(web):
    held = socket.create_connection(("127.0.0.1", PORT))
    assert ask(PORT)
    web.ctl("pause", "demo")
    web.write("page", "second\n")
    web.ctl("reload", "--no-drain", "demo")
    held.settimeout(5)
    assert held.recv(1) == b""
    assert ask(PORT)[2] == "second"


def test_a_restart_keeps_the_sockets_and_refuses_nobody(web):
    with Load(PORT) as load:
        for _ in range(3):
            web.ctl("restart", "demo")
    assert [each for each in load.failed if "Refused" in each] == []
    assert web["web"]["last_gap_usec"] > 0 and web["web"]["last_strategy"] == "restart"


def test_the_sockets_outlive_the_daemon_and_its_services(web):
    with Load(PORT) as load:
        web.kill_daemon()
        web.write("page", "second\n")
        eventually(lambda: ask(PORT)[2] == "second", "the new page")
    assert load.failed == []
    run("systemctl", "--user", "restart", "hotreloadd", user="dev")
    assert ask(PORT)[2] == "second"
    web.write("page", "third\n")
    eventually(lambda: ask(PORT)[2] == "third", "the new page")


def test_a_port_that_moves_is_opened_before_it_is_closed(web):
    web.edit(f"127.0.0.1:{PORT}", f"127.0.0.1:{PORT + 1}")
    assert finished(web)["action"] == "swap"
    assert ask(PORT + 1)[1] == "one"
    eventually(lambda: refused(PORT), "the end of the old port")


def test_a_port_that_takes_the_place_of_another_is_restarted_onto_it_and_back(web):
    web.edit(f'"127.0.0.1:{PORT}"', f'"{PORT}"')
    done = finished(web)
    assert done["action"] == "restart"
    assert done["changes"][0]["reason"] == "a port takes the place of another"
    assert ask(PORT, host="::1")[1] == "one"
    web.toml(SWAPPED.replace('"one"', '"die"'))
    finished(web, "rolled-back")
    assert ask(PORT, host="::1")[1] == "one"
    web.toml(SWAPPED)
    finished(web)
    assert ask(PORT)[1] == "one"
    with pytest.raises(ConnectionRefusedError):
        ask(PORT, host="::1")


def test_ports_are_named_and_of_every_kind(web):
    web.edit(f'ports = ["127.0.0.1:{PORT}"]', f"""ports = [
      {{ listen = "127.0.0.1:{PORT}", name = "http" }},
      {{ listen = "[::1]:{PORT}", name = "six" }},
      {{ listen = "./web.sock", name = "local", mode = "0600" }},
      {{ listen = "@demo-web", name = "abstract" }}]""")
    finished(web)
    answers(3, "http,six,local,abstract")
    assert ask(PORT, host="::1")[1] == "one"
    mode = os.stat(web / "web.sock").st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    for address in (str(web / "web.sock"), "\0demo-web"):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(address)
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"one" in client.recv(65536)
    web.toml(SWAPPED)
    finished(web)
    eventually(lambda: not (web / "web.sock").exists(), "the end of the socket")


def test_a_port_in_use_is_named_with_who_holds_it_and_nothing_is_touched(web):
    pid = ask(PORT)[0]
    with socket.create_server(("127.0.0.1", PORT + 2)):
        web.edit(f"127.0.0.1:{PORT}", f"127.0.0.1:{PORT + 2}")
        done = finished(web, "invalid")
        assert f"127.0.0.1:{PORT + 2} is in use" in done["problem"]["message"]
    assert ask(PORT)[0] == pid
    web.ctl("reload", "demo")
    assert ask(PORT + 2)[1] == "one"


def test_a_stopped_service_listens_no_more_and_started_again_it_does(web):
    web.ctl("stop", "demo")
    eventually(lambda: refused(PORT), "the end of the port")
    web.ctl("start", "demo")
    assert ask(PORT)[1] == "one"


def test_the_manager_starts_a_dead_generation_again_on_its_socket(web):
    web.edit('NAME = "one" }', 'NAME = "one" }\nproperties = { Restart = "always", RestartSec = "10ms" }')
    finished(web)
    pid = ask(PORT)[0]
    os.kill(int(pid), signal.SIGKILL)
    eventually(lambda: ask(PORT)[0] != pid, "another process")
    web.write("page", "second\n")
    finished(web)
    answers(2, "second")


def test_an_exec_service_is_swapped_when_its_probe_says_so(web):
    web.toml(SWAPPED.replace('type = "notify"', f'ready = {{ http = "http://127.0.0.1:{PORT}/", timeout = "15s" }}'))
    finished(web)
    with Load(PORT) as load:
        web.write("page", "second\n")
        assert finished(web)["action"] == "swap"
        answers(2, "second")
    assert load.failed == []


def test_fast_changes_are_taken_together_and_hit_no_limit(web):
    held = [socket.create_connection(("127.0.0.1", PORT))]
    for i in range(30):
        web.write("page", f"page{i}\n")
        held.append(socket.create_connection(("127.0.0.1", PORT)))
        assert len(web["web"]["draining"]) <= 4
    for connection in held:
        connection.close()
    eventually(lambda: ask(PORT)[2] == "page29", "the last page")
    eventually(lambda: web["web"]["draining"] == [] and len(web.units()) == 1, "no more draining")


def test_down_ends_what_drains_too(web):
    held = socket.create_connection(("127.0.0.1", PORT))
    held.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert b"first" in held.recv(65536)
    web.write("page", "second\n")
    finished(web)
    assert web["web"]["draining"] == [1]
    assert web.down().returncode == 0
    assert web.units() == []
    held.settimeout(5)
    assert held.recv(1) == b""
