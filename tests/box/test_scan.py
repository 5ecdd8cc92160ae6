# SPDX-License-Identifier: LGPL-2.1-or-later
"""The slow safety scan, which takes its time: half a minute."""

from harness import eventually, run
from project import write_in_place

TOML = """
[services.a]
command = ["./worker", "a", "conf/a.conf"]
type = "notify"
reload_signal = "SIGHUP"
verify = "0"
watch = ["conf/**"]
"""


def test_a_file_that_is_written_by_another_of_its_names_is_seen(demo):
    demo.write("conf/a.conf", "red")
    demo.toml(TOML)
    demo.up()
    run("ln", demo / "conf/a.conf", demo / "elsewhere", user="dev")
    write_in_place(demo / "elsewhere", "green")
    eventually(lambda: demo.log("a")[-1] == "reload - green", deadline=60)
