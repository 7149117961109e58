# worker: read on the loop when a copy is opened, written by who learned.
"""Which voices were learned on this machine, and what came of it, in one small file.

Owns:       FILE below the cache folder.
Invariants: at most _MOST entries; what cannot be read was not learned, and may be again.
"""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..verdict_file import VerdictFile

#: Voices by copies of models; the oldest entry goes.
_MOST: Final = 64
_MAX_FILE: Final = 64 * 1024

#: In the cache folder.
FILE: Final = "calibrations.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What came of learning a voice, by phrases that it was not learned from.

    rows       phrases that it was learned from
    before_db  mean distance from the exact sound with what predicted before, None if nothing did
    after_db, worst_db  mean and worst with what was learned
    taken      that is used
    """

    voice: str
    rows: int
    before_db: float | None
    after_db: float
    worst_db: float
    taken: bool


class Calibrations:
    """Those kept below `cache` (Config.cache_folder), of copies by their keys."""

    def __init__(self, cache: Path) -> None:
        self._file = VerdictFile(cache / FILE, _MAX_FILE)

    def of(self, key: str) -> dict[str, Calibration]:
        """By voice, for the copy of that key."""
        found = {}
        for entry in self._load():
            with contextlib.suppress(TypeError, KeyError, ValueError):
                if entry["key"] == key:
                    calibration = calibration_of(entry["calibration"])
                    found[calibration.voice] = calibration
        return found

    def put(self, key: str, calibration: Calibration) -> None:
        """Keep it in place of the voice's last; if the disk takes it not it is learned again."""
        entries = [
            entry
            for entry in self._load()
            if not (_is(entry, "key", key) and _is(entry, "voice", calibration.voice))
        ]
        entries.append(
            {
                "key": key,
                "voice": calibration.voice,
                "calibration": dataclasses.asdict(calibration),
            }
        )
        self._file.keep(entries[-_MOST:])

    def _load(self) -> list[Any]:
        entries = self._file.load()
        return entries if isinstance(entries, list) else []


def _is(entry: Any, key: str, value: str) -> bool:
    return isinstance(entry, dict) and entry.get(key) == value


def calibration_of(entry: dict[str, Any]) -> Calibration:
    """Raises TypeError, KeyError or ValueError if it is none."""
    before = entry["before_db"]
    return Calibration(
        str(entry["voice"]),
        int(entry["rows"]),
        None if before is None else float(before),
        float(entry["after_db"]),
        float(entry["worst_db"]),
        bool(entry["taken"]),
    )
