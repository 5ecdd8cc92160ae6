# SPDX-License-Identifier: LGPL-2.1-or-later
import shutil
import tempfile
from pathlib import Path

import harness
import project
import pytest
from harness import run, save, systemctl


@pytest.fixture(autouse=True)
def guard(request):
    """Every test has it; ask for it to announce what the test means to break."""
    guard = harness.Guard()
    yield guard
    problems = guard.problems()
    guard.clean_up()
    if problems:
        pytest.fail("left behind:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def system_ctl():
    return harness.Ctl()


@pytest.fixture
def dev_ctl():
    return harness.Ctl(user="dev")


@pytest.fixture
def dev_dir():
    """A directory of dev's own, in that user's home, as a project is."""
    path = Path(tempfile.mkdtemp(prefix="project-", dir="/home/dev"))
    shutil.chown(path, "dev", "dev")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def demo(dev_dir):
    """A project of dev's without a file yet; taken down at the end, whatever the test made of it."""
    demo = project.Project(dev_dir)
    yield demo
    demo.remove()


@pytest.fixture
def attach(system_ctl):
    """attach(NAME, UNIT, TEXT) starts the unit, and drops the project file where the daemon looks;
    without TEXT, the recipe of that name, as it is."""
    attached = []

    def attach(name, unit, text=None):
        systemctl("restart", unit)
        project.PROJECTS.mkdir(exist_ok=True)
        events = system_ctl.monitor()
        attached.append((name, unit, events))
        recipe = project.RECIPES / f"{name}.toml"
        written = recipe.read_text() if text is None else f'[services.{name}]\nunit = "{unit}"\n{text}'
        save(project.PROJECTS / f"{name}.toml", written)
        events.wait_for("ReloadFinished", project=name, result="applied")
        return project.Attached(system_ctl, events, name, unit)

    yield attach
    for name, unit, events in attached:
        events.close()
        system_ctl("sync", check=False)  # files that were put back are applied, or pinned ones are not let go of
        (project.PROJECTS / f"{name}.toml").unlink(missing_ok=True)
        system_ctl("down", name, check=False)
        systemctl("stop", unit)


@pytest.fixture
def etc():
    """Puts back what a test makes of the servers' configuration."""
    names = ("nginx", "haproxy", "redis", "lighttpd", "postgresql", "dnsmasq.d", "dnsmasq.conf", "hosts")
    kept = Path("/tmp/kept")
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    run("cp", "-a", *(Path("/etc") / name for name in names if (Path("/etc") / name).exists()), kept)
    yield
    run("rm", "-rf", *(Path("/etc") / name for name in names if not (kept / name).exists()))
    run("rsync", "-a", "--delete", *kept.iterdir(), "/etc/")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failure comes with the journal of the test, which is gone with the box."""
    outcome = yield
    report = outcome.get_result()
    guard = getattr(item, "funcargs", {}).get("guard")
    if report.failed and guard:
        report.sections.append(("journal", guard.journal_text()))
