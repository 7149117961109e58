# process: a part of `kokoroctl bench`.
"""A connection to a daemon for one who measures: asks, speaks and listens, one at a time.

Owns:       the socket and its decoder.
Invariants: one request at a time; when speak() has returned, no answer to it is to come.
Never:      waits longer than PATIENCE_S for the next answer.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from kokoro_client.wire import messages
from kokoro_client.wire.errors import WireError
from kokoro_client.wire.framed_socket import FramedSocket
from kokoro_client.wire.messages import Answer, Audio, Done, Error, Request, Result, SegmentInfo

from ...errors import KokorodError
from .hearing import Heard, Hearing

#: Between two answers: a segment of the longest kind on one slow core, ten times over.
PATIENCE_S: Final = 120.0

#: Between two looks at whether a lane is free; a look costs the daemon half of this.
_LOOK_S: Final = 0.002


class LineError(KokorodError):
    """The daemon could not be reached, refused, or went away."""


class Line:
    def __init__(self, path: Path) -> None:
        """Connect. Raises LineError if no daemon listens at `path`."""
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sock.settimeout(PATIENCE_S)
        self._framed = FramedSocket(self._sock)
        self._last_id = 0
        try:
            self._sock.connect(str(path))
        except OSError as error:
            self._sock.close()
            raise LineError(f"no daemon answers at {path}: {error.strerror or error}") from None

    def ask(self, kind: str) -> Any:
        """The value of the daemon's `result`, e.g. to `status`."""
        self._send(messages.parse_request({"type": kind, "id": self._new_id()}))
        answer = self._receive()
        assert isinstance(answer, Result), answer
        return answer.value

    def speak(self, text: str, *, to_end: bool = True) -> Heard:
        """Speak `text` past the phrase cache and listen, to the end or to the first sound.

        Raises NothingHeardError and LineError.
        """
        hearing = Hearing()
        request_id = self._new_id()
        cancelled = cached = False
        began = time.perf_counter()
        self._send(messages.Speak(id=request_id, text=text, cache=False))
        while True:
            match self._receive():
                case SegmentInfo() as segment:
                    cached = cached or segment.cached
                case Audio() as audio if not cancelled:
                    hearing.take(np.frombuffer(audio.pcm, "<i2"), time.perf_counter() - began)
                    if not to_end and hearing.first_sound_s is not None:
                        cancelled = True
                        self._send(messages.Cancel(id=request_id))
                case Done() as done:
                    return hearing.heard(done.stats, cached)

    def wait_idle(self) -> None:
        """Wait until no lane runs, as after a cancelled speech."""
        deadline = time.monotonic() + PATIENCE_S
        while any(lane["state"] != "idle" for lane in self.ask("status")["lanes"]):
            if time.monotonic() > deadline:
                raise LineError(f"a lane was still busy after {PATIENCE_S:g} s; see the log")
            time.sleep(_LOOK_S)

    def close(self) -> None:
        self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _send(self, request: Request) -> None:
        try:
            self._framed.send(messages.to_payload(request))
        except OSError as error:
            raise LineError(f"the connection broke: {error.strerror or error}") from None

    def _receive(self) -> Answer:
        """The next answer. Raises LineError for a refusal."""
        try:
            payload = self._framed.receive()
            if payload is None:
                raise LineError("the daemon closed the connection; see its log")
            answer = messages.parse_answer(payload)
        except TimeoutError:
            raise LineError(f"the daemon sent nothing for {PATIENCE_S:g} s") from None
        except OSError as error:
            raise LineError(f"the connection broke: {error.strerror or error}") from None
        except WireError as error:
            raise LineError(f"the daemon's answer is broken: {error.message}") from None
        if isinstance(answer, Error):
            raise LineError(f"the daemon refused: {answer.message}")
        return answer
