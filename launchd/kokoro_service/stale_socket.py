# process: a part of `kokoroctl service` and `doctor`.
"""What may lie where the socket was, and when it may go."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from .lock_owner import lock_path


def remove_stale_socket(path: Path) -> bool:
    """Unlink a socket at which nobody listens. True if there was one."""
    if not path.is_socket() or _somebody_listens(path):
        return False
    try:
        path.unlink()
    except OSError:
        return False
    return True


def remove_free_lock(path: Path) -> bool:
    """Unlink the lock beside the socket, unless a daemon holds it. True if it went."""
    lock = lock_path(path)
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.unlink()
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # its queue is full, or it is not ours to ask
        return True
