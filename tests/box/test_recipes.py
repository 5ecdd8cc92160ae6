# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each recipe of examples/recipes on Debian's own server, and one own program of each type: a good,
a bad, and a good edit, under load where something is served."""

import fnmatch
import re
import shutil
import socket
import struct
import tomllib
from pathlib import Path

import pytest
from clients import Http, Load
from harness import eventually, run, save, systemctl, unit_property
from project import RECIPES, service_of, write_in_place

PORT = 8081


def test_every_recipe_is_valid():
    recipes = sorted(RECIPES.glob("*.toml"))
    assert len(recipes) >= 6
    for recipe in recipes:
        done = run("hotreloadctl", "check", recipe, check=False)
        # Some of the services are not there, and a daemon that runs says so.
        told = [line for line in done.stdout.splitlines() if "there is no unit" not in line]
        assert done.returncode == 0 or told == [], done.stdout
        assert recipe.name in (RECIPES / "README.md").read_text()


# ---- what every program has to show -----------------------------------------------------------


def applied(server, action):
    done = service_of(server.finished("applied"), server.name)
    assert done["action"] == action, done
    assert server.status()["state"] == "running" and server.status()["problems"] == []


def refused(server, reason, path=None, line=None):
    """By the program's own words; with its place where it is told in a way that is understood."""
    pid = unit_property(server.unit, "MainPID")
    failed = server.events.wait_for("ValidationFailed", project=server.name)
    assert reason in failed["message"], failed
    if path:
        assert (failed["path"], failed["line"]) == (str(path), line), failed
    server.finished("invalid")
    assert unit_property(server.unit, "MainPID") == pid
    assert server.status()["state"] == "invalid" and reason in str(server.status()["problems"])


def only(load, word):
    """Everybody is answered so, kept connections too."""
    before = load.answered
    load.seen.clear()
    eventually(lambda: load.answered > before + 40, "answers")
    assert load.seen == {word}


def comes(load, word):
    """It takes effect: a reload is over when the server was told."""

    def all_are_new():
        before = load.answered
        load.seen.clear()
        eventually(lambda: load.answered > before + 40, "answers")
        return load.seen == {word}

    eventually(all_are_new, word)


def number_of(path, text) -> int:
    return path.read_text().splitlines().index(text) + 1


# ---- web servers -------------------------------------------------------------------------------

SITE = """server {
    listen 127.0.0.1:8081 default_server;
    location / { return 200 'nginx %s'; }
}
"""

HAPROXY = """global
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend demo
    bind 127.0.0.1:8081
    http-request return status 200 content-type text/plain string "haproxy %s"
"""


def rounds(server, write, broken, action, **reason):
    """good, bad, good again; nobody is refused, reset or left with half an answer."""
    with socket.socket() as knock:  # lighttpd is of Type=simple: it may not listen yet
        eventually(lambda: knock.connect_ex(("127.0.0.1", PORT)) == 0, "the server")
    with Load(PORT, idle_may_close=True) as load:
        only(load, "first")
        write("second")
        applied(server, action)
        comes(load, "second")
        broken()
        refused(server, **reason)
        only(load, "second")
        write("third")
        applied(server, action)
        comes(load, "third")
    assert load.failed == [] and server.same_process()
    print(f"{server.name}: {action}, {load.answered} answered, {load.closed} idle connections closed")


def test_nginx(etc, attach):
    conf = Path("/etc/nginx/conf.d/demo.conf")
    save(conf, SITE % "first")
    rounds(
        attach("nginx", "nginx.service"),
        lambda word: save(conf, SITE % word),
        lambda: save(conf, (SITE % "worse").replace("return", "retrun")),
        "reload",
        reason='unknown directive "retrun"',
        path=conf,
        line=3,
    )


def test_haproxy(etc, attach):
    conf = Path("/etc/haproxy/haproxy.cfg")
    save(conf, HAPROXY % "first")
    rounds(
        attach("haproxy", "haproxy.service"),
        lambda word: save(conf, HAPROXY % word),
        lambda: save(conf, (HAPROXY % "worse").replace("bind", "bnid")),
        "reload",
        reason="unknown keyword 'bnid'",
        path=conf,
        line=9,
    )


def test_haproxy_that_cannot_have_a_port_serves_on_and_it_is_told(etc, attach):
    conf = Path("/etc/haproxy/haproxy.cfg")
    save(conf, HAPROXY % "first")
    haproxy = attach("haproxy", "haproxy.service")
    with socket.create_server(("127.0.0.1", PORT + 1)):
        save(conf, HAPROXY % "second" + f"frontend more\n    bind 127.0.0.1:{PORT + 1}\n")
        haproxy.finished("failed")
        assert haproxy.status()["state"] == "failed"
        assert haproxy.same_process() and Http(PORT).ask() == "first"
    save(conf, HAPROXY % "third")
    applied(haproxy, "reload")
    assert haproxy.same_process()
    eventually(lambda: Http(PORT).ask() == "third", "the third")


@pytest.fixture
def pages():
    root = Path("/var/www/recipes")
    for word in ("first", "second", "third"):
        (root / word).mkdir(parents=True)
        (root / word / "index.html").write_text(f"lighttpd {word} ")
    yield root
    shutil.rmtree(root)


def test_lighttpd(etc, attach, pages):
    conf = Path("/etc/lighttpd/lighttpd.conf")
    advice = re.search(r"#   (server.feature-flags .*?\))$", (RECIPES / "lighttpd.toml").read_text(), re.M | re.S)
    advised = "\n" + advice[1].replace("\n#", "\n") + "\n"
    text = conf.read_text().replace('"/var/www/html"', f'"{pages}/WORD"').replace("= 80\n", f"= {PORT}\n")
    text = re.sub(r"\nserver.pid-file.*\n", advised, text)
    Path("/etc/lighttpd/conf-enabled/99-unconfigured.conf").unlink()
    write = lambda word: save(conf, text.replace("WORD", word))
    write("first")
    rounds(
        attach("lighttpd", "lighttpd.service"),
        write,
        lambda: save(conf, text.replace("WORD", "second").replace("index-file.names ", "index-file.names )")),
        "reload",
        reason="close-parens without open-parens",
    )


# ---- redis -------------------------------------------------------------------------------------


class Connection:
    """Of a Load: a socket, and an end of it in the middle is a failure."""

    over = False
    kind, patience = socket.SOCK_STREAM, 10

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, self.kind)
        self.socket.settimeout(self.patience)
        self.socket.connect(("127.0.0.1", port))

    def take(self, count) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionResetError("closed")
            data += more
        return data

    def close(self):
        self.socket.close()


class Redis(Connection):
    def ask(self):
        self.socket.sendall(b"CONFIG GET databases\r\n")
        answer = b""
        while answer.count(b"\r\n") < 5:
            answer += self.take(1)
        return answer.split(b"\r\n")[4].decode()


def test_redis(etc, attach):
    conf = Path("/etc/redis/redis.conf")
    text = conf.read_text()
    write = lambda value: save(conf, text.replace("\ndatabases 16\n", f"\ndatabases {value}\n"))
    shutil.chown(conf, "redis", "redis")
    redis = attach("redis", "redis-server.service")
    with Load(6379, client=Redis) as load:
        write("many")
        refused(redis, "'databases many'", conf, number_of(conf, "databases many"))
        save(conf, text + "maxmemroy 1gb\n")
        refused(redis, "'maxmemroy 1gb'")
        only(load, "16")
        assert load.failed == [] and redis.same_process()
        write(7)
        applied(redis, "restart")
        comes(load, "7")
        assert not redis.same_process()
        write("lots")
        refused(redis, "'databases lots'")
        write(9)
        applied(redis, "restart")
        comes(load, "9")
    cut = [each for each in load.failed if "refused" not in each]
    assert 0 < len(cut) <= 2 * 4, "each connection once, at each of two restarts"
    print(f"redis: restart, {load.answered} answered, {len(cut)} connections cut, {redis.status()['last_gap_usec']} us away")


# ---- postgresql --------------------------------------------------------------------------------


class Postgres(Connection):
    """Just enough of the protocol: no password, one query."""

    def __init__(self, port):
        super().__init__(port)
        words = b"user\0postgres\0database\0postgres\0\0"
        self.socket.sendall(struct.pack("!ii", len(words) + 8, 3 << 16) + words)
        self.rows()

    def rows(self) -> list[bytes]:
        rows = []
        while True:
            kind, length = struct.unpack("!ci", self.take(5))
            body = self.take(length - 4)
            if kind == b"E":
                raise OSError(body)
            if kind == b"D":
                rows.append(body[6:])
            if kind == b"Z":
                return rows

    def query(self, text: str) -> list[str]:
        words = text.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!i", len(words) + 4) + words)
        return [row.decode() for row in self.rows()]

    def ask(self):
        return self.query("SHOW work_mem")[0]

    def close(self):
        self.socket.sendall(b"X" + struct.pack("!i", 4))
        super().close()


UNIT = "postgresql@17-main.service"


@pytest.fixture
def postgres(etc, attach):
    main = Path("/etc/postgresql/17/main")
    hba = main / "pg_hba.conf"
    hba.write_text("host all postgres 127.0.0.1/32 trust\n" + hba.read_text())
    systemctl("start", UNIT)
    server = attach("postgresql", UNIT)
    server.conf, server.hba = main / "postgresql.conf", hba
    return server


def test_postgresql(postgres):
    text, rules = postgres.conf.read_text(), postgres.hba.read_text()
    with Load(5432, client=Postgres) as load:
        write_in_place(postgres.conf, text + "work_mem = 8MB\n")
        applied(postgres, "reload")
        comes(load, "8MB")
        for line, reason in (("work_mem = many", "work_mem"), ("wrk_mem = 8MB", "unrecognized"), ("work_mem = 8MB 9MB", "syntax error")):
            write_in_place(postgres.conf, text + line + "\n")
            refused(postgres, reason, postgres.conf, number_of(postgres.conf, line))
        only(load, "8MB")
        write_in_place(postgres.conf, text + "work_mem = 16MB\n")
        applied(postgres, "reload")
        comes(load, "16MB")

        write_in_place(postgres.hba, rules + "host all all 127.0.0.1/32 scrum\n")
        refused(postgres, 'invalid authentication method "scrum"', postgres.hba, rules.count("\n") + 1)
        write_in_place(postgres.hba, rules + "host all all 127.0.0.1/32 reject\n")
        applied(postgres, "reload")
        since = len(postgres.events.seen)
        write_in_place(postgres.conf, text + "work_mem = 16MB\n# no more than a comment\n")
        postgres.nothing_to_do(since)
    assert load.failed == [] and postgres.same_process()
    print(f"postgresql: reload, {load.answered} answered")


def test_postgresql_s_settings_that_need_a_restart_wait_for_it(postgres):
    text = postgres.conf.read_text()
    write_in_place(postgres.conf, text.replace("max_connections = 100", "max_connections = 50"))
    postgres.finished("waiting")
    assert postgres.same_process() and postgres.status()["state"] == "waiting"
    postgres.ctl("restart", "postgresql")
    session = Postgres(5432)
    assert session.query("SHOW max_connections") == ["50"]
    write_in_place(postgres.conf, postgres.conf.read_text() + "max_connections = 60\n")
    postgres.finished("applied")
    postgres.finished("waiting")

    keys = tomllib.loads((RECIPES / "postgresql.toml").read_text())["services"]["postgresql"]["watch"][1]["keys"]
    patterns = [key.removesuffix(".**") for key in keys]
    need_restart = session.query("SELECT name FROM pg_settings WHERE context = 'postmaster'")
    others = session.query("SELECT name FROM pg_settings WHERE context NOT IN ('postmaster', 'internal')")
    covered = lambda name: any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    assert [name for name in need_restart if not covered(name)] == []
    assert [name for name in others if covered(name)] == []
    session.close()


# ---- dnsmasq -----------------------------------------------------------------------------------

# The unit of Debian's package dnsmasq, of which the box has only the program.
DNSMASQ_UNIT = """[Service]
Type=forking
PIDFile=/run/dnsmasq/dnsmasq.pid
RuntimeDirectory=dnsmasq
ExecStart=/usr/sbin/dnsmasq -x /run/dnsmasq/dnsmasq.pid -u dnsmasq -7 /etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new --local-service
ExecReload=/bin/kill -HUP $MAINPID
"""
DNSMASQ = "port=8053\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\naddress=/conf.test/10.0.0.%s\n"


class Dns(Connection):
    kind, patience = socket.SOCK_DGRAM, 0.5
    name = b""

    def ask(self):
        labels = b"".join(bytes([len(part)]) + part for part in self.name.split(b"."))
        self.socket.send(struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, 1, 1))
        answer = self.socket.recv(512)
        return str(answer[-1]) if struct.unpack("!H", answer[6:8])[0] else "none"


class HostsDns(Dns):
    name = b"hosts.test"


class ConfDns(Dns):
    name = b"conf.test"


@pytest.fixture
def dnsmasq_unit(etc):
    unit = Path("/run/systemd/system/dnsmasq.service")
    unit.write_text(DNSMASQ_UNIT)
    systemctl("daemon-reload")
    Path("/etc/dnsmasq.d").mkdir()
    save("/etc/dnsmasq.conf", DNSMASQ % 1)
    yield unit.name
    unit.unlink()
    systemctl("daemon-reload")


def test_dnsmasq(dnsmasq_unit, attach):
    dnsmasq = attach("dnsmasq", dnsmasq_unit)
    hosts, conf = Path("/etc/hosts"), Path("/etc/dnsmasq.conf")
    text = hosts.read_text()
    with Load(8053, client=HostsDns) as load:
        for number in "12":
            save(hosts, text + f"10.0.0.{number} hosts.test\n")
            applied(dnsmasq, "reload")
            comes(load, number)
        save(conf, (DNSMASQ % 3).replace("\naddress=", "\nadress="))
        refused(dnsmasq, "bad option at line 5 of /etc/dnsmasq.conf")
        only(load, "2")
    assert load.failed == [] and dnsmasq.same_process()
    print(f"dnsmasq: reload, {load.answered} answered")

    with Load(8053, client=ConfDns) as load:
        only(load, "1")
        assert load.failed == []
        save(conf, DNSMASQ % 4)
        applied(dnsmasq, "restart")
        comes(load, "4")
        save("/etc/dnsmasq.d/more", "no-such-option\n")
        refused(dnsmasq, "bad option at line 1 of /etc/dnsmasq.d/more")
        only(load, "4")
        save("/etc/dnsmasq.d/more", "address=/more.test/10.0.0.5\n")
        applied(dnsmasq, "restart")
        comes(load, "4")
    print(f"dnsmasq: restart, {load.answered} answered, {len(load.failed)} not, {dnsmasq.status()['last_gap_usec']} us away")


# ---- own programs, of each type ----------------------------------------------------------------

ONCE = """#!/bin/sh
echo "start - $(cat "$2")" >>"$1.log"
! grep -q die "$2"
"""
FORKS = """#!/bin/sh
./worker "$@" </dev/null &
"""
RELOADS = """
[services.notify-reload]
command = ["./worker", "--notify-reload", "notify-reload", "conf/notify-reload.conf"]
type = "notify-reload"
validate = ["sh", "-c", "! grep -n die conf/notify-reload.conf"]
watch = ["conf/notify-reload.conf"]
"""
TYPES = {"simple": "worker", "exec": "worker", "notify": "worker", "oneshot": "once", "forking": "forks"}
OWN = """
[services.{name}]
command = ["./{program}", "{name}", "conf/{name}.conf"]
type = "{name}"
verify = "300ms"
{more}
[[services.{name}.watch]]
files = ["conf/{name}.conf"]
pin = true
"""


def edited(demo, events, name, text, result, action):
    demo.write(f"conf/{name}.conf", text + "\n")
    done = events.wait_for("ReloadFinished")
    assert done["result"] == result, done
    service = service_of(done, name)
    assert service["action"] == action, done
    return service


def test_own_programs_of_each_type(demo):
    for program, text in (("once", ONCE), ("forks", FORKS)):
        demo.write(program, text, mode=0o755)
    for name in (*TYPES, "notify-reload"):
        demo.write(f"conf/{name}.conf", "first\n")
    more = {"oneshot": "properties = { RemainAfterExit = true }"}
    demo.toml("".join(OWN.format(name=n, program=p, more=more.get(n, "")) for n, p in TYPES.items()) + RELOADS)
    demo.up()
    well = lambda name: "done" if name == "oneshot" else "running"
    assert {name: service["state"] for name, service in demo.services().items()} == {name: well(name) for name in demo.services()}
    with demo.ctl.monitor() as events:
        for name in TYPES:
            edited(demo, events, name, "second", "applied", "restart")
            eventually(lambda: demo.log(name)[-1] == "start - second", "the new one")
            bad = edited(demo, events, name, "die", "rolled-back", "restart")
            print(f"{name}: restart; {bad['problem']['message']}")
            eventually(lambda: demo.log(name)[-2:] == ["start - die", "start - second"], "the old one")
            assert demo[name]["active_state"] == "active" and demo[name]["state"] == "rolled-back"
            edited(demo, events, name, "third", "applied", "restart")
            eventually(lambda: demo.log(name)[-1] == "start - third", "the third")
            assert demo[name]["state"] == well(name)

        name = "notify-reload"
        pid = demo[name]["main_pid"]
        edited(demo, events, name, "second", "applied", "reload")
        assert demo.log(name)[-1] == "reload - second"
        bad = edited(demo, events, name, "die", "invalid", "reload")
        assert "1:die" in bad["problem"]["message"] and demo.log(name)[-1] == "reload - second"
        edited(demo, events, name, "third", "applied", "reload")
        assert demo.log(name)[-1] == "reload - third" and demo[name]["main_pid"] == pid
        assert demo[name]["state"] == "running"


def test_an_own_program_with_ports_is_swapped_under_load(demo):
    demo.program("server")
    demo.write("page", "first\n")
    demo.toml(f"""
[services.web]
command = ["sh", "-c", "NAME=$(cat page) exec ./server page"]
type = "notify"
ports = ["127.0.0.1:{PORT}"]
verify = "200ms"
watch = ["page"]
""")
    demo.up()
    with demo.ctl.monitor() as events, Load(PORT) as load:
        for text, result in (("second", "applied"), ("die", "rolled-back"), ("third", "applied")):
            demo.write("page", text + "\n")
            done = events.wait_for("ReloadFinished")
            assert done["result"] == result and service_of(done, "web")["action"] == "swap", done
            comes(load, "second" if text == "die" else text)
        assert demo["web"]["state"] == "running"
    assert load.failed == []
    print(f"own with ports: swap, {load.answered} answered")
