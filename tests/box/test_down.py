# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is left when a project has gone down: nothing."""

import time


def test_a_look_between_the_end_of_the_services_and_of_the_project_starts_none_again(demo):
    demo.toml('[services.a]\ncommand = ["./worker", "a"]\ntype = "notify"\nverify = "100ms"\n')
    demo.up()
    assert demo.units() == ["hotreload-demo.a@1.service"]
    assert demo.down().returncode == 0
    time.sleep(0.5)  # what must not come has this long to come
    assert demo.units() == [] and not (demo.state / "demo.json").exists()
    assert demo.log("a") == ["start - "]
