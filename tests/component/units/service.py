# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that reloads as it is told: one behaviour per SIGHUP, from the command line; the last one
stays. Each is what it sends to the manager after RELOADING=1, in one message."""
import os
import signal
import socket
import sys
import time

KNOWN = {
    "ok": "READY=1\nERRNO=0\nSTATUS=well",
    "plain": "READY=1",
    "refuse": "READY=1\nERRNO=22\nSTATUS=bad configuration in line 7",
    "refuse-other": "READY=1\nERRNO=22\nSTATUS=invalid port in line 9",
    "well-again": "READY=1\nSTATUS=serving",
}


def notify(message):
    address = os.environ["NOTIFY_SOCKET"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address[0] == "@" else address)
        out.send(message.encode())


def reload(signum, frame):
    how = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
    if how == "die":
        os._exit(0)
    if how == "silent":
        return
    notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
    if how != "stuck":
        notify(KNOWN[how])


behaviours = sys.argv[1:] or ["ok"]
signal.signal(signal.SIGHUP, reload)
notify("READY=1\nSTATUS=up")
while True:
    signal.pause()
