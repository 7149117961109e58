# worker: the thread of one connection.
"""The thread that moves a connection's bytes, both ways at once.

Why a thread: Ctrl-C raises in the main thread between any two steps, and a frame half
read or half sent would cost the connection. This thread never sees it. And because it
always reads and writes together, a long text can go out while its audio comes in.

Owns:       the socket, the wake-up pair, the requests (multiplexer.py).
Invariants: all of that is touched by the thread alone; `post` is the one door to it,
            the wakeups of an inbox the door back; frames leave whole.
Never:      lets a full inbox hold up another's waiter for longer than STALL_S; takes a
            lock that the main thread takes.
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

from .. import errors
from ..wakeup import Wakeup
from ..wire import frames, messages
from ..wire.errors import WireError
from .connection import CHUNK_BYTES
from .inbox import Inbox
from .multiplexer import STALL_S, Multiplexer

#: close() waits this long for the thread, which has nothing left to do but close.
_JOIN_S: Final = 5.0

_NOTHING: Final = memoryview(b"")


class IOThread:
    """Serves one connected socket, which it takes over, until it breaks or close()."""

    def __init__(self, sock: socket.socket, hello: messages.Hello) -> None:
        self.requests: Multiplexer[Inbox] = Multiplexer(hello)
        self.something_came = Wakeup()
        #: Some inbox is full: whoever takes or waits is to call wake().
        self.has_full = False
        self._sock = sock
        self._address = sock.getpeername()
        self._sock.setblocking(False)
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._commands: deque[Callable[[], None]] = deque()
        self._sending = _NOTHING
        self._write_closed = False
        self._closing = False
        self._interest = 0  # selector events that are waited for at the socket
        self._stalled_at: float | None = None  # since when a full inbox holds up another
        self._thread = threading.Thread(target=self._run, name="kokoro-client", daemon=True)
        self._thread.start()

    # For any thread. None of it waits or takes a lock.

    def post(self, command: Callable[[], None]) -> None:
        """Have the thread call `command`."""
        self._commands.append(command)
        self.wake()

    def wake(self) -> None:
        """Have the thread look at everything again."""
        # Full: it wakes anyway. Closed: the thread has ended.
        with contextlib.suppress(OSError):
            self._wake_out.send(b"\0")

    def close_soon(self) -> None:
        """End the thread and close the socket."""
        self._closing = True
        self.wake()

    def close(self) -> None:
        """close_soon(), and wait until it is so."""
        self.close_soon()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_S)

    def leave_to_parent(self) -> None:
        """In the child after fork(): thread and connection are the parent's, which goes on."""
        self._commands.clear()
        self.requests.end(errors.of_parent())
        for sock in (self._sock, self._wake_in, self._wake_out):
            sock.close()  # the parent has its own descriptors of them

    # The thread.

    def _run(self) -> None:
        failure: errors.KokoroError = errors.KokoroError("the client has a bug; see the traceback")
        try:
            with selectors.DefaultSelector() as selector:
                self._serve(selector)
            failure = errors.KokoroError("the client is closed")
        except (WireError, OSError, errors.KokoroError) as error:
            failure = self.requests.failure_of(error, self._address)
        finally:
            self._end(failure)

    def _end(self, failure: errors.KokoroError) -> None:
        # Set before what is posted runs: that sees it.
        self.requests.failure = failure
        self._run_commands()
        self.requests.end(failure)
        self.something_came.notify()
        for sock in (self._sock, self._wake_in, self._wake_out):
            sock.close()

    def _serve(self, selector: selectors.BaseSelector) -> None:
        decoder = frames.FrameDecoder(frames.MAX_ANSWER)
        selector.register(self._wake_in, selectors.EVENT_READ)
        while not self._closing:
            self._run_commands()
            self._next_frame()
            full = self.requests.full()
            self.has_full = bool(full)
            wait = self._wait_for_room(full)
            if wait is not None and wait <= 0:
                self.requests.give_up(full)
                continue
            self._register(selector, reading=not full)
            for key, ready in selector.select(wait):
                if key.fileobj is self._wake_in:
                    self._wake_in.recv(4096)
                    continue
                if ready & selectors.EVENT_WRITE:
                    self._send()
                if ready & selectors.EVENT_READ:
                    self._receive(decoder)

    def _wait_for_room(self, full: list[Inbox]) -> float | None:
        """Seconds until the full inboxes are given up; None: they hold up nobody."""
        if not full or not self.requests.held_up():
            self._stalled_at = None
            return None
        now = time.monotonic()
        if self._stalled_at is None:
            self._stalled_at = now
        return self._stalled_at + STALL_S - now

    def _register(self, selector: selectors.BaseSelector, reading: bool) -> None:
        """Wait at the socket for what can be done with it now."""
        wanted = selectors.EVENT_READ if reading else 0
        if self._sending:
            wanted |= selectors.EVENT_WRITE
        if wanted == self._interest:
            return
        if self._interest:
            selector.unregister(self._sock)
        if wanted:
            selector.register(self._sock, wanted)
        self._interest = wanted

    def _run_commands(self) -> None:
        while self._commands:
            self._commands.popleft()()

    def _next_frame(self) -> None:
        if self._sending or self._write_closed:
            return
        if (frame := self.requests.next_frame()) is not None:
            self._sending = memoryview(frame)

    def _send(self) -> None:
        try:
            self._sending = self._sending[self._sock.send(self._sending) :]
        except (BrokenPipeError, ConnectionResetError):
            # What the daemon said before it hung up may still be there to read.
            self._write_closed = True
            self._sending = _NOTHING

    def _receive(self, decoder: frames.FrameDecoder) -> None:
        data = self._sock.recv(CHUNK_BYTES)
        if not data:
            raise errors.ConnectionLostError(
                "the daemon closed the connection; see its log, or try again"
            )
        decoder.feed(data)
        for payload in decoder.frames():
            self._deliver(messages.parse_answer(payload))

    def _deliver(self, answer: messages.Answer) -> None:
        known = self.requests.answered, self.requests.welcome
        self.requests.deliver(answer)
        if known != (self.requests.answered, self.requests.welcome):
            self.something_came.notify()
