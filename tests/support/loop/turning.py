"""Turning a real loop from a test, and the other ends of its sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kokoro_client.wire import frames
from kokoro_client.wire.errors import WireError
from kokoro_client.wire.messages import Error, Request, Result
from kokorod.net.backlog import Backlog
from kokorod.net.loop import Loop
from kokorod.net.peer import Peer
from kokorod.types import PeerId

#: A test that waits longer than this has failed; far above what any machine needs.
PATIENCE_S = 30.0


def turn_until(loop: Loop, condition: Callable[[], Any], what: str = "it") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s for {what}"
        loop.turn(0.01)


def settle(loop: Loop) -> None:
    """Turn until nothing is ready any more."""
    ran = [True]
    for _ in range(5):
        while ran[0]:
            ran[0] = False
            loop.turn(0)
            ran[0] = bool(loop._posted)
        loop.turn(0)


@dataclass
class Reported:
    """A handler that notes what a peer reports, and may answer."""

    requests: list[Request] = field(default_factory=list)
    refused: list[WireError] = field(default_factory=list)
    blocked: list[bool] = field(default_factory=list)
    ended: int = 0
    gone: int = 0
    answer_bytes: int = 0
    on_each: Callable[[Peer], None] | None = None

    def on_request(self, peer: Peer, request: Request) -> None:
        self.requests.append(request)
        if self.answer_bytes:
            peer.send(Result(id=request.id, value="x" * self.answer_bytes))
        if self.on_each:
            self.on_each(peer)

    def on_refused(self, peer: Peer, error: WireError) -> None:
        self.refused.append(error)
        peer.send(Error(code=error.code, message=error.message, id=error.request_id))

    def on_end_of_input(self, peer: Peer) -> None:
        self.ended += 1

    def on_blocked(self, peer: Peer, blocked: bool) -> None:
        self.blocked.append(blocked)

    def on_gone(self, peer: Peer) -> None:
        self.gone += 1


@dataclass
class Connected:
    """A peer of a loop and the other end of its socket."""

    loop: Loop
    peer: Peer
    reported: Reported
    other: socket.socket
    _decoder: frames.FrameDecoder = field(
        default_factory=lambda: frames.FrameDecoder(frames.MAX_ANSWER)
    )

    def received(self) -> list[dict[str, Any]]:
        """What has come from the peer and was not taken yet."""
        found: list[dict[str, Any]] = []
        while True:
            try:
                data = self.other.recv(1 << 20)
            except (BlockingIOError, ConnectionResetError):
                return found
            if not data:
                return found
            self._decoder.feed(data)
            found += self._decoder.frames()

    def send(self, data: bytes) -> None:
        """All of it, turning the loop while the socket is full."""
        view = memoryview(data)
        while view:
            try:
                view = view[self.other.send(view) :]
            except BlockingIOError:
                self.loop.turn(0.01)

    def closed_by_peer(self) -> bool:
        try:
            return self.other.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


def connect(loop: Loop, id: int = 1, backlog: Backlog | None = None) -> Connected:
    ours, other = socket.socketpair()
    other.setblocking(False)
    reported = Reported()
    return Connected(loop, Peer(loop, ours, PeerId(id), reported, backlog), reported, other)
