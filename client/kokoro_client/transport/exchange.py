"""Speak requests over one connection: what callers do, in any thread.

Invariants: an id is used once; no lock is held between two steps, so that Ctrl-C may come
            anywhere (wakeup.py).
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable
from typing import Any

from .. import errors
from ..wakeup import Wakeup
from ..wire import messages
from .inbox import OUTBOX_CHARS, Answers, Inbox
from .io_thread import IOThread
from .multiplexer import encode


class Exchange:
    """Many speeches share one connected socket, which it takes over."""

    def __init__(self, sock: socket.socket, hello: messages.Hello, timeout: float) -> None:
        """timeout: seconds in which the daemon is to answer hello, which it does at once."""
        self._timeout = timeout
        self._ids = itertools.count(hello.id + 1)
        self._io = IOThread(sock, hello)
        self._requests = self._io.requests

    @property
    def alive(self) -> bool:
        """False once the connection is lost or closed; it does not come back."""
        return self._requests.failure is None

    def start(self, make: Callable[[int], messages.Request], rest: str, final: bool) -> Inbox:
        """Send the request that `make` builds for an id, then `rest` of its text. Never waits."""
        self._raise_failure()
        inbox = Inbox(next(self._ids))
        inbox.appended = len(rest)
        frame = encode(make(inbox.id))
        self._io.post(lambda: self._requests.start(inbox, frame, rest, final))
        if self._requests.failure is not None:
            inbox.finish(self._requests.failure)  # the thread has ended and may not have seen it
        return inbox

    def append(self, inbox: Inbox, text: str, final: bool, timeout: float) -> None:
        """Send more text. Waits while too much of it lies unsent.

        Raises AnswerTimeoutError if the daemon took none of it for `timeout` s.
        """

        def can_go_on() -> bool:
            return inbox.unsent < OUTBOX_CHARS or inbox.end is not None or inbox.cancelled

        while not can_go_on():
            sent = inbox.sent
            if not self._wait(
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
            self._io.post(lambda: self._requests.queue_text(inbox, text, final))

    def cancel(self, inbox: Inbox) -> None:
        """Drop what has come and tell the daemon. Never waits, never raises.

        Takes no lock either: a finalizer may call it.
        """
        if not inbox.cancelled:
            inbox.cancelled = True
            self._io.post(lambda: self._requests.cancel(inbox))
        inbox.discard_events()
        inbox.room_for_text.notify()

    def played(self, inbox: Inbox, at_s: float, final: bool, seeks: int) -> None:
        """Tell the daemon how much has been heard. Never waits."""
        self._io.post(lambda: self._requests.played(inbox, at_s, final, seeks))

    def take(
        self, inbox: Inbox, timeout: float | None
    ) -> messages.SegmentInfo | messages.Audio | None:
        """The next event, or None after the last.

        Raises the error that ended the request, ConnectionLostError, AnswerTimeoutError.
        """
        while True:
            self._await(inbox, inbox.something_to_take, inbox.can_take, timeout)
            if (event := inbox.take()) is not None:
                if self._io.has_full:
                    self._io.wake()
                return event
            if inbox.no_more:
                raise_end(inbox)
                return None

    def await_accepted(self, inbox: Inbox, timeout: float | None) -> messages.Accepted | None:
        """What the daemon accepted the request as; None if it ended before."""
        self._await(
            inbox,
            inbox.something_known,
            lambda: inbox.accepted is not None or inbox.end is not None,
            timeout,
        )
        if inbox.accepted is None:
            raise_end(inbox)
        return inbox.accepted

    def await_end(self, inbox: Inbox, timeout: float | None) -> messages.Done:
        """How the request ended. Whoever waits here has no more use for its audio."""
        inbox.discard_events()
        self._io.wake()  # it may have been full
        self._await(inbox, inbox.something_known, lambda: inbox.end is not None, timeout)
        raise_end(inbox)
        assert isinstance(inbox.end, messages.Done)
        return inbox.end

    def welcome(self, timeout: float) -> messages.Welcome:
        """The daemon's answer to hello."""
        self._wait_for_sign(lambda: self._requests.welcome is not None, timeout)
        if self._requests.welcome is None:
            self._raise_failure()
        assert self._requests.welcome is not None
        return self._requests.welcome

    def close(self) -> None:
        """Close the connection; the daemon cancels what runs. Safe to call twice."""
        self._io.close()

    def close_soon(self) -> None:
        """close() for a finalizer: takes no lock and waits for nobody."""
        self._io.close_soon()

    def leave_to_parent(self) -> None:
        """In the child after fork(): touch nothing of it any more."""
        self._io.leave_to_parent()

    def __del__(self) -> None:
        # Neither the client nor a speech has a use for it any more.
        if io := getattr(self, "_io", None):
            io.close_soon()

    def _await(
        self, inbox: Inbox, wakeup: Wakeup, ready: Callable[[], bool], timeout: float | None
    ) -> None:
        if not self._wait(inbox, wakeup, ready, timeout):
            raise errors.AnswerTimeoutError(
                f"the daemon sent nothing for {timeout:g} s; see its log"
            )

    def _wait(
        self, inbox: Inbox, wakeup: Wakeup, ready: Callable[[], bool], timeout: float | None
    ) -> bool:
        if ready():
            return True
        if timeout is None or timeout > self._timeout:
            self._wait_for_sign(lambda: self._requests.answered, self._timeout)
        inbox.waits = True
        try:
            if self._io.has_full:
                self._io.wake()  # from now on it holds somebody up
            return wakeup.wait_for(ready, timeout)
        finally:
            inbox.waits = False

    def _wait_for_sign(self, there: Callable[[], bool], timeout: float) -> None:
        """Wait for a sign of life from the daemon, or the end of the connection."""
        if not self._io.something_came.wait_for(
            lambda: there() or self._requests.failure is not None, timeout
        ):
            raise errors.AnswerTimeoutError(
                f"the daemon is there, but has not answered within {timeout:g} s; see its log, "
                "or run `kokoroctl service restart`"
            )

    def _raise_failure(self) -> None:
        if self._requests.failure is not None:
            raise errors.again(self._requests.failure)


def raise_end(inbox: Answers[Any]) -> None:
    """Raise the error that ended the request, if one did."""
    if isinstance(inbox.end, errors.KokoroError):
        raise errors.again(inbox.end)
