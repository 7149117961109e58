# loop: runs on the one selector thread.
"""The requests in flight: who asked for each, and how each is answered its end.

Owns:       every request in flight, the phrase cache, the speaker's turns.
Invariants: a request's state changes here alone, by the table in state.py; every request
            ends with exactly one Done or Error; nothing is sent for it after that.
Never:      decides what is asked or spoken: dispatch.py and schedule/ do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kokoro_client.wire.choices import Ending
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Answer, Error

from ..net.loop import Loop
from ..net.peer import Peer
from ..schedule.actions import Perform
from ..schedule.scheduler import Scheduler
from ..speaker.turns import Turns
from ..speech.thread import SpeechThread
from ..types import Engine, PeerId, RequestKey
from ..watch.log import Log
from . import state
from .phrase_cache import PhraseCache
from .request import SpeakRequest
from .state import RequestState

#: Told to whom the daemon owes speech when it stops.
STOPPING: Final = "the daemon is stopping; try again"


@contextlib.contextmanager
def _answering(peer: Peer) -> Iterator[None]:
    """Who cannot be told how a request ended loses the connection, and does not wait for it."""
    try:
        yield
    except BaseException:
        peer.close()
        raise


class InFlight:
    def __init__(
        self,
        loop: Loop,
        scheduler: Scheduler,
        speech: SpeechThread,
        phrases: PhraseCache,
        perform: Perform,
        log: Log,
        *,
        strict: bool = False,
    ) -> None:
        """strict: an illegal change of state raises, as tests want it; else it is logged."""
        self.requests: dict[RequestKey, SpeakRequest] = {}
        self.phrases = phrases
        self.turns = Turns(loop, perform, self, scheduler, log)
        #: Told whenever the last request has ended.
        self.when_empty: Callable[[], None] | None = None
        #: Told True when a request begins to wait for its first sound, False when none does.
        self.on_waiting: Callable[[bool], None] | None = None
        #: Told True when the first request is in flight, False when the last has ended.
        self.on_busy: Callable[[bool], None] | None = None
        #: Told when a request was spoken: its voice, and whether no other is in flight.
        self.on_spoken: Callable[[str, bool], None] | None = None
        self._waiting = 0
        self._scheduler = scheduler
        self._speech = speech
        self._perform = perform
        self._log = log
        self._strict = strict
        self._peers: dict[RequestKey, Peer] = {}
        self._keys: dict[tuple[PeerId, int], RequestKey] = {}  # by the peers' own ids

    # -- who is in flight

    @property
    def charged(self) -> int:
        """Text of all requests together, as the limits count it."""
        return sum(request.charged for request in self.requests.values())

    def add(self, request: SpeakRequest, peer: Peer) -> None:
        key = request.key
        self.requests[key] = request
        self._peers[key] = peer
        self._keys[key.peer, key.id] = key
        if len(self.requests) == 1 and self.on_busy is not None:
            self.on_busy(True)

    def key(self, peer: Peer, request_id: int) -> RequestKey | None:
        """The request that a peer calls so, if it is in flight."""
        return self._keys.get((peer.id, request_id))

    def of(self, peer: Peer) -> list[SpeakRequest]:
        return [request for key, request in self.requests.items() if key.peer == peer.id]

    def of_process(self, peer: Peer) -> int:
        """How many requests its process has, over all its connections."""
        if peer.pid is None:
            return len(self.of(peer))
        return sum(other.pid == peer.pid for other in self._peers.values())

    # -- its way

    def submitted(self, request: SpeakRequest) -> None:
        """The speech thread and the scheduler have it."""
        self._enter(request, RequestState.QUEUED)

    def send(self, key: RequestKey, answers: Iterable[Answer]) -> None:
        """Sound for its client."""
        request = self.requests[key]
        if request.state is not RequestState.SPEAKING:
            self._enter(request, RequestState.SPEAKING)
        peer = self._peers[key]
        for answer in answers:
            peer.send(answer)
        begins, request.begins = request.begins, []
        self.turns.sent(key, request.samples, begins, request.planned_s)

    def finish(self, key: RequestKey, cancelled: bool) -> None:
        """Nothing of it is left to speak: answer Done, at the speaker when it was played."""
        if (request := self.requests.get(key)) is None:
            return
        if not cancelled and request.cache_key and (phrase := request.phrase()):
            self.phrases.put(request.cache_key, phrase)
        if cancelled:
            self._answer_done(key, RequestState.CANCELLED)
        elif not self.turns.rendered(key):
            self._answer_done(key, RequestState.FINISHED)
        else:
            self._enter(request, RequestState.RENDERED)

    def played(self, key: RequestKey) -> None:
        """It was played to its end at the speaker: answer Done."""
        self._answer_done(key, RequestState.FINISHED)

    def end(self, key: RequestKey, ending: Ending) -> None:
        """Cancel it wherever it is and answer Done, at once."""
        if (request := self.requests.get(key)) is None:
            return
        request.ending = ending
        self._perform(self._scheduler.cancel(key))
        if key in self.requests:  # the scheduler had nothing of it
            self._answer_done(key, RequestState.CANCELLED)

    def fail(
        self, key: RequestKey, code: ErrorCode, message: str, retry_after_ms: int | None = None
    ) -> None:
        """Answer Error for a request in flight and forget it."""
        if key not in self.requests:
            return
        peer = self._drop(key, RequestState.FAILED)
        with _answering(peer):
            self._perform(self._scheduler.fail(key))
            self.refuse(peer, key.id, WireError(code, message, retry_after_ms=retry_after_ms))
            self.close_if_done(peer)
            self.turns.leave(key)

    def give_up(self, key: RequestKey, why: str) -> None:
        """An end that may be half done: its client is told, or loses its connection."""
        if key in self.requests:
            self.fail(key, ErrorCode.ENGINE_FAILED, why)
        elif (peer := self._peers.pop(key, None)) is not None:
            peer.close()

    def fail_all(self, engine: Engine, code: ErrorCode, message: str) -> None:
        """What was to be spoken by an engine that is lost."""
        for key, request in list(self.requests.items()):
            if request.engine is engine and self._scheduler.job(key) is not None:
                self.fail(key, code, message)

    def refuse(self, peer: Peer, request_id: int | None, error: WireError) -> None:
        self._log.info("refused", peer=peer.id, id=request_id, code=error.code.value)
        peer.send(
            Error(
                id=request_id,
                code=error.code,
                message=error.message,
                retry_after_ms=error.retry_after_ms,
            )
        )

    # -- who leaves

    def forget(self, peer: Peer) -> None:
        """The peer has gone: its requests end unanswered."""
        requests = self.of(peer)
        for request in requests:
            self._drop(request.key, RequestState.GONE)
        self._perform(self._scheduler.peer_gone(peer.id))
        for request in requests:
            self.turns.leave(request.key)

    def close_if_done(self, peer: Peer) -> None:
        """Hang up on who sends nothing more and is owed nothing."""
        if peer.half_closed and not self.of(peer):
            peer.close_after_sending()

    def _answer_done(self, key: RequestKey, end: RequestState) -> None:
        request = self.requests[key]
        done = request.done(end is RequestState.CANCELLED)
        peer = self._drop(key, end)
        with _answering(peer):
            self._log.info("done", peer=key.peer, id=key.id, ending=done.ending.value, **done.stats)
            peer.send(done)
            self.close_if_done(peer)
            self.turns.leave(key)
        if self.on_spoken is not None and end is RequestState.FINISHED:
            self.on_spoken(request.utterance.voice, not self.requests)

    def _enter(self, request: SpeakRequest, following: RequestState) -> None:
        try:
            state.check(request.state, following)
        except state.IllegalTransitionError as error:
            if self._strict:
                raise
            key = request.key
            self._log.warning("illegal_transition", peer=key.peer, id=key.id, why=str(error))
        if self.on_waiting is not None:
            was, waits = request.state is RequestState.QUEUED, following is RequestState.QUEUED
            self._waiting += waits - was
            if waits != was and (waits or not self._waiting):
                self.on_waiting(waits)
        request.state = following

    def _drop(self, key: RequestKey, end: RequestState) -> Peer:
        self._enter(self.requests.pop(key), end)
        del self._keys[key.peer, key.id]
        self._speech.forget(key)
        if not self.requests and self.on_busy is not None:
            self.on_busy(False)
        if not self.requests and self.when_empty is not None:
            self.when_empty()
        return self._peers.pop(key)
