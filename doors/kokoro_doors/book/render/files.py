# process: blocking file writes.
"""The parts of chapters as one file of sound, which gets its name when it is whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from kokoro_client.atomic_file import AtomicFile
from kokoro_client.sound.encoded import EncodedFile
from kokoro_client.sound.formats import SoundFormat
from kokoro_client.sound.pcm import seconds_of, silence
from kokoro_client.sound.wav import WavFile
from kokoro_client.wire.choices import SAMPLE_RATE

from .plan import LEAD_S, Part, PlannedChapter
from .work import LEFTOVER, Spoken, Work

#: Before the first part of each chapter.
_LEAD: Final = silence(LEAD_S)


class SoundFile(Protocol):
    def write(self, pcm: bytes) -> None: ...

    def commit(self) -> None:
        """Give it its name. Raises OSError, or CommandError if an encoder failed."""

    def discard(self) -> None:
        """Leave nothing. Safe after commit(); never raises."""


@dataclass(frozen=True, slots=True)
class SpokenChapter:
    """A chapter and, for each of its parts, what is known of its sound."""

    chapter: PlannedChapter
    spoken: tuple[Spoken, ...]

    def laid_out(self) -> Iterator[tuple[Part, Spoken, int, int]]:
        """Each part, the byte at which its sound begins in the chapter's, and how many bytes of
        silence follow.
        """
        at = len(_LEAD)
        for part, spoken in zip(self.chapter.parts, self.spoken, strict=True):
            pause = len(silence(part.pause_s))
            yield part, spoken, at, pause
            at += spoken.bytes + pause

    def placed(self) -> Iterator[tuple[Part, Spoken, float]]:
        """Each part, and where its sound begins in the chapter's, in seconds."""
        for part, spoken, at, _ in self.laid_out():
            yield part, spoken, seconds_of(at)

    @property
    def bytes(self) -> int:
        """Of all its sound, silence included."""
        end = len(_LEAD)
        for _, spoken, at, pause in self.laid_out():
            end = at + spoken.bytes + pause
        return end

    @property
    def seconds(self) -> float:
        return seconds_of(self.bytes)


class PlainFile:
    """WAV, or what libsndfile makes."""

    def __init__(self, path: Path, format: str, title: str) -> None:
        """Raises OSError, and KokoroError if the encoder is missing."""
        self._whole = AtomicFile(path)
        self._sound: WavFile | EncodedFile
        try:
            if format == SoundFormat.WAV.value:
                self._sound = WavFile(self._whole.stream, SAMPLE_RATE, title)
            else:
                self._sound = EncodedFile(
                    self._whole.stream, SoundFormat(format), SAMPLE_RATE, title
                )
        except BaseException:
            self._whole.discard()
            raise
        self._open = True

    def write(self, pcm: bytes) -> None:
        self._sound.write(pcm)

    def commit(self) -> None:
        self._open = False
        self._sound.close()
        self._whole.commit()

    def discard(self) -> None:
        if self._open:
            self._open = False
            with contextlib.suppress(OSError):  # what went wrong was told before
                self._sound.close()  # ends the encoder's thread
        self._whole.discard()


def remove_leftovers(path: Path) -> None:
    """What a run that was killed had begun in the place of this file."""
    for left in path.absolute().parent.iterdir():
        if LEFTOVER.fullmatch(left.name) and left.name.startswith(f".{path.name}."):
            left.unlink()


def sound_of(chapters: Sequence[SpokenChapter], work: Work) -> Iterator[bytes]:
    """The sound of chapters, in blocks. Raises BookError if a part is damaged."""
    for one in chapters:
        yield _LEAD
        for part, spoken, _, pause in one.laid_out():
            yield from work.pcm(part.key, spoken)
            yield bytes(pause)


def write_sound(
    file: SoundFile, chapters: Sequence[SpokenChapter], work: Work, lufs: float | None = None
) -> None:
    """All of it into a file that was begun. lufs: how loud; None: as it was spoken."""
    try:
        pieces = sound_of(chapters, work)
        if lufs is not None:
            from . import loudness  # with numpy

            meter = loudness.Meter()
            for pcm in pieces:
                meter.feed(pcm)
            gain = loudness.gain_of(meter.lufs(), lufs)
            pieces = loudness.amplified(sound_of(chapters, work), gain)
        for pcm in pieces:
            file.write(pcm)
        file.commit()
    finally:
        file.discard()
