# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients of programs/server, that ask it once, or all the time."""

import http.client
import socket
import threading
import time

from harness import eventually


def ask(port: int, path="/", host="127.0.0.1") -> list[str]:
    """PID, NAME, text, names of the sockets."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read().decode().split(" ")


class Http:
    """One connection of a Load, and how it asks. Clients for other protocols are made like this."""

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.connect()
        self.over = False  # the server said that it was the last answer

    def ask(self) -> str:
        self._connection.request("GET", "/")
        answer = self._connection.getresponse()
        try:
            text = answer.read().decode()
        except OSError as error:
            raise http.client.HTTPException(f"cut off: {error!r}") from error
        if answer.status != 200:
            raise http.client.HTTPException(f"{answer.status} {text}")
        self.over = answer.getheader("Connection") == "close"
        return text.split(" ")[1]

    def close(self):
        self._connection.close()


# A kept connection that the server closes before it has read the next request: no answer is begun.
CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


PAUSE = 0.002  # seconds between two questions of a client: more would be load, and find no more


class Load:
    """Asks again and again, half with new connections and half with ones that are kept; what was not
    answered is in `failed`. With `idle_may_close`, a kept connection that was closed between two
    answers is in `closed`, and asked again on a new one, as HTTP clients do (RFC 9112, 9.3.1)."""

    def __init__(self, port: int, workers=4, client=Http, idle_may_close=False):
        self.port, self.failed, self.answered, self.seen = port, [], 0, set()
        self.closed = 0
        self._client, self._idle_may_close = client, idle_may_close
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i % 2 == 0,)) for i in range(workers)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        eventually(lambda: self.answered > 0, "an answer")
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self, keep: bool):
        connection, used = None, False
        while not self._ended.wait(PAUSE):
            try:
                if not connection:
                    used = False
                    connection = self._client(self.port)
                self.seen.add(connection.ask())
                self.answered += 1
                used = True
                if not keep or connection.over:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                if used and self._idle_may_close and isinstance(error, CLOSED):
                    self.closed += 1
                else:
                    self.failed.append(f"{time.monotonic():.3f} {error!r}")
                connection = None
