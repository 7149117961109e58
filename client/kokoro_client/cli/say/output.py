"""What all sinks share: what sound is, standard output, and how a failure is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from .. import exits

#: What Kokoro makes; the built-in voice is resampled to it (docs/protocol.md).
SAMPLE_RATE: Final = 24_000

SAMPLE_BYTES: Final = 2


def standard_output() -> BinaryIO:
    """A stream of its own to standard output. Raises CommandError where that is closed."""
    if sys.stdout is None:
        raise exits.CommandError("standard output is closed")
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb")


@contextmanager
def saying_which(name: str) -> Iterator[None]:
    """An OSError inside becomes a CommandError that names the file."""
    try:
        yield
    except BrokenPipeError:  # the reader has had enough: no failure to speak of
        raise
    except OSError as error:
        shown = "standard output" if name == "-" else name
        raise exits.CommandError(f"cannot write {shown}: {error.strerror or error}") from None
