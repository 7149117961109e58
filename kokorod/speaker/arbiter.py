# pure: no socket, thread or clock.
"""Whose turn it is at the speaker: one voice at a time, whoever asked.

Owns:       who plays, who was interrupted, who waits.
Invariants: at most one request plays; each entry is dropped at most once; one
            that is not dropped is told to play sooner or later.
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

from ..types import Priority, RequestKey, Turn


@dataclass(frozen=True, slots=True)
class Tell:
    """Its client is to play, wait or pause."""

    key: RequestKey
    turn: Turn


@dataclass(frozen=True, slots=True)
class Drop:
    """It ends unheard, or before its end."""

    key: RequestKey


#: What is to be done for a request at the speaker.
Order = Tell | Drop


@dataclass(frozen=True, slots=True)
class Entry:
    """A request at the speaker."""

    key: RequestKey
    priority: Priority


#: Priorities that a new request of this one drops, wherever they are; but no progress drops
#: one that is being said.
_DROPS: dict[Priority, frozenset[Priority]] = {
    Priority.IMPORTANT: frozenset({Priority.NOTIFICATION, Priority.PROGRESS}),
    Priority.MESSAGE: frozenset({Priority.TEXT, Priority.NOTIFICATION, Priority.PROGRESS}),
    Priority.TEXT: frozenset({Priority.TEXT, Priority.NOTIFICATION, Priority.PROGRESS}),
    Priority.NOTIFICATION: frozenset({Priority.PROGRESS}),
    Priority.PROGRESS: frozenset({Priority.PROGRESS}),
}


@dataclass(slots=True)
class Speaker:
    paused: bool = False
    playing: Entry | None = None
    interrupted: Entry | None = None  # a message that an important one broke off
    waiting: deque[Entry] = field(default_factory=deque)  # bounded by the requests in flight

    @property
    def entries(self) -> list[Entry]:
        """Everything at the speaker: who plays, then in the order of their turns."""
        first = [p for p in (self.playing, self.interrupted) if p is not None]
        return [*first, *sorted(self.waiting, key=lambda entry: _ORDER[entry.priority])]

    # -- requests

    def join(self, key: RequestKey, priority: Priority) -> list[Order]:
        """A request wants the speaker."""
        entry = Entry(key, priority)
        if priority is Priority.NOTIFICATION and any(
            p.priority is not Priority.PROGRESS for p in self.entries
        ):
            return [Drop(key)]
        orders = self._drop(
            p
            for p in self.entries
            if p.priority in _DROPS[priority]
            and not (priority is Priority.PROGRESS and p is self.playing)
        )
        self.waiting.append(entry)
        playing = self.playing
        if (
            priority is Priority.IMPORTANT
            and playing
            and playing.priority is not Priority.IMPORTANT
        ):
            orders += self._interrupt(playing)
        orders += self._next()
        if self.playing is not entry:
            orders.append(Tell(key, Turn.WAIT))
        return orders

    def leave(self, key: RequestKey) -> list[Order]:
        """The request was heard to its end, was cancelled, or its client has gone."""
        if self.playing is not None and self.playing.key == key:
            self.playing = None
        elif self.interrupted is not None and self.interrupted.key == key:
            self.interrupted = None
        else:
            self.waiting = deque(p for p in self.waiting if p.key != key)
        return self._next()

    # -- control, by any client

    def pause(self) -> list[Order]:
        """Silence until resume(); who comes meanwhile waits."""
        if self.paused:
            return []
        self.paused = True
        return [Tell(self.playing.key, Turn.PAUSE)] if self.playing else []

    def resume(self) -> list[Order]:
        if not self.paused:
            return []
        self.paused = False
        return [Tell(self.playing.key, Turn.PLAY)] if self.playing else self._next()

    def skip(self) -> list[Order]:
        """Drop what plays; the next one begins, also where all was paused."""
        self.paused = False
        orders = self._drop([self.playing] if self.playing else [])
        return orders + self._next()

    def stop(self, everything: bool = True) -> list[Order]:
        """Drop what plays, and with `everything` what waits too."""
        if not everything:
            return self.skip()
        self.paused = False
        return self._drop(self.entries)

    # -- within

    def _interrupt(self, playing: Entry) -> list[Order]:
        if playing.priority is Priority.MESSAGE:
            self.interrupted, self.playing = playing, None
            return [] if self.paused else [Tell(playing.key, Turn.PAUSE)]
        return self._drop([playing])

    def _next(self) -> list[Order]:
        if self.playing is not None or self.paused:
            return []
        first = min(self.waiting, key=lambda entry: _ORDER[entry.priority], default=None)
        if self.interrupted is not None and (
            first is None or first.priority is not Priority.IMPORTANT
        ):
            self.playing, self.interrupted = self.interrupted, None
        elif first is not None:
            self.waiting.remove(first)
            self.playing = first
        else:
            return []
        return [Tell(self.playing.key, Turn.PLAY)]

    def _drop(self, entries: Iterable[Entry]) -> list[Order]:
        dropped = list(entries)
        for entry in dropped:
            if entry is self.playing:
                self.playing = None
            elif entry is self.interrupted:
                self.interrupted = None
            else:
                self.waiting.remove(entry)
        return [Drop(entry.key) for entry in dropped]


_ORDER = {priority: order for order, priority in enumerate(Priority)}
