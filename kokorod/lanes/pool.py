# loop: runs on the one selector thread.
"""The lanes and what can speak: opened, replaced, given up.

Owns:       every open lane, the model in use, and what can speak at the moment.
Invariants: the built-in voice is opened when something is to be spoken with it; a lane
            is replaced only when the new one is up; what is known changes at once for
            requests that come after.
Never:      reads a model on the loop's thread: a lane's own thread does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from kokoro_client.wire.errors import ErrorCode

from ..config import ACCELERATORS, CPU_LANES, Config
from ..engine import lane as reports
from ..engine.lane import Lane, Report
from ..engine.loading import (
    KokoroPlan,
    ModelUnchangedError,
    Opened,
    open_accelerator,
    open_built_in,
    open_kokoro,
)
from ..engine.sessions import Sessions
from ..errors import ModelDamagedError, ModelMissingError
from ..models.record import InstalledModel
from ..schedule.actions import Action
from ..schedule.cost import Cost
from ..schedule.lanes import Ran
from ..schedule.scheduler import Scheduler
from ..types import Engine, RequestKey, VoiceInfo
from ..voices.languages import language_of_voice
from ..voices.names import BUILT_IN, gender
from ..watch.log import Log

if TYPE_CHECKING:
    from ..engine.kokoro import KokoroSynthesizer
    from ..engine.synthesizer import Synthesizer

CPU: Final = "cpu"
EXPRESS: Final = "cpu-express"


@dataclass(slots=True)
class Voicing:
    """What can speak at the moment. engine: None until that is known."""

    engine: Engine | None = None
    voices: list[VoiceInfo] = field(default_factory=list)
    note: str = ""
    problem: ErrorCode | None = None
    has_edges: bool = False


class House(Protocol):
    """What the engines need of the rest of the daemon."""

    config: Config

    def now(self) -> float: ...
    def uptime_s(self) -> float: ...
    def post(self, call: Callable[[], None]) -> None: ...
    def perform(self, actions: list[Action]) -> None: ...
    def on_lane(self, name: str, engine: Engine | None) -> None: ...
    def on_engine_known(self) -> None: ...
    def on_session(self, at: float) -> None: ...
    def on_opened(self, opened: Opened) -> None: ...
    def on_lane_refused(self, name: str, why: str) -> None: ...
    def on_spoken(self, lane: str, spoken: reports.Spoken) -> None: ...
    def on_run_over(self, key: RequestKey) -> None: ...
    def give_up(self, task: reports.Task, message: str) -> None: ...
    def on_no_kokoro(self, problem: ErrorCode, message: str) -> None: ...
    def on_no_built_in(self, message: str) -> None: ...
    def crash(self, trace: str) -> None: ...


class Engines:
    def __init__(self, house: House, scheduler: Scheduler, log: Log) -> None:
        self.lanes: dict[str, Lane] = {}
        self.model: InstalledModel | None = None
        self.voicing = Voicing()
        self._house = house
        self._scheduler = scheduler
        self._log = log
        self._opening: Lane | None = None  # the cpu lane that is being made
        self._built_in_asked = False
        self._shared: Synthesizer | None = None  # what the cpu lanes have in common
        self.sessions: Sessions[KokoroSynthesizer] = Sessions()
        #: What the first inference needs is loaded, or cannot be.
        self.libraries = threading.Event()
        self.asleep = False  # the session was let go, and a request opens it again
        self._costs: dict[str, Cost] = {}  # of lanes that were, for those made anew

    def open_kokoro(self, *, anew: bool = False) -> None:
        """Open the chosen model on a new cpu lane, which replaces an older one when up.

        Where it is open already nothing changes, unless `anew`.
        """
        config = self._house.config
        if anew:
            self.sessions.forget()
        current = None if anew or CPU not in self.lanes else self.model
        plan = KokoroPlan(
            config.models_folder, config.model, config.threads, current, config.cache_folder
        )
        opened: list[Opened] = []
        unchanged: list[bool] = []
        problem = [ErrorCode.ENGINE_FAILED]

        def make() -> Synthesizer:
            try:
                kokoro = open_kokoro(
                    plan,
                    self.sessions,
                    lambda at: self._house.post(lambda: self._house.on_session(at)),
                    self.libraries.set,
                )
            except ModelUnchangedError:
                unchanged.append(True)
                raise
            except ModelMissingError:
                problem[0] = ErrorCode.MODEL_MISSING
                raise
            except ModelDamagedError:
                problem[0] = ErrorCode.MODEL_DAMAGED
                raise
            finally:
                self.libraries.set()
            opened.append(kokoro)
            return kokoro.synthesizer

        def on_report(lane: Lane, report: Report) -> None:
            # Of two reloads in quick succession the later one counts.
            latest = lane is self._opening
            match report:
                case reports.Up() if latest:
                    # Taken out: the lane knows this function, and would keep the session.
                    self._on_kokoro(lane, report.synthesizer, opened.pop())
                case reports.Up():
                    opened.clear()
                    lane.close()
                case reports.Down() if unchanged:
                    self._log.debug("model_unchanged")
                case reports.Down() if latest:
                    self._on_no_kokoro(report.message, problem[0])
                case reports.Down():
                    pass
                case _:
                    self._on_report(lane, report)

        self._opening = self._open_lane(CPU, make, on_report)

    def open_cpu_lane(self, name: str) -> None:
        """One more lane on the CPU's session, which takes concurrent runs."""
        shared = self._shared
        if shared is not None and name not in self.lanes:
            self.sessions.shared()
            self._open_lane(name, lambda: shared, self._on_report)

    def open_accelerator(self, name: str) -> None:
        """A lane with a session of its own, after its self-test."""
        config = self._house.config
        plan = KokoroPlan(
            config.models_folder,
            config.model,
            config.threads,
            cache_folder=config.cache_folder,
        )
        self._open_lane(name, lambda: open_accelerator(plan, name, self.sessions), self._on_report)

    def let_go(self) -> None:
        """Drop the session to give its memory back; wake() opens it again."""
        self.asleep = True
        self._drop_kokoro()

    def wake(self) -> bool:
        """Open the session where it was let go; True where it was."""
        if not self.asleep:
            return False
        self.asleep = False
        self.open_kokoro(anew=True)
        return True

    def need_built_in(self) -> None:
        """Open the built-in voice where it is not open."""
        if not self._built_in_asked:
            self._built_in_asked = True
            self._open_lane(BUILT_IN, open_built_in, self._on_report)

    def close(self) -> list[Lane]:
        """Ask every lane to end; the lanes, to be joined."""
        lanes = list(self.lanes.values())
        for lane in lanes:
            lane.terminate()
            lane.close()
        return lanes

    # -- reports

    def _open_lane(
        self,
        name: str,
        make: Callable[[], Synthesizer],
        on_report: Callable[[Lane, Report], None],
    ) -> Lane:
        def report(what: Report) -> None:
            self._house.post(lambda: on_report(lane, what))

        lane = Lane(name, make, report)
        lane.open()
        return lane

    def _on_report(self, lane: Lane, report: Report) -> None:
        house = self._house
        match report:
            case reports.Up() if lane.name != BUILT_IN and CPU not in self.lanes:
                lane.close()  # the session it was to share has gone meanwhile
            case reports.Up():
                self._add(lane, report.synthesizer)
            case reports.Down():
                self._log.warning("lane_down", lane=lane.name, why=report.message)
                if lane.name == BUILT_IN:
                    self._built_in_asked = False
                    house.on_no_built_in(report.message)
                else:
                    house.on_lane_refused(lane.name, report.message)
            case reports.Crashed():
                house.crash(report.trace)
            case _ if self.lanes.get(lane.name) is not lane:
                pass  # an old lane, replaced meanwhile: its segment is run again
            case reports.Spoken():
                report.task.stream.joiner = report.joiner
                house.on_spoken(lane.name, report)
                result = Ran(report.seconds, report.sound_s)
                house.perform(self._scheduler.ran(lane.name, result, house.now()))
                house.on_run_over(report.task.key)
            case reports.Ended():
                house.perform(self._scheduler.terminated(lane.name, house.now()))
                house.on_run_over(report.task.key)
            case reports.Failed():
                self._log.warning("run_failed", lane=lane.name, why=report.message)
                given_up, actions = self._scheduler.run_failed(
                    lane.name, house.now(), report.message
                )
                if given_up is not None:
                    house.give_up(report.task, report.message)
                house.perform(actions)
                house.on_run_over(report.task.key)

    def _add(self, lane: Lane, synthesizer: Synthesizer) -> None:
        self._drop(lane.name)
        self.lanes[lane.name] = lane
        self._log.info("lane_up", lane=lane.name, ms=self._house.uptime_s() * 1000)
        self._house.on_lane(lane.name, synthesizer.engine)
        self._house.perform(
            self._scheduler.lane_up(
                lane.name,
                synthesizer.engine,
                self._house.now(),
                prior=self._costs.get(lane.name),
                express=lane.name == EXPRESS,
                accelerator=lane.name in ACCELERATORS,
            )
        )

    def _drop(self, name: str) -> None:
        if (lane := self.lanes.pop(name, None)) is not None:
            self._costs |= {s.name: s.cost for s in self._scheduler.lanes() if s.name == name}
            self._house.on_lane(name, None)
            self._house.perform(self._scheduler.lane_down(name, self._house.now()))
            lane.terminate()
            lane.close()

    def _drop_kokoro(self) -> None:
        self._shared = None
        for name in [name for name in self.lanes if name != BUILT_IN]:
            self._drop(name)

    def _on_kokoro(self, lane: Lane, synthesizer: Synthesizer, opened: Opened) -> None:
        if self.model is not None and self.model != opened.model:
            self._drop_kokoro()  # accelerators too speak the model that was
            self._costs.clear()
        for name in CPU_LANES[1:]:
            self._drop(name)  # they would keep the session that was, and its memory
        self.asleep = False
        self.model = opened.model
        self._shared = synthesizer
        listed = [
            VoiceInfo(name, language_of_voice(name), gender(name), Engine.KOKORO)
            for name in synthesizer.voices()
        ]
        self.voicing.engine = Engine.KOKORO
        self.voicing.voices = [*listed, _BUILT_IN_INFO]
        self.voicing.problem = None
        self.voicing.has_edges = synthesizer.has_edges
        self.voicing.note = ""
        self._add(lane, synthesizer)
        # A second thread on the same session: a short request beside a run that must
        # not be ended.
        self.sessions.shared()
        self._open_lane(EXPRESS, lambda: synthesizer, self._on_report)
        self._house.on_engine_known()
        self._house.on_opened(opened)

    def _on_no_kokoro(self, message: str, problem: ErrorCode) -> None:
        self._log.warning("lane_down", lane=CPU, why=message)
        self._drop_kokoro()
        self.model = None
        if problem is ErrorCode.MODEL_MISSING and not self._house.config.model:
            message = "no Kokoro model is installed; `kokoroctl setup` gets one"
        self.voicing.engine = Engine.BUILT_IN
        self.voicing.voices = [_BUILT_IN_INFO]
        self.voicing.problem = problem
        self.voicing.has_edges = False
        self.voicing.note = f"the built-in voice speaks: {message}"
        self.need_built_in()
        self._house.on_no_kokoro(problem, message)
        self._house.on_engine_known()


_BUILT_IN_INFO: Final = VoiceInfo(BUILT_IN, "", "", Engine.BUILT_IN)
