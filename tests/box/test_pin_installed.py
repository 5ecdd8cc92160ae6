# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pinned files of installed units: whoever starts the unit, and whenever, it reads what was applied."""

import shutil
from pathlib import Path

import pytest
from harness import eventually, run, save, systemctl, unit_property
from project import PROJECTS, service_of
from test_nginx import CONF, SITE, get

VIEWS = Path("/run/hotreload/views")
DROP_IN = Path("/run/systemd/system/nginx.service.d/10-hotreload.conf")


def pinned(watch, more="") -> str:
    return f'{more}\n[[services.NAME.watch]]\nfiles = ["{watch}"]\npin = true\n'


@pytest.fixture
def nginx(attach, etc):
    save(CONF, SITE.replace("    include /etc/nginx/extra/*.conf;\n", "") % "first")
    text = pinned("/etc/nginx/**", 'validate = ["nginx", "-t", "-q"]\nverify = "100ms"')
    server = attach("nginx", "nginx.service", text.replace("NAME", "nginx"))
    shown = run("nsenter", "-t", server.pid, "-m", "findmnt", "-no", "SOURCE", "/etc/nginx").stdout
    assert "hotreload/views" in shown, "only a new process is shown what is pinned"
    yield server
    let_go_of(server)  # before its files are put back


def site(word) -> str:
    return SITE.replace("    include /etc/nginx/extra/*.conf;\n", "") % word


def let_go_of(server):
    server.ctl("down", server.name, check=False)  # it may be already
    assert not DROP_IN.parent.exists()
    eventually(lambda: list(VIEWS.iterdir()) == [], "no view")  # they are removed beside the loop
    assert "hotreload" not in unit_property(server.unit, "DropInPaths")


def test_it_reads_what_was_applied_even_when_somebody_restarts_it_in_the_middle_of_an_edit(nginx):
    assert get() == "first" and str(DROP_IN) in unit_property("nginx.service", "DropInPaths")
    save(CONF, "half of an ed")
    nginx.finished("invalid")
    systemctl("restart", "nginx.service")
    assert get() == "first"
    nginx.events.wait_for("ServiceChanged", service="nginx", active_state="active")
    pid = unit_property("nginx.service", "MainPID")
    save(CONF, site("second"))
    assert service_of(nginx.finished("applied"), "nginx")["action"] == "reload"
    eventually(lambda: get() == "second", "the new content")
    assert unit_property("nginx.service", "MainPID") == pid


def test_once_it_is_let_go_of_it_reads_the_disk(nginx):
    let_go_of(nginx)
    assert get() == "first"
    save(CONF, site("second"))
    systemctl("reload", "nginx.service")
    eventually(lambda: get() == "second", "the files on disk")


def test_a_new_file_is_seen_when_it_was_applied_and_a_removed_one_goes(nginx):
    more = Path("/etc/nginx/conf.d/more.conf")
    save(more, "server { listen 127.0.0.1:8081; server_name more; return 200 'more'; }\n")
    nginx.finished("applied")
    ask = ("curl", "-s", "-H", "Host: more", "http://127.0.0.1:8081/")
    eventually(lambda: run(*ask).stdout == "more", "the new file served")
    more.unlink()
    nginx.finished("applied")
    eventually(lambda: run(*ask).stdout == "first", "the file gone")


def test_it_is_not_let_go_of_when_it_would_not_start_with_what_is_on_disk(nginx):
    save(CONF, "half of an ed")
    nginx.finished("invalid")
    kept = nginx.ctl("down", "nginx", check=False)
    assert kept.returncode != 0
    assert "run \"hotreloadctl rollback nginx/nginx --to=1 --restore-files\"" in kept.stderr + kept.stdout
    nginx.finished("rolled-back")
    assert get() == "first" and nginx.same_process()
    systemctl("restart", "nginx.service")
    assert get() == "first"
    nginx.ctl("rollback", "nginx/nginx", "--to=1", "--restore-files")
    assert CONF.read_text() == site("first")


def test_it_stays_pinned_when_it_leaves_the_project_file_in_the_middle_of_an_edit(nginx):
    project = Path("/etc/hotreload/nginx.toml")
    save(CONF, "half of an ed")
    nginx.finished("invalid")
    save(project, '[services.other]\ncommand = ["sleep", "infinity"]\nverify = "0"\n')
    nginx.events.wait_for("ReloadFinished", project="nginx", result="rolled-back")
    nginx.ctl("sync")  # it is not tried again and again
    assert get() == "first" and nginx.same_process()
    save(CONF, site("first"))
    nginx.ctl("reload", "nginx")
    assert not DROP_IN.exists() and get() == "first"


def test_a_new_file_that_it_does_not_start_with_is_found_in_the_attempt(nginx):
    nginx.ctl("pause", "nginx")
    more = Path("/etc/nginx/conf.d/more.conf")
    save(more, "half of an ed")
    kept = nginx.ctl("down", "nginx", check=False)
    assert kept.returncode != 0 and "put those on disk right" in kept.stderr + kept.stdout
    assert get() == "first"
    more.unlink()


def test_pin_comes_and_goes_with_a_restart(nginx):
    project = Path("/etc/hotreload/nginx.toml")
    text = project.read_text()
    save(project, text.replace("pin = true", "pin = false"))
    assert service_of(nginx.finished("applied"), "nginx")["action"] == "restart"
    assert not DROP_IN.exists() and list(VIEWS.iterdir()) == [] and get() == "first"
    save(project, text)
    assert service_of(nginx.finished("applied"), "nginx")["action"] == "restart"
    assert DROP_IN.exists() and len(list(VIEWS.iterdir())) == 1 and get() == "first"


def test_after_a_reboot_it_is_shown_what_was_applied_again(nginx):
    """What is in /run is gone, and the unit was started without us."""
    systemctl("stop", "hotreloadd.service", "hotreloadd.socket")
    shutil.rmtree(DROP_IN.parent)
    for view in VIEWS.iterdir():
        shutil.rmtree(view)
    systemctl("daemon-reload")
    save(CONF, site("second"))
    systemctl("restart", "nginx.service")
    assert get() == "second"
    systemctl("start", "hotreloadd.socket", "hotreloadd.service")
    eventually(lambda: DROP_IN.exists() and len(list(VIEWS.iterdir())) == 1, "the view")
    eventually(lambda: nginx.status()["state"] == "running" and get() == "second", "the service")
    save(CONF, "half of an ed")
    eventually(lambda: nginx.status()["state"] == "invalid", "the refusal")
    systemctl("restart", "nginx.service")
    assert get() == "second"
    save(CONF, site("second"))
    eventually(lambda: nginx.status()["state"] == "running", "the good file")


def test_a_restart_that_fails_goes_back_to_the_files_as_they_were(attach, etc):
    conf = Path("/etc/redis/redis.conf")
    text = pinned(conf, 'verify = "100ms"')
    redis = attach("redis", "redis-server.service", text.replace("NAME", "redis"))
    good = conf.read_text()
    save(conf, good.replace("\ndatabases 16\n", "\ndatabases 7\n"))
    assert service_of(redis.finished("applied"), "redis")["action"] == "restart"
    assert run("redis-cli", "config", "get", "databases").stdout.split()[1] == "7"
    save(conf, good.replace("\ndatabases 16\n", "\ndatabases many\n"))
    redis.finished("rolled-back")
    assert run("redis-cli", "config", "get", "databases").stdout.split()[1] == "7"
    save(conf, good)
    redis.finished("applied")
    assert run("redis-cli", "config", "get", "databases").stdout.split()[1] == "16"
    redis.ctl("down", "redis")


def test_a_unit_that_is_masked_is_not_touched_and_nothing_is_left_of_the_attempt(system_ctl, etc):
    save(CONF, site("first"))
    systemctl("restart", "nginx.service")
    pid = unit_property("nginx.service", "MainPID")
    systemctl("mask", "--runtime", "nginx.service")
    save(PROJECTS / "masked.toml", '[services.nginx]\nunit = "nginx.service"\n' + pinned("/etc/nginx/**").replace("NAME", "nginx"))
    try:
        with system_ctl.monitor() as events:
            system_ctl("up", PROJECTS / "masked.toml", check=False)
            done = service_of(events.wait_for("ReloadFinished", project="masked"), "nginx")
            assert done["result"] == "invalid" and "masked" in done["problem"]["message"], done
            assert "putting" not in done["problem"]["message"] and done["gap_usec"] == 0
        system_ctl("down", "masked")
        system_ctl("sync")  # by its answer, the daemon has forgotten the project
        assert list(VIEWS.iterdir()) == [] and not DROP_IN.exists()
        assert unit_property("nginx.service", "MainPID") == pid and get() == "first"
    finally:
        system_ctl("down", "masked", check=False)
        (PROJECTS / "masked.toml").unlink()
        systemctl("unmask", "--runtime", "nginx.service")
        systemctl("stop", "nginx.service")
