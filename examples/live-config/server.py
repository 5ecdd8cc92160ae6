#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers HTTP on 127.0.0.1:PORT with the greeting of app.toml, and takes a newer one while it runs.

    ./server.py PORT

Needs python3-hotreload."""

import asyncio
import json
import sys
from dataclasses import dataclass

import hotreload


@dataclass(frozen=True)
class Settings:
    greeting: str
    log_requests: bool

    @staticmethod
    def parse(value):
        """Raises what says that a value does not fit."""
        settings = Settings(value["greeting"], value["log"]["requests"])
        if not isinstance(settings.greeting, str) or not isinstance(settings.log_requests, bool):
            raise TypeError("greeting is a string, and log.requests true or false")
        return settings


class Server:
    def __init__(self):
        # "app" is what hotreload publishes as [configs.app]; without hotreload, the file is read.
        self.config = hotreload.Config("app", "app.toml")
        self.settings = Settings.parse(self.config.value)

    async def follow(self):
        async for value in self.config:
            try:
                self.settings = Settings.parse(value)
                print("took", json.dumps(value), flush=True)
            except (LookupError, TypeError) as error:
                print(f"the settings do not fit: {error}", file=sys.stderr)

    async def answer(self, reader, writer):
        try:
            async with asyncio.timeout(1):
                await reader.readuntil(b"\r\n\r\n")
            text = f"HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{self.settings.greeting}\n"
            if self.config.problem:
                text += f"not in force: {self.config.problem}\n"
            writer.write(text.encode())
            await writer.drain()
            if self.settings.log_requests:
                print("a request", flush=True)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # it is gone, or no client of HTTP
        finally:
            writer.close()


async def main(port):
    server = Server()
    async with await asyncio.start_server(server.answer, "127.0.0.1", port):
        await server.follow()


try:
    asyncio.run(main(int(sys.argv[1])))
except OSError as error:
    sys.exit(str(error))
