"""What `make coverage` is not to trace: bulk work, whose lines other tests count and which takes
twice the time watched, and processes that cannot write.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: What coverage tells the processes of a traced one by.
_TRACED_BY = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@contextmanager
def untraced() -> Iterator[None]:
    """What is called inside is not counted as covered."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def without_tracer(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """For a process whose files may not grow: its tracer could not write, and would say so."""
    return {name: value for name, value in environ.items() if name not in _TRACED_BY}
