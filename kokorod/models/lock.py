# worker: reads files; never on the loop.
"""One holder at a time across processes: flock on a file that says who holds it.

Owns:       the lock file's descriptor while it is held.
Invariants: the kernel drops the lock when its holder dies, so a crash leaves nothing
            to clean; what the file says is only read while somebody holds it.
Never:      unlinks the file: a second process could then lock another one of that name.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import ModelError

_POLL_S: Final = 0.05


class LockHeldError(ModelError):
    """Another process holds the lock; `holder` says which and what for."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder}; wait for it to end or stop it, then try again")
        self.holder = holder


@contextlib.contextmanager
def exclusive(path: Path, purpose: str, wait_s: float) -> Iterator[None]:
    """Hold the lock at `path`, waiting at most `wait_s` seconds for it.

    Raises LockHeldError if another keeps it longer, OSError if no lock file
    can be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, time.monotonic() + wait_s)
        _say(descriptor, f"process {os.getpid()} is {purpose}")
        try:
            yield
        finally:
            _say(descriptor, "")
    finally:
        os.close(descriptor)


def _take(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 256, 0).decode("utf-8", "replace")
                raise LockHeldError(holder or "another process is at it") from None
            time.sleep(_POLL_S)
        else:
            return


def _say(descriptor: int, text: str) -> None:
    # The text is a courtesy; on a full disk the lock holds without it.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
