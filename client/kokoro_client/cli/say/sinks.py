"""Where `say` puts the sound, but for the loudspeaker: a file, or standard output."""

from __future__ import annotations

import argparse
from typing import Protocol

from .. import exits
from .loudspeaker import why_none
from .output import SAMPLE_BYTES, SAMPLE_RATE, saying_which, standard_output


class Sink(Protocol):
    @property
    def heard_s(self) -> float:
        """Seconds of sound that have been heard or written."""

    def write(self, pcm: bytes) -> None:
        """Take PCM in order. May wait."""

    def finish(self) -> None:
        """Return when all of it has been heard or written."""

    def close(self) -> None:
        """Let go of the device or file, at once. After finish() or in the middle."""


class Raw:
    """PCM without a header, on standard output."""

    def __init__(self) -> None:
        self._stream = standard_output()
        self._bytes = 0

    @property
    def heard_s(self) -> float:
        return self._bytes / SAMPLE_BYTES / SAMPLE_RATE

    def write(self, pcm: bytes) -> None:
        with saying_which("-"):
            self._stream.write(pcm)
            self._stream.flush()
        self._bytes += len(pcm)

    def finish(self) -> None:
        pass

    def close(self) -> None:
        self._stream.close()


def file_sink(args: argparse.Namespace) -> Sink | None:
    """What the command line names; None: the loudspeaker."""
    if args.raw:
        return Raw()
    if args.output:
        from .files import SoundFile, format_of

        return SoundFile(args.output, format_of(args.output, args.format), args.title)
    return None


def fallback_sink(args: argparse.Namespace) -> Sink | None:
    """The file for where there is no loudspeaker; None: there is one, or no such file is named."""
    if not args.fallback_file or not (why := why_none(args)):
        return None
    exits.say_why(f"{why}; writing {args.fallback_file}")
    from .files import SoundFile, format_of

    return SoundFile(args.fallback_file, format_of(args.fallback_file, None), None)
