# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drop-ins of the project files that the system's instance finds by itself, in systemd's override order."""

import shutil
from pathlib import Path

import pytest
from harness import run, save
from project import PROJECTS

NAME = "dropped"
DIRECTORIES = {"etc": PROJECTS, "run": Path("/run/hotreload.d"), "lib": Path("/usr/lib/hotreload")}
TEXT = '[services.a]\ncommand = ["sleep", "infinity"]\nverify = "0"\n[services.a.env]\nLEVEL = "info"\nOTHER = "1"\n'


class Dropped:
    """A project file in /usr/lib/hotreload, and what is laid over it."""

    def __init__(self, ctl):
        self.ctl = ctl
        self.file = DIRECTORIES["lib"] / f"{NAME}.toml"
        for directory in DIRECTORIES.values():
            directory.mkdir(exist_ok=True)

    def drop_in(self, where: str, name: str) -> Path:
        return DIRECTORIES[where] / f"{NAME}.toml.d" / name

    def write(self, where: str, name: str, text: str) -> Path:
        path = self.drop_in(where, name)
        path.parent.mkdir(exist_ok=True)
        save(path, text)
        return path

    def level(self) -> str:
        """What the service was started with, in the end."""
        self.ctl("sync")
        (status,) = self.ctl.json("status", NAME, check=False)
        (pid,) = [service["main_pid"] for service in status["services"]]
        environment = dict(line.split("=", 1) for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if line)
        assert environment["OTHER"] == "1"
        return environment["LEVEL"]

    def problems(self) -> list[dict]:
        self.ctl("sync")
        return self.ctl.json("status", NAME, check=False)[0]["problems"]


@pytest.fixture
def dropped(system_ctl):
    dropped = Dropped(system_ctl)
    with system_ctl.monitor() as events:
        save(dropped.file, TEXT)
        events.wait_for("ReloadFinished", project=NAME, result="applied")
    yield dropped
    for directory in DIRECTORIES.values():
        (directory / f"{NAME}.toml").unlink(missing_ok=True)
        shutil.rmtree(directory / f"{NAME}.toml.d", ignore_errors=True)
    system_ctl("sync")  # gone before it comes again, as it was
    system_ctl("down", NAME, check=False)


def level_of(value: str) -> str:
    return f'[services.a.env]\nLEVEL = "{value}"\n'


def test_later_files_win_and_those_of_a_more_important_directory_replace(dropped):
    assert dropped.level() == "info"
    dropped.write("lib", "10-level.toml", level_of("lib"))
    assert dropped.level() == "lib"
    dropped.write("run", "10-level.toml", level_of("run"))
    assert dropped.level() == "run"
    dropped.write("etc", "05-early.toml", level_of("early"))
    assert dropped.level() == "run", "10 is later than 05, wherever it is"
    dropped.write("lib", "90-late.toml", level_of("late"))
    assert dropped.level() == "late"


def test_an_empty_file_or_a_link_to_dev_null_masks(dropped):
    dropped.write("lib", "10-level.toml", level_of("lib"))
    assert dropped.level() == "lib"
    mask = dropped.write("etc", "10-level.toml", "")
    assert dropped.level() == "info"
    mask.unlink()
    assert dropped.level() == "lib"
    mask.symlink_to("/dev/null")  # no file that could be watched: it is seen by whoever looks
    dropped.ctl("reload", NAME)
    assert dropped.level() == "info"


def test_a_drop_in_that_goes_takes_its_settings_with_it(dropped):
    dropped.write("etc", "10-level.toml", level_of("etc"))
    assert dropped.level() == "etc"
    shutil.rmtree(dropped.drop_in("etc", "10-level.toml").parent)
    assert dropped.level() == "info"


def test_a_problem_names_the_drop_in_and_changes_nothing(dropped):
    path = dropped.write("etc", "10-level.toml", '\n[services.a]\n  comand = "x"\n')
    (problem,) = dropped.problems()
    assert (problem["path"], problem["line"], problem["column"]) == (str(path), 3, 3)
    assert "did you mean" in problem["message"]
    assert dropped.level() == "info"
    for checked in (dropped.file, path):
        told = dropped.ctl("check", str(checked), check=False)
        assert told.returncode == 1 and told.stdout.startswith(f"{path}:3:3: "), told
    dropped.write("etc", "10-level.toml", level_of("mended"))
    assert dropped.level() == "mended" and dropped.problems() == []
    assert dropped.ctl("check", str(dropped.file)).returncode == 0


def test_root_obeys_no_drop_in_that_others_can_change(dropped):
    path = dropped.write("etc", "10-level.toml", level_of("dev"))
    shutil.chown(path.parent, "dev")
    dropped.ctl("reload", NAME, check=False)
    (problem,) = dropped.problems()
    assert problem["path"] == str(path) and "can be changed by dev" in problem["message"]
    assert dropped.level() in ("info", "dev")  # it may have been taken up before
    shutil.chown(path.parent, "root")
    path.write_text(level_of("root"))
    assert dropped.level() == "root"
    shutil.chown(path, "dev")
    run("setpriv", "--reuid=dev", "--clear-groups", "--regid=dev", "sh", "-c", f"echo '[services.b]' >>{path}")
    (problem,) = dropped.problems()
    assert problem["path"] == str(path) and "can be changed by dev" in problem["message"]
    assert dropped.level() == "root"


def test_explain_knows_drop_ins(dropped):
    path = dropped.write("etc", "10-level.toml", level_of("etc"))
    dropped.ctl("sync")
    (watch,) = dropped.ctl.json("explain", str(path), check=False)["watches"]
    assert watch["project"] == NAME and watch["watch"] == "drop-in"
    later = dropped.ctl.json("explain", str(dropped.drop_in("run", "20-later.toml")), check=False)["watches"]
    assert [each["watch"] for each in later] == ["drop-in"], "it need not exist"


def test_a_refused_file_is_taken_up_when_its_drop_in_is_mended(system_ctl, dropped):
    system_ctl("down", NAME)
    save(dropped.file, TEXT + "x = \n")
    dropped.ctl("sync")
    bad = dropped.write("etc", "10-level.toml", "x = \n")
    save(dropped.file, TEXT)
    assert dropped.problems()[0]["path"] == str(bad)
    with system_ctl.monitor() as events:
        dropped.write("etc", "10-level.toml", level_of("mended"))
        events.wait_for("ReloadFinished", project=NAME, result="applied")
    assert dropped.level() == "mended"
