# process: blocking file writes.
"""The work folder of a book: its spoken parts, and what they are for.

    manifest.json        the plan of the book, the files made of it
    parts/KEY.pcm        24 kHz, mono, signed 16-bit little-endian
    parts/KEY.json       its length, its checksum, its words; written after it

Owns:       the folder, by a lock that ends with the process.
Invariants: what has a KEY.json was spoken whole; each file gets its name when it is whole.
Never:      holds the sound of a part in memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from kokoro_client.atomic_file import AtomicFile, write_atomically
from kokoro_client.sound.pcm import seconds_of

from ..parts import BookError

#: Of one read: 1.4 s of sound.
_BLOCK_BYTES: Final = 64 * 1024

#: What an AtomicFile leaves if its process is killed.
LEFTOVER: Final = re.compile(r"\..+\.[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Word:
    """Characters start to end of the part, heard from start_s to end_s of its sound."""

    start: int
    end: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of a part's sound: its bytes, their CRC-32, and its words."""

    bytes: int
    crc: int
    words: tuple[Word, ...] = ()

    @property
    def seconds(self) -> float:
        return seconds_of(self.bytes)


class PartFile:
    """A part that is being spoken; commit() or discard() it."""

    def __init__(self, pcm: Path, about: Path) -> None:
        self._about = about
        self._file = AtomicFile(pcm)
        self._bytes = self._crc = 0

    def write(self, pcm: bytes) -> None:
        self._file.stream.write(pcm)
        self._bytes += len(pcm)
        self._crc = zlib.crc32(pcm, self._crc)

    def commit(self, words: Collection[Word]) -> Spoken:
        # What stands there tells of the sound before this one.
        self._about.unlink(missing_ok=True)
        self._file.commit()
        spoken = Spoken(self._bytes, self._crc, tuple(words))
        value = {
            "bytes": spoken.bytes,
            "crc32": spoken.crc,
            "words": [[w.start, w.end, round(w.start_s, 6), round(w.end_s, 6)] for w in words],
        }
        write_atomically(self._about, json.dumps(value).encode())
        return spoken

    def discard(self) -> None:
        """Leave nothing. Safe after commit(); never raises."""
        self._file.discard()


class Work:
    """A work folder; use it in a `with`. Raises BookError if another process has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "parts"
        self._parts.mkdir(parents=True, exist_ok=True)
        self._lock: BinaryIO = (folder / "lock").open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise BookError(
                f"another `kokoroctl book render` is at work in {folder}; wait for it, or give"
                " this one a folder of its own with --work"
            ) from None
        for left in (*folder.iterdir(), *self._parts.iterdir()):
            if LEFTOVER.fullmatch(left.name):
                left.unlink()

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *exception: object) -> None:
        self._lock.close()

    def spoken(self, key: str) -> Spoken | None:
        """A part that is there whole; None if it is not."""
        try:
            value = json.loads((self._parts / f"{key}.json").read_bytes())
            words = tuple(Word(*word) for word in value["words"])
            found = Spoken(int(value["bytes"]), int(value["crc32"]), words)
            if (self._parts / f"{key}.pcm").stat().st_size != found.bytes:
                return None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return found

    def begin(self, key: str) -> PartFile:
        return PartFile(self._parts / f"{key}.pcm", self._parts / f"{key}.json")

    def forget(self, key: str) -> None:
        (self._parts / f"{key}.json").unlink(missing_ok=True)

    def pcm(self, key: str, spoken: Spoken) -> Iterator[bytes]:
        """Its sound, in blocks. Raises BookError, at the end, if it is not what was spoken."""
        crc = 0
        with (self._parts / f"{key}.pcm").open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                crc = zlib.crc32(block, crc)
                yield block
        if crc != spoken.crc:
            self.forget(key)
            raise BookError(
                f"a part of the book in {self.folder} was damaged and is forgotten; run the same"
                " command again"
            )

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove the parts of what the book no longer holds."""
        for path in self._parts.iterdir():
            if path.stem not in keys:
                path.unlink()

    def read_manifest(self) -> dict[str, Any]:
        """Empty if there is none, or it is none."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            value = json.loads((self.folder / "manifest.json").read_bytes())
            if isinstance(value, dict):
                return value
        return {}

    def write_manifest(self, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        write_atomically(
            self.folder / "manifest.json", text.encode("utf-8", "backslashreplace") + b"\n"
        )

    def path(self, name: str) -> Path:
        """Of a small file that a program is given, like the list of chapters for ffmpeg."""
        return self.folder / name
