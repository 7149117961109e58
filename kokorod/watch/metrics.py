# pure: no socket, thread or clock.
"""What the daemon measures of itself: first sounds, cold starts; and Prometheus text.

Owns:       the last first-sound times.
Invariants: bounded: _KEPT times, each counter one number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: First sounds kept for the percentiles: a working day of a busy user.
_KEPT: Final = 512

#: A first sound this many times its prediction, after idle, was a cold start.
_COLD: Final = 1.5

#: Idle for this long: what a cold start could come from.
_IDLE_S: Final = 60.0


@dataclass(slots=True)
class Metrics:
    cold_starts: int = 0
    cold_extra_ms: float = 0.0
    #: Errors that were contained (faults.py).
    contained: int = 0
    contained_in_reading: int = 0
    #: What is wrong with the user's pronunciations; empty: nothing.
    lexicon_problem: str = ""
    _first_sounds: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def first_sound(self, seconds: float, predicted_s: float | None, idle_s: float) -> None:
        """A request's first sound; predicted_s of its first run, None if not known."""
        self._first_sounds.append(seconds)
        if predicted_s and idle_s >= _IDLE_S and seconds > _COLD * predicted_s:
            self.cold_starts += 1
            self.cold_extra_ms += (seconds - predicted_s) * 1000

    def cold_starts_value(self) -> dict[str, Any]:
        """For `status`."""
        return {"count": self.cold_starts, "extra_ms": round(self.cold_extra_ms, 1)}

    @property
    def measured(self) -> int:
        """How many first sounds the percentiles are of."""
        return len(self._first_sounds)

    def first_sound_ms(self) -> dict[str, float | None]:
        """p50 and p95 of the last first sounds, None before the first."""
        times = sorted(self._first_sounds)
        return {"p50": _percentile(times, 0.5), "p95": _percentile(times, 0.95)}


def _percentile(times: list[float], share: float) -> float | None:
    if not times:
        return None
    return round(times[min(len(times) - 1, int(share * len(times)))] * 1000, 2)


def prometheus(status: Mapping[str, Any]) -> str:
    """Every number of a status as Prometheus text, format 0.0.4.

    Nested names are joined by _; a list of maps with `name` gets it as a label. What is a
    word there (an engine, a lane's state) is a label of the number 1 at `..._info`.
    """
    lines = [f"kokorod_{name}{labels} {value}" for name, labels, value in _numbers("", status, "")]
    lines.append(_info("info", status))
    for key, value in status.items():
        if isinstance(value, list):
            lines += [_info(f"{key}_info", item) for item in value if isinstance(item, Mapping)]
    return "\n".join(lines) + "\n"


def _info(name: str, value: Mapping[str, Any]) -> str:
    """The words of a map as labels, e.g. kokorod_info{state="ready",engine="kokoro"} 1."""
    words = {key: word for key, word in value.items() if isinstance(word, str)}
    labels = ",".join(f'{key}="{_label(word)}"' for key, word in words.items())
    return f"kokorod_{name}{{{labels}}} 1"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _numbers(prefix: str, value: Any, labels: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, bool):
        yield prefix, labels, str(int(value))
    elif isinstance(value, (int, float)):
        yield prefix, labels, f"{value:g}" if isinstance(value, float) else str(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(f"{prefix}_{key}" if prefix else str(key), inner, labels)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping) and "name" in item:
                yield from _numbers(prefix, item, f'{{name="{_label(str(item["name"]))}"}}')
