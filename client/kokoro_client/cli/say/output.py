"""What all sinks share: what one is, standard output, and how a failure is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from ...speech import Speech
from ...wire.choices import Output
from .. import exits


class Sink(Protocol):
    """Takes the sound of the run, text after text."""

    @property
    def output(self) -> Output:
        """Whose turns the daemon keeps: the loudspeaker's, or nobody's."""

    @property
    def heard_s(self) -> float:
        """Seconds of the run's sound that have been heard or written. Any thread may ask."""

    def begin(self, speech: Speech, lead_s: float) -> None:
        """A text comes next, after `lead_s` seconds of silence."""

    def write(self, pcm: bytes) -> None:
        """Take PCM in order. May wait."""

    def end(self) -> None:
        """Return when the text has been heard, if anybody hears it."""

    def finish(self) -> None:
        """All texts have ended; return when they have been written."""

    def close(self) -> None:
        """Release the device or file, at once. After finish() or in the middle."""


def standard_output() -> BinaryIO:
    """A stream of its own to standard output. Raises CommandError if that is closed."""
    if sys.stdout is None:
        raise exits.CommandError("standard output is closed")
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb")


@contextmanager
def saying_which(name: str) -> Iterator[None]:
    """An OSError inside becomes a CommandError that names the file."""
    try:
        yield
    except BrokenPipeError:  # the reader has closed it: no failure to report
        raise
    except OSError as error:
        shown = "standard output" if name == "-" else name
        raise exits.CommandError(f"cannot write {shown}: {error.strerror or error}") from None
