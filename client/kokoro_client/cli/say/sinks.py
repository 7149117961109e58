"""Where `say` puts the sound: the device, a .wav file, or standard output."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from ... import errors
from ...player import Player
from ...wav import WavFile
from .. import exits

#: What Kokoro makes; the built-in voice is resampled to it (docs/protocol.md).
SAMPLE_RATE: Final = 24_000


class Sink(Protocol):
    def write(self, pcm: bytes) -> None:
        """Take PCM in order. May wait."""

    def finish(self) -> None:
        """Return when all of it has been heard or written."""

    def close(self) -> None:
        """Let go of the device or file, at once. After finish() or in the middle."""


class Device:
    """The loudspeaker. Raises NoDeviceError where there is none."""

    def __init__(self) -> None:
        self._player = Player(SAMPLE_RATE)

    def write(self, pcm: bytes) -> None:
        self._player.feed(pcm)

    def finish(self) -> None:
        self._player.finish()

    def close(self) -> None:
        self._player.close()


class Wav:
    """A .wav file, `-` for standard output. What was written before an interruption plays."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open = True
        with _saying_which(name):
            if name == "-":
                self._wav = WavFile(_standard_output(), SAMPLE_RATE, mend_header=False)
            else:
                self._wav = WavFile.create(Path(name), SAMPLE_RATE)

    def write(self, pcm: bytes) -> None:
        with _saying_which(self._name):
            self._wav.write(pcm)

    def finish(self) -> None:
        self.close()

    def close(self) -> None:
        if self._open:
            self._open = False
            with _saying_which(self._name):
                self._wav.close()


class Raw:
    """PCM without a header, on standard output."""

    def __init__(self) -> None:
        self._stream = _standard_output()

    def write(self, pcm: bytes) -> None:
        with _saying_which("-"):
            self._stream.write(pcm)
            self._stream.flush()

    def finish(self) -> None:
        pass

    def close(self) -> None:
        self._stream.close()


def file_sink(args: argparse.Namespace) -> Sink | None:
    """What the command line names; None: the loudspeaker."""
    if args.raw:
        return Raw()
    return Wav(args.output) if args.output else None


def device_or_fallback(args: argparse.Namespace) -> Sink:
    """The loudspeaker, else the file for that case. Raises NoDeviceError without either."""
    try:
        return Device()
    except errors.NoDeviceError as error:
        if not args.fallback_file:
            raise errors.NoDeviceError(f"{error}; write a file with -o FILE.wav") from None
        exits.say_why(f"{error}; writing {args.fallback_file}")
        return Wav(args.fallback_file)


def _standard_output() -> BinaryIO:
    if sys.stdout is None:
        raise exits.CommandError("standard output is closed")
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb")


@contextmanager
def _saying_which(name: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has had enough: no failure to speak of
        raise
    except OSError as error:
        shown = "standard output" if name == "-" else name
        raise exits.CommandError(f"cannot write {shown}: {error.strerror or error}") from None
