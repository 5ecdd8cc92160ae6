# SPDX-License-Identifier: LGPL-2.1-or-later
"""Metrics: the numbers are those of what happened, and a parser that is not ours reads them, from the command, and over
HTTP from the exporter, which is off until somebody enables it."""

import contextlib
import http.client
import socket
import tempfile
from pathlib import Path

import pytest
from harness import DEADLINE, eventually, run, save, systemctl, unit_property
from project import PROJECTS, Project
from prometheus_client.openmetrics.parser import text_string_to_metric_families

PORTS = {None: 10480, "dev": 10481}
TOML = """
[services.a]
command = ["sleep", "infinity"]
strategy = "restart"
watch = ["a.conf"]
validate = ["sh", "-c", "! grep -q refuse a.conf"]
verify = "0"
[configs.app]
file = "app.json"
"""


class Samples:
    """What the other's parser makes of a text: it checks types, units, order, and that nothing is there twice."""

    def __init__(self, text: str):
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self._values = {}
        for family in self.families.values():
            assert family.documentation, family.name
            for sample in family.samples:
                self._values[sample.name, frozenset(sample.labels.items())] = sample.value

    def __call__(self, name: str, **labels) -> float:
        return self._values[name, frozenset(labels.items())]


@pytest.fixture
def up(demo):
    demo.write("a.conf", "one\n")
    demo.write("app.json", '{"port": 1}\n')
    demo.toml(TOML)
    demo.up()
    return demo


def metrics(ctl) -> Samples:
    return Samples(ctl("metrics").stdout)


def test_they_count_what_happened(up):
    reloads = lambda result: metrics(up.ctl)("hotreload_service_reloads_total", project="demo", service="a", result=result)
    applied, invalid = reloads("applied"), reloads("invalid")
    up.write("a.conf", "two\n")
    up.sync()
    up.write("a.conf", "refuse\n")
    up.sync()
    told = metrics(up.ctl)
    assert reloads("applied") == applied + 1 and reloads("invalid") == invalid + 1
    service = {"project": "demo", "service": "a"}
    assert told("hotreload_service_generation", **service) == up["a"]["generation"]
    assert told("hotreload_service_state", **service, hotreload_service_state="invalid") == 1
    assert told("hotreload_service_problems", **service) == 1
    assert told("hotreload_service_gap_seconds_count", **service) >= 1
    assert told("hotreload_service_last_applied_timestamp_seconds", **service) > told("process_start_time_seconds")
    assert told("hotreload_reload_duration_seconds_count", project="demo") >= applied + 2
    assert told("hotreload_config_revision", project="demo", config="app") == 1
    assert told("hotreload_watches") > 0 and told("process_resident_memory_bytes") > 1e6


def test_a_start_of_the_daemon_begins_at_zero_and_says_so(up):
    reloads = {"project": "demo", "service": "a", "result": "applied"}
    up.write("a.conf", "two\n")
    up.sync()
    before = metrics(up.ctl)
    assert before("hotreload_service_reloads_total", **reloads) > 0
    up.kill_daemon()
    after = metrics(up.ctl)
    assert after("hotreload_service_reloads_total", **reloads) == 0
    assert after("hotreload_service_reloads_created", **reloads) > before("hotreload_service_reloads_created", **reloads)
    assert after("hotreload_service_generation", project="demo", service="a") == up["a"]["generation"]


def test_what_is_down_is_not_told(up):
    up.down()
    assert 'project="demo"' not in up.ctl("metrics").stdout


@pytest.fixture
def shop():
    """A project of root's, whose file only root can change."""
    path = Path(tempfile.mkdtemp(prefix="shop-", dir="/srv"))
    path.chmod(0o755)
    shop = Project(path, user=None, name="shop")
    yield shop
    (PROJECTS / "shop.toml").unlink(missing_ok=True)
    shop.remove()


def test_a_refused_file_hides_no_project_that_has_its_name(shop, system_ctl):
    PROJECTS.mkdir(exist_ok=True)
    save(PROJECTS / "shop.toml", "[services.x\n")
    problems = lambda: metrics(system_ctl)("hotreload_project_problems", project="shop")
    eventually(lambda: 'project="shop"' in system_ctl("metrics").stdout, "the refused file is told")
    assert problems() == 1
    shop.toml('[services.a]\ncommand = ["sleep", "infinity"]\nverify = "0"\n')
    shop.up()
    running = {"project": "shop", "service": "a", "hotreload_service_state": "running"}
    assert metrics(system_ctl)("hotreload_service_state", **running) == 1
    assert problems() == 0


def test_there_is_no_json_of_them(dev_ctl):
    refused = dev_ctl("--json=short", "metrics", check=False)
    assert refused.returncode == 2 and "OpenMetrics" in refused.stderr


# ---- over HTTP


@contextlib.contextmanager
def exporter(user):
    systemctl("start", "hotreload-exporter.socket", user=user)
    try:
        yield PORTS[user]
    finally:
        systemctl("stop", "hotreload-exporter.socket", user=user)


def get(port: int, path="/metrics", method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    connection.request(method, path)
    answer = connection.getresponse()
    return answer, answer.read().decode()


@pytest.mark.parametrize("user", PORTS)
def test_the_exporter_is_off_until_somebody_enables_it(user):
    assert unit_property("hotreload-exporter.socket", "ActiveState", user=user) == "inactive"
    enabled = systemctl("is-enabled", "hotreload-exporter.socket", user=user, check=False)
    assert enabled.stdout.strip() == "disabled"


@pytest.mark.parametrize("user", PORTS)
def test_the_exporter_answers_a_scrape(user, system_ctl):
    with exporter(user) as port:
        answer, text = get(port)
        assert answer.status == 200, text
        assert answer.getheader("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert Samples(text)("process_resident_memory_bytes") > 0
        head, nothing = get(port, method="HEAD")
        assert head.status == 200 and nothing == ""
        assert get(port, "/")[0].status == 404
        assert get(port, method="POST")[0].status == 405


def test_the_exporter_answers_what_is_no_request(system_ctl):
    with exporter(None) as port, socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
        connection.sendall(b"EHLO localhost\r\n\r\n")
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 400 ")


def test_the_exporter_may_do_nothing_but_answer():
    exposure = run("systemd-analyze", "security", "--no-pager", "--threshold=100", "hotreload-exporter@.service", check=False).stdout
    overall = next(line for line in exposure.splitlines() if "Overall exposure level" in line)
    print(overall)
    assert float(overall.split(":")[1].split()[0]) <= 1.5
