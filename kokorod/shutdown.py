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
from .net.server import Server
from .requests.dispatch import Dispatch
from .requests.in_flight import STOPPING, InFlight
from .schedule.scheduler import Scheduler
from .types import RequestKey

#: A segment of 150 tokens takes 5 s on a slow machine; clients are not kept longer.
DRAIN_S: Final = 5.0

#: What is queued for a peer at the end is sent within this, or dropped.
_FLUSH_S: Final = 2.0


class Shutdown:
    def __init__(
        self,
        loop: Loop,
        scheduler: Scheduler,
        dispatch: Dispatch,
        in_flight: InFlight,
        server: Server,
    ) -> None:
        self.begun = False
        self._loop = loop
        self._scheduler = scheduler
        self._dispatch = dispatch
        self._in_flight = in_flight
        self._server = server

    def begin(self) -> None:
        """Let runs under way end, and what is played whole at the speaker; tell the others."""
        self.begun = self._scheduler.draining = self._in_flight.turns.draining = True
        # Later: what has just ended is still to be answered.
        self._in_flight.when_empty = lambda: self._loop.post(self._look)
        self._server.when_empty = self._loop.stop
        self._server.let_nobody_in()
        self._dispatch.refuse_early()
        for key in list(self._in_flight.requests):
            job = self._scheduler.job(key)
            if job is None or not (job.lane or job.unit):
                self._refuse(key)
        self._loop.after(DRAIN_S, self._end)
        self._look()

    def on_run_over(self, key: RequestKey) -> None:
        """A run ended, spoken or not: no other follows it, unless its unit goes on."""
        job = self._scheduler.job(key)
        if self.begun and not (job and job.unit):
            self._refuse(key)
            self._look()

    def _look(self) -> None:
        """End if nothing is left to be waited for."""
        if not self._in_flight.requests:
            self._end()

    def _refuse(self, key: RequestKey) -> None:
        if not self._in_flight.turns.plays_out(key):
            self._in_flight.fail(key, ErrorCode.SHUTTING_DOWN, STOPPING)

    def _end(self) -> None:
        for key in list(self._in_flight.requests):
            if self._in_flight.turns.plays_out(key):
                self._in_flight.played(key)  # its client has all of it and plays on
            else:
                self._refuse(key)
        self._server.close_after_sending()
        if self._server.peers:
            self._loop.after(_FLUSH_S, self._loop.stop)
        else:
            self._loop.stop()
