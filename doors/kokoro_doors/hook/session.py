# process: a command of kokoroctl.
"""At most one speech a session: a new one ends the old one.

Owns:       a file for each session that speaks, locked by the process that does; it holds that
            process's id and goes with it.
Never:      waits long for another process, or fails because of one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
import zlib

from kokoro_client.wire.home import home_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

#: A process that was told to end does so in milliseconds; on a machine that swaps it takes
#: longer, and then both are heard rather than none.
_WAIT_S: Final = 2.0

#: Agents name sessions by 36 characters; file systems allow 255.
_NAME_CHARS: Final = 64

#: There is no event for a lock that another process gives up.
_POLL_S: Final = 0.005


class Session:
    """The right to speak for a session. Leaving `with` gives it up."""

    def __init__(self, name: str, environ: Mapping[str, str] = os.environ) -> None:
        plain = "".join(filter(str.isalnum, name.encode("ascii", "ignore").decode()))[-_NAME_CHARS:]
        digest = zlib.crc32(name.encode("utf-8", "replace"))
        self._path = os.path.join(home_path(environ), "hook", f"{plain}-{digest:08x}")
        self._fd = -1

    def end_speech(self) -> bool:
        """Have whoever speaks for it be silent. False if nobody does."""
        with contextlib.suppress(OSError, ValueError):
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                # Locked: the process whose id it holds is alive.
                os.kill(int(os.pread(fd, 20, 0)), signal.SIGTERM)
                return True
            finally:
                os.close(fd)
        return False

    def __enter__(self) -> Session:
        """End who speaks, then have the right."""
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            deadline = time.monotonic() + _WAIT_S
            while not self._locked() and time.monotonic() < deadline:
                self.end_speech()
                time.sleep(_POLL_S)
        return self

    def __exit__(self, *raised: object) -> None:
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            os.close(self._fd)
            self._fd = -1

    def _locked(self) -> bool:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have lost its name between the two calls.
            if os.fstat(fd).st_ino == _inode(self._path):
                os.ftruncate(fd, 0)
                os.pwrite(fd, str(os.getpid()).encode(), 0)
                self._fd, fd = fd, -1
                return True
        except BlockingIOError:
            pass
        finally:
            if fd >= 0:
                os.close(fd)
        return False


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return -1
