# loop: of asyncio or trio, the one in which the connection was opened.
"""Speak requests over one connection, in an event loop.

Owns:       the socket, the two tasks that read and write it, the requests.
Invariants: all of that is touched in one loop; an id is used once.
Never:      lets a full inbox hold up another's waiter for longer than STALL_S; touches the
            selector of the loop after fork(): it is the parent's, too.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Callable

from .. import errors
from ..transport.connection import CHUNK_BYTES
from ..transport.exchange import raise_end
from ..transport.inbox import OUTBOX_CHARS, Answers
from ..transport.multiplexer import STALL_S, Multiplexer, encode
from ..wire import frames, messages
from ..wire.errors import WireError
from .backend import Task, current
from .wakeup import Flag, Wakeup


class Inbox(Answers[Wakeup]):
    """Answers that tasks wait for."""

    def __init__(self, request_id: int) -> None:
        super().__init__(request_id, Wakeup)


class Exchange:
    """Many speeches share one connected socket, which it takes over."""

    def __init__(self, sock: socket.socket, hello: messages.Hello, timeout: float) -> None:
        """timeout: seconds in which the daemon is to answer hello, which it does at once."""
        self.backend = current()
        self.requests: Multiplexer[Inbox] = Multiplexer(hello)
        self._timeout = timeout
        self._ids = itertools.count(hello.id + 1)
        sock.setblocking(False)
        self._sock = sock
        self._address = sock.getpeername()
        self._something_came = Wakeup()
        self._to_send = Flag()
        self._look = Flag()  # a full inbox may have room, or hold somebody up
        self._has_full = False
        self._task: Task = self.backend.start(self._run)

    @property
    def alive(self) -> bool:
        """False once the connection is lost or closed; it does not come back."""
        return self.requests.failure is None

    def start(self, make: Callable[[int], messages.Request], rest: str, final: bool) -> Inbox:
        """Send the request that `make` builds for an id, then `rest` of its text. Never waits."""
        self._raise_failure()
        inbox = Inbox(next(self._ids))
        inbox.appended = len(rest)
        self.requests.start(inbox, encode(make(inbox.id)), rest, final)
        self._to_send.set()
        return inbox

    async def append(self, inbox: Inbox, text: str, final: bool, timeout: float) -> None:
        """Send more text. Waits while too much of it lies unsent.

        Raises AnswerTimeoutError if the daemon took none of it for `timeout` s.
        """

        def can_go_on() -> bool:
            return inbox.unsent < OUTBOX_CHARS or inbox.end is not None or inbox.cancelled

        while not can_go_on():
            sent = inbox.sent
            if not await self._wait(
                inbox,
                inbox.room_for_text,
                lambda sent=sent: can_go_on() or inbox.sent != sent,  # type: ignore[misc]
                timeout,
            ):
                raise errors.AnswerTimeoutError(
                    f"the daemon took no text for {timeout:g} s; take the audio while appending"
                )
        if inbox.end is None and not inbox.cancelled:
            self._raise_failure()
            inbox.appended += len(text)
            self.requests.queue_text(inbox, text, final)
            self._to_send.set()

    def cancel(self, inbox: Inbox) -> None:
        """Drop what has come and tell the daemon. Never waits, never raises."""
        if not inbox.cancelled:
            inbox.cancelled = True
            self.requests.cancel(inbox)
            self._to_send.set()
        inbox.discard_events()
        self._look.set()
        inbox.room_for_text.notify()

    def cancel_soon(self, inbox: Inbox) -> None:
        """cancel() for a finalizer, which may run in any thread."""
        if self.alive and not inbox.cancelled:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self.backend.call_soon(lambda: self.cancel(inbox))

    def played(self, inbox: Inbox, at_s: float, final: bool, seeks: int) -> None:
        """Tell the daemon how much has been heard. Never waits."""
        self.requests.played(inbox, at_s, final, seeks)
        self._to_send.set()

    async def take(
        self, inbox: Inbox, timeout: float | None
    ) -> messages.SegmentInfo | messages.Audio | None:
        """The next event, or None after the last.

        Raises the error that ended the request, ConnectionLostError, AnswerTimeoutError.
        """
        while True:
            await self._await(inbox, inbox.something_to_take, inbox.can_take, timeout)
            if (event := inbox.take()) is not None:
                if self._has_full:
                    self._look.set()
                return event
            if inbox.no_more:
                raise_end(inbox)
                return None

    async def await_accepted(self, inbox: Inbox, timeout: float | None) -> messages.Accepted | None:
        """What the daemon accepted the request as; None if it ended before."""
        await self._await(
            inbox,
            inbox.something_known,
            lambda: inbox.accepted is not None or inbox.end is not None,
            timeout,
        )
        if inbox.accepted is None:
            raise_end(inbox)
        return inbox.accepted

    async def await_end(self, inbox: Inbox, timeout: float | None) -> messages.Done:
        """How the request ended. Whoever waits here has no more use for its audio."""
        inbox.discard_events()
        self._look.set()  # it may have been full
        await self._await(inbox, inbox.something_known, lambda: inbox.end is not None, timeout)
        raise_end(inbox)
        assert isinstance(inbox.end, messages.Done)
        return inbox.end

    async def welcome(self, timeout: float) -> messages.Welcome:
        """The daemon's answer to hello."""
        await self._wait_for_sign(lambda: self.requests.welcome is not None, timeout)
        if self.requests.welcome is None:
            self._raise_failure()
        assert self.requests.welcome is not None
        return self.requests.welcome

    async def close(self) -> None:
        """Close the connection; the daemon cancels what runs. Safe to call twice."""
        if self.backend != current():
            self.close_soon()
            return
        self._task.cancel()
        await self._task.ended()

    def close_soon(self) -> None:
        """close() from another loop or a finalizer: waits for nobody."""
        try:
            self.backend.call_soon(self._task.cancel)
        except RuntimeError:  # its loop is closed, and nobody would do it
            self._sock.close()

    def leave_to_parent(self) -> None:
        """In the child after fork(): the loop and the connection are the parent's."""
        self.requests.end(errors.of_parent())
        self._sock.close()  # the parent has its own descriptor of it

    # The two tasks.

    async def _run(self) -> None:
        failure: errors.KokoroError = errors.KokoroError("the client has a bug; see the traceback")
        sender = self.backend.start(self._send)
        try:
            await self._receive()
        except self.backend.cancelled:
            failure = errors.KokoroError("the client is closed")
        except (WireError, OSError, errors.KokoroError) as error:
            failure = self.requests.failure_of(error, self._address)
        finally:
            sender.cancel()
            self.requests.end(failure)
            self._something_came.notify()
            try:
                await sender.ended()  # it still has the socket in the selector
            finally:
                self._sock.close()

    async def _send(self) -> None:
        while True:
            self._to_send.clear()
            while (frame := self.requests.next_frame()) is not None:
                try:
                    await self.backend.send(self._sock, frame)
                except OSError:
                    return  # what the daemon said before it hung up is still to be read
            await self._to_send.wait()

    async def _receive(self) -> None:
        decoder = frames.FrameDecoder(frames.MAX_ANSWER)
        while True:
            await self._until_room()
            data = await self.backend.receive(self._sock, CHUNK_BYTES)
            if not data:
                raise errors.ConnectionLostError(
                    "the daemon closed the connection; see its log, or try again"
                )
            decoder.feed(data)
            for payload in decoder.frames():
                self._deliver(messages.parse_answer(payload))
            await self.backend.give_way()  # receive() does not give way while there is more

    def _deliver(self, answer: messages.Answer) -> None:
        known = self.requests.answered, self.requests.welcome
        self.requests.deliver(answer)
        if known != (self.requests.answered, self.requests.welcome):
            self._something_came.notify()

    async def _until_room(self) -> None:
        """Wait until no inbox is full; give those up that hold up others too long."""
        stalled_at: float | None = None
        while full := self.requests.full():
            self._has_full = True
            self._look.clear()
            wait: float | None = None
            if not self.requests.held_up():
                stalled_at = None
            else:
                now = self.backend.now()
                stalled_at = now if stalled_at is None else stalled_at
                wait = stalled_at + STALL_S - now
                if wait <= 0:
                    self.requests.give_up(full)
                    self._to_send.set()
                    continue
            await self._look.wait(wait)
        self._has_full = False

    # Waiting.

    async def _await(
        self, inbox: Inbox, wakeup: Wakeup, ready: Callable[[], bool], timeout: float | None
    ) -> None:
        if not await self._wait(inbox, wakeup, ready, timeout):
            raise errors.AnswerTimeoutError(
                f"the daemon sent nothing for {timeout:g} s; see its log"
            )

    async def _wait(
        self, inbox: Inbox, wakeup: Wakeup, ready: Callable[[], bool], timeout: float | None
    ) -> bool:
        if ready():
            return True
        if timeout is None or timeout > self._timeout:
            await self._wait_for_sign(lambda: self.requests.answered, self._timeout)
        inbox.waits = True
        try:
            if self._has_full:
                self._look.set()  # from now on it holds somebody up
            return await wakeup.wait_for(ready, timeout)
        finally:
            inbox.waits = False

    async def _wait_for_sign(self, there: Callable[[], bool], timeout: float) -> None:
        """Wait for a sign of life from the daemon, or the end of the connection."""
        if not await self._something_came.wait_for(
            lambda: there() or self.requests.failure is not None, timeout
        ):
            raise errors.AnswerTimeoutError(
                f"the daemon is there, but has not answered within {timeout:g} s; see its log, "
                "or run `kokoroctl service restart`"
            )

    def _raise_failure(self) -> None:
        if self.requests.failure is not None:
            raise errors.again(self.requests.failure)
