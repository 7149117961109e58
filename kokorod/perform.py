# loop: runs on the one selector thread.
"""What lanes and the speech thread report goes to the scheduler; what it decides is done here.

Invariants: what is told to the scheduler is told in the order in which it happened; its
            actions are done in their order, before anything else is told.
Never:      decides: schedule/ does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from kokoro_client.wire.choices import MAX_SPEED, MIN_SPEED
from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import Answer

from .config import ACCELERATORS, LiveConfig
from .engine.lane import Chunked, Fronted, Step, Synthesized, Task
from .engine.loading import Opened
from .errors import EngineError, KokorodError, UnknownLanguageError
from .lanes.overdue import Overdue
from .lanes.pool import EXPRESS, Pool
from .maintenance.runner import Maintenance
from .net.loop import Loop
from .requests.in_flight import InFlight
from .requests.request import SpeakRequest
from .safety import faults
from .safety.faults import Faults
from .schedule.actions import Action, Fail, Finish, Prepare, Run, RunChunk, RunFront, Terminate
from .schedule.actions import Step as Act
from .schedule.lanes import FrontResult, RunResult
from .schedule.scheduler import Scheduler
from .speech.thread import ReadCrashed, ReadFailed, SpeechThread
from .speech.thread import Report as ReadReport
from .types import SAMPLE_RATE, Engine, Reading, RequestKey, Segment, Utterance
from .watch.metrics import Metrics


@dataclass(slots=True)
class Parts:
    """What actions are done with, and what a start tells. They know this by its perform()."""

    pool: Pool
    speech: SpeechThread
    in_flight: InFlight
    maintenance: Maintenance
    on_run_over: Callable[[RequestKey], None]
    on_opened: Callable[[Opened], None]
    on_known: Callable[[], None]
    exit_for_restart: Callable[[], None]


class Performer:
    parts: Parts  # set before the loop runs

    def __init__(
        self,
        loop: Loop,
        live: LiveConfig,
        scheduler: Scheduler,
        metrics: Metrics,
        contained: Faults,
    ) -> None:
        self._faults = contained
        self._running: dict[str, Task] = {}  # what each lane does, until the scheduler is told
        self._overdue = Overdue(
            loop, self._terminate, self._on_hung_run, self._reading_s, self._on_hung_reading
        )
        self._loop = loop
        self._live = live
        self._scheduler = scheduler
        self._metrics = metrics

    def perform(self, actions: list[Action]) -> None:
        """Do them in their order; one that cannot be done ends its own request alone."""
        for action in actions:
            try:
                self._perform(action)
            except Exception as error:  # noqa: BLE001 - what no request raised goes on up
                self._faults.contain("action", error)
                self._give_up(action, faults.why("it could not be done", error))

    def _perform(self, action: Action) -> None:
        parts = self.parts
        match action:
            case Prepare():
                parts.speech.want(action.key)
                self._overdue.reads()
            case Run() | RunFront() | RunChunk():
                task = self._running[action.lane] = self._task(action)
                self._overdue.began(action.lane, self._scheduler.step_s(action.lane))
                # Last: what has begun is not to be given up.
                parts.pool.lanes[action.lane].start(task)
            case Terminate():
                parts.pool.lanes[action.lane].terminate()
            case Finish():
                parts.in_flight.finish(action.key, action.cancelled)
                parts.maintenance.look_soon()
            case Fail():
                parts.maintenance.failed(action.key)
                parts.in_flight.fail(action.key, ErrorCode.ENGINE_FAILED, action.why)

    def _give_up(self, action: Action, why: str) -> None:
        """Later: who is being told of the scheduler's actions has not been told all."""
        match action:
            case Run() | RunFront() | RunChunk():
                lane, key = action.lane, action.key
                self.on_over(lane)
                self._loop.post(lambda: self._on_run_failed(lane, key, why))
            case Prepare(key=key) | Finish(key=key) | Fail(key=key):
                self._loop.post(lambda: self.parts.in_flight.give_up(key, why))

    # -- the speech thread

    def post_read(self, key: RequestKey | None, report: ReadReport) -> None:
        """For the speech thread."""
        self._loop.post(partial(self.on_read, key, report), partial(self.on_read_lost, key))

    def on_read(self, key: RequestKey | None, report: ReadReport) -> None:
        match report:
            case ReadCrashed():
                self._faults.caught("reading", report.error)
                why = faults.why("texts could not be read", report.error)
                for engine in Engine:
                    self.parts.in_flight.fail_all(engine, ErrorCode.ENGINE_FAILED, why)
            case Reading() if key is not None:
                now = self._loop.clock()
                self.perform(self._scheduler.prepared(key, report.sentences, report.state, now))
            case ReadFailed() if key is not None:
                self.parts.in_flight.fail(key, _code_of(report.error), str(report.error))

    def on_read_lost(self, key: RequestKey | None, error: Exception) -> None:
        """A report of the speech thread could not be used: who waits for it is told."""
        self._faults.contain("reading", error)
        if key is not None:
            why = faults.why("what was read could not be used", error)
            self.parts.in_flight.give_up(key, why)

    def _reading_s(self) -> float:
        return self.parts.speech.busy_s()

    def _on_hung_reading(self, seconds: float) -> None:
        """What waits for it is told; a thread cannot be ended, so a new process takes over."""
        why = f"a text has been read for {seconds:.0f} s: the daemon starts anew; try again"
        for engine in Engine:
            self.parts.in_flight.fail_all(engine, ErrorCode.ENGINE_FAILED, why)
        self.parts.exit_for_restart()

    # -- the lanes

    def on_over(self, lane: str) -> None:
        """A lane's step is over, however, or the lane is."""
        self._overdue.ended(lane)

    def _terminate(self, lane: str) -> None:
        if (running := self.parts.pool.lanes.get(lane)) is not None:
            running.terminate()

    def _on_hung_run(self, lane: str, seconds: float) -> None:
        """Its request is told, so that its segment hangs no other lane; then one is made anew."""
        why = f"a run was not done after {seconds:.0f} s and could not be ended"
        if (task := self._running.get(lane)) is not None:
            self.parts.maintenance.failed(task.key)
            self.parts.in_flight.fail(task.key, ErrorCode.ENGINE_FAILED, why)
        if (hung := self.parts.pool.lanes.get(lane)) is not None:
            self.parts.pool.replace(hung, why)

    def on_up(self, lane: str, engine: Engine) -> None:
        maintenance = self.parts.maintenance
        maintenance.lane_up(lane, engine)
        maintenance.look_soon()
        self.perform(
            self._scheduler.lane_up(
                lane,
                engine,
                self._loop.clock(),
                express=lane == EXPRESS,
                accelerator=lane in ACCELERATORS,
            )
        )

    def on_down(self, lane: str) -> None:
        maintenance = self.parts.maintenance
        maintenance.lane_down(lane)
        maintenance.look_soon()
        self._running.pop(lane, None)
        self.perform(self._scheduler.lane_down(lane, self._loop.clock()))

    def on_spoken(self, lane: str, spoken: Synthesized) -> None:
        """A lane has spoken a segment whole: send it."""
        parts, task, now = self.parts, spoken.task, self._loop.clock()
        task.stream.joiner = spoken.joiner
        if (request := parts.in_flight.requests.get(task.key)) is not None:
            parts.maintenance.ran(lane, task.segment.tokens)
            answers = partial(request.answers, spoken, lane, now)
            self._send_contained(request, answers, lane, task, spoken.seconds)
        else:
            parts.maintenance.warmed(task.key, spoken.seconds)
        result = RunResult(spoken.seconds, spoken.sound_s)
        self._step_over(lane, task.key, self._scheduler.ran(lane, result, now))

    def on_fronted(self, lane: str, fronted: Fronted) -> None:
        """A unit's words are known, and when they will be heard: send them."""
        parts, task, now = self.parts, fronted.task, self._loop.clock()
        task.stream.unit = fronted.unit
        if fronted.joiner is not None:
            task.stream.joiner = fronted.joiner
            if (request := parts.in_flight.requests.get(task.key)) is not None:
                answers = partial(request.unit_answers, fronted, lane)
                self._send_contained(request, answers, lane, task, fronted.seconds)
        sound_s = fronted.samples / SAMPLE_RATE
        result = FrontResult(fronted.seconds, fronted.unit.plan.ranges(), sound_s)
        if not result.pieces:
            task.stream.unit = None
        self._step_over(lane, task.key, self._scheduler.fronted(lane, result, now))

    def on_chunked(self, lane: str, chunked: Chunked) -> None:
        """A lane has made some frames of a unit: send them."""
        parts, task, now = self.parts, chunked.task, self._loop.clock()
        if chunked.last:
            task.stream.unit = None
        if (request := parts.in_flight.requests.get(task.key)) is not None:
            if chunked.last:
                parts.maintenance.ran(lane, task.segment.tokens)
            answers = partial(request.chunk_answers, chunked, lane, now)
            self._send_contained(request, answers, lane, task, chunked.seconds)
        else:
            parts.maintenance.warmed(task.key, chunked.seconds, whole=chunked.last)
        result = RunResult(chunked.seconds, chunked.sound_s)
        self._step_over(lane, task.key, self._scheduler.ran(lane, result, now))

    def on_ended(self, lane: str, task: Task) -> None:
        self._step_over(lane, task.key, self._scheduler.terminated(lane, self._loop.clock()))

    def on_failed(self, lane: str, task: Task, why: str) -> None:
        self._on_run_failed(lane, task.key, why)

    def on_untold(self, lane: str, task: Task, why: str) -> None:
        """A step's report raised; it has failed if the scheduler does not know of it yet."""
        if self._running.get(lane) is task:
            self._on_run_failed(lane, task.key, why)

    def _on_run_failed(self, lane: str, key: RequestKey, why: str) -> None:
        self._step_over(lane, key, self._scheduler.run_failed(lane, self._loop.clock(), why))

    def _step_over(self, lane: str, key: RequestKey, actions: list[Action]) -> None:
        """The scheduler knows that a lane's step is over: do what it decided."""
        self._running.pop(lane, None)
        self.perform(actions)
        self.parts.on_run_over(key)

    def on_other_model(self) -> None:
        self._scheduler.forget_costs()

    def on_opened(self, opened: Opened) -> None:
        self.parts.on_opened(opened)

    def on_known(self) -> None:
        self.parts.on_known()

    def on_lost(self, engine: Engine, code: ErrorCode, why: str) -> None:
        """What was to be spoken by it ends; what comes from now on is spoken otherwise."""
        self.parts.in_flight.fail_all(engine, code, why)

    # -- within

    def _send_contained(
        self,
        request: SpeakRequest,
        answers: Callable[[], list[Answer]],
        lane: str,
        task: Task,
        seconds: float,
    ) -> None:
        """What cannot be answered, e.g. more marks than a frame holds, ends its request."""
        try:
            self._send(request, answers(), lane, task, seconds)
        except Exception as error:  # noqa: BLE001 - what no request raised goes on up
            self._faults.contain("answer", error)
            why = faults.why("the answer could not be sent", error)
            self.parts.in_flight.fail(request.key, ErrorCode.ENGINE_FAILED, why)

    def _send(
        self, request: SpeakRequest, answers: list[Answer], lane: str, task: Task, seconds: float
    ) -> None:
        if answers:
            self.parts.in_flight.send(request.key, answers)
        if request.first_sound_s is None or request.counted:
            return
        request.counted = True
        frames = task.last - task.first if task.step is Step.CHUNK else 0
        speed = task.utterance.speed
        predicted = self._scheduler.predicted_s(lane, task.segment, speed, frames)
        idle_s = request.idle_s
        if request.cold:  # a lane that was made for it has no runs to predict from
            predicted, idle_s = predicted or seconds, math.inf
        self._metrics.first_sound(request.first_sound_s, predicted, idle_s)

    def _task(self, action: Act) -> Task:
        request = self.parts.in_flight.requests.get(action.key)
        if request is None:
            task = self.parts.maintenance.task(action.key, action.segment)
        else:
            task = Task(
                key=action.key,
                segment=action.segment,
                utterance=self._utterance(request, action.segment),
                stream=request.stream,
                format=request.speak.format,
            )
        match action:
            case RunFront():
                step = Step.FRONT_AGAIN if action.again else Step.FRONT
                return replace(task, step=step)
            case RunChunk(first=first, last=last, give=give):
                return replace(task, step=Step.CHUNK, first=first, last=last, give=give)
            case Run() if task.stream.unit is not None:
                return replace(task, step=Step.REST, first=action.skip)
            case Run():
                return task

    def _utterance(self, request: SpeakRequest, segment: Segment) -> Utterance:
        """The request's voice and speed, or what markup asks for if that can be."""
        asked, voice = request.utterance, ""
        if request.engine is Engine.KOKORO:
            available = self.parts.pool.available
            voice = available.kokoro_voice(segment.voice, self._live.config)
        return replace(
            asked,
            voice=voice or asked.voice,
            speed=min(max(asked.speed * segment.rate, MIN_SPEED), MAX_SPEED),
        )


def _code_of(error: KokorodError) -> ErrorCode:
    """Whose fault it is that a text cannot be read."""
    if isinstance(error, UnknownLanguageError):
        return ErrorCode.UNKNOWN_LANGUAGE
    return ErrorCode.ENGINE_FAILED if isinstance(error, EngineError) else ErrorCode.BAD_REQUEST
