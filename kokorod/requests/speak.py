# loop: runs on the one selector thread.
"""A request to speak, from its words to the speech thread and the scheduler.

Owns:       the numbers of requests, the timers of texts that are still being written.
Invariants: a Speak is answered by Accepted, or by a WireError before it is in flight.
Never:      waits, reads a model or phonemizes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from kokoro_client.wire.choices import Output
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Accepted, Append, Speak

from ..config import LiveConfig
from ..lanes.pool import Pool
from ..maintenance.runner import Maintenance
from ..net.loop import Loop
from ..net.peer import Peer
from ..schedule.actions import Perform
from ..schedule.job import Job, Streams, never
from ..schedule.scheduler import Scheduler
from ..schedule.script import Script
from ..speech.thread import ReadingOptions, SpeechThread
from ..types import SAMPLE_RATE, CodeBlocks, Engine, Priority, RequestKey, Utterance
from ..voices.names import BUILT_IN
from ..watch.log import Log, fingerprint
from . import admission
from .idle_flush import IdleFlush
from .in_flight import InFlight
from .phrase_cache import SoundSettings, phrase_key
from .request import SpeakRequest

#: Characters that an append counts as at least: an empty one takes memory too until it is read.
_LEAST_CHARGED: Final = 16

_RANKS: Final = {priority: rank for rank, priority in enumerate(Priority)}


class Speaking:
    def __init__(
        self,
        loop: Loop,
        live: LiveConfig,
        pool: Pool,
        scheduler: Scheduler,
        speech: SpeechThread,
        in_flight: InFlight,
        maintenance: Maintenance,
        perform: Perform,
        log: Log,
    ) -> None:
        self._loop = loop
        self._live = live
        self._pool = pool
        self._scheduler = scheduler
        self._speech = speech
        self._in_flight = in_flight
        self._maintenance = maintenance
        self._perform = perform
        self._log = log
        self._order = 0
        self._idle_flush = IdleFlush(loop, self._flush)

    # -- a request comes

    def speak(self, peer: Peer, speak: Speak) -> None:
        """Raises WireError if it is refused."""
        request = self._accept(peer, speak)
        key = request.key
        if speak.output is Output.SPEAKER:
            self._in_flight.turns.join(key, speak.priority, peer)
            if key not in self._in_flight.requests:
                return  # it had to give way at once
        if self._speak_from_cache(request):
            return
        request.idle_s = self._maintenance.request_came()
        if request.engine is Engine.BUILT_IN:
            self._pool.need_built_in()
        else:
            request.cold = self._pool.load()
        self._submit(request)

    def _accept(self, peer: Peer, speak: Speak) -> SpeakRequest:
        in_flight, available = self._in_flight, self._pool.available
        if in_flight.key(peer, speak.id) is not None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"id {speak.id} is in use; take another, or cancel that request",
            )
        config = self._live.config
        admission.check_number(
            len(in_flight.requests),
            in_flight.of_process(peer),
            speak.priority,
            config,
            self._scheduler.retry_after_s,
        )
        utterance = admission.choose(speak, config, available)
        built_in = utterance.voice == BUILT_IN
        self._order += 1
        request = SpeakRequest(
            key=RequestKey(peer.id, speak.id, self._order),
            speak=speak,
            utterance=utterance,
            engine=Engine.BUILT_IN if built_in else Engine.KOKORO,
            received=self._loop.clock(),
            note=available.note if built_in else "",
        )
        in_flight.add(request, peer)
        self._tell_accepted(request, peer)
        return request

    def _tell_accepted(self, request: SpeakRequest, peer: Peer) -> None:
        key, speak, utterance = request.key, request.speak, request.utterance
        peer.send(
            Accepted(
                id=key.id,
                voice=utterance.voice,
                engine=request.engine.value,
                sample_rate=SAMPLE_RATE,
                note=request.note,
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

    def _speak_from_cache(self, request: SpeakRequest) -> bool:
        """Answer a phrase that is known; else note that it is to be kept."""
        speak, in_flight = request.speak, self._in_flight
        if not (speak.cache and speak.final and in_flight.phrases.capacity):
            return False
        request.cache_key = phrase_key(speak.text, self._sound_settings(request))
        phrase = in_flight.phrases.get(request.cache_key)
        if phrase is None:
            request.record = []
            return False
        self._scheduler.counters.total += 1
        request.characters, request.final = len(speak.text), True
        in_flight.turns.text_arrived(request.key, request.characters)
        in_flight.send(request.key, request.replay(phrase, self._loop.clock()))
        in_flight.finish(request.key, cancelled=False)
        return True

    def _sound_settings(self, request: SpeakRequest) -> SoundSettings:
        speak, model, config = request.speak, self._pool.model, self._live.config
        return SoundSettings(
            model=model.model_sha256 + model.voices_sha256 if model else "",
            utterance=request.utterance,
            format=speak.format,
            phonemes=speak.phonemes,
            markup=speak.markup,
            timings=speak.timings,
            sentence_pause_ms=config.sentence_pause_ms,
            emoji=config.emoji,
            code_blocks=config.code_blocks,
            thoughts=config.thoughts,
            blends=config.blends,
            lexicon=_stamp(config.lexicon_file),
        )

    def _submit(self, request: SpeakRequest) -> None:
        config, speak = self._live.config, request.speak
        built_in = request.engine is Engine.BUILT_IN
        self._speech.begin(
            request.key,
            ReadingOptions(
                lang=request.utterance.lang,
                phonemes=speak.phonemes,
                text_only=built_in,
                markup=speak.markup,
                emoji=config.emoji == "name",
                code=CodeBlocks(config.code_blocks),
                thoughts=config.thoughts == "say",
            ),
        )
        job = Job(
            key=request.key,
            engine=request.engine,
            rank=_RANKS[speak.priority],
            speed=speak.speed,
            first_s=(speak.ttfa_ms or config.ttfa_ms) / 1000,
            whole_s=(speak.ttfa_ms or config.whole_ttfa_ms) / 1000,
            order=request.key.number,
            script=Script(
                sentence_pause_s=config.sentence_pause_ms / 1000,
                by_sentence=built_in,
                context=self._pool.available.has_edges,
            ),
            streams=never if built_in else self._streams(request.utterance),
        )
        actions = self._scheduler.submit(job, self._loop.clock())
        self._in_flight.submitted(request)
        self.feed(request, speak.text, speak.final)
        self._perform(actions)

    def _streams(self, asked: Utterance) -> Streams:
        """Which lanes speak in chunks what the request says, with a voice of its markup."""

        def streams(lane: str, voice: str) -> bool:
            named = self._pool.available.kokoro_voice(voice, self._live.config)
            return self._pool.streams(lane, replace(asked, voice=named or asked.voice))

        return streams

    # -- its text

    def append(self, key: RequestKey | None, append: Append) -> None:
        if key is None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"no request {append.id} is running; append comes before final",
            )
        request = self._in_flight.requests[key]
        if request.final:
            raise WireError(ErrorCode.BAD_REQUEST, f"the text of request {key.id} is final already")
        self.feed(request, append.text, append.final)

    def feed(self, request: SpeakRequest, text: str, final: bool) -> None:
        """More text, or its end; too much of it ends the request."""
        key = request.key
        request.characters += len(text)
        request.charged += max(len(text), _LEAST_CHARGED)
        try:
            in_all = self._in_flight.charged
            retry_after_s = self._scheduler.retry_after_s
            admission.check_text(
                request.charged, in_all, request.speak.priority, self._live.config, retry_after_s
            )
        except WireError as error:
            self._in_flight.fail(key, error.code, error.message, error.retry_after_ms)
            return
        request.final = final
        self._in_flight.turns.text_arrived(key, request.characters)
        if not final:
            self._idle_flush.text_arrived(key)
        self._speech.feed(key, text, final)
        self._perform(self._scheduler.appended(key, self._loop.clock()))

    def _flush(self, key: RequestKey) -> None:
        """Speak what has come, as far as it looks whole."""
        request = self._in_flight.requests.get(key)
        if request is not None and not request.final:
            self._speech.flush_idle(key)
            self._perform(self._scheduler.appended(key, self._loop.clock()))


def _stamp(path: Path) -> tuple[int, int] | None:
    """When the file was written and its size: a changed lexicon changes the sound."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
