#SPDX - License - Identifier : LGPL - 2.1 - or -later
"""How editors and tools write files, and how many there are at once: whole files only, and one action."""

import threading
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from harness import eventually, run
from project import acted_on, write_in_place

ONE = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
reload_signal = "SIGHUP"
verify = "0"
validate = ["./check"]
watch = ["*.conf"]
"""


@pytest.fixture
def one(demo):
    """A service that reloads for each *.conf, and counts the runs of its validator."""
    demo.write("check", "#!/bin/sh\necho run >>out/checks\n", mode=0o755)
    demo.write("out/keep", "")
    demo.write("a.conf", "red")
    demo.toml(ONE)
    demo.up()
    (demo / "out/checks").unlink()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def as_dev(project, *command):
    return run("env", "-C", project.directory, *command, user="dev")


def checks(project):
    path = project / "out/checks"
    return path.read_text().count("run") if path.exists() else 0


def applied(project, text):
    assert project.events.wait_for("ReloadFinished", result=lambda result: result != "unchanged")["result"] == "applied"
    eventually(lambda: project.log("a")[-1] == f"reload - {text}", f"{text} read")


def settled(project, actions, since=0):
    project.nothing_to_do(project.events)
    assert len(acted_on(project.events, since)) == actions


def test_a_half_written_file_does_nothing_until_it_is_closed(one):
    with open(one / "a.conf", "w") as file:
        file.write("gre")
        file.flush()
        one.events.wait_for("ServiceChanged", writing=lambda paths: paths != [])
        assert one.ctl("reload", "demo").returncode == 0
        assert acted_on(one.events) == [] and checks(one) == 0 and one.log("a") == ["start - red"]
        file.write("en")
    applied(one, "green")
    settled(one, 1)


WRITERS = {
    "vim": lambda p, text: as_dev(p, "vim.tiny", "-u", "NONE", "-es", "-c", f"%s/.*/{text}/", "-c", "wq", "a.conf"),
    "vim with a backup": lambda p, text: as_dev(
        p, "vim.tiny", "-u", "NONE", "-es", "-c", "set backup writebackup backupcopy=no", "-c", f"%s/.*/{text}/", "-c", "wq", "a.conf"
    ),
    "sed -i": lambda p, text: as_dev(p, "sed", "-i", f"s/.*/{text}/", "a.conf"),
    "a shell": lambda p, text: as_dev(p, "sh", "-c", f"echo {text} >a.conf"),
    "tee": lambda p, text: as_dev(p, "sh", "-c", f"echo {text} | tee a.conf"),
    "cp": lambda p, text: as_dev(p, "sh", "-c", f"echo {text} >from && cp from a.conf"),
    "mv": lambda p, text: as_dev(p, "sh", "-c", f"echo {text} >from && mv from a.conf"),
    "rsync": lambda p, text: as_dev(p, "sh", "-c", f"mkdir -p src && echo {text} >src/a.conf && rsync -a --ignore-times src/ ."),
    "rsync in place": lambda p, text: as_dev(
        p, "sh", "-c", f"mkdir -p src && echo {text} >src/a.conf && rsync -a --ignore-times --inplace src/ ."
    ),
    "removing and writing": lambda p, text: as_dev(p, "sh", "-c", f"rm a.conf; echo {text} >a.conf"),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_three_saves_are_three_changes_by(one, writer):
    for number, text in enumerate(("green", "grey", "blue"), start=1):
        WRITERS[writer](one, text)
        applied(one, text)
        settled(one, number)
    assert checks(one) == 3


def test_droppings_of_editors_are_neither_acted_on_nor_checked(demo):
    demo.write("check", "#!/bin/sh\necho run >>out/checks\n", mode=0o755)
    demo.write("out/keep", "")
    demo.write("conf/a.conf", "red")
    demo.toml(ONE.replace('"a.conf"', '"conf/a.conf"').replace('"*.conf"', '"conf/*"'))  # which they all match
    demo.up()
    (demo / "out/checks").unlink()
    with demo.ctl.monitor() as demo.events:
        droppings = [demo / "conf" / name for name in ("4913", ".a.conf.swp", "a.conf~", "#a.conf#", ".#a.conf", "a.conf.swp", ".a.conf.swx")]
        for path in droppings:
            if path.name == ".#a.conf":
                path.symlink_to("dev@box.1234:5678")
            else:
                write_in_place(path, "droppings")
            demo.sync()
        settled(demo, 0)
        for path in droppings:
            path.unlink()
        settled(demo, 0)
        assert checks(demo) == 0 and demo.log("a") == ["start - red"]
        write_in_place(demo / "conf/b", "none of them")
        assert demo.events.wait_for("ReloadFinished", result=lambda result: result != "unchanged")["result"] == "applied"


def test_a_link_that_is_swapped_as_kubernetes_does_is_one_change(demo):
    for version in ("v1", "v2", "v3"):
        demo.write(f"{version}/a.conf", version)
    demo.write("check", "#!/bin/sh\nexit 0\n", mode=0o755)
    (demo / "..data").symlink_to("v1")
    (demo / "a.conf").symlink_to("..data/a.conf")
    demo.toml(ONE.replace("*.conf", "a.conf"))
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        for number, version in enumerate(("v2", "v3"), start=1):
            (demo / "..tmp").symlink_to(version)
            (demo / "..tmp").rename(demo / "..data")
            applied(demo, version)
            settled(demo, number)


FIVE = "".join(
    f"""
[services.{name}]
command = ["./worker", "{name}", "conf/{name}/0.conf"]
type = "notify"
reload_signal = "SIGHUP"
verify = "0"
watch = ["conf/{name}/**"]
"""
    for name in "abcde"
)


def test_a_checkout_of_two_thousand_files_is_one_action_for_each_service(demo):
    def fill(text):
        for name in "abcde":
            (demo / "conf" / name).mkdir(parents=True, exist_ok=True)
            for number in range(400):
                (demo / "conf" / name / f"{number}.conf").write_text(text)
        demo.own(demo.directory)

    git = ("git", "-c", "user.name=dev", "-c", "user.email=dev@box")
    as_dev(demo, *git, "init", "-q")
    for branch in ("red", "green"):
        as_dev(demo, *git, "checkout", "-q", "-b", branch)
        fill(branch)
        as_dev(demo, *git, "add", "conf")
        as_dev(demo, *git, "commit", "-q", "-m", branch)
    as_dev(demo, *git, "checkout", "-q", "red")
    demo.toml('[watch]\ndebounce = "500ms"\ndebounce_max = "10s"\n' + FIVE)
    demo.up()
    with demo.ctl.monitor() as events:
        as_dev(demo, *git, "checkout", "-q", "green")
        eventually(lambda: all(demo.log(name)[-1] == "reload - green" for name in "abcde"), "all reloaded")
        demo.nothing_to_do(events)
        assert sorted(acted_on(events)) == list("abcde")


def test_changes_while_an_action_runs_are_one_more_round_with_the_newest(demo):
    demo.write("a.conf", "red")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "a.conf"]\ntype = "notify"\nverify = "0"\nwatch = ["a.conf", "b.conf"]\n')
    demo.up()
    with demo.ctl.monitor() as events:
        demo.write("a.conf", "slow one")
        eventually(lambda: "hotreload-demo.a@2.service" in demo.units(), "the action under way")
        for number in range(5):
            demo.write("a.conf", f"green {number}")
            demo.write("b.conf", f"{number}")
        demo.write("go", "")
        eventually(lambda: demo.log("a")[-1] == "start - green 4" and demo["a"]["generation"] == 3, "the newest")
        demo.nothing_to_do(events)
        assert acted_on(events) == ["a", "a"]
    assert len(demo.log("a")) == 3


@contextmanager
def never_quiet(path: Path):
    """Somebody saves the file all the time, until the function says what the last save is."""
    ends, new = threading.Event(), path.with_name("new")

    def save(text: str):
        new.write_text(text)
        new.rename(path)

    def save_on():
        numbers = count()
        while not ends.wait(0.1):  # more often than `debounce`
            save(str(next(numbers)))

    def last():
        ends.set()
        saving.join()
        save("last")

    saving = threading.Thread(target=save_on)
    saving.start()
    try:
        yield last
    finally:
        ends.set()
        saving.join()


def test_a_file_that_is_never_quiet_is_acted_on_now_and_then(demo):
    demo.write("a.conf", "0")
    demo.toml('[watch]\ndebounce = "300ms"\ndebounce_max = "600ms"\n' + ONE.replace('validate = ["./check"]\n', ""))
    demo.up()
    with demo.ctl.monitor() as events, never_quiet(demo / "a.conf") as last:
        begun = []
        while len(begun) < 3:
            events.wait_for("ReloadStarted")
            begun.append(time.monotonic())
        assert begun[-1] - begun[0] >= 0.6, "not more often than `debounce_max` says"
        last()
        eventually(lambda: demo.log("a")[-1] == "reload - last", "the last one")
        demo.nothing_to_do(events)


def test_what_is_deleted_while_a_restart_is_proved_is_a_change(demo):
    """Documents, whose newer changes wait for the proof: the deletion is all that the next look sees."""
    demo.write("conf/a.yaml", "a: 1\n")
    demo.write("conf/b.yaml", "b: 1\n")
    demo.toml('[services.a]\ncommand = ["./worker", "a", "conf/a.yaml"]\ntype = "notify"\nwatch = ["conf/*"]\n')
    demo.up()
    with demo.ctl.monitor() as events:
        write_in_place(demo / "conf/a.yaml", "a: 2\n")
        eventually(lambda: len(demo.log("a")) == 2, "the restart")
        (demo / "conf/b.yaml").unlink()
        for _ in range(2):
            assert events.wait_for("ReloadFinished", result=lambda result: result != "unchanged")["result"] == "applied"
    eventually(lambda: len(demo.log("a")) == 3, "the restart for what was deleted")
