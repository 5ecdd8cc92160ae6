# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may call what on the system's instance: each kind of user, each method, each transport, with polkit as it is
installed, an example rule, and an agent that gives a password, gives none, or does not answer."""

import json
import pwd
import queue
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from harness import DEADLINE, run, systemctl

PROGRAMS = Path(__file__).parent / "programs"
RULES = Path("/etc/polkit-1/rules.d/50-hotreload-operators.rules")
EXAMPLE = Path("/usr/share/doc/hotreload/examples/polkit/50-hotreload-operators.rules")
TRANSPORTS = ("dbus", "varlink")
EVERYONE, INSPECT, CONTROL, MANAGE, FORCE = "everyone", "inspect", "control", "manage", "force"
# The action of each, and how it is called. The targets do not exist: who is admitted does no harm.
TARGET = ["sa{sv}", ["shop/web", {}], {"target": "shop/web"}]
METHODS = {
    "ListProjects": (EVERYONE, ["", [], {}]),
    "GetService": (EVERYONE, ["s", ["shop/web"], {}]),
    "Plan": (INSPECT, TARGET),
    "Details": (INSPECT, ["sa{sv}", ["0" * 32, {}], {"id": "0" * 32}]),
    "History": (INSPECT, ["su", ["shop/web", 1], {"target": "shop/web", "limit": 1}]),
    "Diff": (INSPECT, ["stt", ["shop/web", 1, 2], {"target": "shop/web", "from": 1, "to": 2}]),
    "Explain": (INSPECT, ["sa{sv}", ["/nowhere", {}], {"path": "/nowhere"}]),
    "Check": (INSPECT, ["sa{sv}", ["/nowhere", {}], {"path": "/nowhere"}]),
    "Sync": (INSPECT, ["a{sv}", [{}], {}]),
    "DebugEvents": (INSPECT, ["ua{sv}", [1, {}], {"limit": 1}]),
    "Status": (INSPECT, ["sa{sv}", ["shop/web", {}], {"project": "shop/web"}]),
    "GetState": (INSPECT, ["a{sv}", [{}], {}]),
    "Reload": (CONTROL, TARGET),
    "Restart": (CONTROL, TARGET),
    "Start": (CONTROL, TARGET),
    "Stop": (CONTROL, TARGET),
    "Pause": (CONTROL, TARGET),
    "Resume": (CONTROL, TARGET),
    "Rollback": (CONTROL, ["sta{sv}", ["shop/web", 0, {}], {"target": "shop/web", "generation": 0}]),
    "Up": (MANAGE, ["sa{sv}", ["/nowhere", {}], {"path": "/nowhere"}]),
    "Down": (MANAGE, ["sa{sv}", ["shop", {}], {"project": "shop"}]),
}
OF_PROJECT = {"Plan", "History", "Diff", "Status"} | {name for name, (action, _) in METHODS.items() if action == CONTROL}
BUS_ALONE = {"ListProjects", "GetService"}
OPEN = {"varlink": {"Status", "GetState"}, "dbus": {"GetState"}}  # for everybody, without values
PAUL, OLGA = "paul", "olga"  # nobody in particular, and a member of "operators"


@pytest.fixture(scope="module", autouse=True)
def accounts():
    run("groupadd", "-f", "operators")
    for name, groups in ((PAUL, []), (OLGA, ["-G", "operators"])):
        run("useradd", "-m", *groups, name, check=False)
    RULES.write_text(EXAMPLE.read_text())
    yield
    RULES.unlink()


def command(user: str | None, *words) -> list[str]:
    if user == "dynamic":
        return ["systemd-run", "--quiet", "--pipe", "--wait", "-p", "DynamicUser=yes", *map(str, words)]
    if user is None:
        return list(map(str, words))
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups", *map(str, words)]


class Lines:
    """What a process says, line by line, each within the deadline."""

    def __init__(self, process: subprocess.Popen):
        self._lines = queue.Queue()
        threading.Thread(target=lambda: [self._lines.put(line.strip()) for line in process.stdout], daemon=True).start()

    def next(self) -> str:
        return self._lines.get(timeout=DEADLINE)


class Calls:
    """A process of a user's that calls when it is told to."""

    def __init__(self, user: str | None, transport: str, *options: str):
        self.process = subprocess.Popen(command(user, sys.executable, PROGRAMS / "caller.py", transport, *options),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")  # fmt: skip
        self.lines = Lines(self.process)
        assert self.lines.next() == "ready"

    def begin(self, methods: dict):
        self.process.stdin.write(json.dumps(methods) + "\n")
        self.process.stdin.flush()

    def outcomes(self, methods: dict) -> dict[str, str]:
        self.begin(methods)
        answer = json.loads(self.lines.next())
        self.process.wait(DEADLINE)
        return answer


class Agent:
    def __init__(self, caller: Calls, mode: str):
        self.process = subprocess.Popen([sys.executable, PROGRAMS / "polkit_agent.py", str(caller.process.pid), mode],
                                        stdout=subprocess.PIPE, text=True)  # fmt: skip
        self.lines = Lines(self.process)
        assert self.line() == "ready"

    def line(self) -> str:
        return self.lines.next()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def calls(*names: str) -> dict:
    return {name: METHODS[name][1] for name in names or METHODS}


def expected(user: str | None, transport: str, method: str) -> str:
    action = METHODS[method][0]
    if user is None or action == EVERYONE or method in OPEN[transport]:
        return "allowed"
    if user == OLGA and method in OF_PROJECT and action in (INSPECT, CONTROL):
        return "allowed"
    return "password"


def test_every_method_is_in_the_table():
    introspected = ET.fromstring(run("busctl", "--xml-interface", "introspect", "org.hotreload", "/org/hotreload").stdout)
    manager = introspected.find("interface[@name='org.hotreload.Manager1']")
    assert {method.get("name") for method in manager.findall("method")} == set(METHODS)


# The bus lets no dynamic user in where nss-systemd is not installed.
@pytest.mark.parametrize(
    ("user", "transport"),
    [(user, transport) for user in (None, OLGA, PAUL) for transport in TRANSPORTS] + [("dynamic", "varlink")],
)
def test_the_table_of_users_and_methods(user, transport):
    methods = calls(*(name for name in METHODS if transport == "dbus" or name not in BUS_ALONE))
    outcomes = Calls(user, transport).outcomes(methods)
    for method, outcome in outcomes.items():
        print(f"{user or 'root':8} {transport:8} {method:12} {outcome}")
    assert outcomes == {method: expected(user, transport, method) for method in methods}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_gives_the_password_may(transport):
    caller = Calls(PAUL, transport, "--ask")
    with Agent(caller, "yes") as agent:
        assert caller.outcomes(calls("Reload")) == {"Reload": "allowed"}
        assert agent.line().startswith("org.hotreload.control ")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_gives_no_password_may_not(transport):
    caller = Calls(PAUL, transport, "--ask")
    with Agent(caller, "no") as agent:
        assert caller.outcomes(calls("Reload")) == {"Reload": "refused"}
        assert agent.line().startswith("org.hotreload.control ")


def test_what_is_forced_is_asked_each_time():
    caller = Calls(PAUL, "varlink", "--ask")
    forced = ["", [], {"target": "shop/web", "force": True}]
    with Agent(caller, "yes") as agent:
        # The names of the calls only tell them apart here.
        assert caller.outcomes({"Reload": forced, "Restart": forced}) == {"Reload": "allowed", "Restart": "allowed"}
        assert [agent.line().split()[0] for _ in range(2)] == ["org.hotreload.force"] * 2


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_question_whose_caller_leaves_is_withdrawn_and_holds_nobody_up(transport):
    caller = Calls(PAUL, transport, "--ask")
    with Agent(caller, "hang") as agent:
        caller.begin(calls("Reload"))
        assert agent.line().startswith("org.hotreload.control ")
        assert Calls(None, transport).outcomes(calls("Status", "Reload")) == {"Status": "allowed", "Reload": "allowed"}
        caller.process.kill()
        caller.process.wait()
        assert agent.line() == "cancelled"


def test_without_polkit_it_is_for_root_only_and_that_is_said():
    systemctl("mask", "--runtime", "--now", "polkit.service")
    try:
        refused = run(*command(PAUL, "hotreloadctl", "--system", "reload", "shop"), check=False)
        assert refused.returncode == 4 and "root only" in refused.stderr and "polkit" in refused.stderr, refused
        assert Calls(None, "dbus").outcomes(calls("Reload")) == {"Reload": "allowed"}
    finally:
        systemctl("unmask", "--runtime", "polkit.service")


def test_hotreloadctl_asks_nobody_without_a_terminal():
    refused = run(*command(PAUL, "hotreloadctl", "--system", "reload", "shop"), check=False)
    assert refused.returncode == 4 and "password" in refused.stderr, refused


def test_each_action_of_the_policy_is_asked_about_and_each_that_is_exists():
    listed = {word for word in run("pkaction").stdout.split() if word.startswith("org.hotreload.")}
    assert listed == {f"org.hotreload.{action}" for action in (INSPECT, CONTROL, MANAGE, FORCE)}
