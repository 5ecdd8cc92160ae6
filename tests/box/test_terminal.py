# SPDX-License-Identifier: LGPL-2.1-or-later
"""hotreloadctl at a terminal, in a pipe, and with what others wrote in what it shows."""

import os
import pty
import signal
import subprocess

import pytest
from harness import command_line, environment, eventually, run, sync_journal

# Says something at its start, and then what it is told to.
TALKER = r"""
[services.talker]
command = ["/bin/sh", "-c", 'printf "\033[2J\033[31mred\033[0m \377\n"; while read line <fifos/say; do echo "$line"; done']
verify = "0s"
"""


@pytest.fixture
def talker(demo):
    demo.say = demo.fifo("fifos/say")
    demo.toml(TALKER)
    yield demo


def projects(demo) -> list[str]:
    return [each["project"] for each in demo.ctl.json("status", check=False) or []]


def followed(demo, **options) -> subprocess.Popen:
    """`up --stop`, when it has printed its first line."""
    process = subprocess.Popen(command_line(demo.ctl.command("up", "--stop", str(demo.directory)), "dev"),
                               env=environment("dev"), stdout=subprocess.PIPE, **options)
    assert process.stdout.readline()
    return process


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda end: end.name)
def test_up_stop_takes_the_project_down_whatever_ends_it(talker, end):
    process = followed(talker)
    assert projects(talker) == ["demo"]
    process.send_signal(end)
    assert "demo: down" in process.communicate()[0].decode()
    assert process.returncode == 0
    assert projects(talker) == []


def test_up_stop_takes_the_project_down_when_nobody_reads_it_any_more(talker):
    process = followed(talker, stderr=subprocess.PIPE)
    process.stdout.close()
    talker.say.write_text("on and on\n")
    assert process.stderr.read() == b"" and process.wait() == 0  # whoever read had what they wanted
    assert projects(talker) == []


def test_what_a_program_prints_does_not_reach_the_terminal_raw(talker):
    talker.up()
    def shown(*options):
        sync_journal()
        return talker.ctl(*options, "logs", "demo/talker").stdout
    eventually(lambda: "red" in shown(), "its first line")
    assert r"\x1b[2Jred \xff" in shown()
    assert "\N{REPLACEMENT CHARACTER}" in shown("--json")


def test_a_file_cannot_make_a_line_of_its_own(talker):
    talker.toml(TALKER + 'watch = ["conf/*"]\n')
    talker.write("conf/a", "1")
    talker.up()
    with talker.ctl.monitor() as events:
        talker.write("conf/a\n✗ web: rolled back\x1b[2J", "2")
        events.wait_for("ReloadFinished")
    shown = talker.ctl("status", "demo").stdout + talker.ctl("debug", "events").stdout
    assert r"conf/a\x0a✗ web: rolled back\x1b[2J" in shown
    assert not any(line.startswith("✗ web") for line in shown.splitlines())


def test_an_output_that_cannot_be_written_is_a_failure(demo):
    with open("/dev/full", "w") as full:
        failed = subprocess.run(command_line(demo.ctl.command("list"), "dev"), env=environment("dev"), stdout=full,
                                stderr=subprocess.PIPE, text=True)
    assert failed.returncode == 1 and "the output cannot be written" in failed.stderr


def paged(demo, secure: str | None) -> str:
    main, terminal = pty.openpty()
    extra = {"TERM": "vt100", "SYSTEMD_PAGER": "echo the chosen pager; cat"} | ({"SYSTEMD_PAGERSECURE": secure} if secure else {})
    process = subprocess.Popen(command_line(demo.ctl.command("list"), "dev"), env=environment("dev") | extra,
                               stdin=terminal, stdout=terminal)
    os.close(terminal)
    text = b""
    try:
        while part := os.read(main, 65536):
            text += part
    except OSError:
        pass  # nobody has the other end any more
    os.close(main)
    assert process.wait() == 0
    return text.decode()


def test_whoever_is_not_the_user_of_his_session_gets_a_pager_that_runs_nothing(demo):
    assert "the chosen pager" in paged(demo, "no")
    assert "PROJECT" in paged(demo, None) and "the chosen pager" not in paged(demo, None), "there is no session here"


def test_projects_of_one_directory_are_told_apart(demo):
    files = []
    for name in ("one", "two"):
        demo.write(f"{name}.toml", f'[project]\nname = "{name}"\n[services.{name}]\ncommand = ["/bin/sleep", "infinity"]\n')
        files.append(demo / f"{name}.toml")
        demo.ctl("up", "--detach", str(files[-1]))
    here = {"cwd": demo.directory}
    try:
        assert projects(demo) == ["one", "two"]
        assert demo.ctl("list", **here).stdout.count("running") == 2
        refused = demo.ctl("down", check=False, **here)
        assert refused.returncode == 2 and "hotreloadctl down one" in refused.stderr, refused
        demo.ctl("stop", "two", **here)
        assert {each["project"]: each["services"][0]["state"] for each in demo.ctl.json("status", **here)} == {"one": "running", "two": "stopped"}
    finally:
        for name in ("one", "two"):
            demo.ctl("down", name)


def test_an_empty_word_is_no_target(demo):
    for words in (["rollback", ""], ["diff", ""], ["down", ""], ["restart", ""]):
        refused = demo.ctl(*words, check=False)
        assert refused.returncode == 2, (words, refused)
    assert run("hotreloadctl", "--user", "rollback", "demo/x", "--to", "", user="dev", check=False).returncode == 2
