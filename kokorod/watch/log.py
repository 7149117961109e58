# loop: lines are written by the loop's thread.
"""The log: one line an event, `time level event key=value ...`, to standard error.

Spoken text is never logged; `fingerprint` gives its length and a hash to find it by.
A line is escaped and bounded, so that nothing a peer sends can forge or flood one.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from enum import IntEnum
from typing import Final, Protocol

_MAX_VALUE: Final = 300
_MAX_LINE: Final = 2_000


class Level(IntEnum):
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class Stream(Protocol):
    """Where lines go: standard error, or a file that stays small."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...


class Log:
    def __init__(self, level: Level = Level.INFO, stream: Stream | None = None) -> None:
        self.level = level  # may change at any time, for `reload`
        self._stream: Stream = stream if stream is not None else sys.stderr

    def debug(self, event: str, **fields: object) -> None:
        self._write(Level.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        self._write(Level.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        self._write(Level.WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        self._write(Level.ERROR, event, fields)

    def _write(self, level: Level, event: str, fields: dict[str, object]) -> None:
        if level < self.level:
            return
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        pairs = "".join(f" {key}={_shown(value)}" for key, value in fields.items())
        line = f"{stamp} {level.name.lower()} {event}{pairs}"[:_MAX_LINE]
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # a full disk or a closed stream must not end the speech


#: Made anew by each process: a short text cannot be found again by hashing all that it may be.
_KEY: Final = os.urandom(32)


def fingerprint(text: str) -> str:
    """Length and keyed hash of a text: tells two apart within one daemon's log, reads none."""
    hashed = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4, key=_KEY)
    return f"{len(text)}:{hashed.hexdigest()}"


def one_line(text: str) -> str:
    """Text for a terminal: one bounded line without control codes."""
    shown = text[:_MAX_LINE]
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)[:_MAX_LINE]


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    shown = str(value)[:_MAX_VALUE]
    if shown and all(c.isalnum() or c in "._-/:+,%" for c in shown):
        return shown
    # ASCII escapes: a value can hold neither a line end nor a terminal's control codes.
    # Not by a codec: it would be loaded from a file when a line is about having no
    # descriptor left to open one.
    return '"' + ascii(shown)[1:-1].replace('"', r"\"") + '"'
