# loop: runs on the one selector thread.
"""What peers ask, and what they are answered.

Owns:       requests that came before the engine was known.
Invariants: every Speak is answered by Accepted and then in_flight.py's one Done or Error,
            or by an Error alone.
Never:      waits, reads a model or phonemizes: it hands on to the speech thread and the
            scheduler.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

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
    Reload,
    Request,
    Result,
    Speak,
    Welcome,
)

from .. import __version__
from ..config import Config
from ..lanes.pool import Engines
from ..net.peer import Peer
from ..schedule.scheduler import Scheduler
from ..speech.thread import SpeechThread
from ..types import SAMPLE_RATE
from ..watch.log import Log
from . import speak
from .in_flight import STOPPING, InFlight
from .speak import Speaking


class House(speak.House, Protocol):
    """What requests need of the rest of the daemon."""

    config: Config

    @property
    def draining(self) -> bool: ...
    def query(self, name: str) -> Any: ...
    def reload(self) -> Any: ...


class Requests:
    def __init__(
        self,
        house: House,
        engines: Engines,
        scheduler: Scheduler,
        speech: SpeechThread,
        in_flight: InFlight,
        log: Log,
    ) -> None:
        self._house = house
        self._engines = engines
        self._scheduler = scheduler
        self._speaking = Speaking(house, engines, scheduler, speech, in_flight, log)
        self._in_flight = in_flight
        self._early: deque[tuple[Peer, Request]] = deque()

    # -- peers report

    def on_request(self, peer: Peer, request: Request) -> None:
        try:
            self._handle(peer, request)
        except WireError as error:
            error.request_id = request.id
            self.on_refused(peer, error)

    def on_refused(self, peer: Peer, error: WireError) -> None:
        """Answer what is not allowed. The request that has its id ends with that answer."""
        if error.request_id is not None:
            key = self._in_flight.key(peer, error.request_id)
            if key is not None:
                self._in_flight.give_up(key, error.code, error.message)
                return
        self._in_flight.refuse(peer, error.request_id, error)

    def on_end_of_input(self, peer: Peer) -> None:
        """The peer sends nothing more: what it still wants is spoken, then it is closed."""
        for ticket in self._in_flight.of(peer):
            if not ticket.final:
                self._speaking.feed(ticket, "", final=True)
        self._in_flight.turns.on_half_closed()
        if not any(early is peer for early, _ in self._early):
            self._in_flight.close_if_done(peer)

    def on_blocked(self, peer: Peer, blocked: bool) -> None:
        self._house.perform(self._scheduler.block(peer.id, blocked, self._house.now()))

    def on_gone(self, peer: Peer) -> None:
        self._early = deque((p, r) for p, r in self._early if p is not peer)
        self._in_flight.forget(peer)

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

    def _handle(self, peer: Peer, request: Request) -> None:
        match request:
            case Hello():
                self._hello(peer, request)
            case Speak() | Append() | Cancel():
                self._handle_speech(peer, request)
            case Played():
                key = self._in_flight.key(peer, request.id)
                if key is not None:  # else it has ended meanwhile
                    self._in_flight.turns.on_played(key, request)
            case _:
                peer.send(Result(id=request.id, value=self._value(request)))

    def _value(self, request: Request) -> Any:
        match request:
            case ControlSpeaker():
                return self._in_flight.turns.control(request.action, request.all)
            case Queue():
                return self._in_flight.turns.queue()
            case Reload():
                return self._house.reload()
            case _:
                return self._house.query(type(request).__name__.lower())

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
        config = self._house.config
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

    def _handle_speech(self, peer: Peer, request: Speak | Append | Cancel) -> None:
        if isinstance(request, Speak) and self._house.draining:
            raise _stopping()
        if self._engines.voicing.engine is None:
            if len(self._early) >= self._house.config.max_requests:
                raise self._speaking.busy("the daemon is starting and enough requests wait already")
            self._early.append((peer, request))
            return
        key = self._in_flight.key(peer, request.id)
        match request:
            case Speak():
                self._speaking.speak(peer, request)
            case Append():
                self._speaking.append(key, request)
            case Cancel() if key is not None:
                self._in_flight.end(key, Ending.CANCELLED)
            case Cancel():
                pass  # it has ended meanwhile, and was answered


def _stopping() -> WireError:
    return WireError(ErrorCode.SHUTTING_DOWN, STOPPING)
