# worker: read on a lane's thread, written on the loop's.
"""Which voices' predicted norms were near enough on this machine (guard.py), in one small file.

Owns:       FILE below the cache folder.
Invariants: at most _MOST verdicts; what cannot be read is no verdict, and is found out again.
Never:      keeps a text.
"""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..verdict_file import VerdictFile

#: dB, of the mean over the phrases, above which a voice speaks whole.
LIMIT_DB: Final = 2.5

#: Voices by models that are switched between; the oldest verdict goes.
_MOST: Final = 64
_MAX_FILE: Final = 64 * 1024

#: In the cache folder: the verdicts.
FILE: Final = "norms.json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """distance_db: mean over the phrases; worst_db: of one."""

    voice: str
    distance_db: float
    worst_db: float

    @property
    def near(self) -> bool:
        return self.distance_db <= LIMIT_DB


class Verdicts:
    """Those kept below `cache` (Config.cache_folder), of copies by their keys."""

    def __init__(self, cache: Path) -> None:
        self._file = VerdictFile(cache / FILE, _MAX_FILE)

    def of(self, key: str) -> dict[str, Verdict]:
        """By voice, for the copy of that key."""
        found = {}
        for entry in self._load():
            with contextlib.suppress(TypeError, KeyError, ValueError):
                if entry["key"] == key:
                    verdict = verdict_of(entry["verdict"])
                    found[verdict.voice] = verdict
        return found

    def put(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict; if the disk takes none the voice is examined again next time."""
        entries = [*self._load(), {"key": key, "verdict": dataclasses.asdict(verdict)}]
        self._file.keep(entries[-_MOST:])

    def _load(self) -> list[Any]:
        entries = self._file.load()
        return entries if isinstance(entries, list) else []


def verdict_of(entry: dict[str, Any]) -> Verdict:
    """Raises TypeError, KeyError or ValueError if it is none."""
    return Verdict(str(entry["voice"]), float(entry["distance_db"]), float(entry["worst_db"]))
