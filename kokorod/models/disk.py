# worker: reads files; never on the loop.
"""Writing to a disk that may be full: atomic small files, copies that reach the platter.

A reader sees the old file or the new one, never half of one, also after a power cut.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from ..errors import ModelError

#: Prefix of what is being written; whatever bears it after a crash is rubbish.
TEMPORARY: Final = ".tmp-"

#: Kept free beside the files themselves, so that a pull does not fill the disk to the brim.
SPARE_BYTES: Final = 16 * 1024 * 1024

#: Large enough to hash at full speed, small enough to show progress and stop at once.
CHUNK: Final = 1024 * 1024

#: The disk, the user's quota or the process's file size limit is used up.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from a changed one without reading it: bytes, time, identity."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


def explain(error: OSError, doing: str) -> str:
    """One line for people: what failed, where, and what to do about it."""
    where = f" ({error.filename})" if error.filename else ""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        todo = "free some space, or move everything with KOKORO_HOME"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        todo = "make the folder writable, or choose another with KOKORO_HOME"
    else:
        todo = "look at the disk, then try again"
    return f"{doing} failed: {reason}{where}; {todo}"


def means_full(text: str) -> bool:
    """Another program's message says that the disk takes no more."""
    return any(os.strerror(number) in text for number in _FULL)


def require_space(folder: Path, needed: int) -> None:
    """Raises ModelError if the disk of `folder` has less than `needed` bytes to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise ModelError(
            f"{(needed + SPARE_BYTES) / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB are "
            f"free on the disk of {folder}; free some space, or move everything with KOKORO_HOME"
        )


def make_private(folder: Path) -> None:
    """Make the folder and the one above it, the home folder, for the user alone."""
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by a file of that content. Raises OSError, the old file then stays."""
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut, if the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems refuse to sync a folder; the rename is still atomic.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clean(folder: Path) -> None:
    """Remove what an interrupted write left in `folder`. The caller holds its lock."""
    for leftover in folder.glob(f"{TEMPORARY}*"):
        delete(leftover)


def delete(path: Path) -> None:
    """Remove a file, a folder with all in it, or a link but not what it points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(path: Path, advance: Callable[[int], None] | None = None) -> tuple[str, Stamp]:
    """The sha256 of a file's bytes in hex, and the stamp of what was read.

    advance is called with the number of bytes of each piece. Raises OSError.
    """
    with path.open("rb", buffering=0) as file:
        before = Stamp.of(os.fstat(file.fileno()))
        found = _transfer(file, None, advance)
        after = Stamp.of(os.fstat(file.fileno()))
    if before != after:
        raise OSError(errno.EBUSY, "was written to while it was read", str(path))
    return found, after


def copy(source: Path, target: Path, advance: Callable[[int], None] | None = None) -> str:
    """Copy a file so that it survives a power cut; returns the sha256 of what was written."""
    with source.open("rb", buffering=0) as reader, target.open("xb", buffering=0) as writer:
        found = _transfer(reader, writer, advance)
        os.fsync(writer.fileno())
    return found


def _transfer(reader: FileIO, writer: FileIO | None, advance: Callable[[int], None] | None) -> str:
    sha256 = hashlib.sha256()
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while count := reader.readinto(buffer):
        sha256.update(view[:count])
        if writer is not None:
            write_all(writer, view[:count])
        if advance:
            advance(count)
    return sha256.hexdigest()


def write_all(file: FileIO, data: memoryview) -> None:
    """Write to an unbuffered file, which may take only a part of `data` at a time."""
    while data:
        data = data[file.write(data) :]
