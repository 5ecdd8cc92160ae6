# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program's configuration, live: the last valid value of a document that hotreload publishes.

    import hotreload

    async for settings in hotreload.Config("app", "config/app.toml"):
        logging.getLogger().setLevel(settings["log"]["level"])

Without asyncio, a Config has fileno() for select and its relatives, next() and wait(). See
libhotreload(3). An object is for one thread at a time."""

import asyncio
import ctypes
import errno
import json
import math
import os
import select
import time
from typing import Any, AsyncIterator, NamedTuple, Optional

__all__ = ["Config", "Problem", "SYSTEM", "USER"]

_PUBLISHED_ONLY, _OPTIONAL, SYSTEM, USER = 1, 2, 4, 8
_LONGEST_POLL = 2**31 - 1  # milliseconds
_NO_PROJECT = "HOTRELOAD_CONFIGS is not set, as in a service that hotreload started: say PROJECT/NAME, or give a path"
_REQUIRED = object()


def _load():
    library = ctypes.CDLL("libhotreload.so.1")
    config, text, out = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER
    number = ctypes.c_uint
    for name, *arguments in [
        ("open", out(config), text, text, ctypes.c_uint64),
        ("get_fd", config),
        ("next", config),
        ("has_changed", config, text),
        ("get_patch", config, out(text)),
        ("get_source", config),
        ("get_revision", config, out(ctypes.c_uint64)),
        ("get_problem", config, out(text), out(number), out(number), out(text)),
        ("get_json", config, text, out(text)),
    ]:
        function = getattr(library, f"hotreload_config_{name}")
        function.argtypes, function.restype = arguments, ctypes.c_int
    for function in (library.hotreload_config_ref, library.hotreload_config_unref):
        function.argtypes, function.restype = [config], config
    return library


_library = _load()


class Problem(NamedTuple):
    """What is wrong with a document; line and column from 1, 0 where they are not known."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self):
        place = ":".join(str(part) for part in self[:3] if part)
        return f"{place}: {self.message}" if place else self.message


class Config:
    """The last valid value of a document. `name` is NAME in a service that hotreload started,
    PROJECT/NAME anywhere; `path` is the file, which is read where nobody publishes it. Raises
    OSError when there is no valid value, unless it is `optional`."""

    def __init__(self, name: Optional[str] = None, path: Optional[os.PathLike | str] = None, *,
                 published_only: bool = False, optional: bool = False, instance: int = 0):
        self._config = ctypes.c_void_p()
        self._closing = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)  # wakes who waits
        words = name.encode() if name is not None else None, os.fsencode(path) if path is not None else None
        flags = instance | (_PUBLISHED_ONLY if published_only else 0)
        result = self._call("open", *words, flags | (_OPTIONAL if optional else 0), out=True)
        if result >= 0:
            return
        # What is wrong is known to who opens it all the same.
        problem = self.problem if self._call("open", *words, flags | _OPTIONAL, out=True) >= 0 else None
        self.close()
        why = _NO_PROJECT if result == -errno.ENXIO else os.strerror(-result)
        raise OSError(-result, str(problem) if problem else why, name or path)

    def _call(self, function: str, *arguments, out: bool = False) -> int:
        if self._closing < 0:
            raise ValueError("the Config was closed")
        config = ctypes.byref(self._config) if out else self._config
        return getattr(_library, f"hotreload_config_{function}")(config, *arguments)

    def _checked(self, function: str, *arguments) -> int:
        result = self._call(function, *arguments)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def close(self) -> None:
        """Who waits in another thread is woken, and raises ValueError, as all that is called afterwards."""
        if self._closing < 0:
            return
        os.eventfd_write(self._closing, 1)
        os.close(self._closing)
        self._closing = -1
        _library.hotreload_config_unref(self._config)
        self._config = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __del__(self):
        if getattr(self, "_closing", -1) >= 0:
            self.close()

    def fileno(self) -> int:
        """One descriptor for life, readable when next() has something to do."""
        return self._checked("get_fd")

    def next(self) -> bool:
        """Whether there is a newer value now. Never waits."""
        return self._checked("next") > 0

    def wait(self, timeout: Optional[float] = None) -> bool:
        """The same, when there is one, or False after `timeout` seconds. No signal is missed: it is
        handled by Python, and waited on."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        closing = os.dup(self._closing)
        poller.register(closing, select.POLLIN)
        config = _library.hotreload_config_ref(self._config)  # for as long as this takes
        try:
            while True:
                result = _library.hotreload_config_next(config)
                if result < 0:
                    raise OSError(-result, os.strerror(-result))
                left = until - time.monotonic()
                if result > 0 or left < 0:
                    return result > 0
                ready = poller.poll(min(math.ceil(left * 1000) if left < _LONGEST_POLL else left, _LONGEST_POLL))
                if any(fd == closing for fd, _ in ready):
                    raise ValueError("the Config was closed")
        finally:
            _library.hotreload_config_unref(config)
            os.close(closing)

    @property
    def value(self) -> Any:
        """All of the document. Raises LookupError when nothing has been valid yet."""
        return self.get("")

    def get(self, pointer: str, default: Any = _REQUIRED) -> Any:
        """What is at a JSON pointer (RFC 6901): "/server/port". `default`, or LookupError, when
        nothing is there."""
        text = ctypes.c_char_p()
        result = self._call("get_json", pointer.encode(), ctypes.byref(text))
        if result in (-errno.ENOENT, -errno.ENODATA):
            if default is _REQUIRED:
                raise KeyError(pointer) if result == -errno.ENOENT else LookupError("nothing has been valid yet")
            return default
        if result == -errno.EINVAL:
            raise ValueError(f"{pointer}: this is no JSON pointer")
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return json.loads(text.value)

    def __getitem__(self, pointer: str) -> Any:
        return self.get(pointer)

    def has_changed(self, pointer: str = "") -> bool:
        """Whether what is at the pointer differs from what was there before the last newer value."""
        return self._checked("has_changed", pointer.encode()) > 0

    @property
    def patch(self) -> list:
        """The difference to the value before, as RFC 6902 with "old"; empty: there was none."""
        text = ctypes.c_char_p()
        return json.loads(text.value) if self._call("get_patch", ctypes.byref(text)) >= 0 else []

    @property
    def source(self) -> Optional[str]:
        """"published", "file", or None: there is no value."""
        return [None, "published", "file"][self._checked("get_source")]

    @property
    def revision(self) -> Optional[int]:
        """Of a published value."""
        revision = ctypes.c_uint64()
        return revision.value if self._call("get_revision", ctypes.byref(revision)) >= 0 else None

    @property
    def problem(self) -> Optional[Problem]:
        """What is wrong with the document now; the value is the last one that was valid."""
        path, message = ctypes.c_char_p(), ctypes.c_char_p()
        line, column = ctypes.c_uint(), ctypes.c_uint()
        if self._call("get_problem", *(ctypes.byref(each) for each in (path, line, column, message))) <= 0:
            return None
        return Problem(os.fsdecode(path.value), line.value, column.value, message.value.decode(errors="replace"))

    async def __aiter__(self) -> AsyncIterator[Any]:
        """The value that there is, and each newer one. One iteration at a time."""
        loop = asyncio.get_running_loop()
        if self.source:
            yield self.value
        while True:
            while not self.next():
                ready = loop.create_future()
                # While nobody waits, nothing is called: the descriptor stays readable until next().
                loop.add_reader(self, lambda: ready.done() or ready.set_result(None))
                try:
                    await ready
                finally:
                    loop.remove_reader(self)
            yield self.value
