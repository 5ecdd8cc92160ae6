# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may call what on the system's instance: each kind of user, each method, each transport, with polkit as it is
installed, an example rule, an agent that gives a password, gives none, or does not answer, and a project file that
names operators and readers."""

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
from project import Project
from varlink import Socket

PROGRAMS = Path(__file__).parent / "programs"
RULES = Path("/etc/polkit-1/rules.d/50-hotreload-operators.rules")
EXAMPLE = Path("/usr/share/doc/hotreload/examples/polkit/50-hotreload-operators.rules")
TRANSPORTS = ("dbus", "varlink")
EVERYONE, INSPECT, CONTROL, MANAGE, FORCE, APPLY = "everyone", "inspect", "control", "manage", "force", "apply"
# The action of each, and how it is called. The project "shop" does not exist, and neither does a service "web" of the
# other one: who is admitted does no harm.
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
    "Metrics": (EVERYONE, ["a{sv}", [{}], {}]),
    "GetValue": (INSPECT, ["a{sv}", [{}], {"project": "depot", "name": "app"}]),
    "Apply": (APPLY, ["sa(sh)a{sv}", ["shop/web", [], {}], {"target": "shop/web", "files": []}]),
    "Confirm": (APPLY, TARGET),
    "Up": (MANAGE, ["sa{sv}", ["/nowhere", {}], {"path": "/nowhere"}]),
    "Down": (MANAGE, ["sa{sv}", ["shop", {}], {"project": "shop"}]),
}
OF_PROJECT = {"Plan", "History", "Diff", "Status"} | {name for name, (action, _) in METHODS.items() if action == CONTROL}
BUS_ALONE = {"ListProjects", "GetService"}
OPEN = {"varlink": {"Status", "GetState"}, "dbus": {"GetState"}}  # for everybody, without values
# Nobody in particular; a member of "operators", of whom the rule is; and of "webteam", who operate the project "depot",
# whose document "app" the last one reads.
PAUL, OLGA, OTTO, RITA = "paul", "olga", "otto", "rita"
DEPOT = Path("/etc/depot")
DEPOT_TOML = """operators = ["@webteam"]
[services.a]
command = ["sleep", "infinity"]
verify = "0"
watch = ["app.json"]
strategy = "none"
[configs.app]
file = "app.json"
readers = ["rita"]
[configs.secret]
file = "secret.json"
"""


@pytest.fixture(scope="module", autouse=True)
def accounts():
    for group in ("operators", "webteam"):
        run("groupadd", "-f", group)
    for name, groups in ((PAUL, []), (OLGA, ["-G", "operators"]), (OTTO, ["-G", "webteam"]), (RITA, [])):
        run("useradd", "-m", *groups, name, check=False)
    RULES.write_text(EXAMPLE.read_text())
    yield
    RULES.unlink()


@pytest.fixture(scope="module", autouse=True)
def depot(accounts):
    DEPOT.mkdir()
    project = Project(DEPOT, user=None, name="depot")
    for name in ("app", "secret"):
        project.write(f"{name}.json", '{"level": 1}')
    project.toml(DEPOT_TOML)
    project.up()
    yield project
    project.remove()


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


def calls_of(project: str) -> dict:
    """The same of another project."""
    return json.loads(json.dumps(calls()).replace('"shop', f'"{project}'))


def expected(user: str | None, transport: str, method: str, project: str) -> str:
    action = METHODS[method][0]
    by_rule = user == OLGA and project == "shop" and method in OF_PROJECT
    by_file = (user == OTTO and project == "depot" and action == CONTROL) or (user == RITA and method == "GetValue")
    return "allowed" if user is None or action == EVERYONE or method in OPEN[transport] or by_rule or by_file else "password"


def test_every_method_is_in_the_table():
    introspected = ET.fromstring(run("busctl", "--xml-interface", "introspect", "org.hotreload", "/org/hotreload").stdout)
    manager = introspected.find("interface[@name='org.hotreload.Manager1']")
    assert {method.get("name") for method in manager.findall("method")} == set(METHODS) - {"GetValue"}


# The bus lets no dynamic user in where nss-systemd is not installed.
@pytest.mark.parametrize("project", ["shop", "depot"])
@pytest.mark.parametrize(
    ("user", "transport"),
    [(user, transport) for user in (None, OLGA, OTTO, RITA, PAUL) for transport in TRANSPORTS] + [("dynamic", "varlink")],
)
def test_the_table_of_users_and_methods(user, transport, project):
    methods = calls_of(project) if user or project == "shop" else calls_of("nothing")  # root would take it down
    if transport == "varlink":
        methods = {name: call for name, call in methods.items() if name not in BUS_ALONE}
    outcomes = Calls(user, transport).outcomes(methods)
    for method, outcome in outcomes.items():
        print(f"{user or 'root':8} {transport:8} {project:6} {method:12} {outcome}")
    assert outcomes == {method: expected(user, transport, method, project) for method in methods}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_operates_a_project_is_asked_about_every_project_and_about_what_is_forced(transport):
    target = lambda name, **more: ["sa{sv}", [name, {key: ("b", value) for key, value in more.items()}], {"target": name, **more}]
    for name, more in (("", {}), ("depot", {"force": True})):
        assert Calls(OTTO, transport).outcomes({"Reload": target(name, **more)}) == {"Reload": "password"}


def test_who_operates_a_project_controls_it_by_hotreloadctl(depot):
    pids = depot.pids()
    restarted = run(*command(OTTO, "hotreloadctl", "--system", "restart", "depot"))
    assert "restarted" in restarted.stdout and depot.pids() != pids, restarted
    refused = run(*command(OTTO, "hotreloadctl", "--system", "plan", "depot"), check=False)
    assert refused.returncode == 4, refused
    refused = run(*command(PAUL, "hotreloadctl", "--system", "restart", "depot"), check=False)
    assert refused.returncode == 4, refused


def test_what_is_no_operator_s_and_no_reader_s_any_more_is_refused(depot):
    depot.edit('["@webteam"]', "[]")
    depot.edit('["rita"]', "[]")
    depot.sync()
    assert Calls(OTTO, "varlink").outcomes({"Reload": calls_of("depot")["Reload"]}) == {"Reload": "password"}
    assert Calls(RITA, "dbus").outcomes(calls("GetValue")) == {"GetValue": "password"}
    depot.toml(DEPOT_TOML)
    depot.sync()
    assert Calls(RITA, "dbus").outcomes(calls("GetValue")) == {"GetValue": "allowed"}


def change_of(depot, events: Socket, name: str) -> str:
    """The id of the event of a change of the document."""
    level = json.loads((depot / f"{name}.json").read_text())["level"]
    depot.write(f"{name}.json", json.dumps({"level": level + 1}))
    while True:
        event = events.receive()
        if event["event"] == "ConfigChanged" and event["name"] == name:
            return event["id"]


def details(user: str, event: str) -> subprocess.CompletedProcess:
    """Of an event, as the user is told them: on both transports the same, or refused on both."""
    bus = ["busctl", "--system", "--json=short", "call", "org.hotreload", "/org/hotreload", "org.hotreload.Manager1"]
    on_bus = run(*command(user, *bus, "Details", "sa{sv}", event, 0), check=False)
    link = ["varlinkctl", "--json=short", "call", "/run/hotreload/org.hotreload", "org.hotreload.Details"]
    on_socket = run(*command(user, *link, json.dumps({"id": event})), check=False)
    assert (on_bus.returncode == 0) == (on_socket.returncode == 0), (on_bus, on_socket)
    if on_bus.returncode == 0:
        assert json.loads(json.loads(on_bus.stdout)["data"][0])["changes"] == json.loads(on_socket.stdout)["changes"]
    return on_socket


def test_who_reads_a_document_is_told_its_value_and_its_changes_and_nothing_else(depot):
    events = Socket()
    events.send("Monitor", {}, more=True)
    assert events.receive()["event"] == "Ready"
    mine, others = change_of(depot, events, "app"), change_of(depot, events, "secret")
    told = details(RITA, mine)
    assert told.returncode == 0, told
    (change,) = json.loads(told.stdout)["changes"]
    assert change["new"] == json.loads((depot / "app.json").read_text())
    assert run(*command(RITA, "hotreloadctl", "--system", "get", "depot/app", "level")).stdout.strip() == str(change["new"]["level"])
    assert run(*command(RITA, "hotreloadctl", "--system", "get", "depot/secret"), check=False).returncode == 4
    # The transaction of the service that watches the same file has its value, too.
    depot.ctl("restart", "depot/a")
    while (event := events.receive())["event"] != "ReloadFinished":
        pass
    for user, event in ((RITA, others), (RITA, event["id"]), (PAUL, mine), (OTTO, mine)):
        refused = details(user, event)
        assert refused.returncode != 0 and "InteractiveAuthorizationRequired" in refused.stderr, refused


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
    assert listed == {f"org.hotreload.{action}" for action in (INSPECT, CONTROL, MANAGE, FORCE, APPLY)}
