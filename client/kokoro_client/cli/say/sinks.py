"""Which sink the command line asks for: the loudspeaker, a file, or standard output."""

from __future__ import annotations

import argparse

from ...sound.pcm import seconds_of, silence
from ...speech import Speech
from ...wire.choices import Output
from .. import exits
from .loudspeaker import Loudspeaker, why_none
from .output import Sink, saying_which, standard_output


class Raw:
    """PCM without a header, on standard output."""

    output = Output.STREAM

    def __init__(self) -> None:
        self._stream = standard_output()
        self._bytes = 0

    @property
    def heard_s(self) -> float:
        return seconds_of(self._bytes)

    def begin(self, speech: Speech, lead_s: float) -> None:
        if lead_s:
            self.write(silence(lead_s))

    def write(self, pcm: bytes) -> None:
        with saying_which("-"):
            self._stream.write(pcm)
            self._stream.flush()
        self._bytes += len(pcm)

    def end(self) -> None:
        pass

    def finish(self) -> None:
        pass

    def close(self) -> None:
        self._stream.close()


def open_sink(args: argparse.Namespace) -> Sink:
    """Raises CommandError if the file that is asked for cannot be written."""
    if args.raw:
        return Raw()
    if args.output:
        from .files import SoundFile, format_of

        return SoundFile(args.output, format_of(args.output, args.format), args.title)
    if args.fallback_file and (why := why_none(args)):
        exits.say_why(f"{why}; writing {args.fallback_file}")
        from .files import SoundFile, format_of

        return SoundFile(args.fallback_file, format_of(args.fallback_file, None), None)
    return Loudspeaker(args.device, args.volume)
