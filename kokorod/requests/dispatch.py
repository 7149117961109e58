# loop: runs on the one selector thread.
"""What peers ask, and who answers it: one table, message type -> function.

Owns:       requests that came before the engine was known.
Invariants: every Speak is answered by Accepted and then in_flight.py's one Done or Error,
            or by an Error alone.
Never:      waits, reads a model or phonemizes: it hands on to the speech thread and the
            scheduler.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from kokoro_client.wire.choices import Ending
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.frames import MAX_REQUEST
from kokoro_client.wire.messages import (
    VERSION,
    Append,
    Cancel,
    ControlSpeaker,
    Hello,
    Played,
    Queue,
    Request,
    Result,
    Speak,
    Welcome,
)

from .. import __version__
from ..config import LiveConfig
from ..lanes.availability import Availability
from ..net.loop import Loop
from ..net.peer import Peer
from ..net.server import Server
from ..safety import faults
from ..safety.faults import Faults
from ..schedule.actions import Perform
from ..schedule.scheduler import Scheduler
from ..types import SAMPLE_RATE
from . import admission
from .in_flight import STOPPING, InFlight
from .speak import Speaking

#: What has a value as its answer: the request -> the value.
Question = Callable[[Any], Any]

_Spoken = Speak | Append | Cancel


class Dispatch:
    """What a peer reports to."""

    def __init__(
        self,
        loop: Loop,
        live: LiveConfig,
        available: Availability,
        scheduler: Scheduler,
        server: Server,
        speaking: Speaking,
        in_flight: InFlight,
        perform: Perform,
        questions: Mapping[type[Request], Question],
        contained: Faults,
    ) -> None:
        self._faults = contained
        self._loop = loop
        self._live = live
        self._available = available
        self._scheduler = scheduler
        self._server = server
        self._speaking = speaking
        self._in_flight = in_flight
        self._perform = perform
        self._early: deque[tuple[Peer, _Spoken]] = deque()  # at most max_requests
        turns = in_flight.turns
        asked: dict[type[Request], Question] = {
            ControlSpeaker: lambda request: turns.control(request.action, request.all),
            Queue: lambda request: turns.queue(),
            **questions,
        }
        self._handlers: Final[dict[type[Request], Callable[[Peer, Any], None]]] = {
            Hello: self._hello,
            Speak: self._speech,
            Append: self._speech,
            Cancel: self._speech,
            Played: self._played,
            **{kind: partial(_answer, question) for kind, question in asked.items()},
        }

    # -- peers report

    def on_request(self, peer: Peer, request: Request) -> None:
        try:
            self._handlers[type(request)](peer, request)
        except WireError as error:
            error.request_id = request.id
            self.on_refused(peer, error)
        except Exception as error:  # noqa: BLE001 - what no request raised goes on up
            self._faults.contain(f"answering {type(request).__name__}", error)
            why = faults.why("the request could not be answered", error)
            self.on_refused(peer, WireError(ErrorCode.ENGINE_FAILED, why, request_id=request.id))

    def on_refused(self, peer: Peer, error: WireError) -> None:
        """Answer what is not allowed. The request that has its id ends with that answer."""
        if error.request_id is not None:
            key = self._in_flight.key(peer, error.request_id)
            if key is not None:
                self._in_flight.fail(key, error.code, error.message)
                return
        self._in_flight.refuse(peer, error.request_id, error)

    def on_end_of_input(self, peer: Peer) -> None:
        """The peer sends nothing more: what it still wants is spoken, then it is closed."""
        for request in self._in_flight.of(peer):
            if not request.final:
                self._speaking.feed(request, "", final=True)
        self._in_flight.turns.on_half_closed()
        if not any(early is peer for early, _ in self._early):
            self._in_flight.close_if_done(peer)

    def on_blocked(self, peer: Peer, blocked: bool) -> None:
        self._perform(self._scheduler.block(peer.id, blocked, self._loop.clock()))

    def on_gone(self, peer: Peer) -> None:
        self._early = deque((p, r) for p, r in self._early if p is not peer)
        self._in_flight.forget(peer)
        self._server.gone(peer)

    # -- the daemon reports

    def engine_known(self) -> None:
        """Answer what came before it was known what can speak."""
        early, self._early = self._early, deque()
        for peer, request in early:
            self.on_request(peer, request)
        for peer in dict.fromkeys(peer for peer, _ in early):
            if peer.half_closed:
                self.on_end_of_input(peer)

    def refuse_early(self) -> None:
        """The daemon stops before it was known what can speak."""
        early, self._early = self._early, deque()
        for peer, request in early:
            if isinstance(request, Speak):
                self._in_flight.refuse(peer, request.id, _stopping())

    # -- requests

    def _hello(self, peer: Peer, hello: Hello) -> None:
        if hello.version != VERSION:
            side = "daemon" if hello.version > VERSION else "client"
            raise WireError(
                ErrorCode.UNSUPPORTED_VERSION,
                f"client speaks version {hello.version} of the protocol, this daemon "
                f"({__version__}) speaks {VERSION}; update the {side}, then "
                "`kokoroctl service restart`",
            )
        peer.name = hello.client
        config = self._live.config
        limits = {
            "frame_bytes": MAX_REQUEST,
            "text_chars": config.max_text_chars,
            "requests_per_client": config.max_requests_per_client,
        }
        peer.send(
            Welcome(
                id=hello.id,
                version=VERSION,
                daemon=__version__,
                sample_rate=SAMPLE_RATE,
                limits=limits,
            )
        )

    def _speech(self, peer: Peer, request: _Spoken) -> None:
        """What is about speech waits until it is known what can speak."""
        if isinstance(request, Speak) and self._scheduler.draining:
            raise _stopping()
        if self._available.engine is None:
            if len(self._early) >= self._live.config.max_requests:
                what = "the daemon is starting and enough requests wait already"
                raise admission.busy(what, self._scheduler.retry_after_s())
            self._early.append((peer, request))
            return
        key = self._in_flight.key(peer, request.id)
        match request:
            case Speak():
                self._speaking.speak(peer, request)
            case Append():
                self._speaking.append(key, request)
            case Cancel():
                if key is not None:  # else it has ended meanwhile, and was answered
                    self._in_flight.end(key, Ending.CANCELLED)

    def _played(self, peer: Peer, request: Played) -> None:
        key = self._in_flight.key(peer, request.id)
        if key is not None:  # else it has ended meanwhile
            self._in_flight.turns.on_played(key, request)


def _answer(question: Question, peer: Peer, request: Request) -> None:
    peer.send(Result(id=request.id, value=question(request)))


def _stopping() -> WireError:
    return WireError(ErrorCode.SHUTTING_DOWN, STOPPING)
