# loop: written by the loop's thread.
"""Standard error kept small if it is a log file: launchd opens one and never rotates.

Owns:       the numbered older files beside it; descriptors 1 and 2 point to the newest.
Invariants: all files together stay under about (KEPT + 1) x MAX_BYTES; a line is whole
            in one file.
Never:      touches a file that is not the one standard error was opened with; fails
            because a file cannot be renamed: it goes on in the one it has.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import Final

#: 10,000 lines: days of speech, and quick to read through.
MAX_BYTES: Final = 1024 * 1024

#: Older files: a crash loop's first traceback is still there after its hundredth.
KEPT: Final = 3

_NAME: Final = "kokorod.log"


class LogFile:
    """A text stream on standard error that begins a new file when one is full."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "backslashreplace")
        # The size is asked for, not counted: native libraries write here too.
        if os.fstat(2).st_size + len(data) > self._max_bytes:
            self._begin_anew()
        while data:
            data = data[os.write(2, data) :]
        return len(text)

    def flush(self) -> None:
        """Every write is through already."""

    def _begin_anew(self) -> None:
        with contextlib.suppress(OSError):
            for number in range(self._kept, 1, -1):
                with contextlib.suppress(FileNotFoundError):
                    older(self._path, number - 1).replace(older(self._path, number))
            self._path.replace(older(self._path, 1))
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            fresh = os.open(self._path, flags, 0o600)
            try:
                if _same_file(1, 2):
                    os.dup2(fresh, 1)
                os.dup2(fresh, 2)
            finally:
                os.close(fresh)
        if os.fstat(2).st_size > 2 * self._max_bytes:
            # It could not be renamed; a bound matters more than old lines.
            os.ftruncate(2, 0)


def older(path: Path, number: int) -> Path:
    """The file that was full `number` files ago."""
    return path.with_name(f"{path.name}.{number}")


def log_path(logs_folder: Path) -> Path:
    """Where a daemon without a journal writes."""
    return logs_folder / _NAME


def standard_error(logs_folder: Path) -> LogFile | None:
    """The log file that standard error is; None for a journal, a terminal, another file."""
    path = log_path(logs_folder)
    try:
        opened, named = os.fstat(2), path.lstat()  # a link is another's file
    except OSError:
        return None
    if not stat.S_ISREG(opened.st_mode) or not os.path.samestat(opened, named):
        return None
    if sys.stderr is not None:
        sys.stderr.flush()
    return LogFile(path)


def _same_file(one: int, other: int) -> bool:
    try:
        return os.path.samestat(os.fstat(one), os.fstat(other))
    except OSError:
        return False
