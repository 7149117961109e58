# worker: called by one worker thread.
"""The weights file of an optimised copy, kept in the page cache.

onnxruntime maps the file for itself. A second, read-only mapping of the same file shares
its pages: what is read, or locked, through this one is in memory for the session too.

Owns:       the mapping.
Invariants: touching leaves no page mapped here, so that resident memory, which counts a
            page once for each mapping, does not double; what is locked does count twice.
Never:      holds the interpreter's lock while it waits for the disk: numpy and ctypes let
            it go.

Source: madvise(2), mlock(2), getrlimit(2).
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Final

#: Touched between two looks whether to stop: 1 ms in memory, 10 ms on a slow disk. Enough
#: pages for numpy to let the interpreter's lock go.
_CHUNK: Final = 8 * 1024 * 1024

#: Told to the kernel ahead of what is being touched, where pages must be read.
_AHEAD: Final = 64 * 1024 * 1024


class Weights:
    def __init__(self, path: Path) -> None:
        """Map a file and have the kernel begin to read it. Raises OSError, ValueError (empty)."""
        import numpy as np  # loaded long since, by the session

        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.bytes = len(self._map)
        self.locked = 0
        self._pages = np.frombuffer(self._map, np.uint8)
        self._map.madvise(mmap.MADV_WILLNEED)

    def touch(self, stop: Callable[[], bool]) -> bool:
        """Read a byte of each page; False where stop() was true before the last one."""
        import numpy as np

        for begin in range(0, self.bytes, _CHUNK):
            if stop():
                return False
            length = min(_CHUNK, self.bytes - begin)
            ahead = begin + length
            if ahead < self.bytes:
                self._map.madvise(mmap.MADV_WILLNEED, ahead, min(_AHEAD, self.bytes - ahead))
            np.bitwise_or.reduce(self._pages[begin : begin + length : mmap.PAGESIZE])
            if not self.locked:
                self._map.madvise(mmap.MADV_DONTNEED, begin, length)
        return True

    def lock(self) -> str:
        """Have the kernel keep every page; why it does not, empty if it does.

        Reads what is not in memory yet.
        """
        import ctypes

        _raise_limit(self.bytes)
        libc = ctypes.CDLL(None, use_errno=True)
        address = ctypes.c_void_p(self._pages.ctypes.data)
        if libc.mlock(address, ctypes.c_size_t(self.bytes)) == 0:
            self.locked = self.bytes
            return ""
        number = ctypes.get_errno()
        if number in (errno.ENOMEM, errno.EPERM, errno.EAGAIN):
            limit = lock_limit()
            allowed = "any amount" if limit is None else f"{limit / 2**20:,.1f} MB"
            return (
                f"{self.bytes / 2**20:,.1f} MB cannot be locked, RLIMIT_MEMLOCK allows {allowed} "
                f"({os.strerror(number)}); raise it (`ulimit -l`, LimitMEMLOCK=) or set "
                "KOKORO_MLOCK_WEIGHTS=false"
            )
        return f"the weights cannot be locked: {os.strerror(number)}"

    def close(self) -> None:
        """Unmap, which unlocks too."""
        del self._pages
        self._map.close()


def lock_limit() -> int | None:
    """Bytes that this process may lock; None: as many as there are."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return None if soft == resource.RLIM_INFINITY else soft


def _raise_limit(needed: int) -> None:
    """To the hard limit, if the soft one is too low; mlock says what that comes to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != resource.RLIM_INFINITY and soft < needed:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
