# SPDX-License-Identifier: LGPL-2.1-or-later
"""hotreload.py, over the library: test_python.py DIRECTORY_OF_THE_MODULE"""

import asyncio
import os
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv.pop(1))
import hotreload  # noqa: E402


class ConfigTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name, "app.toml")

    def tearDown(self):
        self.directory.cleanup()

    def save(self, text):
        new = self.path.with_suffix(".new")
        new.write_text(text)
        os.rename(new, self.path)

    def test_values_and_what_is_not_there(self):
        self.save('[a]\n"x/y" = 1\n')
        with hotreload.Config(path=self.path) as config:
            self.assertEqual(config.value, {"a": {"x/y": 1}})
            self.assertEqual((config["/a/x~1y"], config.get("/b", 5), config.source), (1, 5, "file"))
            self.assertRaises(KeyError, config.get, "/b")
            self.save("b = 2\n")
            self.assertTrue(config.wait(10))
            self.assertTrue(config.has_changed("/b"))
            self.assertIn({"op": "add", "path": "/b", "value": 2}, config.patch)

    def test_a_wait_may_be_over_before_it_begins_and_be_without_an_end(self):
        self.save("n = 1\n")
        with hotreload.Config(path=self.path) as config:
            self.assertFalse(config.wait(-1))
            for timeout in (1e30, float("inf"), None):
                self.save(f"n = {config['/n'] + 1}\n")
                self.assertTrue(config.wait(timeout))

    # Was: memory that was gone was read, for as long as the wait was to take.
    def test_a_close_ends_a_wait_in_another_thread(self):
        self.save("n = 1\n")
        config = hotreload.Config(path=self.path)
        ended = []

        def wait():
            try:
                config.wait()
            except ValueError as error:
                ended.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        self.save("n = 2\n")  # it may be taken, or not: then the wait goes on
        config.close()
        waiting.join(10)
        self.assertFalse(waiting.is_alive())
        self.assertRaises(ValueError, config.next)
        self.assertRaises(ValueError, config.get, "/n")
        config.close()

    def test_who_is_in_no_project_is_told_the_way_out(self):
        with self.assertRaisesRegex(OSError, "PROJECT/NAME"):
            hotreload.Config("app")

    def test_what_is_invalid_is_told_with_its_place(self):
        self.save("port = \n")
        with self.assertRaisesRegex(OSError, f"{self.path}:1:8: "):
            hotreload.Config(path=self.path)

    async def test_each_newer_value_is_iterated(self):
        self.save("n = 1\n")
        seen = []
        async with asyncio.timeout(10):
            async for value in hotreload.Config(path=self.path):
                seen.append(value["n"])
                if len(seen) == 3:
                    break
                self.save(f"n = {len(seen) + 1}\n")
        self.assertEqual(seen, [1, 2, 3])


unittest.main()
