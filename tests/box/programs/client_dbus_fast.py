#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The job of test_clients.py with dbus-fast, which goes on with dbus-next: client_dbus_fast.py TARGET prints what it
was told, as JSON."""

import asyncio
import json
import sys

from dbus_fast import Variant
from dbus_fast.aio import MessageBus

NAME = "org.hotreload"


async def main(target: str):
    bus = await MessageBus().connect()

    async def interface(path: str, name: str):
        tree = await bus.introspect(NAME, path)
        return bus.get_proxy_object(NAME, path, tree).get_interface(f"{NAME}.{name}")

    manager = await interface("/org/hotreload", "Manager1")
    finished = asyncio.Queue()
    manager.on_reload_finished(lambda id, project, result, _duration, _detail: finished.put_nowait([id, project, result]))
    service = await interface(await manager.call_get_service(target), "Service1")
    told = {"introspected": any(method.name == "Reload" for method in manager.introspection.methods)}
    told["state"] = await service.get_state()
    told["id"] = await manager.call_restart(target, {"force": Variant("b", True), "drain": Variant("s", "0")})
    while (each := await finished.get())[0] != told["id"]:
        pass
    print(json.dumps({**told, "finished": each}))


asyncio.run(main(sys.argv[1]))
