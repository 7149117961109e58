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
from pathlib import Path
from typing import Any, Final, Protocol

from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.frames import MAX_REQUEST
from kokoro_client.wire.messages import (
    VERSION,
    Accepted,
    Append,
    Cancel,
    ControlSpeaker,
    Ending,
    Hello,
    Output,
    Played,
    Priority,
    Queue,
    Reload,
    Request,
    Result,
    Speak,
    Welcome,
)

from . import __version__, admission, lulls, voices
from .config import Config
from .engine.phrases import phrase_key
from .engines import Engines
from .in_flight import STOPPING, InFlight
from .lulls import Lulls
from .net.peer import Peer
from .schedule.actions import Action
from .schedule.job import Job
from .schedule.scheduler import Scheduler
from .speech.plan import Script
from .speech.thread import Manner, SpeechThread
from .speech.token import Markup
from .ticket import Ticket
from .types import SAMPLE_RATE, Engine, RequestKey
from .watch.log import Log, fingerprint

#: Text of all requests together. A request's own limit is in the config.
MAX_TEXT_IN_ALL: Final = 64_000_000

_RANKS: Final = {priority: rank for rank, priority in enumerate(Priority)}


class House(lulls.House, Protocol):
    """What requests need of the rest of the daemon."""

    config: Config

    @property
    def draining(self) -> bool: ...
    def perform(self, actions: list[Action]) -> None: ...
    def request_came(self) -> float: ...
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
        self._speech = speech
        self._in_flight = in_flight
        self._log = log
        self._early: deque[tuple[Peer, Request]] = deque()
        self._order = 0
        self._lulls = Lulls(house, self._on_lull)

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
                self._feed(ticket, "", final=True)
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
                raise self._busy("the daemon is starting and enough requests wait already")
            self._early.append((peer, request))
            return
        key = self._in_flight.key(peer, request.id)
        match request:
            case Speak():
                self._speak(peer, request)
            case Append():
                self._append(key, request)
            case Cancel() if key is not None:
                self._in_flight.end(key, Ending.CANCELLED)
            case Cancel():
                pass  # it has ended meanwhile, and was answered

    def _speak(self, peer: Peer, speak: Speak) -> None:
        config = self._house.config
        if self._in_flight.key(peer, speak.id) is not None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"id {speak.id} is in use; take another, or cancel that request",
            )
        if len(self._in_flight.tickets) >= config.max_requests:
            raise self._busy(f"{config.max_requests} requests are in flight in all")
        if len(self._in_flight.of(peer)) >= config.max_requests_per_client:
            raise self._busy(f"this client has {config.max_requests_per_client} requests in flight")
        voicing = self._engines.voicing
        utterance = admission.choose(speak, config, voicing)
        built_in = utterance.voice == voices.BUILT_IN
        engine = Engine.BUILT_IN if built_in else Engine.KOKORO
        note = voicing.note if built_in else ""
        self._order += 1
        key = RequestKey(peer.id, speak.id, self._order)
        ticket = Ticket(
            key=key,
            speak=speak,
            utterance=utterance,
            engine=engine,
            received=self._house.now(),
            note=note,
        )
        self._in_flight.add(ticket, peer)
        peer.send(
            Accepted(
                id=key.id,
                voice=utterance.voice,
                engine=engine.value,
                sample_rate=SAMPLE_RATE,
                note=note,
            )
        )
        self._log.info(
            "speak",
            peer=key.peer,
            client=peer.name,
            id=key.id,
            text=fingerprint(speak.text),
            voice=utterance.voice,
            lang=utterance.lang,
            priority=speak.priority.value,
        )
        if speak.output is Output.SPEAKER:
            self._in_flight.turns.join(ticket, peer)
            if key not in self._in_flight.tickets:
                return  # it had to give way at once
        if self._speak_from_cache(ticket):
            return
        ticket.idle_s = self._house.request_came()
        if built_in:
            self._engines.need_built_in()
        else:
            ticket.cold = self._engines.wake()
        self._speech.begin(
            key,
            Manner(
                lang=utterance.lang,
                phonemes=speak.phonemes,
                text_only=built_in,
                markup=Markup(speak.markup.value),
            ),
        )
        actions = self._scheduler.submit(self._job(ticket), self._house.now())
        self._feed(ticket, speak.text, speak.final)
        self._house.perform(actions)

    def _speak_from_cache(self, ticket: Ticket) -> bool:
        """Answer a phrase that is known; else note that it is to be kept."""
        speak, model = ticket.speak, self._engines.model
        phrases = self._in_flight.phrases
        if not (speak.cache and speak.final and phrases.capacity):
            return False
        ticket.cache_key = phrase_key(
            model.model_sha256 + model.voices_sha256 if model else "",
            speak.text,
            ticket.utterance,
            speak.format,
            speak.phonemes,
            speak.markup,
            speak.timings,
            self._house.config.sentence_pause_ms,
            self._house.config.blends,  # markup may name one
            _stamp(self._house.config.lexicon_file),
        )
        phrase = phrases.get(ticket.cache_key)
        if phrase is None:
            ticket.record = []
            return False
        self._scheduler.counters.total += 1
        ticket.characters, ticket.final = len(speak.text), True
        self._in_flight.send(ticket.key, ticket.replay(phrase, self._house.now()))
        self._in_flight.finish(ticket.key, cancelled=False)
        return True

    def _job(self, ticket: Ticket) -> Job:
        config, speak = self._house.config, ticket.speak
        built_in = ticket.engine is Engine.BUILT_IN
        return Job(
            key=ticket.key,
            engine=ticket.engine,
            rank=_RANKS[speak.priority],
            speed=speak.speed,
            first_s=(speak.ttfa_ms or config.ttfa_ms) / 1000,
            order=ticket.key.number,
            script=Script(
                sentence_pause_s=config.sentence_pause_ms / 1000,
                by_sentence=built_in,
                context=self._engines.voicing.has_edges,
            ),
        )

    def _append(self, key: RequestKey | None, append: Append) -> None:
        if key is None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"no request {append.id} is running; append comes before final",
            )
        ticket = self._in_flight.tickets[key]
        if ticket.final:
            raise WireError(ErrorCode.BAD_REQUEST, f"the text of request {key.id} is final already")
        self._feed(ticket, append.text, append.final)

    def _feed(self, ticket: Ticket, text: str, final: bool) -> None:
        limit = self._house.config.max_text_chars
        ticket.characters += len(text)
        give_up = self._in_flight.give_up
        if ticket.characters > limit:
            give_up(ticket.key, ErrorCode.TOO_LARGE, f"text is over {limit} characters; send less")
            return
        if self._in_flight.characters > MAX_TEXT_IN_ALL:
            give_up(ticket.key, ErrorCode.BUSY, "too much text is waiting; try again later")
            return
        ticket.final = final
        self._in_flight.turns.lives(ticket.key)
        if not final:
            self._lulls.fed(ticket.key)
        self._speech.feed(ticket.key, text, final)
        self._house.perform(self._scheduler.appended(ticket.key, self._house.now()))

    def _on_lull(self, key: RequestKey) -> None:
        """Speak what has come, as far as it looks whole."""
        ticket = self._in_flight.tickets.get(key)
        if ticket is not None and not ticket.final:
            self._speech.lull(key)
            self._house.perform(self._scheduler.appended(key, self._house.now()))

    def _busy(self, what: str) -> WireError:
        retry = self._scheduler.retry_after_s()
        return WireError(
            ErrorCode.BUSY,
            f"{what}; try again in {retry:.1f} s",
            retry_after_ms=round(retry * 1000),
        )


def _stopping() -> WireError:
    return WireError(ErrorCode.SHUTTING_DOWN, STOPPING)


def _stamp(path: Path) -> tuple[int, int] | None:
    """When the file was written and its size: a changed lexicon changes the sound."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
