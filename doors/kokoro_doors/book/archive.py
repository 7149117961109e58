# process: blocking file reads.
"""Members of a zip file as text; nothing is unpacked to disk.

Owns the open file. Never reads more of a member than it may have, whatever its header says.
"""

from __future__ import annotations

import contextlib
import shutil
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Final

from .parts import MAX_TEXT_BYTES, BookError

#: A book of 1,000 chapters and as many pictures has a fifth of it.
_MAX_MEMBERS: Final = 10_000
#: Prose packs 3 to 1, tables 20 to 1; a bomb 1000 to 1.
_MAX_RATIO: Final = 200
#: Below it the ratio says nothing.
_SMALL_BYTES: Final = 1024 * 1024

_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
)


class Archive:
    """A zip file; use it in a `with`. Raises BookError if it is none, or has too many members."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BookError(f"{path.name} is no EPUB: {error}; fetch it anew") from None
        self.names = frozenset(self._zip.namelist())
        self._left = MAX_TEXT_BYTES
        if len(self.names) > _MAX_MEMBERS:
            self._zip.close()
            raise BookError(f"{path.name} has more than {_MAX_MEMBERS} members; it is not read")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *exception: object) -> None:
        self._zip.close()

    def text(self, name: str) -> str:
        """A member as text. Raises BookError as data() does."""
        return decoded(self.data(name))

    def data(self, name: str) -> bytes:
        """A member. Raises BookError if it is missing, damaged, encrypted or a bomb."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            raise BookError(f"{name} is missing in the EPUB; fetch it anew") from None
        with self._opened(info) as member:
            data = member.read(self._left + 1)
        if len(data) > self._left:
            raise BookError(f"more than {MAX_TEXT_BYTES} bytes of it would be read; it is not")
        self._left -= len(data)
        return data

    def copy_to(self, other: zipfile.ZipFile, without: Collection[str]) -> None:
        """All members but these, piece by piece. Raises BookError as data() does."""
        for info in self._zip.infolist():
            if info.filename in without or info.is_dir():
                continue
            copy = zipfile.ZipInfo(info.filename, info.date_time)
            copy.compress_type = info.compress_type
            with self._opened(info) as member, other.open(copy, "w", force_zip64=True) as to:
                shutil.copyfileobj(member, to)

    @contextlib.contextmanager
    def _opened(self, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        packed = max(info.compress_size, 1)
        if info.file_size > _SMALL_BYTES and info.file_size > packed * _MAX_RATIO:
            raise BookError(
                f"{info.filename} unpacks to over {_MAX_RATIO} times its size: a zip bomb"
            )
        try:
            with self._zip.open(info) as member:
                yield member
        except _DAMAGED as error:
            raise BookError(f"{info.filename} cannot be unpacked: {error}") from None


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
