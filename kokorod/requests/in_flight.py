# loop: runs on the one selector thread.
"""The requests in flight: their tickets, who asked, and how each is answered its end.

Owns:       the ticket of every request in flight, the phrase cache.
Invariants: every ticket ends with exactly one Done or Error; nothing is sent for a
            request after that.
Never:      decides what is asked or spoken: requests/dispatch.py and schedule/ do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from kokoro_client.wire.choices import Ending
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Answer, Error

from ..config import Config
from ..net.peer import Peer
from ..schedule.scheduler import Scheduler
from ..speaker import turns
from ..speaker.turns import Turns
from ..speech.thread import SpeechThread
from ..types import PeerId, RequestKey
from ..watch.log import Log
from .phrase_cache import PhraseCache
from .state import Ticket

#: Told to whom the daemon owes speech when it stops.
STOPPING: Final = "the daemon is stopping; try again"


class House(turns.House, Protocol):
    """What the requests in flight need of the rest of the daemon."""

    config: Config


class InFlight:
    def __init__(self, house: House, scheduler: Scheduler, speech: SpeechThread, log: Log) -> None:
        self.tickets: dict[RequestKey, Ticket] = {}
        self.phrases = PhraseCache(int(house.config.phrase_cache_mb * 2**20))
        self._house = house
        self._scheduler = scheduler
        self._speech = speech
        self.turns = Turns(house, self, scheduler, log)
        self._log = log
        self._peers: dict[RequestKey, Peer] = {}
        self._keys: dict[tuple[PeerId, int], RequestKey] = {}  # by the peers' own ids

    # -- who is in flight

    @property
    def characters(self) -> int:
        """Text of all requests together."""
        return sum(ticket.characters for ticket in self.tickets.values())

    def add(self, ticket: Ticket, peer: Peer) -> None:
        key = ticket.key
        self.tickets[key] = ticket
        self._peers[key] = peer
        self._keys[key.peer, key.id] = key

    def key(self, peer: Peer, request_id: int) -> RequestKey | None:
        """The request that a peer calls so, if it is in flight."""
        return self._keys.get((peer.id, request_id))

    def of(self, peer: Peer) -> list[Ticket]:
        return [ticket for key, ticket in self.tickets.items() if key.peer == peer.id]

    # -- what it is answered

    def send(self, key: RequestKey, answers: Iterable[Answer]) -> None:
        if (peer := self._peers.get(key)) is not None:
            for answer in answers:
                peer.send(answer)
            self.turns.sent(key)

    def finish(self, key: RequestKey, cancelled: bool) -> None:
        """Nothing of it is left to speak: answer Done, at the speaker when it was heard."""
        if (ticket := self.tickets.get(key)) is None:
            return
        if not cancelled and ticket.cache_key and (phrase := ticket.phrase()):
            self.phrases.put(ticket.cache_key, phrase)
        if cancelled or not self.turns.rendered(key):
            self._answer_done(key, cancelled)

    def heard(self, key: RequestKey) -> None:
        """It was played to its end at the speaker: answer Done."""
        self._answer_done(key, cancelled=False)

    def end(self, key: RequestKey, ending: Ending) -> None:
        """Cancel it wherever it is and answer Done, at once."""
        if (ticket := self.tickets.get(key)) is None:
            return
        ticket.ending = ending
        actions = self._scheduler.cancel(key)
        self._house.perform(actions)
        if key in self.tickets:  # the scheduler had nothing of it
            self._answer_done(key, cancelled=True)

    def give_up(self, key: RequestKey, code: ErrorCode, message: str) -> None:
        """Answer Error for a request in flight and forget it."""
        if key not in self.tickets:
            return
        peer = self._drop(key)
        self._house.perform(self._scheduler.fail(key))
        self.refuse(peer, key.id, WireError(code, message))
        self.close_if_done(peer)
        self.turns.leave(key)

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
        tickets = self.of(peer)
        for ticket in tickets:
            self._drop(ticket.key)
        self._house.perform(self._scheduler.peer_gone(peer.id))
        for ticket in tickets:
            self.turns.leave(ticket.key)

    def close_if_done(self, peer: Peer) -> None:
        """Hang up on who sends nothing more and is owed nothing."""
        if peer.half_closed and not self.of(peer):
            peer.close_after_sending()

    def _answer_done(self, key: RequestKey, cancelled: bool) -> None:
        ticket = self.tickets[key]
        peer = self._drop(key)
        done = ticket.done(cancelled)
        self._log.info("done", peer=key.peer, id=key.id, ending=done.ending.value, **done.stats)
        peer.send(done)
        self.close_if_done(peer)
        self.turns.leave(key)

    def _drop(self, key: RequestKey) -> Peer:
        del self.tickets[key]
        del self._keys[key.peer, key.id]
        self._speech.forget(key)
        return self._peers.pop(key)
