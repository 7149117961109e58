"""What one request still has to send and has been answered. Exchange guards it with its lock."""

from __future__ import annotations

from collections import deque
from typing import Final

from . import errors
from .wire.messages import Accepted, Append, Audio, Done, Error, SegmentInfo

#: Audio that may lie unread. Nearly 3 minutes: enough that a slow reader of one
#: speech seldom holds up the others on its connection, little enough for 32 of them.
INBOX_BYTES: Final = 8 * 1024 * 1024

#: Text of append() that may wait for the socket before append() waits too. The text
#: given to speak() is not counted: its caller holds it anyway.
OUTBOX_CHARS: Final = 256 * 1024

#: Characters of one frame. At most 4 bytes each, which leaves 5 KB for the other keys.
FRAME_CHARS: Final = 15_000

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
        self.chars = 0
        self._final = False

    def add(self, text: str, final: bool) -> None:
        if text or final:
            self._parts.append(text)
        self.chars += len(text)
        self._final = final

    def clear(self) -> None:
        self._parts.clear()
        self._offset = self.chars = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def next_message(self) -> Append:
        """The next at most FRAME_CHARS characters. There must be a part."""
        part = self._parts[0]
        piece = part[self._offset : self._offset + FRAME_CHARS]
        self._offset += len(piece)
        self.chars -= len(piece)
        if self._offset >= len(part):
            self._parts.popleft()
            self._offset = 0
        return Append(id=self._id, text=piece, final=self._final and not self._parts)


class Inbox:
    """The answers to one speak request.

    Owns:       the events nobody has taken yet.
    Invariants: nothing is added after the end; `size` is the sum of what lies here.
    """

    def __init__(self, request_id: int) -> None:
        self.id = request_id
        self.outgoing = Outgoing(request_id)
        self.accepted: Accepted | None = None
        self.events: deque[SegmentInfo | Audio] = deque()
        self.size = 0
        self.end: Done | errors.KokoroError | None = None
        self.discards = False
        self.cancelled = False

    @property
    def full(self) -> bool:
        return self.size >= INBOX_BYTES and self.end is None

    def deliver(self, answer: Accepted | SegmentInfo | Audio | Done | Error) -> None:
        match answer:
            case Accepted():
                self.accepted = answer
            case SegmentInfo() | Audio():
                if not self.discards:
                    self.events.append(answer)
                    self.size += _cost(answer)
            case Done():
                self.end = answer
            case Error():
                self.end = errors.from_code(answer.code, answer.message, answer.retry_after_ms)

    def take(self) -> SegmentInfo | Audio:
        """The oldest event. There must be one."""
        event = self.events.popleft()
        self.size -= _cost(event)
        return event

    def discard_events(self) -> None:
        """Drop what has come and what will: nobody wants to hear it."""
        self.discards = True
        self.events.clear()
        self.size = 0

    def cancel(self) -> None:
        """discard_events(), and the text that has not been sent."""
        self.cancelled = True
        self.discard_events()
        self.outgoing.clear()


def _cost(event: SegmentInfo | Audio) -> int:
    if isinstance(event, Audio):
        return _OVERHEAD + len(event.pcm)
    return _OVERHEAD + _WORD * len(event.words)
