# loop: runs on the one selector thread; the only file that imports every room.
"""The composition root: makes the parts and wires them.

Owns:       the life of the process: start, ready, drain, exit status.
Invariants: the engine is known from Up or Down of its lane; what a request, a run, a file or
            a timer raises is contained (faults.py) and counted; only what breaks the loop or
            the scheduler ends the process, with its trace in the log and status 1, so that a
            supervisor starts it anew.
Never:      decides what is spoken when: that is schedule/. Passes on what one part has to
            say to another: parts are handed to each other.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from .admin import answer
from .admin.parts import Parts
from .admin.reload import reload
from .config import Config, LiveConfig
from .engine.loading import Opened
from .lanes.after_ready import AfterReady
from .lanes.calibrating import Calibrating
from .lanes.pool import Pool
from .maintenance.priming import Priming
from .maintenance.runner import Maintenance
from .net.listener import Listener
from .net.loop import Loop
from .net.server import Server
from .perform import Parts as PerformerParts
from .perform import Performer
from .requests.dispatch import Dispatch
from .requests.in_flight import InFlight
from .requests.phrase_cache import PhraseCache
from .requests.speak import Speaking
from .schedule.scheduler import Scheduler
from .shutdown import STOP_SIGNALS, Shutdown
from .speech.opening import FrontEndOpening
from .speech.thread import SpeechThread
from .watch import logfile
from .watch.containment import Containment
from .watch.log import Level, Log
from .watch.metrics import Metrics
from .watch.notify import Notifier
from .watch.startup import Startup
from .watch.watchdog import Watchdog


class App:
    def __init__(
        self,
        config: Config,
        listener: Listener,
        reread: Callable[[], Config],
        startup: Startup,
        notifier: Notifier,
        *,
        strict: bool = False,
    ) -> None:
        """reread: the configuration as it is now, for reload; strict: as in InFlight."""
        self._socket = listener.path
        self._reread = reread
        self._startup = startup
        self._notifier = notifier
        self._loop = loop = Loop()
        # First of all: the socket is there already, and would be left behind.
        loop.on_signals(STOP_SIGNALS, lambda number: self._shutdown.on_signal(number))
        loop.on_signals((signal.SIGHUP,), self._on_reload_signal)
        self._live = live = LiveConfig(config)
        self._log = log = Log(
            Level[config.log_level.upper()], logfile.standard_error(config.logs_folder)
        )
        self._watchdog = Watchdog(lambda: loop.busy_since, log)
        self._scheduler = scheduler = Scheduler()
        self._metrics = metrics = Metrics()
        self._faults = faults = Containment(
            loop.post, log, metrics, lambda: self._shutdown.on_crash(), strict=strict
        )
        loop.on_error = faults.on_loop_error
        self._performer = performer = Performer(loop, live, scheduler, metrics, faults.all)
        self._pool = pool = Pool(loop, live, startup, performer, log, faults.all)
        self._front_end = FrontEndOpening(live, pool.libraries, faults.reading, self._post_lexicon)
        self._speech = SpeechThread(
            self._front_end.make,
            performer.post_read,
            faults.reading,
        )
        self._server = Server(loop, listener, log, config.max_clients)
        self._after_ready = AfterReady(loop, live, pool, startup, log)
        self._calibrating = Calibrating(loop, live, pool, self._after_ready, log)
        self._priming = Priming(loop, live, log)
        phrases = PhraseCache(int(config.phrase_cache_mb * 2**20))
        self._maintenance = Maintenance(
            loop,
            live,
            pool,
            scheduler,
            self._priming,
            performer.perform,
            log,
            clear_caches=phrases.clear,
            exit_for_restart=lambda: self._shutdown.begin_for_restart(),
        )
        self._in_flight = InFlight(
            loop, scheduler, self._speech, phrases, performer.perform, log, strict=strict
        )
        self._wire()
        self._watch_requests()

    def _watch_requests(self) -> None:
        """Who works beside requests is told of them."""
        self._in_flight.on_waiting = self._after_ready.on_waiting
        self._in_flight.on_busy = self._calibrating.on_busy
        self._in_flight.on_spoken = self._calibrating.on_spoken

    def _wire(self) -> None:
        """What answers peers, and what the performer does actions with."""
        loop, live, pool, scheduler = self._loop, self._live, self._pool, self._scheduler
        in_flight, perform = self._in_flight, self._performer.perform
        self._parts = Parts(
            loop=loop,
            live=live,
            log=self._log,
            notifier=self._notifier,
            startup=self._startup,
            metrics=self._metrics,
            scheduler=scheduler,
            server=self._server,
            pool=pool,
            after_ready=self._after_ready,
            calibrating=self._calibrating,
            priming=self._priming,
            maintenance=self._maintenance,
            phrases=in_flight.phrases,
            turns=in_flight.turns,
        )
        questions = answer.questions(self._parts, self._reload)
        speaking = Speaking(
            loop,
            live,
            pool,
            scheduler,
            self._speech,
            in_flight,
            self._maintenance,
            perform,
            self._log,
        )
        self._dispatch = Dispatch(
            loop,
            live,
            pool.available,
            scheduler,
            self._server,
            speaking,
            in_flight,
            perform,
            questions,
            self._faults.all,
        )
        self._shutdown = Shutdown(
            loop, scheduler, self._dispatch, in_flight, self._server, self._notifier, self._log
        )
        self._performer.parts = PerformerParts(
            pool=pool,
            speech=self._speech,
            in_flight=in_flight,
            maintenance=self._maintenance,
            on_run_over=self._shutdown.on_run_over,
            on_opened=self._on_opened,
            on_known=self._on_known,
            exit_for_restart=self._shutdown.begin_for_restart,
        )

    def run(self) -> int:
        """Serve until a signal; the exit status."""
        self._faults.hear_of_everything()
        self._server.listen(self._dispatch)
        bound_ms = (self._startup.bound_s or 0.0) * 1000
        self._log.info("bound", socket=self._socket, pid=os.getpid(), ms=bound_ms)
        self._notifier.keep_pinging(self._loop.after)
        self._speech.open()
        self._pool.open_kokoro()
        self._watchdog.start()
        self._loop.run()
        self._close()
        return self._shutdown.status

    # -- the start

    def _on_opened(self, opened: Opened) -> None:
        self._calibrating.begin(opened.model, opened.copy)
        self._after_ready.begin(opened.model, opened.copy)
        self._priming.begin(opened)

    def _on_known(self) -> None:
        """It is known what can speak."""
        self._startup.reached_ready()
        engine = self._pool.available.engine
        self._log.info("ready", engine=engine, ms=self._startup.uptime_s() * 1000)
        self._tell_ready()
        self._dispatch.engine_known()

    def _tell_ready(self) -> None:
        available = self._pool.available
        if available.engine and not self._shutdown.begun:
            self._notifier.ready(available.note or f"{available.engine} speaks")

    def _reload(self) -> dict[str, Any]:
        return reload(self._parts, self._reread, self._front_end.lexicon_problem, self._tell_ready)

    def _post_lexicon(self, problem: str) -> None:
        """From the speech thread."""
        self._loop.post(lambda: self._on_lexicon(problem))

    def _on_lexicon(self, problem: str) -> None:
        self._metrics.lexicon_problem = problem
        if problem:
            self._log.warning("lexicon_refused", why=problem)

    def _on_reload_signal(self, number: int) -> None:
        value = self._reload()
        if not value["reloaded"]:
            self._log.error("reload_refused", why=value["message"])

    # -- the end

    def _close(self) -> None:
        self._server.close()
        self._calibrating.stop()
        self._after_ready.stop()
        self._priming.close()
        self._speech.close()
        self._shutdown.join((self._speech, *self._pool.close()))
        self._loop.close()
