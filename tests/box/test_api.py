# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is documented of the bus, the socket and the command line, and what wrong calls get."""

import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from harness import Ctl, run, systemctl
from varlink import address

INSTANCES = [None, "dev"]
BUS = ("org.hotreload", "/org/hotreload")
MANAGER = "org.hotreload.Manager1"
INTERFACES = Path(__file__).resolve().parents[2] / "dbus/interfaces"
PROJECT = "/org/hotreload/project/demo"
SLEEPER = '[services.a]\ncommand = ["sleep", "infinity"]\nverify = "0"\n'


def busctl(user, *words, **options):
    return run("busctl", "--user" if user else "--system", *words, user=user, **options)


def call(user, method, *words, path=BUS[1], interface=MANAGER):
    return busctl(user, "call", BUS[0], path, interface, method, *words, check=False)


def gdbus(user, method, *words):
    where = ["--session"] if user else ["--system"]
    command = ["gdbus", "call", *where, "--dest", BUS[0], "--object-path", BUS[1], "--method", f"{MANAGER}.{method}"]
    return run(*command, *words, user=user, check=False)


@pytest.fixture
def up(demo):
    demo.toml(SLEEPER)
    demo.up()
    return demo


def introspected_and_documented(user, path, interface):
    text = busctl(user, "introspect", BUS[0], path, interface).stdout
    found = {tuple(line.split()[:3]) for line in text.splitlines()[1:]}
    wanted = set()
    for item in ET.parse(INTERFACES / f"{interface}.xml").getroot().find("interface"):
        if item.tag not in ("method", "signal", "property"):
            continue
        direction = {"method": "in", "signal": None}.get(item.tag)
        types = [a.get("type") for a in item.findall("arg") if a.get("direction") == direction]
        signature = item.get("type") or "".join(types) or "-"
        wanted.add((f".{item.get('name')}", item.tag, signature))
    assert wanted
    return found, wanted


@pytest.mark.parametrize("user", INSTANCES)
def test_what_is_introspected_is_what_is_documented(user):
    found, wanted = introspected_and_documented(user, BUS[1], MANAGER)
    assert found == wanted


def test_the_objects_of_a_project_are_what_is_documented(up):
    for path, interface in ((PROJECT, "Project1"), (f"{PROJECT}/service/a", "Service1")):
        found, wanted = introspected_and_documented("dev", path, f"org.hotreload.{interface}")
        assert found == wanted


def test_projects_and_services_are_objects_with_their_state(up):
    tree = busctl("dev", "tree", "--list", BUS[0]).stdout
    assert "/org/hotreload/project/demo/service/a" in tree.split()
    objects = json.loads(call("dev", "GetManagedObjects", "--json=short", interface="org.freedesktop.DBus.ObjectManager").stdout)
    service = objects["data"][0]["/org/hotreload/project/demo/service/a"]["org.hotreload.Service1"]
    assert service["Unit"]["data"] == "hotreload-demo.a@1.service" and service["Generation"]["data"] == 1
    assert service["MainPID"]["data"] == up.pids()["a"]
    up.down()
    assert "demo" not in busctl("dev", "tree", "--list", BUS[0]).stdout


def test_list_projects_tells_everybody_where_each_is(up):
    answer = call("dev", "--json=short", "ListProjects")
    assert json.loads(answer.stdout)["data"] == [[["demo", str(up / "hotreload.toml"), "running", PROJECT]]]


def test_get_service_tells_the_object_of_a_service(up):
    assert json.loads(call("dev", "--json=short", "GetService", "s", "demo/a").stdout)["data"] == [f"{PROJECT}/service/a"]
    for wrong, text in (("demo", "names no service"), ("demo/b", 'has no service "b"'), ("nope/a", 'no project "nope"')):
        assert text in call("dev", "GetService", "s", wrong).stderr


# Method, its arguments, what busctl shows of the error.
WRONG = {
    "an unknown project": ("Reload", ["sa{sv}", "dmeo", "0"], 'no project "dmeo".*did you mean "demo"'),
    "an unknown service": ("Reload", ["sa{sv}", "demo/b", "0"], 'no service "b"'),
    "a plan of nothing known": ("Plan", ["sa{sv}", "nope", "0"], 'no project "nope"'),
    "an unknown option": ("Reload", ["sa{sv}", "demo", "1", "froce", "b", "true"], 'unknown option "froce".*did you mean "force"'),
    "an option of another type": ("Reload", ["sa{sv}", "demo", "1", "force", "s", "yes"], 'option "force" is a boolean'),
    "an unknown strategy": ("Reload", ["sa{sv}", "demo", "1", "strategy", "s", "harder"], 'unknown strategy "harder"'),
    "an option where there is none": ("Stop", ["sa{sv}", "demo", "1", "force", "b", "true"], "takes none"),
    "a path that is not absolute": ("Up", ["sa{sv}", "demo", "0"], "not an absolute path"),
    "a path that does not exist": ("Up", ["sa{sv}", "/no/such/place", "0"], "/no/such/place: No such file"),
    "a directory without a project file": ("Up", ["sa{sv}", "/usr", "0"], "no hotreload.toml in /usr"),
    "an explanation of a path that is not absolute": ("Explain", ["sa{sv}", "demo", "0"], "not an absolute path: give the whole path"),
    "a resume of nothing known": ("Resume", ["sa{sv}", "nope", "0"], 'no project "nope"'),
    "a check of nothing": ("Check", ["sa{sv}", "/no/such/place", "0"], "/no/such/place: No such file"),
    "a service that is to go down": ("Down", ["sa{sv}", "demo/a", "0"], "is a service"),
    "nothing that is to go down": ("Down", ["sa{sv}", "", "0"], "name the project"),
    "arguments of other types": ("Reload", ["i", "7"], r"sa\{sv\}|target s"),
    "no arguments": ("Reload", [], r"sa\{sv\}|target s"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_call_is_told_what_is_wrong(up, wrong):
    method, words, text = WRONG[wrong]
    pid = up.pids()["a"]
    answer = call("dev", method, *words)
    assert answer.returncode != 0 and re.search(text, answer.stderr, re.DOTALL), answer.stderr
    if words[:1] == ["sa{sv}"]:  # busctl does not show the error's name
        named = gdbus("dev", method, words[1], gvariant_options(words[2:]))
        assert "org.hotreload.Error." in named.stderr, named.stderr
    assert up.pids()["a"] == pid


def gvariant_options(words):
    if words[0] == "0":
        return "@a{sv} {}"
    name, kind, value = words[1:4]
    return "{'%s': <%s>}" % (name, value if kind == "b" else f"'{value}'")


def test_a_reload_that_waits_answers_when_it_has_ended(up):
    up.edit('"infinity"', '"1d"')
    answer = call("dev", "Restart", "sa{sv}", "demo", "1", "wait", "b", "true")
    assert answer.returncode == 0 and up["a"]["generation"] >= 2 and up["a"]["state"] == "running"
    up.toml('[services.a]\ncomand = ["sleep"]\n')
    refused = call("dev", "Reload", "sa{sv}", "demo", "1", "wait", "b", "true")
    assert refused.returncode != 0 and "hotreload.toml:4:" in refused.stderr


def test_errors_have_names_for_programs():
    names = {
        "NoSuchTarget": gdbus("dev", "Reload", "nope", "@a{sv} {}").stderr,
        "Invalid": gdbus("dev", "Up", "/usr", "@a{sv} {}").stderr,
    }
    for name, text in names.items():
        assert f"org.hotreload.Error.{name}" in text


def test_a_project_file_with_errors_is_refused_with_their_places(demo):
    demo.toml('[services.a]\ncomand = ["sleep"]\n')
    answer = call("dev", "Up", "sa{sv}", demo.directory, "0")
    assert f"{demo.directory}/hotreload.toml:4:" in answer.stderr and '"command"' in answer.stderr
    checked = json.loads(call("dev", "--json=short", "Check", "sa{sv}", demo.directory, "0").stdout)["data"]
    assert checked[0] is False and {problem[1] for problem in checked[1]} >= {4}


def test_on_the_system_bus_others_may_look_and_not_touch():
    run("busctl", "--system", "call", *BUS, "org.freedesktop.DBus.Peer", "Ping", user="dev")
    words = ["--system", "--dest", BUS[0], "--object-path", BUS[1], "--method"]
    for method in ("Reload", "Restart", "Start", "Stop", "Up", "Down", "Plan", "Check", "Resume", "Explain"):
        argument = "/usr" if method in ("Up", "Check", "Explain") else "demo"
        refused = run("gdbus", "call", *words, f"{MANAGER}.{method}", argument, "@a{sv} {}", user="dev", check=False)
        assert "InteractiveAuthorizationRequired" in refused.stderr, (method, refused.stderr)
    for method, arguments in (("Sync", []), ("DebugEvents", ["1"])):
        refused = run("gdbus", "call", *words, f"{MANAGER}.{method}", *arguments, "@a{sv} {}", user="dev", check=False)
        assert "InteractiveAuthorizationRequired" in refused.stderr, (method, refused.stderr)
    assert run("hotreloadctl", "--system", "status", user="dev").returncode == 0
    assert run("hotreloadctl", "--system", "up", "/usr", user="dev", check=False).returncode == 4
    nothing = run("hotreloadctl", "--system", "reload", user="dev", check=False)
    assert nothing.returncode in (0, 4)


@pytest.mark.parametrize("user", INSTANCES)
def test_the_socket_tells_its_interface_and_the_status(user):
    systemctl("start", "hotreloadd.socket", user=user)
    assert "org.hotreload" in run("varlinkctl", "info", address(user), user=user).stdout
    assert "method Status" in run("varlinkctl", "introspect", address(user), "org.hotreload", user=user).stdout
    status = json.loads(run("varlinkctl", "call", "--json=short", address(user), "org.hotreload.Status", "{}", user=user).stdout)
    assert status["version"] and isinstance(status["projects"], list)
    for wrong in ('{"project": 7}', '{"projetc": "x"}', '{"project": "nope"}'):
        answer = run("varlinkctl", "call", address(user), "org.hotreload.Status", wrong, user=user, check=False)
        assert answer.returncode != 0 and answer.stderr
    missing = run("varlinkctl", "call", address(user), "org.hotreload.Nothing", "{}", user=user, check=False)
    assert missing.returncode != 0


def test_the_socket_shows_a_service(up):
    answer = run("varlinkctl", "call", "--json=short", address("dev"), "org.hotreload.Status", '{"project": "demo"}', user="dev")
    (project,) = json.loads(answer.stdout)["projects"]
    assert project["services"][0]["mainPID"] == up.pids()["a"] and project["services"][0]["state"] == "running"


def test_another_user_s_socket_is_closed_to_others():
    systemctl("start", "hotreloadd.socket", user="dev")
    refused = run("varlinkctl", "info", address("dev"), user="nobody", check=False)
    assert refused.returncode != 0


def test_the_exit_status_tells_what_came_of_it(up):
    ctl = up.ctl

    def status(*words):
        return ctl(*words, check=False).returncode

    assert status("status") == 0 and status("reload", "demo") == 0 and status("check", up / "hotreload.toml") == 0
    assert status("reload", "nope") == 1 and status("up", "/usr") == 1 and status("check", "/usr") == 1
    assert status("relaod") == 2 and status("reload", "--frobnicate") == 2 and status("up", "/usr", "/usr") == 2
    up.write("x.conf", "1")
    up.toml(SLEEPER + 'watch = ["x.conf"]\nstrategy = "manual"\n')
    ctl("reload", "demo")
    up.write("x.conf", "2")
    assert status("reload", "demo") == 3 and status("status", "demo") == 3 and status("reload", "--force", "demo") == 0


def test_without_a_daemon_the_exit_status_is_5():
    systemctl("stop", "hotreloadd.service", "hotreloadd.socket", user="dev")
    systemctl("mask", "--runtime", "hotreloadd.service", user="dev")
    try:
        for words in (["status"], ["reload"], ["up", "/usr"], ["monitor"]):
            answer = Ctl("dev")(*words, check=False)
            assert answer.returncode == 5 and "hotreloadd" in answer.stderr, (words, answer)
    finally:
        systemctl("unmask", "--runtime", "hotreloadd.service", user="dev")
        systemctl("start", "hotreloadd.socket", user="dev")
    assert Ctl("dev")("status").returncode == 0


def test_another_user_s_instance_is_reached_through_the_machine(up):
    ctl = ["hotreloadctl", "--user", "--machine=dev@.host"]
    assert json.loads(run(*ctl, "status", "--json").stdout)[0]["project"] == "demo"
    assert run(*ctl, "up", ".", check=False).returncode == 2  # a path of here means nothing there


@pytest.mark.parametrize("where", ["--host=nowhere.invalid", "--machine=nosuch"])
def test_a_machine_that_is_not_reached_gives_5_and_is_named(where):
    answer = run("hotreloadctl", where, "status", check=False)
    assert answer.returncode == 5 and f"bus of {where.partition('=')[2]}" in answer.stderr, answer


def test_a_client_that_goes_away_in_the_middle_does_no_harm(up):
    for _ in range(20):
        process = run("timeout", "0.02", "hotreloadctl", "--user", "monitor", user="dev", check=False)
        assert process.returncode in (124, 0, 5)
    assert up["a"]["state"] == "running" and os.path.exists(f"/proc/{up.pids()['a']}")
