# SPDX-License-Identifier: LGPL-2.1-or-later
"""What box tests are written with. They run as root in a booted box; `user="dev"` acts as its
ordinary user, on its session bus. Every wait has a deadline, and none is a sleep."""

import fnmatch
import functools
import json
import os
import pwd
import queue
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import contract
from managers import Manager
from systemd import journal

DEADLINE = 15.0 * float(os.environ.get("HOTRELOAD_TEST_PATIENCE", "1"))
if os.environ.get("HOTRELOAD_SANITIZED"):
    DEADLINE *= 4

CRASHES = {getattr(signal, f"SIG{name}") for name in "ABRT BUS FPE ILL SEGV SYS TRAP".split()}
SANITIZER_LOGS = Path("/var/log/sanitizer")
PROCESS_EXITED = "98e322203f7a4ed290d09fe03c09fe15"  # sd-messages.h, UNIT_PROCESS_EXIT


account = functools.cache(pwd.getpwnam)


def environment(user: str | None) -> dict[str, str]:
    """The environment of a command of the user's: ours, or what the user's session has."""
    if not user:
        return dict(os.environ)
    entry = account(user)
    run = f"/run/user/{entry.pw_uid}"
    return {
        **os.environ,
        "HOME": entry.pw_dir,
        "USER": user,
        "LOGNAME": user,
        "XDG_RUNTIME_DIR": run,
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={run}/bus",
    }


def command_line(command, user: str | None) -> list[str]:
    """With environment(user), runs the command as the user."""
    command = [str(word) for word in command]
    if not user:
        return command
    entry = account(user)
    # runuser would stay as a parent, and take two seconds to pass a SIGTERM on. Numbers stand
    # here, as names are looked up in half a dozen libraries.
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--", *command]


def run(*command, user: str | None = None, check=True, timeout=DEADLINE, **options):
    """Runs a command to its end, with its output as text. A crash of it fails in any case."""
    options.setdefault("capture_output", True)
    options.setdefault("env", environment(user))
    done = subprocess.run(command_line(command, user), text=True, timeout=timeout, **options)
    crashed = -done.returncode in CRASHES
    if crashed or (check and done.returncode != 0):
        raise AssertionError(
            f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done


def systemctl(*words, user: str | None = None, **options):
    return run("systemctl", *(["--user"] if user else []), *words, user=user, **options)


MANAGERS = {user: Manager(user) for user in (None, "dev")}


def unit_property(unit: str, name: str, user: str | None = None) -> str:
    return MANAGERS[user].property(unit if "." in unit else f"{unit}.service", name)


def eventually(check, what="the condition", deadline=DEADLINE):
    """The first true result of check(). For states that send no event; else use a Monitor."""
    end = time.monotonic() + deadline
    while not (result := check()):
        assert time.monotonic() < end, f"{what} did not come true in {deadline:g} s"
        time.sleep(0.02)
    return result


@functools.cache
def built(path: str) -> Path:
    """What was built under that name: in the tree that dev/test tests, else in the newest."""
    trees = [*Path("/src/build").glob("*"), *Path("/src/build/package/hotreload").glob("obj-*")]
    if tested := os.environ.get("HOTRELOAD_BUILD"):
        trees = [Path(tested)]
    return max((tree / path for tree in trees if (tree / path).exists()), key=os.path.getmtime)


def save(path, text: str, user: str | None = None):
    """Saves a file as an editor does: whole, under its name, in one step."""
    path = Path(path)
    scratch = path.with_name(f".{path.name}.saving")
    scratch.write_text(text)
    if path.exists():
        scratch.chmod(path.stat().st_mode & 0o7777)
    if user:
        entry = account(user)
        os.chown(scratch, entry.pw_uid, entry.pw_gid)
    scratch.rename(path)


class Ctl:
    """hotreloadctl of one instance: ctl("reload", "shop") gives status, stdout and stderr;
    ctl.json("status") the parsed answer, a list when there are several lines of it."""

    def __init__(self, user: str | None = None):
        self.user = user
        self.instance = "--user" if user else "--system"

    def command(self, *words):
        return ["hotreloadctl", self.instance, *words]

    def __call__(self, *words, check=True, **options):
        return run(*self.command(*words), user=self.user, check=check, **options)

    def json(self, *words, check=True, **options):
        text = self("--json=short", *words, check=check, **options).stdout
        contract.check_command(words, text)
        values = [json.loads(line) for line in text.splitlines() if line]
        return values[0] if len(values) == 1 else values

    def monitor(self) -> "Monitor":
        return Monitor(self.command("--json=short", "monitor"), user=self.user, schema="monitor")


class Monitor:
    """The events of an instance, from the moment that it is made until it is closed.

        with ctl.monitor() as events:
            save(file, text)
            events.wait_for("ReloadFinished", result="applied")
    """

    def __init__(self, command, user: str | None = None, schema: str | None = None):
        self.seen: list[dict] = []
        self._schema = schema
        self._lines: queue.Queue = queue.Queue()
        self._process = subprocess.Popen(
            command_line(command, user), env=environment(user), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for("Ready")

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, event: str, deadline=DEADLINE, **fields) -> dict:
        """The next event of that name with those fields, after the one that was waited for last.
        A field may be a function of its value."""
        end = time.monotonic() + deadline
        wanted = {"event": event, **fields}
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(self._missing(wanted, f"not in {deadline:g} s")) from None
            if line is None:
                errors = self._process.stderr.read()
                raise AssertionError(self._missing(wanted, f"the monitor ended: {errors}"))
            if self._schema:
                contract.check(self._schema, line.strip())
            self.seen.append(json.loads(line))
            if matches(self.seen[-1], wanted):
                return self.seen[-1]

    def _missing(self, wanted, why) -> str:
        seen = "\n".join(f"  {event}" for event in self.seen)
        return f"no event {wanted}: {why}; seen:\n{seen}"

    def close(self):
        self._process.terminate()
        self._process.wait(DEADLINE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def matches(event: dict, wanted: dict) -> bool:
    return all(
        name in event and (value(event[name]) if callable(value) else event[name] == value)
        for name, value in wanted.items()
    )


class Guard:
    """Looks, after each test, for what no test may leave behind: a crash, a sanitizer's report, a
    failed unit, a unit that is still reloading. A test that means to has to say so first."""

    def __init__(self):
        self._crashes: list[str] = []
        self._failures: list[str] = []
        self._reports = self._sanitizer_reports()
        self._begin = time.time()

    def expect_crash(self, unit_pattern: str):
        self._crashes.append(unit_pattern)

    def expect_failed(self, unit_pattern: str):
        self._failures.append(unit_pattern)

    def problems(self) -> list[str]:
        return [
            *self._crashed(),
            *(report.read_text() for report in self._sanitizer_reports() - self._reports),
            *self._bad_units(None),
            *self._bad_units("dev"),
        ]

    def journal_text(self) -> str:
        sync_journal()
        return run("journalctl", f"--since=@{self._begin:.6f}", "--output=short-precise", "--lines=100").stdout

    def _crashed(self):
        sync_journal()
        exits = journal.Reader()
        exits.add_match(MESSAGE_ID=PROCESS_EXITED)
        exits.seek_realtime(self._begin)
        for entry in exits:
            unit = entry.get("USER_UNIT") or entry.get("UNIT", "?")
            number = int(entry.get("EXIT_STATUS", 0))
            if entry.get("EXIT_CODE") in ("killed", "dumped") and number in CRASHES:
                if not excused(unit, self._crashes):
                    trace = run("coredumpctl", "info", "--no-pager", f"--since=@{self._begin:.0f}", check=False).stdout
                    yield f"{unit}: {entry['COMMAND']} died of {signal.Signals(number).name}\n{trace}"

    def _bad_units(self, user):
        for unit in MANAGERS[user].units(states=["failed", "reloading", "refreshing"]):
            if unit.active == "failed" and not excused(unit.name, self._failures):
                yield f"{unit.name}: left behind failed"
            if unit.active != "failed":
                yield f"{unit.name}: stuck in {unit.sub}"

    def _sanitizer_reports(self) -> set[Path]:
        return set(SANITIZER_LOGS.iterdir()) if SANITIZER_LOGS.is_dir() else set()

    def clean_up(self):
        """The next test starts without this one's failures."""
        for manager in MANAGERS.values():
            manager.call("ResetFailed")


def sync_journal():
    """All that was written to the journal before can be read."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE)
        connection.connect("/run/systemd/journal/io.systemd.journal")
        connection.sendall(b'{"method":"io.systemd.Journal.Synchronize"}\0')
        answer = connection.recv(4096)
        assert b"error" not in answer, answer


def excused(unit: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(unit, pattern) for pattern in patterns)


class write_sysctl:
    """A kernel setting for the time of a with block."""

    def __init__(self, name: str, value):
        self._path = Path("/proc/sys") / name.replace(".", "/")
        self._value = value

    def __enter__(self):
        if not os.access(self._path, os.W_OK) or run("sh", "-c", f"cat {self._path} | tee {self._path}", check=False).returncode:
            run("mount", "-o", "remount,rw,bind", "/proc/sys")  # a container has it read-only
        self._before = self._path.read_text()
        self._path.write_text(str(self._value))

    def __exit__(self, *_):
        self._path.write_text(self._before)
