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
    _first_sounds: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def first_sound(self, seconds: float, predicted_s: float | None, idle_s: float) -> None:
        """A request's first sound; predicted_s of its first run, None where not known."""
        self._first_sounds.append(seconds)
        if predicted_s and idle_s >= _IDLE_S and seconds > _COLD * predicted_s:
            self.cold_starts += 1
            self.cold_extra_ms += (seconds - predicted_s) * 1000

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

    Nested names are joined by _; a list of maps with `name` gets it as a label.
    """
    lines = [f"kokorod_{name}{labels} {value}" for name, labels, value in _numbers("", status, "")]
    return "\n".join(lines) + "\n"


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
                name = str(item["name"]).replace("\\", "\\\\").replace('"', '\\"')
                yield from _numbers(prefix, item, f'{{name="{name}"}}')
