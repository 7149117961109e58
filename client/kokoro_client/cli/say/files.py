"""The sink that writes a file, or an encoded stream to standard output.

A file gets its name when it is whole. What an interruption leaves is kept beside it as
NAME.part.ENDING, playable, and said so.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from ... import errors
from ...atomic_file import AtomicFile
from ...sound.encoded import EncodedFile, check_installed
from ...sound.formats import SoundFormat
from ...sound.pcm import seconds_of, silence
from ...sound.wav import WavFile
from ...speech import Speech
from ...wire.choices import SAMPLE_RATE, Output
from .. import exits
from .output import saying_which, standard_output

#: Other endings of the same formats.
_ALSO: Final = {"wave": SoundFormat.WAV, "oga": SoundFormat.OGG}


def format_of(name: str, given: str | None) -> SoundFormat:
    """By `--format`, else by the ending; WAV without one. Raises CommandError."""
    ending = "" if name == "-" else Path(name).suffix[1:].lower()
    if given or not ending:
        return SoundFormat(given or SoundFormat.WAV)
    try:
        return _ALSO.get(ending) or SoundFormat(ending)
    except ValueError:
        allowed = ", ".join(f".{format}" for format in SoundFormat)
        raise exits.CommandError(
            f"no format has the ending of {name}; allowed are {allowed}, or say --format",
            exits.USAGE,
        ) from None


class SoundFile:
    """A sound file; `-` is standard output. Raises CommandError if it cannot be written."""

    output = Output.STREAM

    def __init__(self, name: str, format: SoundFormat, title: str | None) -> None:
        """title: None: the file's name without its ending."""
        check_installed(format)
        self._name = name
        self._format = format
        self._title = title if title is not None else "" if name == "-" else Path(name).stem
        self._whole: AtomicFile | None = None
        self._sound: WavFile | EncodedFile | None = None
        self._bytes = 0
        self._open = True
        with saying_which(name):
            if name == "-":
                self._stream = standard_output()
            else:
                self._whole = AtomicFile(Path(name))
                self._stream = self._whole.stream

    @property
    def heard_s(self) -> float:
        return seconds_of(self._bytes)

    def begin(self, speech: Speech, lead_s: float) -> None:
        if lead_s:
            self.write(silence(lead_s))

    def write(self, pcm: bytes) -> None:
        with saying_which(self._name):
            self._begun().write(pcm)
        self._bytes += len(pcm)

    def end(self) -> None:
        pass

    def finish(self) -> None:
        with saying_which(self._name):
            self._begun().close()
            if self._whole is not None:
                self._whole.commit()
        self._open = False

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        kept: Path | None = None
        try:
            # Whatever went wrong before has been said, or will be.
            with suppress(OSError, errors.KokoroError):
                # Closed: what was written to it at its end is what failed.
                if self._sound is not None and not self._stream.closed:
                    self._sound.close()
                if self._whole is not None and self._bytes:
                    kept = self._whole.keep()
        finally:
            if self._whole is not None:
                self._whole.discard()
        if kept is not None:
            exits.say_why(f"ended early; what was made until then is in {kept}")

    def _begun(self) -> WavFile | EncodedFile:
        # Not before there is sound: the encoder takes a while to load, and the daemon
        # is at work meanwhile.
        if self._sound is None:
            rewrite = self._whole is not None
            if self._format is SoundFormat.WAV:
                self._sound = WavFile(self._stream, SAMPLE_RATE, self._title, rewrite)
            else:
                self._sound = EncodedFile(
                    self._stream, self._format, SAMPLE_RATE, self._title, rewrite
                )
        return self._sound
