# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real file system whose changes come from elsewhere: a directory seen through FUSE, changed behind it."""

import os

import pytest
from harness import eventually, run
from project import acted_on

TOML = """
[services.a]
command = ["./worker", "a", "conf/a.conf"]
type = "notify"
reload_signal = "SIGHUP"
verify = "0"
watch = ["conf/**"]
"""


def need_fuse():
    """A container has the device where its host has it, see dev/box."""
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        pytest.skip(f"/dev/fuse cannot be had here: {error.strerror}")


@pytest.fixture
def remote(demo):
    """Running, with conf on FUSE; what is in it lies in `behind`."""
    need_fuse()
    demo.write("behind/a.conf", "red")
    (demo / "conf").mkdir()
    demo.own(demo / "conf")
    run("bindfs", "-o", "allow_other", demo / "behind", demo / "conf")
    try:
        demo.toml(TOML)
        demo.up()
        with demo.ctl.monitor() as events:
            demo.events = events
            yield demo
        demo.down()
    finally:
        run("umount", "--lazy", demo / "conf", check=False)


def applied(project, text):
    assert project.events.wait_for("ReloadFinished", result=lambda result: result != "unchanged")["result"] == "applied"
    eventually(lambda: project.log("a")[-1] == text, text)


def test_files_on_fuse_are_polled_and_it_is_said(remote):
    why = f"inotify does not see changes on FUSE ({remote / 'conf'})"
    assert remote["a"]["watching"] == f"polling: {why}"
    assert why in remote.ctl("status", "demo").stdout


def test_a_change_behind_fuse_is_found_and_applied_once(remote):
    assert remote.log("a") == ["start - red"]
    for number, text in enumerate(("green", "grey", "blue"), start=1):
        remote.write("behind/a.conf", text)
        applied(remote, f"reload - {text}")
        remote.nothing_to_do(remote.events)
        assert acted_on(remote.events) == ["a"] * number
    assert str(remote / "conf/a.conf") not in remote.ctl("debug", "events").stdout, "inotify has seen nothing of it"


def test_files_that_come_and_go_behind_fuse_are_found(remote):
    remote.write("behind/deep/er/b.conf", "new")
    told = remote.events.wait_for("FileChanged", path=str(remote / "conf/deep/er/b.conf"))
    assert told["kind"] == "created"
    applied(remote, "reload - red")
    run("rm", "-r", remote / "behind/deep")
    told = remote.events.wait_for("FileChanged", path=str(remote / "conf/deep/er/b.conf"))
    assert told["kind"] == "deleted"
    remote.nothing_to_do(remote.events)
    assert acted_on(remote.events) == ["a", "a"]


def test_the_end_of_the_mount_is_seen_and_the_directory_below_is_watched(remote):
    assert remote["a"]["watching"].startswith("polling")
    run("umount", remote / "conf")
    told = remote.events.wait_for("FileChanged", path=str(remote / "conf/a.conf"))
    assert told["kind"] == "deleted"
    applied(remote, "reload - ")
    eventually(lambda: remote["a"]["watching"] == "watching", "the end of polling")
    remote.write("conf/a.conf", "green")
    applied(remote, "reload - green")
