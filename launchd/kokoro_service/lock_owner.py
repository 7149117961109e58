# process: a part of `kokoroctl service` and `doctor`.
"""The daemon that nobody supervises: the process whose pid is in the socket's lock file.

The pid alone proves nothing, it may be another process's by now. That process must be
ours and have the very lock file open.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import psutil

from .job import ServiceError

#: The daemon needs 10 s at most to end; a supervisor would kill it after this, too.
END_S: Final = 20.0

_POLL_S: Final = 0.05


def lock_path(socket: Path) -> Path:
    """The lock beside a socket, as kokorod.net.listener makes it."""
    return socket.with_name(socket.name + ".lock")


def find(socket: Path) -> psutil.Process | None:
    """The daemon that serves `socket` by its own lock; None if there is none."""
    lock = lock_path(socket)
    try:
        said, status = lock.read_bytes()[:32].strip(), lock.stat()
    except OSError:
        return None
    if not said.isdigit():
        return None
    try:
        process = psutil.Process(int(said))
        if process.uids().real != os.getuid():
            return None
        for file in process.open_files():
            if file.path == str(lock) or _is(Path(file.path), status):
                return process
    except (psutil.Error, OSError):
        pass  # it has gone, or is none of ours
    return None


def end(process: psutil.Process, patience_s: float = END_S) -> None:
    """SIGTERM, and SIGKILL if that does not end it. Raises ServiceError."""
    try:
        process.terminate()
        if not _ended(process, patience_s):
            process.kill()
            if not _ended(process, patience_s):
                raise ServiceError(f"process {process.pid} does not end; restart the machine")
    except psutil.NoSuchProcess:
        pass
    except psutil.AccessDenied:
        raise ServiceError(f"process {process.pid} may not be ended by you") from None


def _ended(process: psutil.Process, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _is(path: Path, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), status)
    except OSError:
        return False
