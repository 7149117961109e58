# pure: no socket, thread or clock.
"""Many requests over one connection: which frame leaves next, whose answer has come.

Owns:       the inboxes by id, the frames to send.
Invariants: one thread, or one event loop, touches it; frames leave whole; what is urgent leaves
            before text, and the texts of several requests take turns.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final, Generic, TypeVar

from .. import errors
from ..wire import frames, messages
from ..wire.errors import WireError
from .inbox import Answers

#: How long a full inbox may hold up the others before its request is given up.
STALL_S: Final = 30.0

#: Frames that may wait for a daemon that reads nothing. While there are more, reports of
#: what has been heard are left out, but for the last of each request: a newer one tells
#: what an older one told.
_UNSENT_FRAMES: Final = 64

_Inbox = TypeVar("_Inbox", bound=Answers[Any])


class Multiplexer(Generic[_Inbox]):
    def __init__(self, hello: messages.Hello) -> None:
        self.welcome: messages.Welcome | None = None
        #: Whether anything has come that the protocol knows.
        self.answered = False
        #: Why the connection has ended; None while it stands.
        self.failure: errors.KokoroError | None = None
        self._hello_id = hello.id
        self._inboxes: dict[int, _Inbox] = {}
        self._urgent: deque[bytes] = deque([encode(hello)])
        self._texts: deque[_Inbox] = deque()

    # What is to be sent.

    def start(self, inbox: _Inbox, frame: bytes, rest: str, final: bool) -> None:
        """Send a request's first frame, then the rest of its text."""
        if self.failure is not None:
            inbox.finish(self.failure)
            return
        self._inboxes[inbox.id] = inbox
        self._urgent.append(frame)
        if rest:
            self.queue_text(inbox, rest, final)

    def queue_text(self, inbox: _Inbox, text: str, final: bool) -> None:
        """Send more text, after what is still to be sent of it."""
        inbox.outgoing.add(text, final)
        if inbox.outgoing and inbox not in self._texts:
            self._texts.append(inbox)

    def cancel(self, inbox: _Inbox) -> None:
        """Send no more text of it, and tell the daemon before anything else."""
        inbox.outgoing.clear()
        if inbox.id in self._inboxes:
            self._urgent.append(encode(messages.Cancel(id=inbox.id)))

    def played(self, inbox: _Inbox, at_s: float, final: bool, seeks: int) -> None:
        """Tell the daemon how much of it has been heard."""
        if inbox.id in self._inboxes and (final or len(self._urgent) < _UNSENT_FRAMES):
            message = messages.Played(id=inbox.id, at_s=at_s, final=final, seeks=seeks)
            self._urgent.append(encode(message))

    def next_frame(self) -> bytes | None:
        """What leaves next; None if there is nothing."""
        if self._urgent:
            return self._urgent.popleft()
        while self._texts:
            inbox = self._texts.popleft()
            if inbox.end is not None or not inbox.outgoing:
                continue
            message = inbox.outgoing.next_message()
            if inbox.outgoing:
                self._texts.append(inbox)
            inbox.sent += len(message.text)
            inbox.room_for_text.notify()
            return encode(message)
        return None

    # What has come.

    def deliver(self, answer: messages.Answer) -> None:
        """Give an answer to whom it is for. Raises the KokoroError that ends the connection."""
        self.answered = True
        if isinstance(answer, messages.Error) and answer.id in (None, self._hello_id):
            raise errors.from_code(answer.code, answer.message, answer.retry_after_ms)
        if isinstance(answer, messages.Welcome):
            self.welcome = answer
            return
        assert answer.id is not None
        # Answers may still come for what has ended here: a cancel and a done cross.
        inbox = self._inboxes.get(answer.id)
        if inbox is None or isinstance(answer, messages.Result):
            return
        inbox.deliver(answer)
        if inbox.end is not None:
            inbox.outgoing.clear()
            del self._inboxes[answer.id]

    def full(self) -> list[_Inbox]:
        """The inboxes that take nothing more: nothing is to be read while there is one."""
        return [inbox for inbox in self._inboxes.values() if inbox.full]

    def held_up(self) -> bool:
        """Somebody waits for an answer."""
        return any(inbox.waits for inbox in self._inboxes.values())

    def give_up(self, full: list[_Inbox]) -> None:
        """End requests whose audio nobody takes."""
        for inbox in full:
            self.cancel(inbox)
            inbox.discard_events()
            del self._inboxes[inbox.id]
            inbox.finish(
                errors.NotReadError(
                    f"nobody took the audio of this speech for {STALL_S:g} s while others "
                    "waited for theirs; take it as it comes, or use a client of its own"
                )
            )

    def failure_of(
        self, error: WireError | OSError | errors.KokoroError, address: object
    ) -> errors.KokoroError:
        """What is raised for what ended the connection. address: where the answers came from."""
        if isinstance(error, errors.KokoroError):
            return error
        if isinstance(error, OSError):
            why = error.strerror or error
            return errors.ConnectionLostError(f"the connection to the daemon broke: {why}")
        if self.answered:
            return errors.ProtocolError(f"the daemon's answer is broken: {error.message}")
        return errors.not_kokorod(address)

    def end(self, failure: errors.KokoroError) -> None:
        """The connection has ended, and with it every request."""
        self.failure = failure
        for inbox in self._inboxes.values():
            inbox.finish(failure)


def encode(message: messages.Request) -> bytes:
    """The frame of a request that the schema has checked."""
    return frames.encode(messages.to_payload(message), frames.MAX_REQUEST)
