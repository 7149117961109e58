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
import time
from collections.abc import Callable
from typing import Any, Final

from .admin import answer
from .admin.parts import Parts
from .admin.reload import reload
from .config import Config, LiveConfig
from .engine.lane import Lane
from .engine.loading import Opened
from .errors import KokorodError
from .lanes.after_ready import AfterReady
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
from .shutdown import Shutdown
from .speech.thread import FrontEnd, SpeechThread
from .watch import logfile
from .watch.containment import Containment
from .watch.log import Level, Log
from .watch.metrics import Metrics
from .watch.notify import Notifier
from .watch.startup import Startup
from .watch.watchdog import Watchdog

#: Threads end within a segment's node; a run that hangs must not keep the process.
_JOIN_S: Final = 2.0

#: numpy and onnxruntime, from a slow disk. Then speech is loaded beside them.
_LIBRARIES_S: Final = 2.0


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
        self.exit_status = 0
        self._join_s = _JOIN_S
        self._socket = listener.path
        self._reread = reread
        self._startup = startup
        self._notifier = notifier
        self._loop = loop = Loop()
        # First of all: the socket is there already, and would be left behind.
        loop.on_signals((signal.SIGTERM, signal.SIGINT), self._on_stop_signal)
        loop.on_signals((signal.SIGHUP,), self._on_reload_signal)
        self._live = live = LiveConfig(config)
        self._log = log = Log(
            Level[config.log_level.upper()], logfile.standard_error(config.logs_folder)
        )
        self._watchdog = Watchdog(lambda: loop.busy_since, log)
        self._scheduler = scheduler = Scheduler()
        self._metrics = metrics = Metrics()
        self._faults = faults = Containment(loop.post, log, metrics, self._on_crash, strict=strict)
        loop.on_error = faults.on_loop_error
        self._performer = performer = Performer(loop, live, scheduler, metrics, faults.all)
        self._speech = SpeechThread(
            self._make_front_end,
            lambda key, report: loop.post(lambda: performer.on_read(key, report)),
            faults.reading,
        )
        self._server = Server(loop, listener, log, config.max_clients)
        self._pool = pool = Pool(loop, live, startup, performer, log, faults.all)
        self._after_ready = AfterReady(loop, live, pool, startup, log)
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
            exit_for_restart=self._exit_for_restart,
        )
        self._in_flight = InFlight(
            loop, scheduler, self._speech, phrases, performer.perform, log, strict=strict
        )
        self._in_flight.on_waiting = self._after_ready.on_waiting
        self._in_flight.on_spoken = self._after_ready.on_spoken
        self._wire()

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
        self._shutdown = Shutdown(loop, scheduler, self._dispatch, in_flight, self._server)
        self._performer.parts = PerformerParts(
            pool=pool,
            speech=self._speech,
            in_flight=in_flight,
            maintenance=self._maintenance,
            on_run_over=self._shutdown.on_run_over,
            on_opened=self._on_opened,
            on_known=self._on_known,
            exit_for_restart=self._exit_for_restart,
        )

    def run(self) -> int:
        """Serve until a signal; the exit status."""
        self._server.listen(self._dispatch)
        bound_ms = (self._startup.bound_s or 0.0) * 1000
        self._log.info("bound", socket=self._socket, pid=os.getpid(), ms=bound_ms)
        self._notifier.keep_pinging(self._loop.after)
        self._speech.open()
        self._pool.open_kokoro()
        self._watchdog.start()
        self._loop.run()
        self._close()
        return self.exit_status

    # -- the start

    def _make_front_end(self) -> FrontEnd:
        """On the speech thread."""
        # Both threads would load Python code in turns, and the one that counts take longer.
        self._pool.libraries.wait(_LIBRARIES_S)
        from .speech.frontend import make_front_end
        from .speech.normalize.faults import FAULTS

        faults = self._faults.reading
        FAULTS.tell = lambda rule, error: faults.caught(f"rule {rule}", error)
        config = self._live.config
        return make_front_end(
            config.phonemes,
            config.cache_folder,
            config.lexicon_file,
            lambda why: self._loop.post(lambda: self._on_lexicon(why)),
            faults,
            isolated=True,
            taken=lambda: self._loop.post(lambda: self._on_lexicon("")),
        )

    def _on_opened(self, opened: Opened) -> None:
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
        return reload(self._parts, self._reread, self._lexicon_problem, self._tell_ready)

    def _lexicon_problem(self) -> str:
        """Of the file as it is now; the speech thread takes it in at the next sentence."""
        if self._live.config.phonemes != "kokoro":
            return ""  # nobody reads it
        from .speech.lexicon import read
        from .vocabulary import alphabet

        try:
            read(self._live.config.lexicon_file, alphabet())
        except KokorodError as error:
            return str(error)
        return ""

    def _on_lexicon(self, problem: str) -> None:
        self._metrics.lexicon_problem = problem
        if problem:
            self._log.warning("lexicon_refused", why=problem)

    def _on_reload_signal(self, number: int) -> None:
        value = self._reload()
        if not value["reloaded"]:
            self._log.error("reload_refused", why=value["message"])

    # -- the end

    def _on_stop_signal(self, number: int) -> None:
        if self._shutdown.begun:
            self._log.info("stopping_at_once", signal=number)
            self._join_s = 0.0
            self._loop.stop()
            return
        self._log.info("stopping", signal=number, requests=len(self._in_flight.requests))
        self._notifier.stopping()
        self._shutdown.begin()

    def _exit_for_restart(self) -> None:
        """Leave with a status that makes the supervisor start a fresh process."""
        self.exit_status = os.EX_TEMPFAIL
        self._on_stop_signal(signal.SIGTERM)

    def _on_crash(self) -> None:
        self.exit_status = 1
        self._loop.stop()

    def _close(self) -> None:
        self._server.close()
        self._after_ready.stop()
        self._priming.close()
        self._speech.close()
        threads: list[SpeechThread | Lane] = [self._speech, *self._pool.close()]
        # The loop has ended: from here on a signal has nobody to wait for.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(self.exit_status))
        deadline = time.monotonic() + self._join_s
        ended = [t.join(max(0.0, deadline - time.monotonic())) for t in threads]
        self._log.info("stopped", status=self.exit_status, threads_left=ended.count(False))
        self._loop.close()
