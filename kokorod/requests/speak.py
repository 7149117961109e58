# loop: runs on the one selector thread.
"""A request to speak, from its words to the speech thread and the scheduler.

Owns:       the numbers of requests, the lulls of texts that are still being written.
Invariants: a Speak is answered by Accepted, or by a WireError before it has a ticket.
Never:      waits, reads a model or phonemizes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from kokoro_client.wire.choices import Output, Priority
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Accepted, Append, Speak

from ..config import Config
from ..lanes.pool import Engines
from ..net.peer import Peer
from ..schedule.actions import Action
from ..schedule.job import Job
from ..schedule.scheduler import Scheduler
from ..schedule.script import Script
from ..speech.thread import Manner, SpeechThread
from ..types import SAMPLE_RATE, CodeBlocks, Engine, RequestKey
from ..voices.names import BUILT_IN
from ..watch.log import Log, fingerprint
from . import admission, idle_flush
from .idle_flush import Lulls
from .in_flight import InFlight
from .phrase_cache import phrase_key
from .state import Ticket

#: Text of all requests together. A request's own limit is in the config.
MAX_TEXT_IN_ALL: Final = 64_000_000

_RANKS: Final = {priority: rank for rank, priority in enumerate(Priority)}


class House(idle_flush.House, Protocol):
    """What speaking needs of the rest of the daemon."""

    config: Config

    def perform(self, actions: list[Action]) -> None: ...
    def request_came(self) -> float: ...


class Speaking:
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
        self._order = 0
        self._lulls = Lulls(house, self._on_lull)

    def speak(self, peer: Peer, speak: Speak) -> None:
        config = self._house.config
        if self._in_flight.key(peer, speak.id) is not None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"id {speak.id} is in use; take another, or cancel that request",
            )
        if len(self._in_flight.tickets) >= config.max_requests:
            raise self.busy(f"{config.max_requests} requests are in flight in all")
        if len(self._in_flight.of(peer)) >= config.max_requests_per_client:
            raise self.busy(f"this client has {config.max_requests_per_client} requests in flight")
        voicing = self._engines.voicing
        utterance = admission.choose(speak, config, voicing)
        built_in = utterance.voice == BUILT_IN
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
                markup=speak.markup,
                emoji=self._house.config.emoji == "name",
                code=CodeBlocks(self._house.config.code_blocks),
            ),
        )
        actions = self._scheduler.submit(self._job(ticket), self._house.now())
        self.feed(ticket, speak.text, speak.final)
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
            self._house.config.emoji,
            self._house.config.code_blocks,
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

    def append(self, key: RequestKey | None, append: Append) -> None:
        if key is None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"no request {append.id} is running; append comes before final",
            )
        ticket = self._in_flight.tickets[key]
        if ticket.final:
            raise WireError(ErrorCode.BAD_REQUEST, f"the text of request {key.id} is final already")
        self.feed(ticket, append.text, append.final)

    def feed(self, ticket: Ticket, text: str, final: bool) -> None:
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

    def busy(self, what: str) -> WireError:
        retry = self._scheduler.retry_after_s()
        return WireError(
            ErrorCode.BUSY,
            f"{what}; try again in {retry:.1f} s",
            retry_after_ms=round(retry * 1000),
        )


def _stamp(path: Path) -> tuple[int, int] | None:
    """When the file was written and its size: a changed lexicon changes the sound."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
