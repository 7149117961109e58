# loop: runs on the one selector thread, owns descriptors.
"""The listening socket: inherited from a supervisor, or our own behind a lock.

Owns:       the listening descriptor and, where we bound it, the lock file and the
            socket's name in the file system.
Invariants: lock -> unlink -> bind: only the holder of the lock touches the name, so
            of any number of daemons started at once exactly one listens.
Never:      unlinks a socket that a supervisor owns, or one bound by another daemon.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Final

from ..errors import KokorodError

#: The kernel's queue of connections not yet accepted: clients that arrive while the
#: daemon starts or restarts wait here.
BACKLOG: Final = 128


#: Not in the socket module where Python was built on another system.
SO_PEERCRED: Final = getattr(socket, "SO_PEERCRED", 17)


class AlreadyRunningError(KokorodError):
    """Another daemon holds the lock."""

    def __init__(self, path: Path, pid: int | None) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(f"{who} already serves {path}; nothing to do")
        self.pid = pid


class Listener:
    """A listening Unix socket. `inherited` ones belong to launchd or systemd."""

    def __init__(self, sock: socket.socket, path: Path, lock_fd: int | None) -> None:
        self.socket = sock
        self.path = path
        self._lock_fd = lock_fd
        self._bound = None if lock_fd is None else path.stat()
        sock.setblocking(False)

    @property
    def inherited(self) -> bool:
        return self._lock_fd is None

    def fileno(self) -> int:
        return self.socket.fileno()

    def accept(self) -> socket.socket | None:
        """The next connection, or None where none waits or the peer has gone again."""
        try:
            connection, _ = self.socket.accept()
        except (BlockingIOError, ConnectionAbortedError, InterruptedError):
            return None
        return connection

    def close(self) -> None:
        """Stop listening. Our own socket's name goes first, while we hold the lock."""
        if self._lock_fd is not None and self._name_is_ours():
            self.path.unlink(missing_ok=True)
        self.socket.close()
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def _name_is_ours(self) -> bool:
        # A supervisor that was installed meanwhile binds its own socket over ours.
        try:
            return self._bound is not None and os.path.samestat(self._bound, self.path.stat())
        except OSError:
            return False


def bind(path: Path) -> Listener:
    """Listen on `path`, taking over a stale socket.

    Raises AlreadyRunningError where another daemon has the lock, KokorodError where
    the folder cannot be used. To be called before any thread starts: it sets umask.
    """
    lock_path = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock_fd = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KokorodError(
            f"cannot make the socket's folder {path.parent}: {error.strerror}; "
            "set KOKORO_SOCKET to a path you may write"
        ) from None
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        winner = _living(os.pread(lock_fd, 32, 0).strip())
        os.close(lock_fd)
        raise AlreadyRunningError(path, winner) from None
    os.ftruncate(lock_fd, 0)
    os.pwrite(lock_fd, b"%d\n" % os.getpid(), 0)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # 0600 from birth: a chmod after bind would leave a moment open to others.
    old_mask = os.umask(0o177)
    try:
        if path.is_socket():
            if _somebody_listens(path):
                # Not a daemon, which would have the lock: launchd or systemd.
                raise AlreadyRunningError(path, None)
            path.unlink()
        sock.bind(str(path))
        sock.listen(BACKLOG)
    except AlreadyRunningError:
        sock.close()
        os.close(lock_fd)
        raise
    except OSError as error:
        sock.close()
        os.close(lock_fd)
        raise KokorodError(
            f"cannot listen on {path}: {error.strerror}; remove what is there or set KOKORO_SOCKET"
        ) from None
    finally:
        os.umask(old_mask)
    return Listener(sock, path, lock_fd)


def _living(pid: bytes) -> int | None:
    """The pid, unless it is a dead daemon's: the winner may not have written its own yet."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return None
    except PermissionError:
        pass
    return int(pid)


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError as error:
            return error.errno == errno.EAGAIN  # its queue is full
        return True


def peer_pid(connection: socket.socket, platform: str = sys.platform) -> int | None:
    """The process at the other end; None where the system does not tell."""
    try:
        if platform == "darwin":
            sol_local, local_peerpid = 0, 2
            return int(struct.unpack("i", connection.getsockopt(sol_local, local_peerpid, 4))[0])
        credentials = connection.getsockopt(socket.SOL_SOCKET, SO_PEERCRED, 12)
        return int(struct.unpack("iII", credentials)[0]) or None  # 0: of another namespace
    except OSError:
        return None


def peer_uid(connection: socket.socket, platform: str = sys.platform) -> int | None:
    """The user at the other end; None where it has gone already."""
    try:
        if platform == "darwin":
            # struct xucred: u_int version, uid_t uid, short ngroups, gid_t groups[16]
            sol_local, local_peercred = 0, 1
            credentials = connection.getsockopt(sol_local, local_peercred, 76)
            return int(struct.unpack_from("I", credentials, 4)[0])
        # struct ucred: pid_t pid, uid_t uid, gid_t gid
        credentials = connection.getsockopt(socket.SOL_SOCKET, SO_PEERCRED, 12)
        return int(struct.unpack("iII", credentials)[1])
    except OSError:
        return None  # EINVAL: the peer closed before we asked
