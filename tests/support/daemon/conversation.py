"""A connection to a daemon that says just what a test wants said, and hears every answer."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from kokoro_client.wire import frames
from kokoro_client.wire.framed_socket import FramedSocket
from support.daemon.process import PATIENCE_S

ENDS = ("done", "error", "result", "welcome")


class Conversation:
    """Owns the socket. What was answered is kept by id, in `answers`; None: without an id."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        try:
            self.sock.connect(str(path))
        except OSError:
            self.sock.close()
            raise
        self.answers: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
        self.in_order: list[dict[str, Any]] = []
        self._framed = FramedSocket(self.sock)

    # -- saying

    def send(self, kind: str, id: int, **fields: Any) -> None:
        self.send_bytes(frame({"type": kind, "id": id, **fields}))

    def send_bytes(self, data: bytes) -> None:
        self.sock.sendall(data)

    def speak(self, id: int, text: str, **fields: Any) -> None:
        self.send("speak", id, text=text, **fields)

    def end_of_input(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    # -- hearing

    def next(self) -> dict[str, Any] | None:
        """The next answer, or None if the daemon has closed the connection."""
        try:
            answer = self._framed.receive()
        except ConnectionResetError:
            return None
        if answer is None:
            return None
        self.answers[answer.get("id")].append(answer)
        self.in_order.append(answer)
        return answer

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next answer for which `holds`; all before it are kept."""
        while True:
            answer = self.next()
            assert answer is not None, f"closed; the last answers: {self.in_order[-3:]!r}"
            if holds(answer):
                return answer

    def end_of(self, id: int | None) -> dict[str, Any]:
        """The answer that ends a request."""
        for answer in self.answers[id]:
            if answer["type"] in ENDS:
                return answer
        return self.until(lambda a: a.get("id") == id and a["type"] in ENDS)

    def first_audio(self, id: int) -> dict[str, Any]:
        return self.until(lambda a: a.get("id") == id and a["type"] == "audio")

    def said(self, id: int, text: str, **fields: Any) -> NDArray[np.int16]:
        """Speak a text whole and hear it to its end."""
        self.speak(id, text, **fields)
        end = self.end_of(id)
        assert end["type"] == "done", end
        return self.pcm(id)

    def pcm(self, id: int) -> NDArray[np.int16]:
        """What was heard of a request so far, its slices in their order."""
        audio = [answer for answer in self.answers[id] if answer["type"] == "audio"]
        assert [answer["seq"] for answer in audio] == list(range(len(audio)))
        return np.frombuffer(b"".join(answer["pcm"] for answer in audio), "<i2")

    def rest(self) -> list[dict[str, Any]]:
        """All that still comes, until the daemon closes the connection."""
        seen = len(self.in_order)
        while self.next() is not None:
            pass
        return self.in_order[seen:]

    # -- life

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def frame(payload: Any) -> bytes:
    """A frame of anything, right or wrong."""
    return raw_frame(msgpack.packb(payload, use_bin_type=True, unicode_errors="surrogatepass"))


def raw_frame(body: bytes) -> bytes:
    return frames.HEADER.pack(len(body)) + body
