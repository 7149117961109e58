"""A file that gets its name when it is whole.

Owns:       the file beside the one asked for, until commit(), keep() or discard().
Invariants: under the name asked for there is what was there before, or all of the new.
Never:      replaces what is no regular file: a device or a pipe is written to.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

#: Of a file name, in bytes, with room for what is put around it; file systems allow 255.
_NAME_BYTES: Final = 200


class AtomicFile:
    """Write to `stream`, then commit()."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if nothing can be written there."""
        self._beside: Path | None = None
        # A link stays, and what it points to is replaced.
        self._path = Path(os.path.realpath(path))
        mode: int | None = None
        with contextlib.suppress(FileNotFoundError):
            found = self._path.stat()
            mode = stat.S_IMODE(found.st_mode)
            if not stat.S_ISREG(found.st_mode):
                self.stream: BinaryIO = path.open("wb")
                return
        name = os.fsdecode(os.fsencode(self._path.name)[:_NAME_BYTES])
        beside = self._path.with_name(f".{name}.{os.urandom(4).hex()}")
        fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        self._beside = beside
        try:
            if mode is not None:
                os.chmod(fd, mode)  # noqa: PTH101 - of the descriptor, not of a name
            self.stream = os.fdopen(fd, "w+b")
        except BaseException:
            # Ctrl-C inside fdopen() may have closed it already.
            with contextlib.suppress(OSError):
                os.close(fd)
            beside.unlink()
            raise

    def commit(self) -> None:
        """Close it and give it its name. Raises OSError."""
        self.stream.close()
        self._rename(self._path)

    def keep(self) -> Path | None:
        """Close it as it is: NAME.part.ENDING, which this returns. None: it has no name."""
        self.stream.close()
        partial = self._path.with_name(f"{self._path.stem}.part{self._path.suffix}")
        return partial if self._rename(partial) else None

    def discard(self) -> None:
        """Leave nothing. Safe after commit() and keep(); never raises."""
        with contextlib.suppress(OSError):
            self.stream.close()
        if self._beside is not None:
            with contextlib.suppress(OSError):
                self._beside.unlink()
            self._beside = None

    def _rename(self, to: Path) -> bool:
        if self._beside is None:
            return False
        self._beside.replace(to)
        self._beside = None
        return True


def write_atomically(path: Path, data: bytes) -> None:
    """All of a small file. Raises OSError."""
    file = AtomicFile(path)
    try:
        file.stream.write(data)
        file.commit()
    finally:
        file.discard()
