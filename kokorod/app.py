# loop: runs on the one selector thread; the only file that imports every room.
"""The composition root: makes the parts, performs what the scheduler decides.

Owns:       the life of the process: start, ready, drain, exit status.
Invariants: the socket is bound before anything heavy is imported; the engine is known
            from Up or Down of its lane; a crash of any thread ends the process with the
            traceback in the log and status 1, so that a supervisor starts it anew.
Never:      decides what is spoken when: that is schedule/.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any, Final

from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import MAX_SPEED, MIN_SPEED, Error, Request

from . import admission, heap
from . import config as configuration
from .background import Background
from .catalogue import voices_value
from .config import Config
from .engine.lane import Lane, Spoken, Task
from .engine.startup import Opened
from .engines import Engines
from .errors import ConfigError, EngineError, KokorodError, UnknownLanguageError
from .in_flight import STOPPING, InFlight
from .net import activation
from .net import listener as listening
from .net.descriptors import room_for
from .net.listener import AlreadyRunningError, Listener
from .net.loop import READ, Loop, Timer
from .net.peer import Peer
from .priming import Priming
from .requests import Requests
from .schedule.actions import Action, Finish, Prepare, Run, Terminate
from .schedule.scheduler import WARM_PEER, Scheduler
from .speech.frontend import make_front_end
from .speech.reader import Reading
from .speech.thread import FrontEnd, ReadCrashed, ReadFailed, SpeechThread
from .status import status_value
from .ticket import Ticket
from .types import Engine, PeerId, RequestKey, Segment, Utterance
from .upkeep import Upkeep
from .watch import logfile, notify
from .watch.log import Level, Log
from .watch.metrics import Metrics, prometheus
from .watch.notify import Notifier

#: A segment of 150 tokens takes 5 s on a slow machine; clients are not kept longer.
DRAIN_S: Final = 5.0

#: What is queued for a peer at the end is sent within this, or dropped.
_FLUSH_S: Final = 2.0

#: Threads end within a segment's node; a run that hangs must not keep the process.
_JOIN_S: Final = 2.0

#: Pause before connections are accepted again after there was no descriptor for one.
_LISTEN_AGAIN_S: Final = 0.5

#: Of a traceback, the lines that are logged; each is bounded by the log.
_TRACE_LINES: Final = 40


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
        self.draining = False
        self.began = began
        self.bound_s = time.monotonic() - began
        self.session_s: float | None = None
        self.ready_s: float | None = None
        self.exit_status = 0
        self.upkeep: Upkeep
        self.background: Background
        self.loop = Loop()
        self.log = Log(Level[config.log_level.upper()], logfile.standard_error(config.logs_folder))
        self.notifier = notifier or Notifier()
        self.scheduler = Scheduler()
        self.metrics = Metrics()
        self.peers: dict[PeerId, Peer] = {}
        self._listener = listener
        self._reread = reread
        self._next_peer = 1
        self._join_s = _JOIN_S
        self._max_clients = room_for(config.max_clients)
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

    def _make_front_end(self) -> FrontEnd:
        config = self.config
        return make_front_end(
            config.phonemes,
            config.cache_folder,
            config.lexicon_file,
            lambda why: self.loop.post(lambda: self.log.warning("lexicon_refused", why=why)),
        )

    # -- life

    def run(self) -> int:
        """Serve until a signal; the exit status."""
        self.loop.watch(self._listener.fileno(), READ, self._on_connection)
        self.loop.on_signals((signal.SIGTERM, signal.SIGINT), self._on_stop_signal)
        self.loop.on_signals((signal.SIGHUP,), lambda number: self._reload_quietly())
        self.log.info("bound", socket=self._listener.path, pid=os.getpid(), ms=self.bound_s * 1000)
        self.notifier.keep_pinging(self.loop.after)
        self.upkeep = Upkeep(self, self.loop, self.engines, self.scheduler, self.log)
        self.background = Background(self, self.engines, self.log)
        heap.keep_big_blocks_apart()
        self.speech.open()
        self.engines.open_kokoro()
        self.loop.run()
        self._close()
        return self.exit_status

    def _close(self) -> None:
        self._listener.close()
        for peer in list(self.peers.values()):
            peer.close()
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

    def _on_stop_signal(self, number: int) -> None:
        if self.draining:
            self.log.info("stopping_at_once", signal=number)
            self._join_s = 0.0
            self.loop.stop()
            return
        self.log.info("stopping", signal=number, requests=len(self.in_flight.tickets))
        self.draining = self.scheduler.draining = self.in_flight.turns.draining = True
        self.notifier.stopping()
        self.loop.unwatch(self._listener.fileno())
        self.requests.refuse_early()
        for key in list(self.in_flight.tickets):
            job = self.scheduler.job(key)
            works = job is not None and job.lane is not None
            if not works and not self.in_flight.turns.plays_out(key):
                self._tell_stopping(key)
        self.loop.after(DRAIN_S, self._end_drain)
        self._end_drain_if_done()

    def _tell_stopping(self, key: RequestKey) -> None:
        self.in_flight.give_up(key, ErrorCode.SHUTTING_DOWN, STOPPING)

    def _end_drain_if_done(self) -> None:
        if self.draining and not self.in_flight.tickets:
            self._end_drain()

    def _end_drain(self) -> None:
        for key in list(self.in_flight.tickets):
            if self.in_flight.turns.plays_out(key):
                self.in_flight.heard(key)  # its client has all of it and plays on
            else:
                self._tell_stopping(key)
        for peer in list(self.peers.values()):
            peer.close_after_sending()
        if self.peers:
            self.loop.after(_FLUSH_S, self.loop.stop)
        else:
            self.loop.stop()

    # -- connections

    def _on_connection(self, events: int) -> None:
        try:
            connection = self._listener.accept()
        except OSError as error:
            # Out of descriptors: those who wait are let in when others have left.
            self.log.warning("accept_failed", why=error.strerror)
            self._listen_later()
            return
        if connection is None:
            return
        uid = listening.peer_uid(connection)
        if uid not in (os.getuid(), 0):
            self.log.warning("foreign_user", uid=uid)
            connection.close()
            return
        peer = Peer(self.loop, connection, PeerId(self._next_peer), _Reports(self))
        peer.pid = listening.peer_pid(connection)
        self._next_peer += 1
        self.peers[peer.id] = peer
        if len(self.peers) > self._max_clients:
            message = f"{self._max_clients} clients are connected; try again later"
            peer.send(Error(code=ErrorCode.BUSY, message=message, retry_after_ms=1000))
            peer.close_after_sending()

    def _listen_later(self) -> None:
        fd = self._listener.fileno()
        self.loop.unwatch(fd)

        def listen() -> None:
            if not self.draining:
                self.loop.watch(fd, READ, self._on_connection)

        self.loop.after(_LISTEN_AGAIN_S, listen)

    def on_request(self, peer: Peer, request: Request) -> None:
        self.requests.on_request(peer, request)
        self._end_drain_if_done()

    def on_gone(self, peer: Peer) -> None:
        self.requests.on_gone(peer)
        self.peers.pop(peer.id, None)
        if self.draining and not self.peers:
            self.loop.stop()

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

    # -- for engines.py and requests.py

    def now(self) -> float:
        return self.loop.clock()

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.loop.after(seconds, call)

    def uptime_s(self) -> float:
        return time.monotonic() - self.began

    def post(self, call: Callable[[], None]) -> None:
        self.loop.post(call)

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Prepare():
                    self.speech.want(action.key)
                case Run():
                    self._start_run(action)
                case Terminate():
                    self.engines.lanes[action.lane].terminate()
                case Finish():
                    self.in_flight.finish(action.key, action.cancelled)
                    self.look_soon()

    def _start_run(self, action: Run) -> None:
        if action.key.peer == WARM_PEER:
            self.engines.lanes[action.lane].start(self.upkeep.task(action))
            return
        ticket = self.in_flight.tickets[action.key]
        self.engines.lanes[action.lane].start(
            Task(
                key=action.key,
                segment=action.segment,
                utterance=self._utterance(ticket, action.segment),
                stream=ticket.stream,
                format=ticket.speak.format,
            )
        )

    def _utterance(self, ticket: Ticket, segment: Segment) -> Utterance:
        """The request's voice and speed, or what markup asks for where that can be."""
        asked = ticket.utterance
        marked = admission.kokoro_voice(segment.voice, self.config, self.engines.voicing)
        kokoro = ticket.engine is Engine.KOKORO
        return replace(
            asked,
            voice=(marked if kokoro else "") or asked.voice,
            speed=min(max(asked.speed * segment.rate, MIN_SPEED), MAX_SPEED),
        )

    def on_engine_known(self) -> None:
        if self.ready_s is None:
            self.ready_s = self.uptime_s()
        engine = self.engines.voicing.engine
        self.log.info("ready", engine=engine, ms=self.uptime_s() * 1000)
        self._tell_ready()
        self.requests.engine_known()

    def _tell_ready(self) -> None:
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

    def on_spoken(self, lane: str, spoken: Spoken) -> None:
        key = spoken.task.key
        if key.peer == WARM_PEER:
            self.upkeep.warmed(spoken)
            self.look_soon()
            return
        self.upkeep.ran(lane, spoken.task.segment.tokens)
        if (ticket := self.in_flight.tickets.get(key)) is not None:
            waited = ticket.first_sound_s is None
            self.in_flight.send(key, ticket.answers(spoken, lane, self.now()))
            if waited and ticket.first_sound_s is not None:
                predicted = self.scheduler.predicted_s(lane, spoken.task.segment.tokens)
                idle_s = ticket.idle_s
                if ticket.cold:  # a lane that was made for it has no runs to predict from
                    predicted, idle_s = predicted or spoken.seconds, math.inf
                self.metrics.first_sound(ticket.first_sound_s, predicted, idle_s)

    def on_run_over(self, key: RequestKey) -> None:
        """A run ended, spoken or not. Where the daemon stops no other follows it."""
        if self.draining:
            if not self.in_flight.turns.plays_out(key):
                self._tell_stopping(key)
            self._end_drain_if_done()

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
        match name:
            case "status":
                return status_value(self)
            case "metrics":
                speaker = self.in_flight.turns.counters()
                return prometheus({**status_value(self), "speaker": speaker})
            case "warm":
                self.upkeep.look()
                return {"lanes": list(self.engines.lanes)}
            case "voices":
                return voices_value(self.engines.voicing, self.config)
            case _:
                return {}

    def reload(self) -> Any:
        """Read the configuration again; open the model if it is another one."""
        try:
            new = self._reread()
        except ConfigError as error:
            return {"reloaded": False, "message": str(error)}
        self.notifier.reloading()
        waits = [
            name
            for name, spec in configuration.settings().items()
            if not spec.metadata["live"] and getattr(new, name) != getattr(self.config, name)
        ]
        self.config = new
        self._max_clients = room_for(new.max_clients)
        self.log.level = Level[new.log_level.upper()]
        self.priming.follow()
        self.upkeep.reload()
        self.in_flight.phrases.resize(int(new.phrase_cache_mb * 2**20))
        self.engines.open_kokoro()
        self.log.info("reloaded", waits_for_restart=",".join(waits))
        self._tell_ready()
        return {"reloaded": True, "needs_restart": waits}

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
