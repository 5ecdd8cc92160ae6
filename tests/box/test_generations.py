# SPDX-License-Identifier: LGPL-2.1-or-later
"""Applied states that are kept: history, diff, rollback; and what holds changes back."""

import os
import pwd
from pathlib import Path

import pytest
from harness import eventually
from project import Project

TOML = """
[services.a]
command = ["./worker", "a", "a.conf"]
type = "notify"
env = { LEVEL = "one" }
verify = "0s"
watch = ["a.conf"]
"""


@pytest.fixture
def kept(demo: Project):
    demo.write("a.conf", "first\n")
    demo.toml(TOML)
    demo.up()
    with demo.ctl.monitor() as events:
        demo.events = events
        yield demo


def finished(project, result="applied") -> dict:
    done = project.events.wait_for("ReloadFinished")
    assert done["result"] == result, done
    return done["detail"]["services"][0]


def generations(project, *words) -> list[dict]:
    return project.ctl.json("history", "demo/a", *words)["generations"]


def make_three(project):
    project.edit('"one"', '"two"')
    finished(project)
    project.write("a.conf", "second\n")
    finished(project)


def test_history_lists_what_was_applied_and_what_changed(kept):
    make_three(kept)
    history = generations(kept)
    assert [each["generation"] for each in history] == [3, 2, 1]
    assert [each["applied"] for each in history] == [True, False, False]
    assert history[0]["changes"][0]["subject"].endswith("/a.conf")
    assert history[1]["changes"][0]["subject"] == "env.LEVEL" and history[1]["changes"][0]["after"] == ""
    assert len(generations(kept, "-n", "1")) == 1
    text = kept.ctl("history", "demo/a").stdout
    assert "3*" in text and "a.conf" in text


def test_as_many_are_kept_as_the_project_says(kept):
    kept.edit("[services.a]", "keep_generations = 2\n[services.a]")
    for i in range(4):
        kept.write("a.conf", f"content {i}\n")
        finished(kept)
    assert [each["generation"] for each in generations(kept)] == [5, 4]


def test_diff_tells_what_is_between_two(kept):
    make_three(kept)
    subjects = lambda *words: [c["subject"].split("/")[-1] for c in kept.ctl.json("diff", "demo/a", *words)["changes"]]
    assert subjects() == ["a.conf"]
    assert subjects("1", "3") == ["env.LEVEL", "a.conf"]
    assert subjects("1", "2") == ["env.LEVEL"]
    refused = kept.ctl("diff", "demo/a", "7", check=False)
    assert refused.returncode == 1 and "no generation 7; there are: 3, 2, 1" in refused.stderr


def test_diff_shows_the_lines_of_a_text_and_masks_what_sounds_secret(kept):
    kept.write("a.conf", "first\npassword = hunter2\n")
    finished(kept)
    text = kept.ctl("diff", "demo/a").stdout
    assert "@@ -1 +1,2 @@\n first\n+password = ***\n" in text and "hunter2" not in text


def test_history_tells_who_asked_and_what_came_to_nothing(kept):
    kept.edit('env = ', 'validate = ["/bin/sh", "-c", "! grep -n bad a.conf"]\nenv = ')
    finished(kept)
    kept.write("a.conf", "bad\n")
    kept.events.wait_for("ReloadFinished", result="invalid")
    kept.write("a.conf", "good\n")
    finished(kept)
    kept.ctl("restart", "demo/a")
    kept.ctl("pause", "demo/a", "--reason=for a while")
    told = kept.ctl.json("history", "demo/a")
    assert [(each["trigger"], each.get("caller_uid"), each.get("caller_comm")) for each in told["generations"][:2]] == [
        ("request", pwd.getpwnam("dev").pw_uid, "hotreloadctl"),
        ("file", None, None),
    ]
    assert [each["what"] for each in told["events"]] == ["paused", "invalid"]
    assert told["events"][1]["problem"]["message"] and told["events"][1]["trigger"] == "file"
    text = kept.ctl("history", "demo/a", "--utc").stdout
    assert "UTC restart dev (hotreloadctl) asked for" in " ".join(text.split()) and "for a while" in text


def test_a_plan_runs_the_validator_and_changes_nothing(kept):
    kept.edit('env = ', 'validate = ["/bin/sh", "-c", "! grep -n bad a.conf"]\nenv = ')
    finished(kept)
    kept.ctl("pause", "demo")
    before, since = kept.pids(), len(kept.events.seen)
    kept.write("a.conf", "bad\n")
    refused = kept.ctl("plan", "demo", check=False)
    assert refused.returncode == 1 and "restart would be refused" in refused.stdout
    assert kept.ctl("reload", "--dry-run", "--force", "demo", check=False).returncode == 1
    assert kept.ctl("plan", "--no-validate", "demo").returncode == 0
    assert kept.pids() == before and kept["a"]["problems"] == []
    assert [e for e in kept.events.seen[since:] if e["event"] in ("ReloadStarted", "ValidationFailed")] == []


def test_a_pause_says_what_waits_and_ends_by_itself_even_after_a_death_of_the_daemon(kept):
    paused = kept.ctl("pause", "demo/a", "--for=1d", "--reason=deploy")
    assert "paused until 20" in paused.stdout and "deploy" in paused.stdout
    assert kept.ctl("status", "demo").returncode == 0
    kept.write("a.conf", "second\n")
    kept.events.wait_for("ServiceChanged", held=[str(kept / "a.conf")])
    status = kept.ctl("status", "demo", check=False)
    assert status.returncode == 3 and "waiting: " in status.stdout
    assert kept.ctl("pause", "demo/a", "--for=1s", check=False).returncode == 3, "something waits"
    finished(kept)
    assert kept.log("a")[-1].endswith("second") and not kept["a"]["paused"]

    kept.ctl("pause", "demo", "--for=1s")
    kept.write("a.conf", "third\n")
    kept.kill_daemon()
    kept.sync()
    finished(kept)
    assert kept.log("a")[-1].endswith("third") and not kept["a"]["paused"]


def test_rollback_goes_back_to_the_definition_and_the_project_file_waits(kept):
    make_three(kept)
    kept.ctl("rollback", "demo/a", "--to=1")
    assert kept.log("a")[-1] == "start one second"  # the file is as it is
    assert kept["a"]["state"] == "rolled-back"
    kept.sync()
    assert kept.log("a")[-1] == "start one second", "it is not taken up by itself"
    kept.kill_daemon()
    kept.sync()
    assert kept.log("a")[-1] == "start one second", "nor by another daemon"
    kept.edit('"two"', '"three"')
    kept.sync()
    assert kept.log("a")[-1] == "start three second"
    assert kept["a"]["state"] == "running"


def test_rollback_without_a_number_goes_one_back_and_reload_takes_the_file_up_again(kept):
    kept.edit('"one"', '"two"')
    finished(kept)
    kept.ctl("rollback", "demo/a")
    assert kept.log("a")[-1] == "start one first"
    kept.ctl("reload", "demo/a")
    assert kept.log("a")[-1] == "start two first"


def test_rollback_writes_files_back_when_asked_with_all_about_them(kept):
    kept.write("a.conf", "second\n")
    finished(kept)
    os.setxattr(kept / "a.conf", "user.note", b"mine")
    os.chmod(kept / "a.conf", 0o640)
    before = os.stat(kept / "a.conf")
    kept.ctl("rollback", "demo/a", "--restore-files")
    assert (kept / "a.conf").read_text() == "first\n"
    after = os.stat(kept / "a.conf")
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.getxattr(kept / "a.conf", "user.note") == b"mine"
    assert kept.log("a")[-1] == "start one first"
    kept.sync()
    assert kept["a"]["state"] == "running"
    assert kept.log("a")[-1] == "start one first"


CONF_D = """
[services.a]
command = ["./worker", "a", "conf.d/1.conf"]
type = "notify"
verify = "0s"
watch = ["conf.d/*.conf"]
"""


@pytest.fixture
def conf_d(demo):
    """A directory of files, of which the first generation has two."""
    demo.write("conf.d/1.conf", "first\n")
    demo.write("conf.d/2.conf", "second\n")
    demo.toml(CONF_D)
    demo.up()
    yield demo


def test_rollback_moves_away_what_was_created_and_makes_again_what_was_deleted(conf_d):
    conf_d.write("conf.d/3.conf", "third\n")
    conf_d.sync()
    (conf_d / "conf.d/2.conf").unlink()
    conf_d.sync()
    conf_d.write("conf.d/1.conf", "other\n")
    conf_d.sync()
    done = conf_d.ctl("rollback", "demo/a", "--to=1", "--restore-files").stdout
    assert "1.conf: written back" in done and "2.conf: made again" in done, done
    moved = next(line for line in done.splitlines() if "3.conf: moved aside to " in line)
    assert Path(moved.split(" to ")[1]).read_text() == "third\n"
    files = {path.name: path.read_text() for path in (conf_d / "conf.d").iterdir()}
    assert files == {"1.conf": "first\n", "2.conf": "second\n"}
    assert conf_d.log("a")[-1] == "start - first"
    conf_d.sync()
    assert conf_d["a"]["state"] == "running"


def test_rollback_takes_away_the_file_that_was_refused(conf_d):
    conf_d.edit("verify", 'validate = ["sh", "-c", "! grep -l bad conf.d/*.conf"]\nverify')
    conf_d.sync()
    generation = conf_d["a"]["generation"]
    conf_d.write("conf.d/3.conf", "bad\n")
    conf_d.sync()
    assert conf_d["a"]["state"] == "invalid"
    done = conf_d.ctl("rollback", "demo/a", f"--to={generation}", "--restore-files")
    assert "3.conf: moved aside to " in done.stdout, done
    conf_d.sync()
    assert conf_d["a"]["state"] == "running" and not (conf_d / "conf.d/3.conf").exists()


def test_rollback_that_would_do_nothing_says_so(conf_d):
    conf_d.write("conf.d/1.conf", "other\n")
    conf_d.sync()
    refused = conf_d.ctl("rollback", "demo/a", check=False)
    assert refused.returncode == 1 and "--restore-files" in refused.stdout + refused.stderr, refused
    assert conf_d.log("a")[-1] == "start - other"


@pytest.mark.parametrize("damage", ["zeroed", "gone"])
def test_rollback_writes_nothing_when_one_copy_is_damaged(conf_d, damage):
    for name in ("1", "2"):
        conf_d.write(f"conf.d/{name}.conf", "other\n")
        conf_d.sync()
    explained = conf_d.ctl.json("explain", str(conf_d / "conf.d/2.conf"))
    copy = Path(explained["watches"][0]["copies"][1])
    if damage == "zeroed":
        copy.write_bytes(bytes(copy.stat().st_size))
    else:
        copy.unlink()
    refused = conf_d.ctl("rollback", "demo", "--restore-files", check=False)
    assert refused.returncode == 1 and "no file was written" in refused.stdout + refused.stderr, refused
    assert {path.read_text() for path in (conf_d / "conf.d").iterdir()} == {"other\n"}


def test_what_there_is_not_cannot_be_gone_back_to(kept):
    for words, text in (
        (["demo/a"], "a has no generation before 1"),
        (["demo/a", "--to=9"], "no generation 9; there are: 1"),
        (["demo", "--to=9"], "name one, as PROJECT/SERVICE"),
        (["demo/b"], "no service"),
    ):
        refused = kept.ctl("rollback", *words, check=False)
        assert refused.returncode != 0 and text in refused.stderr + refused.stdout, refused


def test_pause_holds_changes_back_and_resume_applies_the_newest_once(kept):
    kept.ctl("pause", "demo")
    assert kept["a"]["state"] == "paused" and kept["a"]["paused"]
    for content in ("second", "third", "fourth"):
        kept.write("a.conf", content + "\n")
    kept.sync()
    kept.kill_daemon()
    kept.sync()
    assert kept.log("a") == ["start one first"]
    kept.ctl("resume", "demo")
    kept.sync()
    assert kept.log("a") == ["start one first", "start one fourth"]
    assert kept["a"]["state"] == "running"


def test_one_of_several_can_be_resumed(demo):
    demo.write("a.conf", "first\n")
    demo.toml(TOML + TOML.replace('"a"', '"b"').replace("services.a", "services.b"))
    demo.up()
    demo.ctl("pause", "demo")
    demo.write("a.conf", "second\n")
    demo.ctl("resume", "demo/b")
    eventually(lambda: demo.log("b")[-1] == "start one second", "the one that was resumed")
    assert demo.log("a") == ["start one first"] and demo["a"]["paused"] and not demo["b"]["paused"]


def test_a_set_of_files_is_acted_on_when_it_is_whole(demo):
    demo.write("cert.pem", "cert 1\n")
    demo.write("key.pem", "key 1\n")
    demo.toml("""
[services.a]
command = ["./worker", "a", "cert.pem", "key.pem"]
type = "notify"
verify = "0s"
[[services.a.watch]]
files = ["cert.pem", "key.pem"]
together = true
""")
    demo.up()
    (demo / "key.pem").unlink()
    demo.sync()
    demo.write("cert.pem", "cert 2\n")
    demo.sync()
    assert demo.log("a") == ["start - cert 1 key 1"]
    demo.write("key.pem", "key 2\n")
    eventually(lambda: demo.log("a")[-1] == "start - cert 2 key 2", "the whole set")
    assert len(demo.log("a")) == 2


LINKED = """
[services.db]
command = ["./worker", "db", "db.conf"]
type = "notify"
verify = "0s"
watch = ["db.conf"]
[services.app]
command = ["./worker", "app"]
type = "notify"
after = ["db"]
requires = ["db"]
verify = "0s"
[services.side]
command = ["./worker", "side"]
type = "notify"
part_of = ["app"]
verify = "0s"
[services.other]
command = ["./worker", "other"]
type = "notify"
"""


@pytest.fixture
def linked(demo):
    demo.write("db.conf", "first\n")
    demo.toml(LINKED)
    demo.up()
    yield demo


def starts(project) -> dict[str, int]:
    return {name: len(project.log(name)) for name in ("db", "app", "side", "other")}


def test_what_requires_or_is_a_part_of_a_service_is_restarted_with_it(linked):
    linked.write("db.conf", "second\n")
    eventually(lambda: starts(linked) == {"db": 2, "app": 2, "side": 2, "other": 1}, "all of them once")
    linked.ctl("restart", "demo/app")
    assert starts(linked) == {"db": 2, "app": 3, "side": 3, "other": 1}


def test_it_is_left_alone_while_it_is_paused(linked):
    linked.ctl("pause", "demo/side")
    linked.write("db.conf", "second\n")
    eventually(lambda: starts(linked) == {"db": 2, "app": 2, "side": 1, "other": 1}, "all but the paused one")
    linked.ctl("restart", "demo/app")
    assert starts(linked) == {"db": 2, "app": 3, "side": 1, "other": 1}


def test_it_is_stopped_with_it_and_a_start_takes_what_it_requires_along(linked):
    linked.ctl("stop", "demo/db")
    states = lambda: {name: each["state"] for name, each in linked.services().items()}
    assert states() == {"db": "stopped", "app": "stopped", "side": "stopped", "other": "running"}
    linked.ctl("start", "demo/app")
    assert states() == {"db": "running", "app": "running", "side": "stopped", "other": "running"}


def test_it_is_left_alone_when_that_fails(linked):
    pids = linked.pids()
    with linked.ctl.monitor() as events:
        linked.write("db.conf", "die\n")
        done = events.wait_for("ReloadFinished")
    results = {each["service"]: each["result"] for each in done["detail"]["services"]}
    assert results["app"] == "unchanged" and results["side"] == "unchanged", results
    assert linked.pids()["app"] == pids["app"] and linked.pids()["side"] == pids["side"]


def test_a_bad_link_is_named(linked):
    linked.edit('requires = ["db"]', 'requires = ["bd"]')
    checked = linked.ctl("check", str(linked.directory), check=False)
    assert 'services.app.requires: there is no service "bd" in the project; did you mean "db"?' in checked.stdout + checked.stderr
