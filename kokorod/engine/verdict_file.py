# worker: read and written on any one thread at a time.
"""A small file of what was found out on this machine, so that it is not found out again.

Invariants: what cannot be read is nothing, and what cannot be written is not kept: it is found
            out again next time.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from ..models import disk


class VerdictFile:
    def __init__(self, path: Path, most_bytes: int) -> None:
        """most_bytes: of it that are read; its owner bounds what is written."""
        self._path = path
        self._most_bytes = most_bytes

    def load(self) -> Any:
        """What was kept; None if that cannot be read."""
        try:
            with self._path.open("rb") as file:
                return json.loads(file.read(self._most_bytes))
        except (OSError, ValueError, RecursionError):
            return None

    def keep(self, value: Any) -> None:
        """In place of what was kept."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.write_atomically(self._path, json.dumps(value, indent=1).encode())
