# loop: runs on the one selector thread.
"""The end of the daemon: what is under way is finished, the rest is told.

Owns:       whether the daemon is ending.
Invariants: nothing is begun any more; every request is answered; the loop stops within
            DRAIN_S and _FLUSH_S.
"""

from __future__ import annotations

from typing import Final

from kokoro_client.wire.errors import ErrorCode

from .net.loop import Loop
from .net.server import Clients
from .requests.dispatch import Requests
from .requests.in_flight import STOPPING, InFlight
from .schedule.scheduler import Scheduler
from .types import RequestKey

#: A segment of 150 tokens takes 5 s on a slow machine; clients are not kept longer.
DRAIN_S: Final = 5.0

#: What is queued for a peer at the end is sent within this, or dropped.
_FLUSH_S: Final = 2.0


class Drain:
    def __init__(
        self,
        loop: Loop,
        scheduler: Scheduler,
        requests: Requests,
        in_flight: InFlight,
        clients: Clients,
    ) -> None:
        self.begun = False
        self._loop = loop
        self._scheduler = scheduler
        self._requests = requests
        self._in_flight = in_flight
        self._clients = clients

    def begin(self) -> None:
        """Let runs under way end, and what is played whole at the speaker; tell the others."""
        self.begun = self._scheduler.draining = self._in_flight.turns.draining = True
        self._clients.let_nobody_in()
        self._requests.refuse_early()
        for key in list(self._in_flight.tickets):
            job = self._scheduler.job(key)
            if job is None or job.lane is None:
                self._let_go(key)
        self._loop.after(DRAIN_S, self._end)
        self.look()

    def look(self) -> None:
        """End where nothing is left to be waited for."""
        if self.begun and not self._in_flight.tickets:
            self._end()

    def on_run_over(self, key: RequestKey) -> None:
        """A run ended, spoken or not: no other follows it."""
        if self.begun:
            self._let_go(key)
            self.look()

    def on_gone(self) -> None:
        """A client has gone."""
        if self.begun and not self._clients.peers:
            self._loop.stop()

    def _let_go(self, key: RequestKey) -> None:
        if not self._in_flight.turns.plays_out(key):
            self._in_flight.give_up(key, ErrorCode.SHUTTING_DOWN, STOPPING)

    def _end(self) -> None:
        for key in list(self._in_flight.tickets):
            if self._in_flight.turns.plays_out(key):
                self._in_flight.heard(key)  # its client has all of it and plays on
            else:
                self._let_go(key)
        self._clients.close_after_sending()
        if self._clients.peers:
            self._loop.after(_FLUSH_S, self._loop.stop)
        else:
            self._loop.stop()
