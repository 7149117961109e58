"""What one speak request still has to send, and what it has been answered.

Two sides hold one: the exchange's thread, and the callers. Each attribute is written by
one side only, in single steps, so that neither needs a lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from .. import errors
from ..wakeup import Wakeup
from ..wire.choices import Ending, Turn
from ..wire.messages import (
    Accepted,
    Append,
    Audio,
    Done,
    Error,
    Rendered,
    Seek,
    SegmentInfo,
    TurnAtSpeaker,
)

#: Audio that may lie unread. Nearly 3 minutes: enough that a slow reader of one
#: speech seldom holds up the others on its connection, little enough for 32 of them.
INBOX_BYTES: Final = 8 * 1024 * 1024

#: Text that may wait for the socket before append() waits too. What is given to
#: speak() may be longer: its caller holds it anyway.
OUTBOX_CHARS: Final = 256 * 1024

#: Characters of one frame. At most 4 bytes each, which leaves 5 KB for the other keys.
FRAME_CHARS: Final = 15_000

#: Ended by others at the speaker: what has come is not to be heard either.
_SILENCED: Final = frozenset({Ending.STOPPED, Ending.REPLACED})

_OVERHEAD: Final = 256  # a message's own memory, about
_WORD: Final = 128


class Outgoing:
    """The text of one request that is still to be sent, and whether it is the last.

    Owns:       the parts, in order; the offset into the first of them.
    Invariants: their characters leave once each and in order; the last frame alone
                has final=true.
    """

    def __init__(self, request_id: int) -> None:
        self._id = request_id
        self._parts: deque[str] = deque()
        self._offset = 0
        self._final = False

    def add(self, text: str, final: bool) -> None:
        if text or final:
            self._parts.append(text)
        self._final = final

    def clear(self) -> None:
        self._parts.clear()
        self._offset = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def next_message(self) -> Append:
        """The next at most FRAME_CHARS characters. There must be a part."""
        part = self._parts[0]
        piece = part[self._offset : self._offset + FRAME_CHARS]
        self._offset += len(piece)
        if self._offset >= len(part):
            self._parts.popleft()
            self._offset = 0
        return Append(id=self._id, text=piece, final=self._final and not self._parts)


class Notified(Protocol):
    """What tells those who wait to look again."""

    def notify(self) -> None: ...


_Wakeup = TypeVar("_Wakeup", bound=Notified)


class Answers(Generic[_Wakeup]):
    """The answers to one speak request.

    The thread writes `accepted`, `events` (its end), `queued`, `sent`, `end`, `turn`, `seek`,
    `rendered` and `outgoing`; callers write `events` (its begin), `taken`, `appended`,
    `cancelled`, `waits` and `watcher`. Either sets `discards`, which is never unset.

    Invariants: nothing is added after the end; what has ended stays ended.
    """

    def __init__(self, request_id: int, wakeup: Callable[[], _Wakeup]) -> None:
        self.id = request_id
        self.outgoing = Outgoing(request_id)
        self.accepted: Accepted | None = None
        self.events: deque[SegmentInfo | Audio] = deque()
        self.end: Done | errors.KokoroError | None = None
        #: At the speaker: what to do now; where to go on; whether all audio has come.
        self.turn: Turn | None = None
        self.seek: Seek | None = None
        self.rendered = False
        #: Called by the thread when `turn`, `seek` or `end` has changed. It must not wait.
        self.watcher: Callable[[], None] | None = None
        self.queued = self.taken = 0  # bytes
        self.appended = self.sent = 0  # characters
        self.cancelled = False
        self.discards = False
        self.waits = False
        self.something_to_take = wakeup()
        self.something_known = wakeup()
        self.room_for_text = wakeup()

    # The thread's side.

    @property
    def full(self) -> bool:
        return not self.discards and self.end is None and self.queued - self.taken >= INBOX_BYTES

    def deliver(
        self,
        answer: Accepted | TurnAtSpeaker | SegmentInfo | Audio | Rendered | Seek | Done | Error,
    ) -> None:
        match answer:
            case Accepted():
                self.accepted = answer
                self.something_known.notify()
            case SegmentInfo() | Audio():
                if not self.discards:
                    self.queued += cost(answer)
                    self.events.append(answer)
                    self.something_to_take.notify()
            case TurnAtSpeaker():
                self.turn = answer.turn
                self._tell_watcher()
                self.something_to_take.notify()
            case Seek():
                self.seek = answer
                self._tell_watcher()
            case Rendered():
                self.rendered = True
                self.something_to_take.notify()
            case Done():
                if answer.ending in _SILENCED:
                    self.discard_events()
                self.finish(answer)
            case Error():
                self.finish(errors.from_code(answer.code, answer.message, answer.retry_after_ms))

    def finish(self, end: Done | errors.KokoroError) -> None:
        """Nothing more comes. Only the first end counts."""
        if self.end is None:
            self.end = end
            self._tell_watcher()
        for wakeup in (self.something_to_take, self.something_known, self.room_for_text):
            wakeup.notify()

    def _tell_watcher(self) -> None:
        if (watcher := self.watcher) is not None:
            watcher()

    # The callers' side.

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` now, and by the thread at each change of `turn`, `seek` or `end`."""
        self.watcher = watcher
        watcher()

    @property
    def unsent(self) -> int:
        return self.appended - self.sent

    def can_take(self) -> bool:
        """An event, or the end of them, is there."""
        return self.no_more or self._may_take

    @property
    def no_more(self) -> bool:
        """No event is left and none comes."""
        return self.end is not None or (self.rendered and not self.events)

    @property
    def _may_take(self) -> bool:
        # What waits for its turn stays here: the next daemon can still be given it all.
        return bool(self.events) and not self.discards and self.turn is not Turn.WAIT

    def take(self) -> SegmentInfo | Audio | None:
        """The oldest event; None if there is none, nobody wants it, or its turn is to come."""
        if not self._may_take:
            return None
        try:
            event = self.events.popleft()
        except IndexError:
            return None
        self.taken += cost(event)
        return event

    def discard_events(self) -> None:
        """Drop what has come and what will: nobody wants to hear it."""
        self.discards = True
        self.events.clear()


class Inbox(Answers[Wakeup]):
    """Answers that threads wait for."""

    def __init__(self, request_id: int) -> None:
        super().__init__(request_id, Wakeup)


def cost(event: SegmentInfo | Audio) -> int:
    """Bytes that an event takes, about."""
    if isinstance(event, Audio):
        return _OVERHEAD + len(event.pcm)
    return _OVERHEAD + _WORD * len(event.words)
