# process: runs in a child process.
"""Hashing an optimised copy whole: `python -m kokorod.engine.optimised.recheck CACHE KEY`.

A disk may change bytes and keep size and time, which stamps do not see. Reading 430 MB and
hashing them takes a second of one core [m]: hence a child of low priority.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from .. import child
from ..child import Child
from .copies import GRAPH, Copies, Copy

#: A slow disk beside requests; who takes longer is stuck.
_PATIENCE_S: Final = 600.0


def start_rechecking(cache: Path, key: str, report: Callable[[child.Report], None]) -> Child:
    """Hash a copy in the background; one report.

    Done {"key"}: it is whole; Failed(answered=True): it was damaged and is removed.
    """
    checking = Child("kokorod.engine.optimised.recheck", [str(cache), key], _PATIENCE_S, report)
    checking.start()
    return checking


def main(arguments: Sequence[str]) -> int:
    """In the child: cache folder and the copy's key."""

    def work() -> dict[str, Any]:
        cache, key = arguments
        copies = Copies(Path(cache))
        copies.verify(Copy(key, copies.folder / key / GRAPH, 0))
        return {"key": key}

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
