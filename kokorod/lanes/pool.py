# loop: runs on the one selector thread.
"""The lanes as a set: opened, replaced, given up.

Owns:       every open lane, the model in use, and what can speak at the moment.
Invariants: the built-in voice is opened when something is to be spoken with it; a lane
            is replaced only when the new one is up; what is known changes at once for
            requests that come after.
Never:      reads a model on the loop's thread: a lane's own thread does. Asks the
            scheduler what to do: it tells its LaneEvents.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from kokoro_client.wire.errors import ErrorCode

from ..config import CPU_LANES, LiveConfig
from ..engine import lane as lane_reports
from ..engine.lane import Chunked, Fronted, Lane, Report, Synthesized, Task
from ..engine.loading import KokoroPlan, Opened, open_accelerator, open_built_in
from ..engine.sessions import Sessions
from ..errors import BrokenInvariantError
from ..models.record import InstalledModel
from ..net.loop import Loop
from ..safety import faults
from ..safety.faults import Faults
from ..types import Engine, Precision, Utterance, VoiceInfo
from ..voices.languages import language_of_voice
from ..voices.names import BUILT_IN, gender
from ..watch.log import Log
from ..watch.startup import Startup
from .availability import Availability
from .opening import Opening

if TYPE_CHECKING:
    from ..engine.kokoro import KokoroSynthesizer
    from ..engine.synthesizer import Synthesizer

CPU: Final = "cpu"
EXPRESS: Final = "cpu-express"

#: After so long an opening is taken to hang, and another begins beside it.
_PATIENCE_S: Final = 120.0

#: Lanes given up within so many seconds after which no more is made: a hung thread cannot be
#: ended, and each keeps the memory of its run.
_MOST_GIVEN_UP: Final = 3
_GIVEN_UP_S: Final = 600.0

_BUILT_IN_VOICE: Final = VoiceInfo(BUILT_IN, "", "", Engine.BUILT_IN)


class LaneEvents(Protocol):
    """What is told of the lanes, on the loop; perform.py is told."""

    def on_up(self, lane: str, engine: Engine) -> None: ...
    def on_down(self, lane: str) -> None: ...
    def on_over(self, lane: str) -> None: ...
    def on_spoken(self, lane: str, spoken: Synthesized) -> None: ...
    def on_fronted(self, lane: str, fronted: Fronted) -> None: ...
    def on_chunked(self, lane: str, chunked: Chunked) -> None: ...
    def on_ended(self, lane: str, task: Task) -> None: ...
    def on_failed(self, lane: str, task: Task, why: str) -> None: ...
    def on_untold(self, lane: str, task: Task, why: str) -> None: ...
    def on_other_model(self) -> None: ...
    def on_opened(self, opened: Opened) -> None: ...
    def on_known(self) -> None: ...
    def on_lost(self, engine: Engine, code: ErrorCode, why: str) -> None: ...


class Pool:
    def __init__(
        self,
        loop: Loop,
        live: LiveConfig,
        startup: Startup,
        events: LaneEvents,
        log: Log,
        contained: Faults,
    ) -> None:
        self.lanes: dict[str, Lane] = {}
        self.model: InstalledModel | None = None
        self.available = Availability()
        self.sessions: Sessions[KokoroSynthesizer] = Sessions()
        #: What the first inference needs is loaded, or cannot be.
        self.libraries = threading.Event()
        self.unloaded = False  # the session was let go, and a request opens it again
        self.refused: dict[str, str] = {}  # lanes that are not used -> why
        self._loop = loop
        self._live = live
        self._startup = startup
        self._events = events
        self._log = log
        self._faults = contained
        self._given_up: deque[float] = deque(maxlen=_MOST_GIVEN_UP)  # when
        self._opening: Opening | None = None  # the cpu lane that is being made
        self._again: bool | None = None  # one more is asked for meanwhile; True: anew
        self._built_in_asked = False
        self._shared: Synthesizer | None = None  # what the cpu lanes have in common

    def open_kokoro(self, *, anew: bool = False) -> None:
        """Open the chosen model on a new cpu lane, which replaces an older one when up.

        If it is open already nothing changes, unless `anew`. While one is being opened it
        waits, with all that are asked for meanwhile: each would hash and read a model.
        """
        if anew:
            self.sessions.forget()
        if self._opening is not None and self._loop.clock() - self._opening.began < _PATIENCE_S:
            self._again = anew or bool(self._again)
            return
        self._again = None
        current = None if anew or CPU not in self.lanes else self.model
        opening = Opening(
            self._plan(current),
            self.sessions,
            self.libraries,
            self._on_session,
            self._loop.clock(),
        )
        self._opening = opening
        self._open_lane(CPU, opening.make, lambda lane, what: self._on_cpu(opening, lane, what))

    def open_cpu_lane(self, name: str) -> None:
        """One more lane on the CPU's session, which takes concurrent runs."""
        shared = self._shared
        if shared is not None and name not in self.lanes:
            self.sessions.shared()
            self._open_lane(name, lambda: shared, self._on_report)

    def open_accelerator(self, name: str) -> None:
        """A lane with a session of its own, after its self-test."""
        plan = self._plan(None)
        self._open_lane(name, lambda: open_accelerator(plan, name, self.sessions), self._on_report)

    def unload(self) -> None:
        """Drop the session to give its memory back; load() opens it again."""
        self.unloaded = True
        self._again = None
        self._drop_kokoro()

    def load(self) -> bool:
        """Open the session if it was unloaded; True if it was."""
        if not self.unloaded:
            return False
        self.unloaded = False
        self.open_kokoro(anew=True)
        return True

    def streams(self, lane: str, utterance: Utterance) -> bool:
        """Whether a lane speaks this voice in chunks now."""
        return lane in self.lanes and self.lanes[lane].streams(utterance)

    def take_up(self, voice: str) -> bool:
        """A voice's norms were learned: it streams from now on. False: not with this session."""
        return self._shared is not None and self._shared.take_up(voice)

    def need_built_in(self) -> None:
        """Open the built-in voice if it is not open."""
        if not self._built_in_asked:
            self._built_in_asked = True
            self._open_lane(BUILT_IN, open_built_in, self._on_report)

    def replace(self, lane: Lane, why: str) -> None:
        """Give up a lane whose thread ended or hangs; one of its name is made anew.

        What it ran is run again. If it happens again and again, another voice or lane speaks.
        """
        name, now = lane.name, self._loop.clock()
        if self.lanes.get(name) is not lane:
            return  # given up already
        self._log.error("lane_given_up", lane=name, why=why)
        often = len(self._given_up) == _MOST_GIVEN_UP and now - self._given_up[0] < _GIVEN_UP_S
        self._given_up.append(now)
        if name in (CPU, EXPRESS):
            self._drop_kokoro()  # of one session, which may be what is wrong
            if often:
                self._on_no_kokoro(why, ErrorCode.ENGINE_FAILED)
            else:
                self.open_kokoro(anew=True)
            return
        self._drop(name)
        if name != BUILT_IN:
            self.refused[name] = why
        elif often:
            self._on_down(name, why)
        else:
            self._built_in_asked = False
            self.need_built_in()

    def close(self) -> list[Lane]:
        """Ask every lane to end; the lanes, to be joined."""
        lanes = list(self.lanes.values())
        for lane in lanes:
            lane.terminate()
            lane.close()
        return lanes

    @property
    def unused(self) -> dict[str, str]:
        """Lanes that were wanted and are not open, and why."""
        return {name: why for name, why in self.refused.items() if name not in self.lanes}

    def sessions_value(self) -> dict[str, Any]:
        """For `status`."""
        sessions = self.sessions
        return {"created": sessions.created, "hits": sessions.hits, "misses": sessions.misses}

    # -- reports

    def _plan(self, current: InstalledModel | None) -> KokoroPlan:
        config = self._live.config
        return KokoroPlan(
            config.models_folder,
            config.model,
            config.threads,
            current,
            config.cache_folder,
            Precision(config.precision),
            config.streaming,
            config.calibrate,
        )

    def _on_session(self, at: float) -> None:
        """On the lane's thread: a session is there; its first inference is still to come."""
        self._loop.post(lambda: self._startup.reached_session(at))

    def _open_lane(
        self,
        name: str,
        make: Callable[[], Synthesizer],
        on_report: Callable[[Lane, Report], None],
    ) -> None:
        def report(what: Report) -> None:
            self._loop.post(
                lambda: on_report(lane, what), lambda error: self._on_lost_report(lane, what, error)
            )

        lane = Lane(name, make, report, self._faults)
        lane.open()

    def _on_cpu(self, opening: Opening, lane: Lane, report: Report) -> None:
        # Of one that hung and a later one the later counts.
        latest = opening is self._opening
        over = isinstance(report, lane_reports.Up | lane_reports.Down | lane_reports.Crashed)
        if latest and over:
            self._opening = None
        self._opened_or_not(opening, latest, lane, report)
        if self._opening is None and self._again is not None:
            self.open_kokoro(anew=self._again)

    def _opened_or_not(self, opening: Opening, latest: bool, lane: Lane, report: Report) -> None:
        match report:
            case lane_reports.Up():
                opened = opening.take()
                if latest:
                    self._on_kokoro(lane, report.synthesizer, opened)
                else:
                    lane.close()
            case lane_reports.Down() if opening.unchanged:
                self._log.debug("model_unchanged")
            case lane_reports.Down():
                if latest:
                    self._on_no_kokoro(report.message, opening.problem)
            case lane_reports.Crashed() if self.lanes.get(CPU) is not lane:
                if latest:
                    why = faults.why("it cannot be opened", report.error)
                    self._on_no_kokoro(why, ErrorCode.ENGINE_FAILED)
            case _:
                self._on_report(lane, report)

    def _on_report(self, lane: Lane, report: Report) -> None:
        events = self._events
        match report:
            case lane_reports.Up() if lane.name != BUILT_IN and CPU not in self.lanes:
                lane.close()  # the session it was to share has gone meanwhile
            case lane_reports.Up():
                self._add(lane, report.synthesizer)
            case lane_reports.Down():
                self._on_down(lane.name, report.message)
            case lane_reports.Crashed():
                self._faults.caught("lane", report.error)
                self.replace(lane, faults.why("its thread ended", report.error))
            case _ if self.lanes.get(lane.name) is not lane:
                pass  # an old lane, replaced meanwhile: its segment is run again
            case _:
                events.on_over(lane.name)
                self._tell(lane.name, report)

    def _on_lost_report(self, lane: Lane, report: Report, error: Exception) -> None:
        """What a report raised, whose step must not be waited for."""
        if faults.broken(error):
            raise error
        match report:
            case lane_reports.Up() | lane_reports.Down() | lane_reports.Crashed():
                raise BrokenInvariantError(f"{lane.name} is half open") from error
        self._faults.caught("report", error)
        if self.lanes.get(lane.name) is lane:
            why = faults.why("what a run gave could not be used", error)
            self._events.on_over(lane.name)
            self._events.on_untold(lane.name, report.task, why)

    def _tell(self, name: str, report: Report) -> None:
        """What a step came to."""
        events = self._events
        match report:
            case lane_reports.Synthesized():
                events.on_spoken(name, report)
            case lane_reports.Fronted():
                events.on_fronted(name, report)
            case lane_reports.Chunked():
                events.on_chunked(name, report)
            case lane_reports.Ended():
                events.on_ended(name, report.task)
            case lane_reports.Failed():
                self._log.warning("run_failed", lane=name, why=report.message)
                events.on_failed(name, report.task, report.message)

    def _on_down(self, name: str, why: str) -> None:
        self._log.warning("lane_down", lane=name, why=why)
        if name == BUILT_IN:
            self._built_in_asked = False
            self._events.on_lost(Engine.BUILT_IN, ErrorCode.ENGINE_FAILED, why)
        else:
            self.refused[name] = why

    def _add(self, lane: Lane, synthesizer: Synthesizer) -> None:
        self._drop(lane.name)
        self.lanes[lane.name] = lane
        self._log.info("lane_up", lane=lane.name, ms=self._startup.uptime_s() * 1000)
        self._events.on_up(lane.name, synthesizer.engine)

    def _drop(self, name: str) -> None:
        if (lane := self.lanes.pop(name, None)) is not None:
            self._events.on_over(name)
            self._events.on_down(name)
            lane.terminate()
            lane.close()

    def _drop_kokoro(self) -> None:
        self._shared = None
        for name in [name for name in self.lanes if name != BUILT_IN]:
            self._drop(name)

    def _on_kokoro(self, lane: Lane, synthesizer: Synthesizer, opened: Opened) -> None:
        if self.model is not None and self.model != opened.model:
            self._drop_kokoro()  # accelerators too speak the model that was
            self._events.on_other_model()
        for name in CPU_LANES[1:]:
            self._drop(name)  # they would keep the session that was, and its memory
        self.unloaded = False
        self.model = opened.model
        self._shared = synthesizer
        listed = [
            VoiceInfo(name, language_of_voice(name), gender(name), Engine.KOKORO)
            for name in synthesizer.voices()
        ]
        available = self.available
        available.engine = Engine.KOKORO
        available.voices = [*listed, _BUILT_IN_VOICE]
        available.problem = None
        available.has_edges = synthesizer.has_edges
        lacks = opened.synthesizer.lacks
        available.note = (
            f"the model has no {' '.join(lacks)}: what is nearest is said" if lacks else ""
        )
        self._add(lane, synthesizer)
        # A second thread on the same session: a short request beside a run that must
        # not be ended.
        self.sessions.shared()
        self._open_lane(EXPRESS, lambda: synthesizer, self._on_report)
        self._events.on_known()
        self._events.on_opened(opened)

    def _on_no_kokoro(self, message: str, problem: ErrorCode) -> None:
        self._log.warning("lane_down", lane=CPU, why=message)
        self._drop_kokoro()
        self.model = None
        if problem is ErrorCode.MODEL_MISSING and not self._live.config.model:
            message = "no Kokoro model is installed; `kokoroctl setup` gets one"
        available = self.available
        available.engine = Engine.BUILT_IN
        available.voices = [_BUILT_IN_VOICE]
        available.problem = problem
        available.has_edges = False
        available.note = f"the built-in voice speaks: {message}"
        self.need_built_in()
        self._events.on_lost(Engine.KOKORO, problem, message)
        self._events.on_known()
