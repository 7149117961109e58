# loop: runs on the one selector thread, owns descriptors.
"""One connection: bytes in, requests out; answers in, bytes out.

Owns:       the connected socket, its decoder, its queue of outgoing bytes.
Invariants: `blocked` is True from the moment the queue passes HIGH until it is below
            LOW, and each change is reported once; after close() nothing is reported but
            that the peer is gone, and that never from within another call.
Never:      waits for the peer; lets one peer's backlog touch another's.
"""

from __future__ import annotations

import select
import socket
from collections import deque
from typing import Final, Protocol

from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.frames import MAX_REQUEST, FrameDecoder, FrameError, encode
from kokoro_client.wire.messages import (
    Answer,
    Error,
    Request,
    parse_request,
    to_payload,
)

from ..types import PeerId
from .backlog import Backlog
from .loop import READ, WRITE, Loop, Timer

#: Outgoing bytes above which the peer's own synthesis pauses, and below which it goes
#: on. HIGH is 5 s of audio, beside as much in the socket: a player with small buffers, that
#: reads when it needs more, never starves.
HIGH: Final = 256 * 1024
LOW: Final = 64 * 1024

#: Above this the peer's requests are no longer read: audio alone stays below it, so
#: only a peer that asks without ever reading the answers gets here.
HARD: Final = 4 * HIGH

#: A frame that has begun is to be whole by then, and something of what is queued is to be read:
#: who keeps neither holds a place and memory that others wait for.
FRAME_S: Final = 10.0
READING_S: Final = 30.0

#: Small kernel buffers (8 KB on macOS) would cost a turn of the loop for each slice.
_KERNEL_BUFFER: Final = 256 * 1024
_RECEIVE: Final = 64 * 1024

#: Of a request's values: the map itself, and one that the schema is to refuse with its id.
_DEPTH: Final = 2

#: What could not be told is told again: else a place is taken for good.
_GONE_AGAIN_S: Final = 0.5

#: Requests handled in one turn, and how long the last of them may begin after the first: a peer
#: that sends without pause leaves room. A status takes 1 ms, an append a tenth.
_FRAMES_A_TURN: Final = 64
_TURN_S: Final = 0.002


class Handler(Protocol):
    """What a peer reports to."""

    def on_request(self, peer: Peer, request: Request) -> None: ...
    def on_refused(self, peer: Peer, error: WireError) -> None: ...
    def on_end_of_input(self, peer: Peer) -> None: ...
    def on_blocked(self, peer: Peer, blocked: bool) -> None: ...
    def on_gone(self, peer: Peer) -> None: ...


class Peer:
    def __init__(
        self,
        loop: Loop,
        sock: socket.socket,
        id: PeerId,
        handler: Handler,
        backlog: Backlog | None = None,
    ) -> None:
        """backlog: counts what is queued for all; None: for this one alone."""
        self.id = id
        self.name = ""
        self.pid: int | None = None
        self.blocked = False
        self.closed = False
        self._loop = loop
        self._socket = sock
        self._handler = handler
        self._decoder = FrameDecoder(MAX_REQUEST, depth=_DEPTH)
        self._backlog = backlog or Backlog()
        self._outgoing: deque[memoryview] = deque()
        self._outgoing_bytes = 0
        self._ended = False  # the peer sends nothing any more
        self._whole = False  # a frame ended in what was received last
        self._spoke = False  # a frame of it has ended
        self._since = loop.clock()
        self._held = False  # requests that have arrived wait for their turn
        self._closing = False
        self._partial_since: float | None = None  # a frame has begun and is not whole
        self._moved = loop.clock()  # when something of the queue went out, or it was empty
        self._timer: Timer | None = None  # there only while one of the two is so
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
        self._events = READ
        loop.watch(sock.fileno(), READ, self._on_ready)

    @property
    def half_closed(self) -> bool:
        """The peer sends nothing any more but may still read."""
        return self._ended

    @property
    def hung_up(self) -> bool:
        """The other end is gone: of a half-closed one that is told by nothing else."""
        return self.closed or _hung_up(self._socket)

    @property
    def queued(self) -> int:
        """Bytes that wait to be read by it."""
        return self._outgoing_bytes

    def idle_since(self, now: float) -> float | None:
        """When the frame began that it has not sent whole, or when it came, if it has sent
        nothing whole since and had the time for it; None: it may keep its place.
        """
        if self._partial_since is not None:
            return self._partial_since
        silent = not self._spoke and not self._outgoing and now - self._since >= FRAME_S
        return self._since if silent else None

    def send(self, answer: Answer) -> None:
        """Queue one answer. After close() it goes nowhere."""
        if self.closed or self._closing:
            return
        frame = encode(to_payload(answer))
        if not self._outgoing:
            self._moved = self._loop.clock()
        self._outgoing.append(memoryview(frame))
        self._outgoing_bytes += len(frame)
        self._backlog.add(len(frame))
        if len(self._outgoing) == 1:
            self._write()  # most often the socket takes it at once: one turn less
        if not self.closed:
            self._report_watermark()
            self._update_interest()
            self._see_to_timer()

    def close_after_sending(self) -> None:
        """Read nothing more, send what is queued, then close."""
        if self.closed:
            return
        self._closing = True
        if self._outgoing:
            self._update_interest()
        else:
            self.close()

    def give_way(self, why: str) -> None:
        """Drop the connection now, so that another has its place."""
        if not self.closed and not self._closing:
            self._refuse(WireError(ErrorCode.BUSY, why, retry_after_ms=1000))
        self.close()

    def close(self) -> None:
        """Drop the connection now."""
        if self.closed:
            return
        # Later: whoever is just sending to the peer need not expect it to vanish. And before
        # anything else: if this raises, nothing has happened.
        self._loop.post(self._tell_gone, self._on_not_told)
        self.closed = True
        try:
            if self._timer is not None:
                self._timer.cancel()
            self._loop.unwatch(self._socket.fileno())
        finally:
            self._socket.close()
            self._outgoing.clear()
            self._backlog.take(self._outgoing_bytes)
            self._outgoing_bytes = 0

    def _tell_gone(self) -> None:
        self._handler.on_gone(self)

    def _on_not_told(self, error: Exception) -> None:
        self._loop.after(_GONE_AGAIN_S, self._tell_gone)
        raise error

    def _on_ready(self, events: int) -> None:
        try:
            self._serve(events)
        except Exception:
            self.close()  # else the same bytes would raise again, at every turn
            raise

    def _serve(self, events: int) -> None:
        if events & WRITE:
            self._write()
            if not self.closed:
                self._report_watermark()
                self._resume()
        if events & READ and self._reads:
            self._read()
        if not self.closed:
            self._update_interest()
            self._see_to_timer()

    def _read(self) -> None:
        try:
            data = self._socket.recv(_RECEIVE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        if not data:
            self._on_end_of_input()
            return
        self._decoder.feed(data)
        self._handle_frames()
        if self.closed or self._held or not self._decoder.mid_frame:
            self._partial_since = None  # or it is this side that does not go on
        elif self._partial_since is None or self._whole:
            self._partial_since = self._loop.clock()

    def _see_to_timer(self) -> None:
        if self._timer is None and (self._outgoing or self._partial_since is not None):
            self._timer = self._loop.after(FRAME_S, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._loop.clock()
        if self._outgoing and now - self._moved >= READING_S:
            self.close()
            return
        since = self._partial_since
        if since is not None and now - since >= FRAME_S and not self._closing:
            why = f"a frame was not whole after {FRAME_S:g} s; send frames whole"
            self._refuse(WireError(ErrorCode.BAD_REQUEST, why))
            self.close_after_sending()
            return
        self._see_to_timer()

    def _handle_frames(self) -> None:
        """Handle what has arrived; the rest of a long burst in the next turns."""
        frames = self._decoder.frames()
        self._held, self._whole = True, False
        until = self._loop.clock() + _TURN_S
        for number in range(_FRAMES_A_TURN):
            if self._outgoing_bytes >= HARD:
                return  # until the peer has read what it was answered
            if number and self._loop.clock() > until:
                break
            try:
                payload = next(frames, None)
            except FrameError as error:
                self._refuse(error)
                self.close_after_sending()
                return
            if payload is None:
                self._held = False
                return
            self._whole = self._spoke = True
            try:
                request = parse_request(payload)
            except WireError as error:
                self._handler.on_refused(self, error)
            else:
                self._handler.on_request(self, request)
            if self.closed or self._closing:
                return
        self._loop.post(self._resume, self._on_lost)

    def _on_lost(self, error: Exception) -> None:
        """Its requests wait for a turn that did not come to its end."""
        self.close()
        raise error

    def _resume(self) -> None:
        if not self._held or self.closed or self._closing or self._outgoing_bytes >= HARD:
            return
        self._handle_frames()
        if not self.closed:
            self._update_interest()

    def _on_end_of_input(self) -> None:
        self._ended = True
        if _hung_up(self._socket) or self._decoder.mid_frame:
            self.close()
        else:
            self._handler.on_end_of_input(self)

    def _refuse(self, error: WireError) -> None:
        self.send(
            Error(
                code=error.code,
                message=error.message,
                id=error.request_id,
                retry_after_ms=error.retry_after_ms,
            )
        )

    def _write(self) -> None:
        while self._outgoing:
            chunk = self._outgoing[0]
            try:
                sent = self._socket.send(chunk)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.close()
                return
            self._outgoing_bytes -= sent
            self._backlog.take(sent)
            self._moved = self._loop.clock()
            if sent < len(chunk):
                self._outgoing[0] = chunk[sent:]
                return
            self._outgoing.popleft()
        if self._closing:
            self.close()

    def _report_watermark(self) -> None:
        blocked = self._outgoing_bytes > (LOW if self.blocked else HIGH)
        if blocked != self.blocked:
            self.blocked = blocked
            self._handler.on_blocked(self, blocked)

    @property
    def _reads(self) -> bool:
        if self.closed or self._closing or self._ended or self._held:
            return False
        return self._outgoing_bytes < HARD

    def _update_interest(self) -> None:
        events = (READ if self._reads else 0) | (WRITE if self._outgoing else 0)
        if events != self._events:
            self._events = events
            self._loop.change(self._socket.fileno(), events, self._on_ready)


def _hung_up(sock: socket.socket) -> bool:
    """True if the peer closed both directions, not only its sending one."""
    poll = select.poll()
    poll.register(sock.fileno(), 0)
    return any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))
