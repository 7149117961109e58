# process: hands sound to the program ffmpeg.
"""One file of a book with its chapters marked, its title, author and cover, by ffmpeg.

libsndfile knows neither MPEG-4 nor marks of chapters.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from kokoro_client.cli.exits import CommandError, one_line
from kokoro_client.wire.choices import SAMPLE_RATE

from ..parts import Book
from .files import SpokenChapter
from .work import Work

#: How each is encoded; speech of one voice at 24 kHz needs no more.
_CODECS: Final[dict[str, tuple[str, ...]]] = {
    "m4b": ("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "mp4"),
    "m4a": ("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "mp4"),
    "opus": ("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "opus"),
    "ogg": ("-c:a", "libvorbis", "-q:a", "4", "-f", "ogg"),
    "flac": ("-c:a", "flac", "-f", "flac"),
    "mp3": ("-c:a", "libmp3lame", "-q:a", "4", "-id3v2_version", "3", "-f", "mp3"),
}
#: Those that can hold a picture as ffmpeg writes them.
_WITH_COVER: Final = frozenset(("m4b", "m4a", "flac", "mp3"))

_SPECIAL: Final = re.compile(r"([=;#\\\n])")

#: In what ffmpeg says; it speaks English everywhere.
_FULL: Final = os.strerror(errno.ENOSPC)

#: What a name that is not whole may have of the one asked for, in bytes.
_NAME_BYTES: Final = 200


def found() -> str | None:
    """The program's path."""
    return shutil.which("ffmpeg")


class MarkedFile:
    """Takes PCM; commit() or discard() it.

    Owns:       the process, the file beside the one asked for, what ffmpeg complains of.
    """

    def __init__(
        self,
        program: str,
        path: Path,
        format: str,
        book: Book,
        chapters: Sequence[SpokenChapter],
        work: Work,
    ) -> None:
        self._path = Path(os.path.realpath(path))
        name = os.fsdecode(os.fsencode(self._path.name)[:_NAME_BYTES])
        self._beside = self._path.with_name(f".{name}.{os.urandom(4).hex()}")
        about = work.path("about.ffmeta")
        about.write_text(_about(book, chapters), "utf-8", "replace")
        inputs = [*("-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0")]
        inputs += ["-f", "ffmetadata", "-i", f"file:{about}"]
        maps = ["-map", "0:a", "-map_metadata", "1", "-map_chapters", "1"]
        if book.cover is not None and format in _WITH_COVER:
            cover = work.path(f"cover{book.cover.suffix}")
            cover.write_bytes(book.cover.data)
            inputs += ["-i", f"file:{cover}"]
            maps += ["-map", "2:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
        into = (*_CODECS[format], f"file:{self._beside}")
        exact = ("-fflags", "+bitexact", "-flags:a", "+bitexact")
        self._said: IO[bytes] = tempfile.TemporaryFile(dir=work.folder)  # noqa: SIM115 - discard() closes it
        self._process = subprocess.Popen(
            [program, "-nostdin", "-v", "error", "-y", *inputs, *maps, *exact, *into],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    def write(self, pcm: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(pcm)
        except BrokenPipeError:
            raise self._failure() from None

    def commit(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            raise self._failure() from None
        if self._process.wait():
            raise self._failure()
        self._beside.replace(self._path)

    def discard(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()
        self._said.close()
        with contextlib.suppress(OSError):
            self._beside.unlink(missing_ok=True)

    def _failure(self) -> Exception:
        status = self._process.wait()
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - 500))
        said = one_line(self._said.read().decode("utf-8", "replace")) or f"it ended with {status}"
        if _FULL in said:
            return OSError(errno.ENOSPC, _FULL)
        return CommandError(f"ffmpeg could not make {self._path.name}: {said}")


def _about(book: Book, chapters: Sequence[SpokenChapter]) -> str:
    """Titles and marks in ffmpeg's own format (ffmpeg-formats, "Metadata")."""
    lines = [";FFMETADATA1", f"title={_quoted(book.title)}", f"album={_quoted(book.title)}"]
    if book.author:
        lines.append(f"artist={_quoted(book.author)}")
    lines.append("genre=Audiobook")
    at = 0
    for one in chapters:
        end = at + one.bytes // 2
        lines += ["[CHAPTER]", f"TIMEBASE=1/{SAMPLE_RATE}", f"START={at}", f"END={end}"]
        lines.append(f"title={_quoted(one.chapter.title)}")
        at = end
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
