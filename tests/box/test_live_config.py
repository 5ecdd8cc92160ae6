# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that change their settings while they run: examples/live-config, built with what the packages of
libhotreload have installed."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from harness import DEADLINE, MANAGERS, command_line, environment, eventually, run, save, sync_journal, unit_property
from project import Project

EXAMPLE = Path(__file__).parents[2] / "examples/live-config"
PORTS = {"c": 8081, "cpp": 8082, "python": 8083}
SECONDS = float(os.environ.get("HOTRELOAD_LIVE_SECONDS", "10"))
# Whatever links with a sanitized library has to be sanitized, and Python is not.
pytestmark = pytest.mark.skipif("HOTRELOAD_SANITIZED" in os.environ, reason="the library is sanitized")


def get(service: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORTS[service]}/", timeout=5) as answer:
            return answer.read().decode()
    except OSError as error:
        return f"no answer: {error}"


def all_say(text: str):
    for service in PORTS:
        eventually(lambda: text in get(service), f"that {service} says {text!r}")


def document(greeting: str, log: str = "requests = false") -> str:
    return f"greeting = {greeting}\n[log]\n{log}\n"


@pytest.fixture(scope="module")
def built_example(tmp_path_factory):
    directory = tmp_path_factory.mktemp("live-config")
    shutil.copytree(EXAMPLE, directory, dirs_exist_ok=True)
    run("make", "--directory", directory, "clean", "all", timeout=120)
    return directory


@pytest.fixture
def example(built_example, dev_dir):
    shutil.copytree(built_example, dev_dir, dirs_exist_ok=True)
    project = Project(dev_dir, name="live")
    project.own(dev_dir)
    yield project
    project.remove()


@pytest.fixture
def live(example):
    """It is up, as its README says."""
    example.up()
    all_say("Hello\n")
    return example


def taken(pid: int) -> list:
    """The values that a server has said it took."""
    sync_journal()
    lines = run("journalctl", "--output=cat", f"_PID={pid}").stdout.splitlines()
    return [json.loads(line.removeprefix("took ")) for line in lines if line.startswith("took ")]


@contextlib.contextmanager
def reader(live: Project):
    """The one for node, as a stranger to the project: it is told where to look. Gives its lines so far."""
    lines: list[str] = []
    at = f"{environment('dev')['XDG_RUNTIME_DIR']}/hotreload/configs/live"
    with subprocess.Popen(command_line(["node", live / "reader.mjs"], "dev"), text=True,
                          env=environment("dev") | {"HOTRELOAD_CONFIGS": at},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:  # fmt: skip

        def read():
            for line in process.stdout:
                lines.append(line.strip())

        threading.Thread(target=read, daemon=True).start()
        try:
            yield lines
        finally:
            process.kill()


def test_the_servers_change_their_settings_without_a_restart(live):
    before = live.pids()
    live.write("app.toml", document('"Good evening"'))
    all_say("Good evening\n")
    live.write("app.toml", "# Of the evening.\n" + document('"Good evening"'))
    live.sync()
    live.write("app.toml", document('"Good night"', "requests = true"))
    all_say("Good night\n")
    assert live.pids() == before
    for service, pid in before.items():
        assert [value["greeting"] for value in taken(pid)] == ["Hello", "Good evening", "Good night"], service


@pytest.mark.parametrize("wrong", [document('""'), document("5"), "greeting = \n"], ids=["the schema", "the type", "the syntax"])
def test_what_is_invalid_is_told_by_the_servers_and_not_in_force(live, wrong):
    live.write("app.toml", wrong)
    all_say(f"not in force: {live / 'app.toml'}:1:")
    all_say("Hello\n")
    live.write("app.toml", document('"Good evening"'))
    all_say("Good evening\n")
    for service in PORTS:
        eventually(lambda: "not in force" not in get(service), f"that {service} finds nothing wrong")


def test_node_follows_the_published_file(live):
    with reader(live) as lines:
        eventually(lambda: lines, "a first line")
        assert json.loads(lines[0].removeprefix("took "))["greeting"] == "Hello"
        live.write("app.toml", document("5"))
        eventually(lambda: any(line.startswith(f"not in force: {live / 'app.toml'}:1:") for line in lines), "the problem")
        live.write("app.toml", document('"Good evening"'))
        eventually(lambda: len([line for line in lines if line.startswith("took ")]) == 2, "a second value")
        assert json.loads(lines[-1].removeprefix("took "))["greeting"] == "Good evening"


def test_node_outlives_a_project_that_goes_down_and_takes_the_value_of_the_next(live):
    with reader(live) as lines:
        eventually(lambda: lines, "a first line")
        live.down()
        eventually(lambda: lines[-1] == "app.json is not published", "that it is gone")
        live.write("app.toml", document('"Good evening"'))
        live.up()
        eventually(lambda: '"Good evening"' in lines[-1], "the next value")


@pytest.mark.parametrize("service,program", [("c", "./server-c"), ("cpp", "./server-cpp"), ("python", "./server.py")])
def test_a_server_reads_the_file_itself_where_nobody_publishes_it(example, service, program):
    path = example / "app.toml"
    with subprocess.Popen(command_line([program, str(PORTS[service])], "dev"), cwd=example.directory,
                          env=environment("dev"), stdout=subprocess.DEVNULL) as server:  # fmt: skip
        try:
            eventually(lambda: get(service) == "Hello\n", "the first greeting")
            save(path, document('"Good evening"'), user="dev")
            eventually(lambda: get(service) == "Good evening\n", "the second greeting")
            save(path, "greeting = \n", user="dev")
            eventually(lambda: get(service).startswith(f"Good evening\nnot in force: {path}:1:"), "the problem")
        finally:
            server.kill()


def test_a_server_that_finds_nothing_valid_says_where_and_ends(example):
    save(example / "app.toml", "greeting = \n", user="dev")
    for program in ("./server-c", "./server-cpp", "./server.py"):
        ended = run(program, "8084", user="dev", cwd=example.directory, check=False)
        assert ended.returncode == 1 and f"{example / 'app.toml'}:1:" in ended.stderr, ended


OF_A_PROGRAM_THAT_STARTS_NOW = "import hotreload; print(hotreload.Config('live/app', published_only=True)['/greeting'])"


def test_a_program_that_is_no_service_follows_its_document_through_down_and_up(live):
    """The revision begins anew, and says nothing then."""
    program = "import hotreload; c = hotreload.Config('live/app'); print(c['/greeting'], c.revision, flush=True)"
    program += f"; input(); c.wait({DEADLINE}); print(c['/greeting'], c.revision, flush=True)"
    with subprocess.Popen(command_line(["python3", "-c", program], "dev"), text=True, env=environment("dev"),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout.readline() == "Hello 1\n"
        live.down()
        live.write("app.toml", document('"Good evening"'))
        live.up()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "Good evening 1\n"


def test_no_program_sees_an_invalid_value_while_the_daemon_is_killed_each_second(live):
    """HOTRELOAD_LIVE_SECONDS=60 for long."""
    before = live.pids()
    over = threading.Event()
    saved = 0
    wrong = [document('""'), document("5"), "greeting = \n", document('"x"', "requests = 1"), ""]

    def edit():
        nonlocal saved
        while not over.wait(0.1):
            saved += 1
            live.write("app.toml", wrong[saved // 3 % len(wrong)] if saved % 3 == 0 else document(f'"valid {saved}"'))

    with reader(live) as lines:
        eventually(lambda: any(line.startswith("took ") for line in lines), "node's first value")
        editor = threading.Thread(target=edit)
        editor.start()
        kills = 0
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                next_kill = time.monotonic() + 1
                MANAGERS["dev"].call("ResetFailed")  # else each restart waits longer than the one before
                pid = unit_property("hotreloadd.service", "MainPID", user="dev")
                if pid != "0":
                    os.kill(int(pid), signal.SIGKILL)
                    kills += 1
                seen = run("python3", "-c", OF_A_PROGRAM_THAT_STARTS_NOW, user="dev").stdout
                assert re.fullmatch(r"Hello\n|valid \d+\n", seen), seen
                over.wait(max(0.0, next_kill - time.monotonic()))
        finally:
            over.set()
            editor.join(DEADLINE)
        assert kills >= SECONDS / 2
        newest = f"valid {saved + 1}"
        live.write("app.toml", document(f'"{newest}"'))
        eventually(lambda: unit_property("hotreloadd.service", "ActiveState", user="dev") == "active", "a daemon")
        all_say(f"{newest}\n")
        eventually(lambda: lines and f'"{newest}"' in lines[-1], "that node has it")

    assert live.pids() == before
    values = {name: taken(pid) for name, pid in before.items()}
    values["node"] = [json.loads(line.removeprefix("took ")) for line in lines if line.startswith("took ")]
    for name, seen in values.items():
        greetings = [value["greeting"] for value in seen]
        assert greetings[0] == "Hello" and greetings[-1] == newest, (name, greetings)
        assert all(re.fullmatch(r"valid \d+", greeting) for greeting in greetings[1:]), (name, greetings)
        numbers = [int(greeting.split()[1]) for greeting in greetings[1:]]
        assert numbers == sorted(set(numbers)), (name, "an older value after a newer one", numbers)
    print({"seconds": SECONDS, "kills": kills, "edits": saved, "values seen": {name: len(seen) for name, seen in values.items()}})
