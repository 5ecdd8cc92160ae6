# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the system instance reads and runs, when others than root decide where a path leads."""

import shutil
import tempfile
from pathlib import Path

import pytest
from harness import run, save
from project import PROJECTS, Project


@pytest.fixture
def rooted(system_ctl):
    """rooted(TEXT) brings a project of root's up, whose file only root can change."""
    path = Path(tempfile.mkdtemp(prefix="rooted-", dir="/srv"))
    path.chmod(0o755)
    project = Project(path, user=None, name="rooted")
    yield project
    project.remove()


def problems(project) -> str:
    status = project.status()
    each = status["problems"] + [problem for service in status["services"] for problem in service["problems"]]
    return "\n".join(f"{problem['path']}: {problem['message']}" for problem in each)


def test_a_user_does_not_make_root_disclose_a_file(rooted, dev_dir):
    """The directory of a service's own user, as /etc/postgresql/17/main is."""
    config = dev_dir / "c.ini"
    save(config, "a = 1\n", user="dev")
    rooted.toml(
        '[services.app]\ncommand = ["/usr/bin/sleep", "infinity"]\nuser = "dev"\nstrategy = "none"\n'
        f'watch = ["{config}"]\n'
    )
    # The home and the file are dev's alone: all is well.
    rooted.up()
    before = rooted.pids()
    config.unlink()
    run("ln", "-s", "/etc/shadow", str(config), user="dev")
    rooted.sync()
    said = problems(rooted)
    assert str(config) in said and "dev" in said and "not read: the directory" in said
    assert rooted.pids() == before
    shown = rooted.ctl("--json=short", "status", "rooted", check=False).stdout
    assert "$y$" not in shown and "root:*" not in shown
    config.unlink()
    save(config, "a = 2\n", user="dev")
    rooted.sync()
    assert problems(rooted) == ""


def test_root_obeys_no_project_file_that_others_can_change(system_ctl, dev_dir):
    save(dev_dir / "hotreload.toml", '[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\n', user="dev")
    for command in (("up", "--detach", str(dev_dir)), ("check", str(dev_dir))):
        refused = system_ctl(*command, check=False)
        assert refused.returncode == 1
        assert "can be changed by dev (chown root /home/dev)" in refused.stdout + refused.stderr
    PROJECTS.mkdir(exist_ok=True)
    link = PROJECTS / "trusted.toml"
    link.symlink_to(dev_dir / "hotreload.toml")
    try:
        checked = system_ctl("check", str(PROJECTS) + "/", check=False)
        assert checked.returncode == 1
        assert "trusted.toml: /home/dev can be changed by dev" in checked.stdout
    finally:
        link.unlink()


def test_root_runs_no_program_that_others_can_change(rooted):
    worker = rooted / "worker"
    rooted.toml('[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\nvalidate = ["/bin/sh", "./worker"]\n')
    shutil.chown(worker, "dev")
    refused = rooted.up(check=False)
    assert refused.returncode == 1
    assert f"services.x.validate: {worker} can be changed by dev (chown root {worker})" in refused.stdout + refused.stderr
    rooted.toml(
        '[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\n'
        f'properties = {{ ExecStartPre = "-{worker} --check" }}\n'
    )
    refused = rooted.up(check=False)
    assert refused.returncode == 1 and "properties.ExecStartPre" in refused.stdout + refused.stderr
    # The user's own service may run it.
    (rooted / "check").write_text("#!/bin/sh\n")
    (rooted / "check").chmod(0o755)
    shutil.chown(rooted / "check", "dev")
    (rooted / "watched").write_text("1")
    rooted.toml(
        '[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\nuser = "dev"\n'
        'validate = ["./check"]\nwatch = ["watched"]\n'
    )
    rooted.up()
    pids = rooted.pids()
    # It is judged when it is run, too.
    (rooted / "check").chmod(0o777)
    save(rooted / "watched", "2")
    rooted.sync()
    assert "can be changed by everybody (chmod o-w" in problems(rooted)
    assert rooted.pids() == pids


def test_an_env_file_of_another_user_is_not_for_root(rooted):
    env = rooted / "env"
    env.write_text("A=1\n")
    shutil.chown(env, "dev")
    text = '[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\nenv_file = "env"\n'
    rooted.toml(text)
    refused = rooted.up(check=False)
    assert f"services.x.env_file: {env} can be changed by dev" in refused.stdout + refused.stderr
    rooted.toml(text + 'user = "dev"\n')
    rooted.up()


def test_what_lies_behind_a_link_is_watched_and_explained(rooted):
    for release in ("1", "2"):
        (rooted / "rel" / release / "conf.d").mkdir(parents=True)
        (rooted / "rel" / release / "conf.d/a.conf").write_text(release)
    (rooted / "current").symlink_to("rel/1")
    (rooted / "conf").mkdir()
    (rooted / "conf/conf.d").symlink_to(rooted / "current/conf.d")
    (rooted / "conf/up").symlink_to("..")
    rooted.toml(
        '[services.x]\ncommand = ["/usr/bin/sleep", "infinity"]\nwatch = ["conf/**"]\nverify = "0"\n'
        'validate = ["/bin/grep", "-q", "[0-9]", "conf/conf.d/a.conf"]\n'
    )
    rooted.up()
    events = rooted.ctl.monitor()
    (rooted / "new").symlink_to("rel/2")
    (rooted / "new").rename(rooted / "current")
    done = events.wait_for("ReloadFinished", project="rooted")
    assert done["result"] == "applied", done
    real = rooted / "rel/2/conf.d/a.conf"
    explained = rooted.ctl("explain", str(real)).stdout
    assert f"as {rooted / 'conf/conf.d/a.conf'}" in explained
    explained = rooted.ctl("explain", str(rooted / "conf/up/hotreload.toml"), check=False)
    assert "conf/up is not looked into: it leads to" in explained.stdout
    # A file that cannot be read with the shown snapshot is refused, behind a link, too.
    save(real, "none")
    done = events.wait_for("ReloadFinished", project="rooted")
    assert done["result"] == "invalid", done
    events.close()


def test_what_a_user_could_lead_elsewhere_is_not_mounted_over(rooted, dev_dir):
    """Between our look and the mount, dev could put a link to /etc there, and dev's files would be root's /etc."""
    config = dev_dir / "c.conf"
    save(config, "a = 1\n", user="dev")
    text = (
        '[services.%s]\ncommand = ["/usr/bin/sleep", "infinity"]\n'
        f'validate = ["/bin/sh", "-c", "! grep -q {dev_dir} /proc/self/mounts"]\n'
    )
    watch = f'[[services.%s.watch]]\nfiles = ["{config}"]\n'
    rooted.toml(text % "app" + watch % "app")
    rooted.up()
    rooted.toml(text % "pinned" + watch % "pinned" + "pin = true\n")
    refused = rooted.up(check=False)
    assert refused.returncode == 1
    assert "these files cannot be pinned: /home/dev can be changed by dev" in refused.stdout + refused.stderr
