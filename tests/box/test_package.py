# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package: it installs, is started by its bus name and by its socket, and purges clean."""

import contextlib
import os
import re
from pathlib import Path

import pytest
from harness import environment, run, save, systemctl, unit_property
from project import PROJECTS
from test_pin_installed import DROP_IN, SITE, VIEWS, pinned
from test_nginx import CONF, get

DEB = os.environ.get("HOTRELOAD_DEB")
pytestmark = pytest.mark.skipif(not DEB, reason="not installed from a package")

PACKAGES = ["hotreload", "libhotreload1", "libhotreload-dev", "python3-hotreload"]
INSTANCES = [None, "dev"]


def socket_path(user):
    directory = environment(user)["XDG_RUNTIME_DIR"] if user else "/run"
    return f"{directory}/hotreload/org.hotreload"


def ping(user):
    bus = "--user" if user else "--system"
    run("busctl", bus, "call", "org.hotreload", "/org/hotreload", "org.freedesktop.DBus.Peer", "Ping", user=user)


def install(*debs):
    run("dpkg", "--install", *(debs or [DEB]), timeout=120)


def remove():
    run("dpkg", "--remove", "hotreload", timeout=120)


def main_pids():
    return [unit_property("hotreloadd.service", "MainPID", user=user) for user in INSTANCES]


def every_socket_answers():
    for user in INSTANCES:
        assert systemctl("is-active", "hotreloadd.socket", user=user).stdout.strip() == "active"
        assert "org.hotreload" in run("varlinkctl", "info", f"unix:{socket_path(user)}", user=user).stdout


@pytest.fixture
def reinstalled():
    yield
    install(*Path(DEB).parent.glob("*.deb"))
    every_socket_answers()


def test_what_is_installed_is_what_was_packed():
    for package in PACKAGES:
        assert run("dpkg-query", "--show", "--showformat=${Status}", package).stdout == "install ok installed"
        assert run("dpkg", "--verify", package).stdout == ""


def test_the_socket_listens_for_the_system_and_for_every_user():
    assert systemctl("is-enabled", "hotreloadd.socket").stdout.strip() == "enabled"
    assert systemctl("is-active", "hotreloadd.socket").stdout.strip() == "active"
    assert systemctl("is-enabled", "--global", "hotreloadd.socket").stdout.strip() == "enabled"
    assert systemctl("is-active", "hotreloadd.socket", user="dev").stdout.strip() == "active"


@pytest.mark.parametrize("user", INSTANCES)
def test_the_bus_name_starts_the_daemon(user):
    systemctl("stop", "hotreloadd.service", user=user)
    ping(user)
    assert unit_property("hotreloadd.service", "ActiveState", user=user) == "active"


@pytest.mark.parametrize("user", INSTANCES)
def test_the_socket_starts_the_daemon(user):
    systemctl("stop", "hotreloadd.service", user=user)
    answer = run("varlinkctl", "info", f"unix:{socket_path(user)}", user=user).stdout
    assert "org.hotreload" in answer
    assert unit_property("hotreloadd.service", "ActiveState", user=user) == "active"


def test_an_upgrade_restarts_a_daemon_that_runs_and_its_socket():
    for user in INSTANCES:
        ping(user)
    before = main_pids()
    install()
    after = main_pids()
    assert not {"0", *before} & set(after)
    every_socket_answers()


def test_the_sockets_outlive_an_upgrade_while_the_daemons_had_nothing_to_do():
    for user in INSTANCES:
        systemctl("stop", "hotreloadd.service", user=user)
    install()
    every_socket_answers()


def test_a_removal_lets_pinned_units_go_and_another_installation_brings_the_sockets_back(attach, etc):
    save(CONF, SITE.replace("    include /etc/nginx/extra/*.conf;\n", "") % "first")
    attach("nginx", "nginx.service", pinned("/etc/nginx/**").replace("NAME", "nginx"))
    assert DROP_IN.exists()
    for user in INSTANCES:
        ping(user)
    systemctl("stop", "hotreloadd.socket")  # and so the daemon, which cannot let go of anything
    assert unit_property("hotreloadd.service", "ActiveState") == "inactive"
    try:
        remove()
        for user in INSTANCES:
            assert unit_property("hotreloadd.service", "ActiveState", user=user) == "inactive"
            assert unit_property("hotreloadd.socket", "ActiveState", user=user) == "inactive"
        assert not DROP_IN.exists()
        assert unit_property("nginx.service", "NeedDaemonReload") == "no"
        # It reads what it was shown, and can, until it is started again.
        assert list(VIEWS.iterdir()) != []
        systemctl("reload", "nginx.service")
        save(CONF, CONF.read_text().replace("first", "second"))
        systemctl("restart", "nginx.service")
        assert get() == "second"
    finally:
        install()
    every_socket_answers()


@pytest.mark.parametrize("name", ["examples/recipes/nginx.toml", "README.md", "NEWS", "README.Debian", "org.hotreload.varlink"])
def test_its_documentation_is_there(name):
    path = Path("/usr/share/doc/hotreload") / name
    assert path.exists() or (path.with_name(path.name + ".gz").exists() and path.suffix != ".varlink")


def test_its_messages_are_in_the_catalog():
    source = Path("/usr/lib/systemd/catalog/hotreload.catalog").read_text()
    ids = set(re.findall(r"^-- ([0-9a-f]{32})$", source, re.MULTILINE))
    known = set(re.findall(r"^[0-9a-f]{32}", run("journalctl", "--list-catalog").stdout, re.MULTILINE))
    assert ids and ids <= known


@pytest.mark.parametrize("page", [
    "hotreloadctl.1", "hotreloadd.8", "hotreload.toml.5", "org.hotreload.5", "libhotreload.3", "hotreload_config_open.3",
    "hotreload_config_next.3", "hotreload_config_get_json.3", "hotreload_config_wait.3"])
def test_the_manual_page_renders_without_a_warning(page):
    section = page.rpartition(".")[2]
    shown = run("man", "--warnings=w", section, page.removesuffix(f".{section}"), env={**os.environ, "MANWIDTH": "80"})
    assert shown.stdout and shown.stderr == ""


# What remains takes a mount namespace, another user than root, or no network: the unit says why it has
# none of them.
MOST_EXPOSED = 4.8


def test_the_unit_is_confined_as_far_as_its_work_lets_it():
    shown = run("systemd-analyze", "security", "--no-pager", "hotreloadd.service").stdout
    (overall,) = [line for line in shown.splitlines() if "Overall exposure level" in line]
    print(overall)
    assert float(overall.split(": ")[1].split()[0]) <= MOST_EXPOSED, shown


def test_lintian_finds_no_error():
    # The changelog closes no bug, as nobody has asked for the package.
    debs = Path(DEB).parent.glob("*.deb")
    run("lintian", "--fail-on", "error", "--suppress-tags", "initial-upload-closes-no-bugs", "--allow-root", *debs, timeout=120)


PROGRAM = """
#include <hotreload/config.h>
int main(int argc, char **argv) {
    hotreload_config *config;
    int port = 0;
    if (hotreload_config_open(&config, (void *)0, argv[argc - 1], 0) < 0)
        return 1;
    hotreload_config_get_bool(config, "/on", &port);
    hotreload_config_unref(config);
    return port ? 0 : 2;
}
"""
PROGRAM_HPP = """
#include <hotreload/config.hpp>
int main(int, char** argv) {
    auto config = hotreload::Config::open({}, {.path = argv[1]});
    return config && config->get<bool>("/on").value_or(false) ? 0 : 2;
}
"""
MODULE = "import hotreload, sys; sys.exit(0 if hotreload.Config(None, sys.argv[1]).get('/on') else 2)"


def test_programs_are_built_with_what_is_installed(tmp_path):
    document = tmp_path / "app.toml"
    document.write_text("on = true\n")
    flags = run("pkg-config", "--cflags", "--libs", "libhotreload").stdout.split()
    assert run("pkg-config", "--modversion", "libhotreload").stdout.strip()
    for compiler, name, text in (("cc", "c11.c", PROGRAM), ("c++", "c++23.cpp", PROGRAM_HPP)):
        (tmp_path / name).write_text(text)
        strict = [f"-std={Path(name).stem}", "-Wall", "-Wextra", "-Werror"]
        run(compiler, *strict, "-o", tmp_path / "program", tmp_path / name, *flags, timeout=120)
        run(tmp_path / "program", document)
        needed = run("objdump", "-p", tmp_path / "program").stdout
        assert "libhotreload.so.1" in needed
    run("python3", "-c", MODULE, document)


def test_it_purges_clean(reinstalled):
    with contextlib.suppress(OSError):
        PROJECTS.rmdir()  # another test has made it
    ping(None)
    ping("dev")
    files = [Path(line) for line in run("dpkg", "--listfiles", *PACKAGES).stdout.splitlines()]
    files = [path for path in files if not path.is_dir()]
    assert files
    run("dpkg", "--purge", *PACKAGES, timeout=120)

    assert [path for path in files if path.exists()] == []
    # Files of a user stay; those in /run/user go when the user logs out.
    others = ["/proc", "/sys", "/src", "/home", "/run/user", "/tmp", "/var/cache"]
    skip = [word for mount in others for word in ("-path", mount, "-prune", "-o")]
    ours = run("find", "/", *skip, "-name", "*hotreload*", "-print").stdout.split()
    assert ours == []
    for user in INSTANCES:
        # Units of projects, and their slices, are not the package's.
        for words in (["list-units", "--state=active,activating,failed"], ["list-unit-files"]):
            found = systemctl(*words, "--legend=no", "hotreloadd*", user=user, check=False)
            assert found.stdout == ""
