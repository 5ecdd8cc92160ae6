# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault matrix: a project with a service for each strategy, what is done to them, and what has to
be so after each fault: the services serve, one generation each, the state is what is on disk or the
last valid one, and no unit, view, mount or socket is left over.

All cases of a module have one running project. One that fails takes it down, and the next has a new
one."""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from clients import ask
from fault_points import Point
from harness import DEADLINE, MANAGERS, built, command_line, environment, eventually, run, systemctl, unit_property
from project import Project

PORT, EXTRA_PORT, OTHER_PORT = 18180, 18181, 18182
FAULT = "/home/dev/fault"
WORKER = Path("/usr/local/bin/worker-with-faults")
DROP_IN = Path("/etc/systemd/user/hotreloadd.service.d/faults.conf")
VIEWS = Path("/run/user/1000/hotreload/views")

TOML = f"""
[services.swapped]
command = ["./server", "swapped.conf"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
env = {{ NAME = "one" }}
verify = "0s"
drain = "2s"
validate = ["/bin/true"]
watch = ["swapped.conf"]
[services.restarted]
command = ["./worker", "restarted", "restarted.conf"]
type = "notify"
verify = "0s"
validate = ["/bin/true"]
[[services.restarted.watch]]
files = ["restarted.conf"]
[services.reloaded]
command = ["./worker", "reloaded", "reloaded.conf"]
type = "notify"
reload_signal = "SIGHUP"
validate = ["/bin/true"]
watch = ["reloaded.conf"]
[services.pinned]
command = ["./worker", "pinned", "pin/pinned.conf"]
type = "notify"
reload = ["/bin/sh", "-c", "! grep die pin/pinned.conf && kill -HUP $MAINPID"]
[[services.pinned.watch]]
files = ["pin/pinned.conf"]
pin = true
[services.installed]
unit = "matrix.service"
verify = "0s"
[[services.installed.watch]]
files = ["installed/installed.conf"]
pin = true # installed
[services.tuned]
command = ["./worker", "tuned"]
type = "notify"
properties = {{ TasksMax = 100 }}
"""
INSTALLED = Path("/home/dev/.config/systemd/user/matrix.service")
UNIT = """[Service]
Type=notify
WorkingDirectory={0}
ExecStart={0}/worker installed installed/installed.conf
ExecReload=kill -HUP $MAINPID
"""
EXTRA = f"""
[services.extra]
command = ["./server", "add/extra.conf"]
type = "notify"
ports = ["127.0.0.1:{EXTRA_PORT}"]
verify = "0s"
drain = "2s"
[[services.extra.watch]]
files = ["add/extra.conf"]
pin = true
"""


class Matrix(Project):
    """A project with a service for each strategy. `has`: what each of them is to have; `words` that
    no file has held before."""

    def __init__(self, directory):
        super().__init__(directory)
        self.words = (f"w{number}" for number in range(1, 10_000))
        self.has = {name: next(self.words) for name in (*FILES, "tuned")}
        self.limit = 100
        self.extra_runs = False
        self.shows_installed = True
        self.more_ports: dict[str, int] = {}
        self.everywhere = False  # the swapped one listens on all addresses
        self.streams = None  # of the daemon, while it has nothing to do
        self.kept: dict[str, int] = {}  # whom the case is not to disturb
        self.calls: list[subprocess.Popen] = []
        self.program("server")
        for name, file in FILES.items():
            self.write(file, self.has[name])
        INSTALLED.parent.mkdir(parents=True, exist_ok=True)
        INSTALLED.write_text(UNIT.format(self.directory))
        systemctl("daemon-reload", user="dev")
        systemctl("restart", INSTALLED.name, user="dev")
        self.write_toml()
        self.up()

    def remove(self):
        super().remove()
        systemctl("stop", INSTALLED.name, user="dev")
        INSTALLED.unlink()
        systemctl("daemon-reload", user="dev")

    def write_toml(self, extra=False):
        self.toml(self.toml_text(extra))

    def toml_text(self, extra) -> str:
        text = TOML if self.shows_installed else TOML.replace("pin = true # installed", "")
        text = text.replace("TasksMax = 100", f"TasksMax = {self.limit}") + (EXTRA if extra else "")
        if self.everywhere:
            text = text.replace(f'"127.0.0.1:{PORT}"', f'"{PORT}"')
        for service, port in self.more_ports.items():
            if service == "swapped":
                text = text.replace(f'127.0.0.1:{PORT}"]', f'127.0.0.1:{PORT}", "127.0.0.1:{port}"]')
            else:
                text = text.replace(f"[services.{service}]", f'[services.{service}]\nports = ["127.0.0.1:{port}"]')
        return text

    def call(self, *words):
        """Does not wait: the daemon may be dead, or stand still, before it answers."""
        self.calls.append(subprocess.Popen(command_line(self.ctl.command(*words), self.user), env=environment(self.user),
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def answered(self):
        while self.calls:
            self.calls.pop().wait(DEADLINE)

    def content(self, service: str) -> str:
        """What the service that runs has read."""
        if service in SERVERS:
            try:
                return ask(SERVERS[service])[2]
            except ConnectionError:
                return "nobody listens"
        return self.log(service)[-1].split(" ", 2)[2]

    def is_there(self, service: str) -> bool:
        there = self.services().get(service)
        return bool(there) and there["active_state"] == "active"


FILES = {"swapped": "swapped.conf", "restarted": "restarted.conf", "reloaded": "reloaded.conf", "pinned": "pin/pinned.conf",
         "installed": "installed/installed.conf", "extra": "add/extra.conf"}
SERVERS = {"swapped": PORT, "extra": EXTRA_PORT}


class Change:
    """Of a watched file."""

    def __init__(self, service):
        self.service = service

    def prepare(self, app):
        pass

    def act(self, app):
        self.before = app.has[self.service]
        app.has[self.service] = next(app.words)
        app.write(FILES[self.service], app.has[self.service])

    def take_back(self, app):
        app.has[self.service] = self.before
        app.write(FILES[self.service], self.before)

    def go_on(self, app):
        self.act(app)

    def ask_again(self, app):
        """For what was refused: it is not tried again by itself."""
        app.ctl("reload", "demo")


class Tune(Change):
    """Of a property of the running unit."""

    def act(self, app):
        app.limit += 1
        app.write_toml(app.extra_runs)

    def take_back(self, app):
        app.limit -= 1
        app.write_toml(app.extra_runs)


class Show(Change):
    """Of whether the installed unit is pinned."""

    def __init__(self, shows: bool):
        super().__init__("installed")
        self.shows = shows

    def prepare(self, app):
        if app.shows_installed == self.shows:
            self.act(app)
            settle(app)

    def act(self, app):
        app.shows_installed = not app.shows_installed
        app.write_toml(app.extra_runs)

    take_back = act


class Add(Change):
    """Of a service, to the project file."""

    def __init__(self):
        super().__init__("extra")

    def prepare(self, app):
        if (app / "hotreload.toml").read_text().count("extra") or app.extra_runs:
            self.go_on(app)
            settle(app)

    def act(self, app):
        app.write_toml(extra=True)
        app.extra_runs = True

    def go_on(self, app):
        app.write_toml(extra=False)
        app.extra_runs = False

    take_back = go_on


class Remove(Add):
    """Of the service."""

    def prepare(self, app):
        if not app.extra_runs:
            Add.act(self, app)
            app.sync()
            app.ctl("start", "demo/extra")
            settle(app)

    def act(self, app):
        Add.go_on(self, app)

    def go_on(self, app):
        Add.act(self, app)

    take_back = go_on


class Start(Add):
    """By request."""

    def prepare(self, app):
        Remove.prepare(self, app)
        self.go_on(app)
        settle(app)

    def act(self, app):
        app.call("start", "demo/extra")
        app.extra_runs = None  # yes or no: the caller may have been told that it failed

    def go_on(self, app):
        app.ctl("stop", "demo/extra")
        app.extra_runs = False

    def ask_again(self, app):
        app.ctl("start", "demo/extra")
        app.extra_runs = True


class Stop(Add):
    """By request. What was begun is done."""

    def prepare(self, app):
        Remove.prepare(self, app)

    def act(self, app):
        app.call("stop", "demo/extra")
        app.extra_runs = False

    def go_on(self, app):
        app.ctl("start", "demo/extra")
        app.extra_runs = True

    def ask_again(self, app):
        app.ctl("stop", "demo/extra")


class Break(Change):
    """Of the project file, such that the service does not start."""

    def __init__(self, service, old, new):
        super().__init__(service)
        self.old, self.new = old, new

    def prepare(self, app):
        if self.service == "extra" and app.extra_runs:
            Add.go_on(self, app)
            settle(app)

    def act(self, app):
        if self.service == "extra":
            app.write_toml(extra=True)
        app.edit(self.old, self.new)

    def go_on(self, app):
        app.write_toml(app.extra_runs)


class BreakMoved(Break):
    """The same, and a port moves to where the old one has to be closed first."""

    def act(self, app):
        app.everywhere = not app.everywhere
        text = app.toml_text(app.extra_runs)
        app.everywhere = not app.everywhere
        app.toml(text.replace(self.old, self.new))


class BreakPinned(Change):
    """Of a file, such that its reader refuses it."""

    def act(self, app):
        app.write(FILES[self.service], "die")

    def go_on(self, app):
        app.write(FILES[self.service], app.has[self.service])


class Open(Change):
    """Of the ports of a service: one more, or one less."""

    def act(self, app):
        app.more_ports = {} if app.more_ports else {self.service: OTHER_PORT}
        app.write_toml(app.extra_runs)


class Move(Change):
    """Of the address of a port, such that the old one has to be closed first."""

    def act(self, app):
        app.everywhere = not app.everywhere
        app.write_toml(app.extra_runs)

    take_back = act


ALL = [Point.validated, Point.prepared, Point.reserved, Point.applied, Point.ready, Point.proven, Point.committed, Point.finished]
ACTIONS = {
    "swap": (Change("swapped"), [*ALL, Point.drained]),
    "restart": (Change("restarted"), [*ALL, Point.old_stopped]),
    "move": (Move("swapped"), [*ALL, Point.old_stopped, Point.ports_closed]),
    "reload": (Change("reloaded"), ALL),
    "pinned reload": (Change("pinned"), ALL),
    "installed reload": (Change("installed"), ALL),
    "installed pin": (Show(True), ALL),
    "installed unpin": (Show(False), [Point.reserved, Point.applied, Point.committed]),
    "live": (Tune("tuned"), ALL),
    "start": (Add(), ALL),
    "stop": (Remove(), ALL),
    "start by request": (Start(), ALL),
    "stop by request": (Stop(), [Point.stop_recorded, Point.stopped, Point.discarded]),
}
STEPS = [(action, point) for action, (_, points) in ACTIONS.items() for point in points]


@pytest.fixture(scope="module")
def faulty():
    """The daemon of dev's is the one with fault points, and so is its worker, which gets no environment."""
    for program in ("src/daemon/hotreloadd-faults", "src/worker/hotreload-worker-faults"):
        run("install", built(program), f"/usr/local/bin/{Path(program).name}")
    WORKER.write_text(f"#!/bin/sh\nHOTRELOAD_FAULT={FAULT} exec /usr/local/bin/hotreload-worker-faults\n")
    WORKER.chmod(0o755)
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text(f"[Service]\nExecStart=\nExecStart=/usr/local/bin/hotreloadd-faults --user\n"
                       f"Environment=HOTRELOAD_FAULT={FAULT} HOTRELOAD_WORKER={WORKER}\n")
    systemctl("daemon-reload", user="dev")
    systemctl("try-restart", "hotreloadd", user="dev")
    yield
    DROP_IN.unlink()
    systemctl("daemon-reload", user="dev")
    systemctl("try-restart", "hotreloadd", user="dev")


@pytest.fixture(scope="module")
def shared(faulty):
    """Of the module: the project that runs, if there is one."""
    running = []
    yield running
    for app in running:
        app.remove()


@pytest.fixture
def app(shared, request):
    if not shared:
        directory = tempfile.mkdtemp(prefix="project-", dir="/home/dev")
        shutil.chown(directory, "dev", "dev")
        shared.append(Matrix(directory))
    app = shared[0]
    failed = request.session.testsfailed
    yield app
    Path(FAULT).unlink(missing_ok=True)
    if request.session.testsfailed > failed:
        shared.pop()
        for call in app.calls:
            call.kill()
        if pid := int(daemon_pid()):
            os.kill(pid, signal.SIGCONT)
        app.remove()


def daemon_pid() -> str:
    return unit_property("hotreloadd.service", "MainPID", user="dev")


def stopped_worker() -> int | None:
    """The one of the daemon's workers that has stopped itself."""
    for pid in Path(f"/proc/{daemon_pid()}/task/{daemon_pid()}/children").read_text().split():
        if "(hotreload-worke) T" in Path(f"/proc/{pid}/stat").read_text():
            return int(pid)
    return None


def other_daemon(than: str):
    eventually(lambda: daemon_pid() not in ("0", than), "another daemon")


def arm(place: str, what: str):
    """It is to happen at that point: see faults.cpp."""
    Path(FAULT).write_text(f"{place} {what}\n")
    os.chown(FAULT, 1000, 1000)


def strike(app, action, what: str, place: str) -> str:
    """Until it has happened. The PID of the daemon that it happened to."""
    action.prepare(app)
    app.kept = {name: pid for name, pid in app.pids().items()
                if name != action.service and (name != "extra" or app.extra_runs)}
    pid = daemon_pid()
    arm(place, what)
    action.act(app)
    eventually(lambda: not Path(FAULT).exists(), "the fault")
    return pid


def views_seen(service) -> set[str]:
    return set(re.findall("/views/([^/ ]+)/", Path(f"/proc/{service['main_pid']}/mountinfo").read_text()))


def is_as_wanted(app) -> bool:
    services = app.services()
    if app.extra_runs is None:
        app.extra_runs = services["extra"]["active_state"] == "active"
    runs = {name for name, each in services.items() if each["active_state"] == "active"}
    return (runs == {name for name in app.has if name != "extra" or app.extra_runs}
            and all(each["draining"] == [] for each in services.values())
            and all(app.content(name) == app.has[name] for name in runs if name in FILES)
            and bool(views_seen(services["installed"])) == app.shows_installed
            and unit_property(services["tuned"]["unit"], "TasksMax", user="dev") == str(app.limit))


def settle(app):
    app.answered()
    app.sync()
    try:
        eventually(lambda: is_as_wanted(app))
    except AssertionError:
        raise AssertionError(f"not as it is to be ({app.has}, extra: {app.extra_runs}): {app.status()}") from None


def table(protocol: str, column: int) -> dict[str, list[str]]:
    """The sockets that there are, by what a link in /proc/PID/fd says of them."""
    rows = [line.split() for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]]
    return {f"socket:[{row[column]}]": row for row in rows}


def open_streams(opened: list[str]) -> int:
    """Not the one that a daemon writes its log to: it opens that with the first word."""
    unix = table("unix", 6)
    return sum(each in unix and unix[each][4] == "0001" for each in opened)


def left_over(app) -> list[str]:
    """What is there and should not be, or the other way round."""
    services = app.services()
    units = {name: services[name]["unit"] for name in app.has if name != "extra" or app.extra_runs}
    ports = [f"demo.swapped.{PORT}", *(f"demo.{name}.{port}" for name, port in app.more_ports.items())]
    if app.extra_runs:
        ports.append(f"demo.extra.{EXTRA_PORT}")
    manager = MANAGERS["dev"]
    stored = [each[0] for each in manager.call("DumpUnitFileDescriptorStore", "s", "hotreloadd.service")]
    listed = [unit.name for unit in manager.units("hotreload-demo.*.service")]
    pid = daemon_pid()
    opened = [os.readlink(link) for link in glob.glob(f"/proc/{pid}/fd/*") if os.path.islink(link)]
    streams = open_streams(opened)
    if app.streams is None:
        app.streams = streams
    views = {name: unit for name, unit in units.items() if name in ("pinned", "extra")}
    if app.shows_installed:
        views["installed"] = json.loads((app.state / "services/demo/installed.json").read_text())["view"]
    seen = {name: views_seen(services[name]) for name in (*views, "installed")}
    own = [unit for unit in units.values() if unit != INSTALLED.name]
    facts = {
        "units": (sorted(listed), sorted(own)),
        "stored sockets": (sorted(name for name in stored if name.startswith("demo.")), sorted(ports)),
        "sockets that the daemon listens on": ([len(table(each, 9).keys() & set(opened)) for each in ("tcp", "tcp6")],
                                               [len(ports) - app.everywhere, app.everywhere]),
        "other sockets of the daemon": (streams, app.streams),
        "views": (sorted(name for name in os.listdir(VIEWS)), sorted(views.values())),
        "views that services see": (seen, {"installed": set()} | {name: {view} for name, view in views.items()}),
        "views that the daemon has open": ([each for each in opened if "/hotreload/views/" in each], []),
        "views mounted for others": ([who for who in (pid, "1", "self")
                                      if "/hotreload/views" in Path(f"/proc/{who}/mountinfo").read_text()], []),
        "records": (on_record(app, units), units),
        "copies": (not_kept(app, units), []),
    }
    return [f"{what}: {found}, not {wanted}" for what, (found, wanted) in facts.items() if found != wanted]


def on_record(app, units) -> dict:
    """The units that the disk knows of services that run. A record that is underway, or without its
    generation in the history, is none."""
    found = {}
    for name in units:
        record = json.loads((app.state / f"services/demo/{name}.json").read_text())
        found[name] = record["unit"] if not record.get("underway") else "underway"
        if f'"generation":{record["generation"]},' not in (app.state / f"services/demo/{name}.history.json").read_text():
            found[name] = "not in the history"
    for path in (app.state / "services/demo").iterdir():
        name = path.name.split(".")[0]
        stopped = f"[services.{name}]" in (app / "hotreload.toml").read_text()
        if path.name.startswith(".") or (name not in units and not stopped):
            found[path.name] = "left"
    return found


def not_kept(app, units) -> list[str]:
    """Watched files whose applied content the disk has no copy of, or whose copy no index names: it would go with
    the daemon."""
    shelf = app.state / "contents/demo"
    index = json.loads((shelf / "index.json").read_text())["files"]
    applied = {path: id for name in units
               for path, id in json.loads((app.state / f"services/demo/{name}.json").read_text()).get("files", {}).items()}
    return [path for path, id in applied.items() if id not in index.get(path, []) or not (shelf / id).exists()]


def all_is_well(app, action):
    settle(app)
    problems = []
    def nothing_left_over():
        problems[:] = left_over(app)
        return not problems
    try:
        eventually(nothing_left_over)
    except AssertionError:
        raise AssertionError("\n".join(problems)) from None
    pids = app.pids()
    assert {name: pids[name] for name in app.kept} == app.kept, "nobody else was disturbed"
    # It is in order from here on.
    action.go_on(app)
    settle(app)


def print_count(capsys, cases):
    with capsys.disabled():
        print(f"\nfault matrix: {sum(map(len, cases.values()))} cases:")
        for what, each in cases.items():
            names = [case[0] if isinstance(case, tuple) else str(case) for case in each]
            print(f"  {len(names)} {what}:", ", ".join(f"{name} {names.count(name)}" for name in dict.fromkeys(names)))
