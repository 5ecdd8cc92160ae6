#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The job of test_clients.py with dbus-python: client_dbus_python.py TARGET prints what it was told, as JSON."""

import json
import sys

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

DBusGMainLoop(set_as_default=True)
bus, loop, told = dbus.SessionBus(), GLib.MainLoop(), {}
daemon = bus.get_object("org.hotreload", "/org/hotreload")
manager = dbus.Interface(daemon, "org.hotreload.Manager1")
finished = []


def on_finished(id, project, result, _duration, _detail):
    finished.append([str(id), str(project), str(result)])
    if told.get("id") in (each[0] for each in finished):
        loop.quit()


manager.connect_to_signal("ReloadFinished", on_finished)
told["introspected"] = "Reload" in daemon.Introspect(dbus_interface=dbus.INTROSPECTABLE_IFACE)
service = bus.get_object("org.hotreload", manager.GetService(sys.argv[1]))
told["state"] = str(service.Get("org.hotreload.Service1", "State", dbus_interface=dbus.PROPERTIES_IFACE))
told["id"] = str(manager.Restart(sys.argv[1], {"force": True, "drain": "0"}))
if told["id"] not in (each[0] for each in finished):
    loop.run()
told["finished"] = next(each for each in finished if each[0] == told["id"])
print(json.dumps(told))
