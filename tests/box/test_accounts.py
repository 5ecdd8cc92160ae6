# SPDX-License-Identifier: LGPL-2.1-or-later
"""Users that a directory server knows, while it hangs."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from harness import built, command_line, environment, eventually, run, save, unit_property
from project import Project

SWITCH = Path("/etc/nsswitch.conf")
MODULE = Path("/usr/local/lib/libnss_slow.so.2")
FIFO = Path("/run/slow-nss")  # until somebody opens it for writing, the server hangs


@pytest.fixture
def server(system_ctl):
    """A name service that knows "faraway", and hangs."""
    before = SWITCH.read_text()
    MODULE.write_bytes(built("tests/box/programs/libnss_slow.so").read_bytes())
    run("ldconfig")
    os.mkfifo(FIFO)
    save(SWITCH, "\n".join(f"{line} slow" if line.startswith("passwd:") else line for line in before.splitlines()) + "\n")
    yield
    save(SWITCH, before)
    if FIFO.exists():
        let_go()
    MODULE.unlink()
    run("ldconfig")


def let_go():
    writer = os.open(FIFO, os.O_RDWR)
    FIFO.unlink()
    os.close(writer)


def hanging() -> list[str]:
    """The threads of the daemon that the server lets wait."""
    pid = unit_property("hotreloadd.service", "MainPID")
    waits = lambda thread: (thread / "wchan").read_text() in ("wait_for_partner", "fifo_open")
    return [thread.name for thread in Path(f"/proc/{pid}/task").iterdir() if waits(thread)]


@pytest.fixture
def rooted(system_ctl):
    """A project of root's, to be named and written."""
    made = []

    def rooted(name, user):
        path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/srv"))
        path.chmod(0o755)
        project = Project(path, user=None, name=name)
        project.toml(
            f'[services.app]\ncommand = ["/usr/bin/sleep", "infinity"]\nuser = "{user}"\nstrategy = "restart"\nverify = "0"\n'
        )
        made.append(project)
        return project

    yield rooted
    for project in made:
        project.remove()


def test_a_directory_server_that_hangs_is_in_no_other_projects_way(server, rooted):
    near, far = rooted("near", "dev"), rooted("far", "faraway")
    near.up()
    calling = subprocess.Popen(
        command_line(["hotreloadctl", "up", "--detach", str(far.directory)], None),
        env=environment(None), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    eventually(hanging, "a look-up that hangs")
    before = near.pids()
    near.edit('verify = "0"', 'verify = "0"\nenv = { A = "1" }')
    near.sync()
    assert near.pids() != before and near.status()["state"] == "running"
    said, _ = calling.communicate(timeout=60)
    assert calling.returncode != 0 and 'user "faraway" could not be looked up within 5s' in said
    assert len(hanging()) == 1, "one look-up for all who ask"
    let_go()
    eventually(lambda: not hanging(), "the server's answer")
    far.up()
    assert far.property("app", "User") == "faraway"
