# What the three programs share: telling systemd how they are, and reading their file.
import os
import socket
import sys
import time
import tomllib


def notify(*lines):
    """Tells the service manager, see sd_notify(3). Without one, nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.sendto("\n".join(lines).encode(), address)


def notify_reloading():
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def read(path):
    """The document, or the reason as FILE:LINE: TEXT on standard error and exit status 1."""
    with open(path, "rb") as file:
        text = file.read()
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = 1
        words = str(error).split()
        if "(at" in words and "line" in words:
            line = words[words.index("line") + 1].rstrip(",")
        print(f"{os.path.abspath(path)}:{line}: {error}", file=sys.stderr)
        sys.exit(1)
