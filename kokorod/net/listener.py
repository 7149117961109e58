# loop: runs on the one selector thread, owns descriptors.
"""The listening socket: inherited from a supervisor, or our own behind a lock.

Owns:       the listening descriptor and, where we bound it, the lock file and the
            socket's name in the file system.
Invariants: lock -> unlink -> bind: only the holder of the lock touches the name, so
            of any number of daemons started at once exactly one listens.
Never:      unlinks a socket that a supervisor owns, or one bound by another daemon.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
import struct
import sys
from pathlib import Path
from typing import Final

from ..errors import KokorodError
from ..safety import own_files

#: The kernel's queue of connections not yet accepted: clients that arrive while the
#: daemon starts or restarts wait here.
BACKLOG: Final = 128


#: Of a lock file: the number of a process.
_LOCK_BYTES: Final = 24

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
        self._bound = None if lock_fd is None else path.lstat()
        sock.setblocking(False)

    @property
    def inherited(self) -> bool:
        return self._lock_fd is None

    def fileno(self) -> int:
        return self.socket.fileno()

    def accept(self) -> socket.socket | None:
        """The next connection, or None if none waits or the peer has gone again."""
        try:
            connection, _ = self.socket.accept()
        except (BlockingIOError, ConnectionAbortedError, InterruptedError):
            return None
        return connection

    def close(self) -> None:
        """Stop listening. Our own socket's name goes first, while we hold the lock."""
        if self._lock_fd is not None and self._name_is_ours():
            with contextlib.suppress(OSError):  # the next start takes over a dead one
                self.path.unlink()
        self.socket.close()
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def bind_again(self) -> bool:
        """Bind anew if the socket's name is gone. True: it was, and other clients come by it.

        The caller stops and begins to watch fileno(), which changes. Raises KokorodError if
        something else has the name: it is left alone.
        """
        if self.inherited or self._name_is_ours():
            return False
        try:
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fresh = _listening(self.path, folder)
            finally:
                os.close(folder)
            try:
                bound = self.path.lstat()
            except OSError:
                fresh.close()  # the old one stays, and this is tried again
                raise
        except OSError as error:
            raise _no_listening(self.path, error) from None
        fresh.setblocking(False)
        self.socket.close()
        self.socket, self._bound = fresh, bound
        return True

    def _name_is_ours(self) -> bool:
        # A supervisor that was installed meanwhile binds its own socket over ours.
        try:
            return self._bound is not None and os.path.samestat(self._bound, self.path.lstat())
        except OSError:
            return False


def bind(path: Path) -> Listener:
    """Listen on `path`, taking over a stale socket.

    Raises AlreadyRunningError if another daemon has the lock, KokorodError if
    the folder, the lock or what has the socket's name cannot be trusted or used.
    """
    try:
        own_files.make_folders(path.parent)
    except OSError as error:
        raise KokorodError(
            f"cannot make the socket's folder {path.parent}: {error.strerror}; "
            "set KOKORO_SOCKET to a path you may write"
        ) from None
    try:
        folder = own_files.open_folder(path.parent)
    except OSError as error:
        raise KokorodError(
            f"the socket's folder {path.parent} is not safe: {error.strerror}; "
            "set KOKORO_SOCKET to a path in a folder that you alone may write to"
        ) from None
    try:
        lock_fd = _lock(path, folder)
        try:
            sock = _listening(path, folder)
            try:
                return Listener(sock, path, lock_fd)
            except BaseException:
                sock.close()
                raise
        except OSError as error:
            os.close(lock_fd)
            raise _no_listening(path, error) from None
        except BaseException:
            os.close(lock_fd)
            raise
    finally:
        os.close(folder)


def _lock(path: Path, folder: int) -> int:
    """The descriptor of the lock that was taken."""
    name = path.name + ".lock"
    try:
        lock_fd = own_files.open_file(name, os.O_RDWR | os.O_CREAT, folder)
    except OSError as error:
        raise _no_lock(path, error.strerror or str(error)) from None
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        said = os.pread(lock_fd, _LOCK_BYTES + 1, 0).strip()
        if said and not (len(said) <= _LOCK_BYTES and said.isdigit()):
            raise _no_lock(path, "it holds something else than the number of a process")
        with contextlib.suppress(OSError):  # a courtesy: on a full disk the lock holds without it
            os.fchmod(lock_fd, 0o600)
            os.ftruncate(lock_fd, 0)
            os.pwrite(lock_fd, b"%d\n" % os.getpid(), 0)
    except BlockingIOError:
        winner = _named(lock_fd)
        os.close(lock_fd)
        raise AlreadyRunningError(path, winner) from None
    except OSError as error:
        os.close(lock_fd)
        raise _no_lock(path, error.strerror or str(error)) from None
    except BaseException:
        os.close(lock_fd)
        raise
    return lock_fd


def _no_lock(path: Path, why: str) -> KokorodError:
    lock = path.with_name(path.name + ".lock")
    return KokorodError(
        f"{lock} cannot be used as a lock: {why}; remove it, or set KOKORO_SOCKET to a path in a "
        "folder of yours"
    )


def _listening(path: Path, folder: int) -> socket.socket:
    """A new socket of that name; a dead one of ours makes way."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISSOCK(found.st_mode):
                if _somebody_listens(path):
                    # Not a daemon, which would have the lock: launchd or systemd.
                    raise AlreadyRunningError(path, None)
                if found.st_uid != os.geteuid():
                    raise OSError(errno.EPERM, f"it belongs to another user ({found.st_uid})")
                os.unlink(path.name, dir_fd=folder)
        _bind_private(sock, path)
        sock.listen(BACKLOG)
    except AlreadyRunningError:
        sock.close()
        raise
    except OSError as error:
        sock.close()
        raise _no_listening(path, error) from None
    return sock


def _no_listening(path: Path, error: OSError) -> KokorodError:
    return KokorodError(
        f"cannot listen on {path}: {error.strerror}; remove what is there or set KOKORO_SOCKET"
    )


def _bind_private(sock: socket.socket, path: Path, platform: str = sys.platform) -> None:
    """0600 from birth: a chmod after bind would leave a moment open to others."""
    if platform == "linux":
        os.fchmod(sock.fileno(), 0o600)  # which the name gets; needs no umask, so any thread may
        sock.bind(str(path))
        return
    # There the folder alone keeps others out, until the mode is set.
    sock.bind(str(path))
    path.chmod(0o600)


def _named(lock_fd: int) -> int | None:
    """The process that a lock names, if it lives."""
    try:
        return _living(os.pread(lock_fd, 32, 0).strip())
    except OSError:  # it runs, whoever it is
        return None


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
    """The process at the other end; None if the system does not tell."""
    try:
        if platform == "darwin":
            sol_local, local_peerpid = 0, 2
            return int(struct.unpack("i", connection.getsockopt(sol_local, local_peerpid, 4))[0])
        credentials = connection.getsockopt(socket.SOL_SOCKET, SO_PEERCRED, 12)
        return int(struct.unpack("iII", credentials)[0]) or None  # 0: of another namespace
    except OSError:
        return None


def peer_uid(connection: socket.socket, platform: str = sys.platform) -> int | None:
    """The user at the other end; None if it has gone already."""
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
