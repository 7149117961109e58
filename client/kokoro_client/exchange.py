"""One connection shared by many requests: a thread of its own sends and receives.

Why a thread: Ctrl-C raises in the main thread between any two steps, and a frame half
read or half sent would cost the connection. This thread never sees it. And because it
always reads and writes together, a long text can go out while its audio comes in.

Owns:       the socket, the wake-up pair, the inboxes by id, the frames to send.
Invariants: the thread alone touches the socket; all else is under `_changed`'s lock;
            an id is used once; frames leave whole.
Never:      lets a full inbox hold up another's waiter for longer than STALL_S.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from . import errors
from .connection import CHUNK_BYTES
from .inbox import OUTBOX_CHARS, Inbox
from .wire import frames, messages
from .wire.errors import WireError

#: How long a full inbox may hold up the others before its request is given up.
STALL_S: Final = 30.0

#: close() waits this long for the thread, which has nothing left to do but close.
_JOIN_S: Final = 5.0

_HELLO_ID: Final = 0
_NOTHING: Final = memoryview(b"")


class Exchange:
    """Speak requests over one connected socket, which it takes over."""

    def __init__(self, sock: socket.socket, name: str) -> None:
        self._sock = sock
        self._sock.setblocking(False)
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._changed = threading.Condition()
        self._inboxes: dict[int, Inbox] = {}
        self._urgent: deque[bytes] = deque()
        self._texts: deque[Inbox] = deque()
        self._abandoned: deque[int] = deque()
        self._welcome: messages.Welcome | None = None
        self._failure: errors.KokoroError | None = None
        self._waiting = 0
        self._last_id = _HELLO_ID
        self._closing = False
        self._sending = _NOTHING
        self._deaf = False
        self._urgent.append(_frame(messages.Hello(id=_HELLO_ID, client=name)))
        self._thread = threading.Thread(target=self._run, name="kokoro-client", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False once the connection is lost or closed; it does not come back."""
        return self._failure is None

    def start(self, make: Callable[[int], messages.Request], rest: str, final: bool) -> Inbox:
        """Send the request that `make` builds for an id, then `rest` of its text. Never waits."""
        with self._changed:
            self._raise_failure()
            self._last_id += 1
            inbox = Inbox(self._last_id)
            self._urgent.append(_frame(make(inbox.id)))
            self._inboxes[inbox.id] = inbox
            if rest:
                self._queue_text(inbox, rest, final)
        self._wake()
        return inbox

    def append(self, inbox: Inbox, text: str, final: bool, timeout: float) -> None:
        """Send more text. Waits while too much of it lies unsent.

        Raises AnswerTimeoutError where the daemon took none of it for `timeout` s.
        """
        with self._changed:
            while inbox.outgoing.chars >= OUTBOX_CHARS and inbox.end is None:
                self._raise_failure()
                before = inbox.outgoing.chars
                deadline = time.monotonic() + timeout
                while inbox.outgoing.chars == before and self._failure is None:
                    if not self._wait_until(deadline):
                        raise errors.AnswerTimeoutError(
                            f"the daemon took no text for {timeout:g} s; "
                            "take the audio while appending"
                        )
            if inbox.end is None and not inbox.cancelled:
                self._raise_failure()
                self._queue_text(inbox, text, final)
        self._wake()

    def cancel(self, inbox: Inbox) -> None:
        """Drop what has come and tell the daemon. Never waits, never raises."""
        with self._changed:
            self._cancel(inbox)
            self._changed.notify_all()
        self._wake()

    def abandon(self, inbox: Inbox) -> None:
        """cancel() for a finalizer: takes no lock, since it may run while one is held."""
        self._abandoned.append(inbox.id)
        self._wake()

    def take(
        self, inbox: Inbox, timeout: float | None
    ) -> messages.SegmentInfo | messages.Audio | None:
        """The next event, or None after the last.

        Raises the error that ended the request, ConnectionLostError, AnswerTimeoutError.
        """
        with self._changed:
            self._await(inbox, lambda: bool(inbox.events), timeout)
            if not inbox.events:
                return None
            was_full = inbox.full
            event = inbox.take()
        if was_full:
            self._wake()
        return event

    def await_accepted(self, inbox: Inbox, timeout: float | None) -> messages.Accepted | None:
        """What the daemon accepted the request as; None where it ended before."""
        with self._changed:
            self._await(inbox, lambda: inbox.accepted is not None, timeout)
            return inbox.accepted

    def await_end(self, inbox: Inbox, timeout: float | None) -> messages.Done:
        """How the request ended. Whoever waits here has no more use for its audio."""
        with self._changed:
            inbox.discard_events()
            self._await(inbox, lambda: False, timeout)
            assert isinstance(inbox.end, messages.Done)
            return inbox.end

    def welcome(self, timeout: float) -> messages.Welcome:
        """The daemon's answer to hello."""
        with self._changed:
            deadline = time.monotonic() + timeout
            while self._welcome is None:
                self._raise_failure()
                if not self._wait_until(deadline):
                    raise errors.AnswerTimeoutError(f"no welcome within {timeout:g} s")
            return self._welcome

    def close(self) -> None:
        """Close the connection; the daemon cancels what runs. Safe to call twice."""
        self.close_soon()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_S)

    def close_soon(self) -> None:
        """close() for a finalizer: takes no lock and waits for nobody."""
        self._closing = True
        self._wake()

    # Under the lock.

    def _await(self, inbox: Inbox, ready: Callable[[], bool], timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while not ready():
            if isinstance(inbox.end, errors.KokoroError):
                raise errors.again(inbox.end)
            if inbox.end is not None:
                return
            self._raise_failure()
            if not self._wait_until(deadline):
                raise errors.AnswerTimeoutError(
                    f"the daemon sent nothing for {timeout:g} s; see its log"
                )

    def _wait_until(self, deadline: float | None) -> bool:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return False
        self._waiting += 1
        try:
            if any(inbox.full for inbox in self._inboxes.values()):
                self._wake()  # from now on it holds somebody up
            self._changed.wait(left)
        finally:
            self._waiting -= 1
        return True

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise errors.again(self._failure)

    def _queue_text(self, inbox: Inbox, text: str, final: bool) -> None:
        inbox.outgoing.add(text, final)
        if inbox.outgoing and inbox not in self._texts:
            self._texts.append(inbox)

    def _cancel(self, inbox: Inbox) -> None:
        if not inbox.cancelled and inbox.id in self._inboxes:
            self._urgent.append(_frame(messages.Cancel(id=inbox.id)))
        inbox.cancel()

    def _wake(self) -> None:
        # Full: it wakes anyway. Closed: the thread has ended.
        with contextlib.suppress(OSError):
            self._wake_out.send(b"\0")

    # The thread.

    def _run(self) -> None:
        try:
            with selectors.DefaultSelector() as selector:
                self._serve(selector)
            failure = errors.KokoroError("the client is closed")
        except WireError as error:
            failure = errors.ProtocolError(f"the daemon's answer is broken: {error.message}")
        except OSError as error:
            failure = errors.ConnectionLostError(
                f"the connection to the daemon broke: {error.strerror or error}"
            )
        except errors.KokoroError as error:
            failure = error
        with self._changed:
            self._failure = failure
            self._changed.notify_all()
        for sock in (self._sock, self._wake_in, self._wake_out):
            sock.close()

    def _serve(self, selector: selectors.BaseSelector) -> None:
        decoder = frames.FrameDecoder(frames.MAX_ANSWER)
        selector.register(self._wake_in, selectors.EVENT_READ)
        interest = 0
        stalled_at: float | None = None
        while not self._closing:
            with self._changed:
                self._drop_abandoned()
                self._next_frame()
                full = [inbox for inbox in self._inboxes.values() if inbox.full]
                stalled_at = (stalled_at or time.monotonic()) if full and self._waiting else None
                wait = None if stalled_at is None else stalled_at + STALL_S - time.monotonic()
                if wait is not None and wait <= 0:
                    self._give_up(full)
                    continue
            wanted = (0 if full else selectors.EVENT_READ) | (
                selectors.EVENT_WRITE if self._sending else 0
            )
            if wanted != interest:
                if interest:
                    selector.unregister(self._sock)
                if wanted:
                    selector.register(self._sock, wanted)
                interest = wanted
            for key, ready in selector.select(wait):
                if key.fileobj is self._wake_in:
                    self._wake_in.recv(4096)
                    continue
                if ready & selectors.EVENT_WRITE:
                    self._send()
                if ready & selectors.EVENT_READ:
                    self._receive(decoder)

    def _next_frame(self) -> None:
        if self._sending or self._deaf:
            return
        if self._urgent:
            self._sending = memoryview(self._urgent.popleft())
            return
        while self._texts:
            inbox = self._texts.popleft()
            if inbox.end is not None or not inbox.outgoing:
                continue
            self._sending = memoryview(_frame(inbox.outgoing.next_message()))
            if inbox.outgoing:
                self._texts.append(inbox)
            self._changed.notify_all()
            return

    def _send(self) -> None:
        try:
            self._sending = self._sending[self._sock.send(self._sending) :]
        except (BrokenPipeError, ConnectionResetError):
            # What the daemon said before it hung up may still be there to read.
            self._deaf = True
            self._sending = _NOTHING

    def _receive(self, decoder: frames.FrameDecoder) -> None:
        data = self._sock.recv(CHUNK_BYTES)
        if not data:
            raise errors.ConnectionLostError(
                "the daemon closed the connection; see its log, or try again"
            )
        decoder.feed(data)
        for payload in decoder.frames():
            answer = messages.parse_answer(payload)
            with self._changed:
                self._deliver(answer)
                self._changed.notify_all()

    def _deliver(self, answer: messages.Answer) -> None:
        if isinstance(answer, messages.Error) and answer.id in (None, _HELLO_ID):
            raise errors.from_code(answer.code, answer.message, answer.retry_after_ms)
        if isinstance(answer, messages.Welcome):
            self._welcome = answer
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

    def _drop_abandoned(self) -> None:
        while self._abandoned:
            if inbox := self._inboxes.get(self._abandoned.popleft()):
                self._cancel(inbox)

    def _give_up(self, full: list[Inbox]) -> None:
        for inbox in full:
            self._cancel(inbox)
            inbox.end = errors.NotReadError(
                f"nobody took the audio of this speech for {STALL_S:g} s while others "
                "waited for theirs; take it as it comes, or use a client of its own"
            )
            del self._inboxes[inbox.id]
        self._changed.notify_all()


def _frame(message: messages.Request) -> bytes:
    return frames.encode(messages.to_payload(message), frames.MAX_REQUEST)
