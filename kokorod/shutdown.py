# loop: runs on the one selector thread.
"""The end of the daemon: what is under way is finished, the rest is told.

Owns:       whether the daemon is ending, and the status that its process leaves with.
Invariants: nothing is begun any more; every request is answered; the loop stops within
            DRAIN_S and _FLUSH_S.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from typing import Final, Protocol

from kokoro_client.wire.errors import ErrorCode

from .net.loop import Loop
from .net.server import Server
from .requests.dispatch import Dispatch
from .requests.in_flight import STOPPING, InFlight
from .schedule.scheduler import Scheduler
from .types import RequestKey
from .watch.log import Log
from .watch.notify import Notifier

#: A segment of 150 tokens takes 5 s on a slow machine; clients are not kept longer.
DRAIN_S: Final = 5.0

#: What is queued for a peer at the end is sent within this, or dropped.
_FLUSH_S: Final = 2.0

#: Threads end within a segment's node; a run that hangs must not keep the process.
_JOIN_S: Final = 2.0

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Joinable(Protocol):
    def join(self, timeout: float) -> bool:
        """Whether the thread ended within so many seconds."""


class Shutdown:
    def __init__(
        self,
        loop: Loop,
        scheduler: Scheduler,
        dispatch: Dispatch,
        in_flight: InFlight,
        server: Server,
        notifier: Notifier,
        log: Log,
    ) -> None:
        self.begun = False
        self.status = 0
        self._join_s = _JOIN_S
        self._loop = loop
        self._scheduler = scheduler
        self._dispatch = dispatch
        self._in_flight = in_flight
        self._server = server
        self._notifier = notifier
        self._log = log

    def on_signal(self, number: int) -> None:
        """Begin the end; the second signal does not wait for anything."""
        if self.begun:
            self._log.info("stopping_at_once", signal=number)
            self._join_s = 0.0
            self._loop.stop()
            return
        self._log.info("stopping", signal=number, requests=len(self._in_flight.requests))
        self._notifier.stopping()
        self.begin()

    def begin_for_restart(self) -> None:
        """End with a status that makes the supervisor start a fresh process."""
        self.status = os.EX_TEMPFAIL
        self.on_signal(signal.SIGTERM)

    def on_crash(self) -> None:
        """The loop or the scheduler is broken: nothing can be finished any more."""
        self.status = 1
        self._loop.stop()

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

    def join(self, threads: Sequence[Joinable]) -> None:
        """Wait for threads that were closed, after the loop; one that hangs is left behind."""
        # The loop has ended: from here on a signal has nobody to wait for.
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: os._exit(self.status))
        deadline = time.monotonic() + self._join_s
        ended = [t.join(max(0.0, deadline - time.monotonic())) for t in threads]
        self._log.info("stopped", status=self.status, threads_left=ended.count(False))
