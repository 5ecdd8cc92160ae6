# SPDX-License-Identifier: LGPL-2.1-or-later
import shutil
import tempfile
from pathlib import Path

import harness
import project
import pytest


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
    """A directory of dev's own, in his home, as a project is."""
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failure comes with the journal of the test, which is gone with the box."""
    outcome = yield
    report = outcome.get_result()
    guard = getattr(item, "funcargs", {}).get("guard")
    if report.failed and guard:
        report.sections.append(("journal", guard.journal_text()))
