# loop: runs on the one selector thread; the only file that imports every room.
"""The composition root: makes the parts, performs what the scheduler decides.

Owns:       the life of the process: start, ready, drain, exit status.
Invariants: the socket is bound before anything heavy is imported; the engine is known
            from Up or Down of its lane; a crash of any thread ends the process with the
            traceback in the log and status 1, so that a supervisor starts it anew.
Never:      decides what is spoken when: that is schedule/.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import Request

from . import config as configuration
from .admin import answer
from .config import Config
from .engine import heap
from .engine.lane import Lane, Spoken, Task
from .engine.loading import Opened
from .errors import EngineError, KokorodError, UnknownLanguageError
from .lanes.after_ready import Background
from .lanes.pool import Engines
from .maintenance.priming import Priming
from .maintenance.runner import Upkeep
from .net import activation
from .net import listener as listening
from .net.listener import AlreadyRunningError, Listener
from .net.loop import Loop, Timer
from .net.peer import Peer
from .net.server import Clients
from .perform import Performing
from .requests.dispatch import Requests
from .requests.in_flight import InFlight
from .schedule.actions import Action
from .schedule.scheduler import Scheduler
from .shutdown import Drain
from .speech.thread import FrontEnd, ReadCrashed, ReadFailed, SpeechThread
from .types import Engine, Reading, RequestKey
from .watch import logfile, notify
from .watch.log import Level, Log
from .watch.metrics import Metrics
from .watch.notify import Notifier

#: Threads end within a segment's node; a run that hangs must not keep the process.
_JOIN_S: Final = 2.0

#: Of a traceback, the lines that are logged; each is bounded by the log.
_TRACE_LINES: Final = 40


#: numpy and onnxruntime, from a slow disk. Then speech is loaded beside them.
_LIBRARIES_S: Final = 2.0


class App:
    def __init__(
        self,
        config: Config,
        listener: Listener,
        reread: Callable[[], Config],
        began: float,
        notifier: Notifier | None = None,
    ) -> None:
        """reread: the configuration as it is now, for reload; began: of the process."""
        self.config = config
        self.began = began
        self.bound_s = time.monotonic() - began
        self.session_s: float | None = None
        self.ready_s: float | None = None
        self.exit_status = 0
        self.upkeep: Upkeep
        self.background: Background
        self.loop = Loop()
        # First of all: the socket is there already, and would be left behind.
        self.loop.on_signals((signal.SIGTERM, signal.SIGINT), self._on_stop_signal)
        self.loop.on_signals((signal.SIGHUP,), lambda number: self._reload_quietly())
        self.log = Log(Level[config.log_level.upper()], logfile.standard_error(config.logs_folder))
        self.notifier = notifier or Notifier()
        self.scheduler = Scheduler()
        self.metrics = Metrics()
        self.clients = Clients(self.loop, listener, self.log, config.max_clients)
        self._bound_to = listener.path
        self.reread = reread
        self._join_s = _JOIN_S
        self.speech = SpeechThread(
            self._make_front_end,
            lambda key, report: self.loop.post(lambda: self._on_speech(key, report)),
        )
        self.engines = Engines(self, self.scheduler, self.log)
        self._look_posted = False
        self.priming = Priming(self, self.log)
        self.in_flight = InFlight(self, self.scheduler, self.speech, self.log)
        self.requests = Requests(
            self, self.engines, self.scheduler, self.speech, self.in_flight, self.log
        )
        self.drain = Drain(self.loop, self.scheduler, self.requests, self.in_flight, self.clients)
        self.performing = Performing(
            self, self.engines, self.scheduler, self.speech, self.in_flight, self.metrics
        )

    def _make_front_end(self) -> FrontEnd:
        """On the speech thread."""
        # Both threads would load Python code in turns, and the one that counts take longer.
        self.engines.libraries.wait(_LIBRARIES_S)
        from .speech.frontend import make_front_end

        config = self.config
        return make_front_end(
            config.phonemes,
            config.cache_folder,
            config.lexicon_file,
            lambda why: self.loop.post(lambda: self.log.warning("lexicon_refused", why=why)),
        )

    @property
    def draining(self) -> bool:
        return self.drain.begun

    # -- life

    def run(self) -> int:
        """Serve until a signal; the exit status."""
        self.clients.listen(_Reports(self))
        self.log.info("bound", socket=self._bound_to, pid=os.getpid(), ms=self.bound_s * 1000)
        self.notifier.keep_pinging(self.loop.after)
        self.upkeep = Upkeep(self, self.loop, self.engines, self.scheduler, self.log)
        self.background = Background(self, self.engines, self.log)
        self.speech.open()
        self.engines.open_kokoro()
        self.loop.run()
        self._close()
        return self.exit_status

    def _on_stop_signal(self, number: int) -> None:
        if self.draining:
            self.log.info("stopping_at_once", signal=number)
            self._join_s = 0.0
            self.loop.stop()
            return
        self.log.info("stopping", signal=number, requests=len(self.in_flight.tickets))
        self.notifier.stopping()
        self.drain.begin()

    def _close(self) -> None:
        self.clients.close()
        self.background.stop()
        self.priming.close()
        self.speech.close()
        threads: list[SpeechThread | Lane] = [self.speech, *self.engines.close()]
        # The loop has ended: from here on a signal has nobody to wait for.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(self.exit_status))
        deadline = time.monotonic() + self._join_s
        ended = [t.join(max(0.0, deadline - time.monotonic())) for t in threads]
        self.log.info("stopped", status=self.exit_status, threads_left=ended.count(False))
        self.loop.close()

    # -- peers

    def on_request(self, peer: Peer, request: Request) -> None:
        self.requests.on_request(peer, request)
        self.drain.look()

    def on_gone(self, peer: Peer) -> None:
        self.requests.on_gone(peer)
        self.clients.gone(peer)
        self.drain.on_gone()

    # -- the speech thread

    def _on_speech(self, key: RequestKey | None, report: Any) -> None:
        match report:
            case ReadCrashed():
                self.crash(report.trace)
            case Reading() if key is not None:
                self.perform(
                    self.scheduler.prepared(key, report.sentences, report.state, self.now())
                )
            case ReadFailed() if key is not None:
                self.in_flight.give_up(key, _code_of(report.error), str(report.error))

    # -- for lanes/pool.py and requests/dispatch.py

    def now(self) -> float:
        return self.loop.clock()

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.loop.after(seconds, call)

    def uptime_s(self) -> float:
        return time.monotonic() - self.began

    def post(self, call: Callable[[], None]) -> None:
        self.loop.post(call)

    def perform(self, actions: list[Action]) -> None:
        self.performing.perform(actions)

    def on_spoken(self, lane: str, spoken: Spoken) -> None:
        self.performing.on_spoken(lane, spoken)

    def on_run_over(self, key: RequestKey) -> None:
        self.drain.on_run_over(key)

    def on_engine_known(self) -> None:
        if self.ready_s is None:
            self.ready_s = self.uptime_s()
        engine = self.engines.voicing.engine
        self.log.info("ready", engine=engine, ms=self.uptime_s() * 1000)
        self.tell_ready()
        self.requests.engine_known()

    def tell_ready(self) -> None:
        if self.engines.voicing.engine and not self.draining:
            voicing = self.engines.voicing
            self.notifier.ready(voicing.note or f"{voicing.engine} speaks")

    def on_opened(self, opened: Opened) -> None:
        self.background.begin(opened.model, opened.copy)
        self.priming.begin(opened)

    def on_session(self, at: float) -> None:
        """A session is there; its first inference is still to come."""
        if self.ready_s is None:
            self.session_s = at - self.began

    def open_anew(self) -> None:
        self.engines.open_kokoro(anew=True)

    def on_lane_refused(self, name: str, why: str) -> None:
        self.background.refused[name] = why

    def request_came(self) -> float:
        """Upkeep makes way. How long nothing was asked, in seconds."""
        self.priming.make_way()
        return self.upkeep.request_came()

    def touch_weights(self) -> None:
        self.priming.touch()

    def locked_mb(self) -> float:
        return self.priming.locked / 2**20

    def on_lane(self, name: str, engine: Engine | None) -> None:
        """A lane is up; or down, where engine is None."""
        if engine is None:
            self.upkeep.lane_down(name)
        else:
            self.upkeep.lane_up(name, engine)
        self.look_soon()

    def look_soon(self) -> None:
        """Let upkeep look, once all that is known now is dealt with."""
        if not self._look_posted:
            self._look_posted = True
            self.loop.post(self._look)

    def _look(self) -> None:
        self._look_posted = False
        self.upkeep.look()

    def trim(self) -> None:
        self.in_flight.phrases.clear()
        heap.give_back_memory()

    def exit_for_restart(self) -> None:
        """Leave with a status that makes the supervisor start a fresh process."""
        self.exit_status = os.EX_TEMPFAIL
        self._on_stop_signal(signal.SIGTERM)

    def give_up(self, task: Task, message: str) -> None:
        self.upkeep.failed(task.key)
        self.in_flight.give_up(task.key, ErrorCode.ENGINE_FAILED, message)

    def on_no_kokoro(self, problem: ErrorCode, message: str) -> None:
        """What comes from now on is spoken by the built-in voice."""
        self._give_up_all(Engine.KOKORO, problem, message)

    def on_no_built_in(self, message: str) -> None:
        self._give_up_all(Engine.BUILT_IN, ErrorCode.ENGINE_FAILED, message)

    def _give_up_all(self, engine: Engine, code: ErrorCode, message: str) -> None:
        for key, ticket in list(self.in_flight.tickets.items()):
            if ticket.engine is engine and self.scheduler.job(key) is not None:
                self.in_flight.give_up(key, code, message)

    def crash(self, trace: str) -> None:
        lines = trace.strip().splitlines()
        self.log.error("crashed", why=lines[-1])
        for line in lines[-_TRACE_LINES:]:
            self.log.error("trace", line=line)
        self.exit_status = 1
        self.loop.stop()

    def query(self, name: str) -> Any:
        return answer.answer(self, name)

    def reload(self) -> Any:
        return answer.reload(self)

    def _reload_quietly(self) -> None:
        value = self.reload()
        if not value["reloaded"]:
            self.log.error("reload_refused", why=value["message"])


def _code_of(error: KokorodError) -> ErrorCode:
    """Whose fault it is that a text cannot be read."""
    if isinstance(error, UnknownLanguageError):
        return ErrorCode.UNKNOWN_LANGUAGE
    return ErrorCode.ENGINE_FAILED if isinstance(error, EngineError) else ErrorCode.BAD_REQUEST


class _Reports:
    """What a peer reports to: its requests, and the app where it is gone."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.on_request = app.on_request
        self.on_refused = app.requests.on_refused
        self.on_end_of_input = app.requests.on_end_of_input
        self.on_blocked = app.requests.on_blocked
        self.on_gone = app.on_gone


def run(environ: MutableMapping[str, str], flags: Mapping[str, Any], began: float) -> int:
    """Start the daemon and serve until told to stop; the exit status.

    Raises ConfigError or KokorodError where it cannot start.
    """
    notifier = notify.from_environment(environ)
    config, _ = configuration.load(environ, flags)
    try:
        listener = activation.inherited(environ) or listening.bind(config.socket)
    except AlreadyRunningError as winner:
        Log().info("already_running", socket=config.socket, pid=winner.pid)
        return 0
    return App(
        config, listener, lambda: configuration.load(environ, flags)[0], began, notifier
    ).run()
