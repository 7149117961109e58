# pure: no socket, thread or clock.
"""The one warm-up coordinator: nothing in the daemon warms by itself.

Owns:       which (lane, pattern) is warm, the warm-up under way, when the next may be.
Invariants: at most one warm-up at a time, and none while a request is in flight; a
            (lane, pattern) is warmed once, until its lane is made anew or the machine
            slept; a request that arrives ends the warm-up under way.
Never:      makes a session: it only runs what exists.

Kinds, in the order of their need: a lane's first inference, wake from sleep, the two
extended patterns, keep-alive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

#: A request this recent has kept the lane warm by itself.
RECENT_S: Final = 120.0

#: After a warm-up was ended for a request, the next one waits until things are quiet.
QUIET_S: Final = 2.0

#: The wall clock ran ahead of the monotonic one by this much: the machine slept.
SLEPT_S: Final = 5.0


class Pattern(StrEnum):
    """What a warm-up speaks; each length makes onnxruntime allocate for its own shape."""

    FIRST = "first"
    SHORT = "short"
    LONG = "long"
    KEEP_ALIVE = "keep-alive"
    WAKE = "wake"


#: Phonemes of a pattern: a few, a sentence, the longest segment.
LENGTHS: Final = {
    Pattern.FIRST: 4,
    Pattern.SHORT: 40,
    Pattern.LONG: 150,
    Pattern.KEEP_ALIVE: 12,
    Pattern.WAKE: 40,
}
_EXTENDED: Final = (Pattern.SHORT, Pattern.LONG)


@dataclass(frozen=True, slots=True)
class WarmupSettings:
    """The settings that concern warm-ups; interval_s in seconds."""

    keep_alive: bool = True
    interval_s: float = 300.0
    extended: bool = True


@dataclass(frozen=True, slots=True)
class Warm:
    """Run this pattern on this lane."""

    lane: str
    pattern: Pattern


@dataclass(slots=True)
class KeepAlive:
    """Counters for `status`."""

    runs: int = 0
    skipped: int = 0
    terminated: int = 0
    last_ms: float | None = None


@dataclass(slots=True)
class Warmup:
    settings: WarmupSettings
    now: float  # of its making
    keep_alive: KeepAlive = field(default_factory=KeepAlive)
    running: Warm | None = None
    _lanes: list[str] = field(default_factory=list)
    _done: set[tuple[str, Pattern]] = field(default_factory=set)
    _quiet_from: float = 0.0
    _last_use: float = 0.0
    _last_keep_alive: float = 0.0
    _woken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._last_use = self._last_keep_alive = self.now

    # -- what happens

    def lane_up(self, lane: str, *, first_done: bool) -> None:
        """A lane was made. first_done: its first inference was part of the making."""
        self.lane_down(lane)
        self._lanes.append(lane)
        if first_done:
            self._done.add((lane, Pattern.FIRST))

    def lane_down(self, lane: str) -> None:
        if lane in self._lanes:
            self._lanes.remove(lane)
        self._done = {pair for pair in self._done if pair[0] != lane}
        self._woken.discard(lane)
        if self.running and self.running.lane == lane:
            self.running = None

    def request_came(self, now: float) -> None:
        """A request is in flight: its runs warm the lane. The caller ends the warm-up."""
        self._last_use = now
        self._woken.clear()

    def ran(self, lane: str, tokens: int) -> None:
        """A request's segment has run: what is as long or shorter is warm."""
        for pattern in (Pattern.FIRST, *_EXTENDED):
            if tokens >= LENGTHS[pattern]:
                self._done.add((lane, pattern))

    def woke(self, now: float) -> None:
        """The machine slept: memory may have been swapped or dropped."""
        self._woken = set(self._lanes)

    def warmed(self, seconds: float, now: float) -> None:
        """The warm-up under way is done."""
        if self.running is None:
            return
        lane, pattern = self.running.lane, self.running.pattern
        self.running = None
        self._done.add((lane, pattern))
        self._woken.discard(lane)
        if pattern is Pattern.KEEP_ALIVE:
            self._done.discard((lane, pattern))  # each interval again
            self.keep_alive.runs += 1
            self.keep_alive.last_ms = round(seconds * 1000, 1)

    def ended(self, now: float) -> None:
        """The warm-up under way was ended for a request."""
        if self.running is not None and self.running.pattern is Pattern.KEEP_ALIVE:
            self.keep_alive.terminated += 1
        self.running = None
        self._quiet_from = now + QUIET_S

    def failed(self, now: float) -> None:
        """The warm-up under way failed: not tried again, since a request will tell more."""
        if self.running is not None:
            self._woken.discard(self.running.lane)
            if self.running.pattern is not Pattern.KEEP_ALIVE:
                self._done.add((self.running.lane, self.running.pattern))
        self.running = None
        self._quiet_from = now + QUIET_S

    # -- what to do

    def decide(self, now: float, idle: bool) -> Warm | None:
        """The warm-up to begin now, if any. idle: no request is in flight."""
        if self.running is not None or not idle or now < self._quiet_from:
            return None
        self.running = self._next(now)
        return self.running

    def wait_s(self, now: float) -> float | None:
        """When to ask again if nothing happens meanwhile; None: no need."""
        if self.running is not None or not self._lanes:
            return None
        if now < self._quiet_from:
            return self._quiet_from - now
        if self.settings.keep_alive:
            return max(1.0, self._last_keep_alive + self.settings.interval_s - now)
        return None

    def _next(self, now: float) -> Warm | None:
        for lane in self._lanes:
            if (lane, Pattern.FIRST) not in self._done:
                return Warm(lane, Pattern.FIRST)
        for lane in self._lanes:
            if lane in self._woken:
                return Warm(lane, Pattern.WAKE)
        if self.settings.extended:
            for lane in self._lanes:
                for pattern in _EXTENDED:
                    if (lane, pattern) not in self._done:
                        return Warm(lane, pattern)
        return self._keep_alive(now)

    def _keep_alive(self, now: float) -> Warm | None:
        if not self.settings.keep_alive or not self._lanes:
            return None
        if now - self._last_keep_alive < self.settings.interval_s:
            return None
        self._last_keep_alive = now
        if now - self._last_use < RECENT_S:
            self.keep_alive.skipped += 1
            return None
        return Warm(self._lanes[0], Pattern.KEEP_ALIVE)


def slept(wall_s: float, monotonic_s: float) -> bool:
    """From how much both clocks ran since the last look: did the machine sleep?"""
    return wall_s - monotonic_s > SLEPT_S
