# pure: no socket, thread or clock.
"""Whose turn it is at the speaker: one voice at a time, whoever asked.

Owns:       who plays, who was interrupted, who waits.
Invariants: at most one request plays; what is dropped is told Stop exactly once; a
            request that is not told Stop is told Play sooner or later.
Never:      plays: the client does, when it is told.

The priorities mean what they mean in speech-dispatcher (SSIP, "Message Priority Model"):

    important      is heard at once; interrupts what plays. A message waits and goes on
                   afterwards, anything lower is dropped.
    message        waits for what is important or a message; drops text and lower.
    text           the newest text replaces older text; waits for the two above.
    notification   is dropped where anything else plays or waits.
    progress       is dropped likewise, but the last one is said when all is quiet; one
                   that is being said ends only for what is above it, else nobody would
                   ever hear more than the beginning of a fast series.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ..types import RequestKey


class Rank(StrEnum):
    IMPORTANT = "important"
    MESSAGE = "message"
    TEXT = "text"
    NOTIFICATION = "notification"
    PROGRESS = "progress"


class Turn(StrEnum):
    """What a request at the speaker is told."""

    WAIT = "wait"
    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Tell:
    key: RequestKey
    turn: Turn


@dataclass(frozen=True, slots=True)
class Place:
    """A request at the speaker."""

    key: RequestKey
    rank: Rank


#: Ranks that a new request of this rank drops, wherever they are; but no progress drops
#: one that is being said.
_DROPS: dict[Rank, frozenset[Rank]] = {
    Rank.IMPORTANT: frozenset({Rank.NOTIFICATION, Rank.PROGRESS}),
    Rank.MESSAGE: frozenset({Rank.TEXT, Rank.NOTIFICATION, Rank.PROGRESS}),
    Rank.TEXT: frozenset({Rank.TEXT, Rank.NOTIFICATION, Rank.PROGRESS}),
    Rank.NOTIFICATION: frozenset({Rank.PROGRESS}),
    Rank.PROGRESS: frozenset({Rank.PROGRESS}),
}


@dataclass(slots=True)
class Speaker:
    paused: bool = False
    playing: Place | None = None
    interrupted: Place | None = None  # a message that an important one broke off
    waiting: deque[Place] = field(default_factory=deque)  # bounded by the requests in flight

    @property
    def places(self) -> list[Place]:
        """Everything at the speaker: who plays, then in the order of their turns."""
        first = [p for p in (self.playing, self.interrupted) if p is not None]
        return [*first, *sorted(self.waiting, key=lambda place: _ORDER[place.rank])]

    # -- requests

    def join(self, key: RequestKey, rank: Rank) -> list[Tell]:
        """A request wants the speaker."""
        place = Place(key, rank)
        if rank is Rank.NOTIFICATION and any(p.rank is not Rank.PROGRESS for p in self.places):
            return [Tell(key, Turn.STOP)]
        tells = self._drop(
            p
            for p in self.places
            if p.rank in _DROPS[rank] and not (rank is Rank.PROGRESS and p is self.playing)
        )
        self.waiting.append(place)
        playing = self.playing
        if rank is Rank.IMPORTANT and playing and playing.rank is not Rank.IMPORTANT:
            tells += self._interrupt(playing)
        tells += self._next()
        if self.playing is not place:
            tells.append(Tell(key, Turn.WAIT))
        return tells

    def leave(self, key: RequestKey) -> list[Tell]:
        """The request was heard to its end, was cancelled, or its client has gone."""
        if self.playing is not None and self.playing.key == key:
            self.playing = None
        elif self.interrupted is not None and self.interrupted.key == key:
            self.interrupted = None
        else:
            self.waiting = deque(p for p in self.waiting if p.key != key)
        return self._next()

    # -- control, by any client

    def pause(self) -> list[Tell]:
        """Silence until resume(); who comes meanwhile waits."""
        if self.paused:
            return []
        self.paused = True
        return [Tell(self.playing.key, Turn.PAUSE)] if self.playing else []

    def resume(self) -> list[Tell]:
        if not self.paused:
            return []
        self.paused = False
        return [Tell(self.playing.key, Turn.PLAY)] if self.playing else self._next()

    def skip(self) -> list[Tell]:
        """Drop what plays; the next one begins, also where all was paused."""
        self.paused = False
        tells = self._drop([self.playing] if self.playing else [])
        return tells + self._next()

    def stop(self, everything: bool = True) -> list[Tell]:
        """Drop what plays, and with `everything` what waits too."""
        if not everything:
            return self.skip()
        self.paused = False
        return self._drop(self.places)

    # -- within

    def _interrupt(self, playing: Place) -> list[Tell]:
        if playing.rank is Rank.MESSAGE:
            self.interrupted, self.playing = playing, None
            return [] if self.paused else [Tell(playing.key, Turn.PAUSE)]
        return self._drop([playing])

    def _next(self) -> list[Tell]:
        if self.playing is not None or self.paused:
            return []
        first = min(self.waiting, key=lambda place: _ORDER[place.rank], default=None)
        if self.interrupted is not None and (first is None or first.rank is not Rank.IMPORTANT):
            self.playing, self.interrupted = self.interrupted, None
        elif first is not None:
            self.waiting.remove(first)
            self.playing = first
        else:
            return []
        return [Tell(self.playing.key, Turn.PLAY)]

    def _drop(self, places: Iterable[Place]) -> list[Tell]:
        dropped = list(places)
        for place in dropped:
            if place is self.playing:
                self.playing = None
            elif place is self.interrupted:
                self.interrupted = None
            else:
                self.waiting.remove(place)
        return [Tell(place.key, Turn.STOP) for place in dropped]


_ORDER = {rank: order for order, rank in enumerate(Rank)}
