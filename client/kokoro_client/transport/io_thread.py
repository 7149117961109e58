# worker: the thread of one connection.
"""The thread that moves a connection's bytes, both ways at once.

Why a thread: Ctrl-C raises in the main thread between any two steps, and a frame half
read or half sent would cost the connection. This thread never sees it. And because it
always reads and writes together, a long text can go out while its audio comes in.

Owns:       the socket, the wake-up pair, the inboxes by id, the frames to send.
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

#: How long a full inbox may hold up the others before its request is given up.
STALL_S: Final = 30.0

#: close() waits this long for the thread, which has nothing left to do but close.
_JOIN_S: Final = 5.0

#: Frames that may wait for a daemon that reads nothing. While there are more, reports of
#: what has been heard are left out, but for the last of each request: a newer one tells
#: what an older one told.
_UNSENT_FRAMES: Final = 64

_NOTHING: Final = memoryview(b"")


class IOThread:
    """Serves one connected socket, which it takes over, until it breaks or close()."""

    def __init__(self, sock: socket.socket, hello: messages.Hello) -> None:
        self.welcome: messages.Welcome | None = None
        #: Whether anything has come that the protocol knows.
        self.answered = False
        self.something_came = Wakeup()
        #: Why it has ended; None while it runs.
        self.failure: errors.KokoroError | None = None
        #: Some inbox is full: whoever takes or waits is to call wake().
        self.has_full = False
        self._hello_id = hello.id
        self._sock = sock
        self._address = sock.getpeername()
        self._sock.setblocking(False)
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._commands: deque[Callable[[], None]] = deque()
        self._inboxes: dict[int, Inbox] = {}
        self._urgent: deque[bytes] = deque([encode(hello)])
        self._texts: deque[Inbox] = deque()
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
        self.failure = errors.KokoroError(
            "this speech belongs to the process that began it; speak() in this one"
        )
        self._commands.clear()
        for inbox in self._inboxes.values():
            inbox.finish(self.failure)
        for sock in (self._sock, self._wake_in, self._wake_out):
            sock.close()  # the parent has its own descriptors of them

    # To be posted.

    def start(self, inbox: Inbox, frame: bytes, rest: str, final: bool) -> None:
        """Send a request's first frame, then the rest of its text."""
        if self.failure is not None:
            inbox.finish(self.failure)
            return
        self._inboxes[inbox.id] = inbox
        self._urgent.append(frame)
        if rest:
            self.queue_text(inbox, rest, final)

    def queue_text(self, inbox: Inbox, text: str, final: bool) -> None:
        """Send more text, after what is still to be sent of it."""
        inbox.outgoing.add(text, final)
        if inbox.outgoing and inbox not in self._texts:
            self._texts.append(inbox)

    def cancel(self, inbox: Inbox) -> None:
        """Send no more text of it, and tell the daemon before anything else."""
        inbox.outgoing.clear()
        if inbox.id in self._inboxes:
            self._urgent.append(encode(messages.Cancel(id=inbox.id)))

    def played(self, inbox: Inbox, at_s: float, final: bool) -> None:
        """Tell the daemon how much of it has been heard."""
        if inbox.id in self._inboxes and (final or len(self._urgent) < _UNSENT_FRAMES):
            self._urgent.append(encode(messages.Played(id=inbox.id, at_s=at_s, final=final)))

    # The thread.

    def _run(self) -> None:
        failure: errors.KokoroError = errors.KokoroError("the client has a bug; see the traceback")
        try:
            with selectors.DefaultSelector() as selector:
                self._serve(selector)
            failure = errors.KokoroError("the client is closed")
        except WireError as error:
            failure = (
                errors.ProtocolError(f"the daemon's answer is broken: {error.message}")
                if self.answered
                else errors.not_kokorod(self._address)
            )
        except OSError as error:
            failure = errors.ConnectionLostError(
                f"the connection to the daemon broke: {error.strerror or error}"
            )
        except errors.KokoroError as error:
            failure = error
        finally:
            self._end(failure)

    def _end(self, failure: errors.KokoroError) -> None:
        self.failure = failure
        self._run_commands()
        for inbox in self._inboxes.values():
            inbox.finish(failure)
        self.something_came.notify()
        for sock in (self._sock, self._wake_in, self._wake_out):
            sock.close()

    def _serve(self, selector: selectors.BaseSelector) -> None:
        decoder = frames.FrameDecoder(frames.MAX_ANSWER)
        selector.register(self._wake_in, selectors.EVENT_READ)
        while not self._closing:
            self._run_commands()
            self._next_frame()
            full = [inbox for inbox in self._inboxes.values() if inbox.full]
            self.has_full = bool(full)
            wait = self._wait_for_room(full)
            if wait is not None and wait <= 0:
                self._give_up(full)
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
        if not full or not any(inbox.waits for inbox in self._inboxes.values()):
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
        if self._urgent:
            self._sending = memoryview(self._urgent.popleft())
            return
        while self._texts:
            inbox = self._texts.popleft()
            if inbox.end is not None or not inbox.outgoing:
                continue
            message = inbox.outgoing.next_message()
            self._sending = memoryview(encode(message))
            if inbox.outgoing:
                self._texts.append(inbox)
            inbox.sent += len(message.text)
            inbox.room_for_text.notify()
            return

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
        if not self.answered:
            self.answered = True
            self.something_came.notify()
        if isinstance(answer, messages.Error) and answer.id in (None, self._hello_id):
            raise errors.from_code(answer.code, answer.message, answer.retry_after_ms)
        if isinstance(answer, messages.Welcome):
            self.welcome = answer
            self.something_came.notify()
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

    def _give_up(self, full: list[Inbox]) -> None:
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


def encode(message: messages.Request) -> bytes:
    """The frame of a request that the schema has checked."""
    return frames.encode(messages.to_payload(message), frames.MAX_REQUEST)
