# SPDX-License-Identifier: LGPL-2.1-or-later
"""More editors and tools than test_writing.py has, links, mounts: one change, one action, the new content."""

import json
import os
import pty
import subprocess

import pytest
from harness import command_line, environment, eventually, run
from project import acted_on

TOML = """
[watch]
debounce = "100ms"
[services.a]
command = ["./worker", "a", "conf/a.conf"]
type = "notify"
reload_signal = "SIGHUP"
verify = "0"
watch = ["conf/**"]
"""


@pytest.fixture
def edited(demo):
    demo.write("conf/a.conf", "red")
    demo.toml(TOML)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def sh(project, script, **options):
    return run("sh", "-euc", script, user="dev", cwd=project.directory, **options)


def on_terminal(project, *command, keys=b""):
    """An editor wants a terminal: it gets one, and the keys as if typed."""
    main, terminal = pty.openpty()
    terminal_environment = {**environment("dev"), "TERM": "vt100"}
    process = subprocess.Popen(
        command_line(command, "dev"), cwd=project.directory, stdin=terminal, stdout=terminal, stderr=terminal, env=terminal_environment
    )
    os.close(terminal)
    if keys:
        os.read(main, 1)  # it has drawn something: it is ready for keys
        os.write(main, keys)
    while True:  # what it draws has to go somewhere
        try:
            if not os.read(main, 65536):
                break
        except OSError:
            break
    os.close(main)
    assert process.wait(15) == 0


def vim_in_place(project):
    on_terminal(project, "env", "TERM=vt100", "vim.tiny", "-N", "-u", "NONE", "-c", "set backupcopy=yes", "-c", "%s/.*/green/", "-c", "wq", "conf/a.conf")


def emacs(project):
    script = '(progn (find-file "conf/a.conf") (erase-buffer) (insert "green\\n") (save-buffer))'
    run("emacs", "--batch", "--no-init-file", "--eval", script, user="dev", cwd=project.directory, timeout=30)


def nano(project):
    on_terminal(project, "env", "TERM=vt100", "nano", "--ignorercfiles", "conf/a.conf", keys=b"\x0bgreen\x0f\r\x18")


def git(project):
    sh(project, """
        git init -q -b one . && git config user.email d@e && git config user.name d
        git add conf && git commit -qm one
        git checkout -qb two && echo green >conf/a.conf && git commit -qam two && git checkout -q one""")
    project.sync()
    project.before = len(project.log("a"))
    mark(project)
    sh(project, "git checkout -q two")


def mark(project):
    project.nothing_to_do(project.events)
    project.since = len(project.events.seen)


TOOLS = {
    "vim, in place": vim_in_place,
    "emacs": emacs,
    "nano": nano,
    "perl -i": lambda p: sh(p, "perl -pi -e s/red/green/ conf/a.conf"),
    "cp --remove-destination": lambda p: sh(p, "echo green >new && cp --remove-destination new conf/a.conf"),
    "install": lambda p: sh(p, "echo green >new && install -m 644 new conf/a.conf"),
    "dd": lambda p: sh(p, "echo green | dd of=conf/a.conf bs=2 status=none"),
    "dd, without truncation": lambda p: sh(p, "printf 'green\\n' | dd of=conf/a.conf conv=notrunc status=none"),
    "truncate and write": lambda p: sh(p, "truncate -s 0 conf/a.conf && echo green >>conf/a.conf"),
    "tar": lambda p: sh(p, "mkdir from && echo green >from/a.conf && tar -C from -cf t.tar a.conf && tar -C conf -xf t.tar"),
    "git checkout": git,
}


@pytest.mark.parametrize("tool", TOOLS)
def test_one_save_is_one_action(edited, tool):
    edited.before, edited.since = 1, 0
    TOOLS[tool](edited)
    eventually(lambda: edited.log("a")[-1] == "reload - green", "the new content")
    edited.sync()
    edited.nothing_to_do(edited.events)
    assert len(edited.log("a")) == edited.before + 1, edited.log("a")
    assert acted_on(edited.events, edited.since) == ["a"]


def test_a_link_that_is_changed_is_one_change(edited):
    sh(edited, "mkdir one two && printf red >one/a.conf && echo green >two/a.conf && rm conf/a.conf && ln -s ../one/a.conf conf/a.conf")
    edited.sync()
    assert edited.log("a") == ["start - red"]
    sh(edited, "ln -sfn ../two/a.conf conf/a.conf")
    eventually(lambda: edited.log("a")[-1] == "reload - green")
    edited.sync()
    assert len(edited.log("a")) == 2
    sh(edited, "echo blue >two/a.conf")  # behind the link
    eventually(lambda: edited.log("a")[-1] == "reload - blue")


def test_kubernetes_swaps_a_directory_again_and_again(demo):
    demo.toml(TOML.replace('watch = ["conf/**"]', 'watch = ["conf/a.conf"]'))
    sh(demo, "mkdir -p conf/..v0 && echo v0 >conf/..v0/a.conf && ln -s ..v0 conf/..data && ln -s ..data/a.conf conf/a.conf")
    demo.up()
    with demo.ctl.monitor() as events:
        for number in range(1, 4):
            sh(demo, f"""cd conf; mkdir ..v{number}; echo v{number} >..v{number}/a.conf
                         ln -s ..v{number} ..data_tmp; mv -T ..data_tmp ..data; rm -r ..v{number - 1}""")
            eventually(lambda: demo.log("a")[-1] == f"reload - v{number}")
            demo.sync()
            assert len(demo.log("a")) == number + 1
        demo.nothing_to_do(events)
        assert acted_on(events) == ["a"] * 3


def test_a_parent_that_is_renamed_and_replaced_is_followed(edited):
    sh(edited, "mkdir new && echo green >new/a.conf && mv conf old && mv new conf")
    eventually(lambda: edited.log("a")[-1] == "reload - green")
    sh(edited, "echo stale >old/a.conf")
    edited.sync()
    assert edited.log("a")[-1] == "reload - green"
    sh(edited, "echo blue >conf/a.conf")
    eventually(lambda: edited.log("a")[-1] == "reload - blue")


def test_a_mount_over_the_directory_and_its_end_are_seen(edited):
    run("mount", "-t", "tmpfs", "tmpfs", str(edited / "conf"))
    try:
        run("sh", "-c", "echo green >conf/a.conf", cwd=edited.directory)
        eventually(lambda: edited.log("a")[-1] == "reload - green")
        run("sh", "-c", "echo blue >conf/a.conf", cwd=edited.directory)
        eventually(lambda: edited.log("a")[-1] == "reload - blue")
    finally:
        run("umount", str(edited / "conf"))
    eventually(lambda: edited.log("a")[-1] == "reload - red")


def test_a_file_that_gets_another_name_is_told_as_renamed(edited):
    sh(edited, "mv conf/a.conf conf/b.conf")
    told = edited.events.wait_for("FileChanged")
    assert (told["kind"], told["path"], told["from"]) == ("renamed", str(edited / "conf/b.conf"), str(edited / "conf/a.conf"))
    edited.events.wait_for("ReloadFinished", result="applied")
    assert [e["kind"] for e in edited.events.seen if e["event"] == "FileChanged"] == ["renamed"]


def test_three_hundred_files_that_appear_at_once_are_one_burst(edited):
    sh(edited, "mkdir new && for i in $(seq 300); do echo $i >new/$i.conf; done && mv new conf/more")
    settled = edited.events.wait_for("FilesSettled")
    edited.events.wait_for("ReloadFinished", id=settled["id"], result="applied")
    edited.sync()
    assert len(settled["files"]) == 300 and settled["more"] == 0
    assert {each["kind"] for each in settled["files"]} == {"created"}
    assert [e["event"] for e in edited.events.seen].count("FilesSettled") == 1


def test_what_a_request_finds_is_told_with_its_id(edited):
    edited.edit('"100ms"', '"1h"')
    edited.sync()
    sh(edited, "echo green >conf/a.conf")
    asked = run("busctl", "--user", "--json=short", "call", "org.hotreload", "/org/hotreload", "org.hotreload.Manager1",
                "Reload", "sa{sv}", "demo", "0", user="dev")  # fmt: skip
    (id,) = json.loads(asked.stdout)["data"]
    settled = edited.events.wait_for("FilesSettled", id=id)
    assert [each["path"] for each in settled["files"]] == [str(edited / "conf/a.conf")]
    edited.events.wait_for("ReloadFinished", id=id)


def test_a_fifo_that_takes_a_file_s_place_stops_nothing(edited):
    sh(edited, "echo x >conf/b.toml")
    edited.ctl("sync", timeout=30)
    sh(edited, "rm conf/b.toml && mkfifo conf/b.toml")
    edited.ctl("sync", timeout=30)
    sh(edited, "rm conf/b.toml && echo green >conf/a.conf")
    eventually(lambda: edited.log("a")[-1] == "reload - green")
