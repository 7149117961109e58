# worker: whoever calls waits; not for a loop.
"""Frames over a blocking socket, for those who talk with a daemon one message at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from . import frames

if TYPE_CHECKING:
    import socket

#: One recv: several slices of audio, and little to hold.
_RECEIVE_BYTES: Final = 64 * 1024

#: A timeout of 0 would make the socket one that never waits.
_SHORTEST_S: Final = 0.001


class FramedSocket:
    """A connected socket that sends requests and receives answers. The caller closes it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._decoder = frames.FrameDecoder(frames.MAX_ANSWER)

    def send(self, request: dict[str, Any]) -> None:
        """Raises WireError for a request that is too large, OSError, TimeoutError."""
        self.send_frame(frames.encode(request, frames.MAX_REQUEST))

    def send_frame(self, frame: bytes) -> None:
        """Raises OSError, TimeoutError."""
        self._sock.sendall(frame)

    def receive(self, deadline: float | None = None) -> dict[str, Any] | None:
        """The next answer, unchecked; None if the daemon has closed the connection.

        deadline: of time.monotonic(); None: the socket's own timeout holds for each recv.
        Raises TimeoutError, OSError, WireError for what is no frame.
        """
        while True:
            for answer in self._decoder.frames():
                return answer
            if deadline is not None:
                self._sock.settimeout(max(_SHORTEST_S, deadline - time.monotonic()))
            data = self._sock.recv(_RECEIVE_BYTES)
            if not data:
                return None
            self._decoder.feed(data)
