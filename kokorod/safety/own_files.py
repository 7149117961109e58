# pure: no socket, thread or clock; opens files.
"""Opening files that somebody else may have put there: nothing is followed, waited for or trusted.

A symbolic link would have another file read, emptied or written; a FIFO holds up who opens it for
ever; a device never ends. So: O_NOFOLLOW, O_NONBLOCK, and a look at what was opened.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

#: Bits of a mode by which others may write.
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH

_SAFE: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(path: Path, most: int) -> bytes:
    """A regular file of this user's or root's, of `most` bytes at most.

    Raises OSError, FileNotFoundError among them, that says what is wrong.
    """
    descriptor = open_file(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        content = bytearray()
        while len(content) <= most and (piece := file.read(most + 1 - len(content))):
            content += piece
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return bytes(content)


def open_file(path: Path | str, flags: int, folder: int | None = None) -> int:
    """A descriptor of a regular file of this user's or root's; 0600 if it is made.

    folder: of open_folder(), and `path` a name in it. Raises OSError.
    """
    try:
        descriptor = os.open(path, flags | _SAFE, 0o600, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):  # EMLINK: of BSD
            raise OSError(errno.ELOOP, "it is a symbolic link") from None
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is no regular file") from None
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        if found.st_uid not in (os.geteuid(), 0):
            raise OSError(errno.EPERM, f"it belongs to another user ({found.st_uid})")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def make_folders(path: Path) -> None:
    """The folder and those above it, each of this user alone whatever the umask. Raises OSError."""
    missing: list[Path] = []
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)


def open_folder(path: Path) -> int:
    """A descriptor of a folder that is this user's and that nobody else may write to.

    Raises OSError that says what is wrong.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid():
            raise OSError(errno.EPERM, f"it belongs to another user ({found.st_uid})")
        if found.st_mode & _OTHERS_WRITE:
            mode = stat.S_IMODE(found.st_mode)
            raise OSError(errno.EPERM, f"others may write to it (its mode is {mode:o})")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
