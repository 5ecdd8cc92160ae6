# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own servers, attached to the system instance: an operator's services."""

import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from harness import eventually, run, save, systemctl, unit_property
from project import PROJECTS, acted_on, service_of

SITE = "server {\n    listen 127.0.0.1:8081 default_server;\n    location / { return 200 '%s'; }\n    include /etc/nginx/extra/*.conf;\n}\n"


@pytest.fixture
def nginx(attach, etc):
    Path("/etc/nginx/extra").mkdir()
    save("/etc/nginx/conf.d/demo.conf", SITE % "first")
    return attach("nginx", "nginx.service", 'validate = ["nginx", "-t", "-q"]\nwatch = ["/etc/nginx/**"]\n')


CONF = Path("/etc/nginx/conf.d/demo.conf")


def get(path="/"):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:8081{path}", timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return str(error.code)


def workers(master):
    return set(run("pgrep", "--parent", master).stdout.split())


def test_a_broken_configuration_is_refused_with_nginx_s_own_reason(nginx):
    before = workers(nginx.pid)
    save(CONF, (SITE % "second").replace("return", "retrun"))
    failed = nginx.events.wait_for("ValidationFailed", project="nginx")
    assert (failed["path"], failed["line"]) == (str(CONF), 3)
    assert 'unknown directive "retrun"' in failed["message"]
    nginx.finished("invalid")
    assert nginx.same_process() and workers(nginx.pid) == before and get() == "first"
    assert nginx.status()["state"] == "invalid" and nginx.status()["active_state"] == "active"
    assert nginx.ctl("status", "nginx", check=False).returncode == 1

    save(CONF, SITE % "second")
    done = nginx.finished("applied")
    assert service_of(done, "nginx")["action"] == "reload"
    eventually(lambda: get() == "second", "the new content")
    eventually(lambda: not workers(nginx.pid) & before, "new workers")
    assert nginx.same_process() and nginx.status()["problems"] == []


def test_a_comment_in_a_format_that_nobody_knows_is_reloaded_and_a_touch_is_not(nginx):
    save(CONF, "# a comment\n" + SITE % "first")
    nginx.finished("applied")
    since = len(nginx.events.seen)
    run("touch", CONF)
    run("chmod", "600", CONF)
    nginx.nothing_to_do(since)
    assert nginx.same_process()


def test_new_renamed_and_deleted_files_of_a_directory_count(nginx):
    extra = Path("/etc/nginx/extra/a.conf")
    save(extra, "location /extra { return 200 'extra'; }\n")
    assert nginx.events.wait_for("FileChanged", path=str(extra))["kind"] == "created"
    nginx.finished("applied")
    eventually(lambda: get("/extra") == "extra", "the new file served")

    extra.rename(extra.with_name("b.conf"))
    nginx.finished("applied")

    extra.with_name("b.conf").rename(extra.with_name("b.off"))
    nginx.finished("applied")
    eventually(lambda: get("/extra") == "first", "the file out of use")

    extra.with_name("b.off").unlink()
    assert nginx.events.wait_for("FileChanged", path="/etc/nginx/extra/b.off")["kind"] == "deleted"
    nginx.finished("applied")
    assert nginx.same_process()


def test_a_file_in_a_new_directory_deep_below_is_noticed(nginx):
    Path("/etc/nginx/extra/a/b/c").mkdir(parents=True)
    save("/etc/nginx/extra/a/b/c/f.conf", "# new\n")
    nginx.finished("applied")
    save("/etc/nginx/extra/a/b/c/f.conf", "# newer\n")
    nginx.finished("applied")


def test_a_watched_directory_that_is_replaced_is_watched_again(nginx):
    extra, old = Path("/etc/nginx/extra"), Path("/etc/nginx-old")
    save(extra / "a.conf", "# one\n")
    nginx.finished("applied")
    try:
        run("cp", "-a", extra, "/etc/nginx-new")
        extra.rename(old)
        Path("/etc/nginx-new").rename(extra)
        nginx.ctl("reload", "nginx")
        save(extra / "a.conf", "# two\n")
        nginx.events.wait_for("FileChanged", path=str(extra / "a.conf"), kind="modified")
        nginx.finished("applied")
        since = len(nginx.events.seen)
        save(old / "a.conf", "# three\n")
        nginx.nothing_to_do(since)
    finally:
        shutil.rmtree(old)


def test_a_named_file_that_goes_is_shown_missing_and_the_service_runs_on(attach, etc):
    named = Path("/etc/nginx/named.conf")
    save(named, "# named\n")
    nginx = attach("nginx", "nginx.service", f'watch = ["{named}"]\n')
    named.unlink()
    assert nginx.events.wait_for("FileChanged", path=str(named))["kind"] == "deleted"
    eventually(lambda: nginx.status()["missing"] == [str(named)], "the file shown missing")
    assert nginx.same_process() and acted_on(nginx.events) == []
    assert str(named) in nginx.ctl("status", "nginx", check=False).stdout

    save(named, "# named\n")
    eventually(lambda: nginx.status()["missing"] == [], "the file seen again")
    nginx.nothing_to_do(0)
    named.unlink()
    save(named, "# named again\n")
    nginx.finished("applied")
    assert nginx.same_process()


HAPROXY = """global
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend demo
    bind 127.0.0.1:8081
    http-request return status 200 content-type text/plain string "%s"
"""


def test_haproxy_is_checked_and_reloaded_by_its_own_signal(attach, etc):
    conf = Path("/etc/haproxy/haproxy.cfg")
    save(conf, HAPROXY % "first")
    haproxy = attach("haproxy", "haproxy.service", f'validate = ["haproxy", "-c", "-f", "{conf}"]\nwatch = ["{conf}"]\n')
    before = workers(haproxy.pid)
    save(conf, (HAPROXY % "second").replace("bind", "bnid"))
    failed = haproxy.events.wait_for("ValidationFailed", project="haproxy")
    assert (failed["path"], failed["line"]) == (str(conf), 9) and "bnid" in failed["message"]
    haproxy.finished("invalid")
    assert haproxy.same_process() and workers(haproxy.pid) == before and get() == "first"

    save(conf, HAPROXY % "second")
    assert service_of(haproxy.finished("applied"), "haproxy")["action"] == "reload"
    eventually(lambda: get() == "second", "the new content")
    assert haproxy.same_process()


def test_redis_cannot_reload_and_is_restarted(attach, etc):
    conf = Path("/etc/redis/redis.conf")
    redis = attach("redis", "redis-server.service", f'watch = ["{conf}"]\nverify = "100ms"\n')
    assert unit_property("redis-server.service", "CanReload") == "no"
    text = conf.read_text()
    conf.write_text(text.replace("\ndatabases 16\n", "\ndatabases 7\n"))
    assert service_of(redis.finished("applied"), "redis")["action"] == "restart"
    assert not redis.same_process()
    assert run("redis-cli", "config", "get", "databases").stdout.split()[1] == "7"


def test_a_server_that_a_bad_file_brought_down_comes_back_with_the_good_one(attach, etc):
    conf = Path("/etc/redis/redis.conf")
    redis = attach("redis", "redis-server.service", f'watch = ["{conf}"]\nverify = "100ms"\n')
    text = conf.read_text()
    conf.write_text(text.replace("\ndatabases 16\n", "\ndatabases many\n"))
    redis.finished("needs-attention")
    conf.write_text(text)
    redis.events.wait_for("ServiceChanged", service="redis", state="running", active_state="active")
    assert redis.status()["problems"] == [] and run("redis-cli", "ping").stdout == "PONG\n"


def test_an_installed_unit_is_never_started_or_stopped_by_a_change(attach, etc):
    nginx = attach("nginx", "nginx.service", 'watch = ["/etc/nginx/**"]\n')
    systemctl("stop", "nginx.service")
    nginx.events.wait_for("ServiceChanged", service="nginx", state="stopped")
    save(CONF, SITE % "second")
    done = nginx.events.wait_for("ReloadFinished", project="nginx")
    assert service_of(done, "nginx")["result"] == "recorded" and acted_on(nginx.events) == []
    assert unit_property("nginx.service", "ActiveState") == "inactive"
    nginx.ctl("start", "nginx")
    assert get() == "second"
    nginx.ctl("down", "nginx")
    assert unit_property("nginx.service", "ActiveState") == "active", "it was only let go of"
    assert get() == "second"


def test_a_malformed_project_is_named_and_the_others_work(nginx):
    save(PROJECTS / "broken.toml", "[services.x\n")
    try:
        failed = nginx.events.wait_for("ValidationFailed", project="broken")
        assert (failed["path"], failed["line"]) == (str(PROJECTS / "broken.toml"), 1)
        save(CONF, SITE % "second")
        nginx.finished("applied")
    finally:
        (PROJECTS / "broken.toml").unlink()
