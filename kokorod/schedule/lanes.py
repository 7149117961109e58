# pure: no socket, thread or clock.
"""The lanes in the scheduler's eyes, and what a run tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ..types import Engine, Segment
from . import frames
from .actions import RunChunk, RunFront, Step
from .cost import Cost, CostFit
from .job import Job, Unit

#: Frames around a chunk that it is computed with: 10 in a third of the work, 2.4 in the rest.
_CONTEXT: Final = 5

#: Guesses before the first: Kokoro's own weights on two cores.
_FRONT: Final = Cost(0.0, 0.0014, 0.0)
_CHUNK: Final = Cost(0.0, 0.0083, 0.0)

#: The longest chunk, with its context.
_LONGEST: Final = 64 + _CONTEXT


def work(frames: int) -> int:
    """Frames that are computed for a chunk of so many."""
    return frames + _CONTEXT


def _front_fit() -> CostFit:
    return CostFit(_FRONT)


def _chunk_fit() -> CostFit:
    return CostFit(_CHUNK, (work(6), work(48)))


@dataclass(slots=True)
class LaneState:
    """A lane as the scheduler sees it.

    express  takes only first segments, beside another
    fit      what whole runs cost, by the frames that are expected of them
    fronts   what fronts cost, by the same frames
    chunks   what chunks cost, by the frames that are computed
    """

    name: str
    engine: Engine
    express: bool
    fit: CostFit
    job: Job | None = None
    segment: Segment | None = None
    step: Step | None = None  # what it does now
    speed: float = 1.0  # of the segment
    started: float = 0.0
    contended: bool = False  # another run went on beside this one: its time says nothing
    terminating: bool = False
    accelerator: bool = False
    runs: int = 0
    failures: int = 0
    failed_in_a_row: int = 0
    benched_until: float = 0.0
    why: str = ""  # of the last failure
    fronts: CostFit = field(default_factory=_front_fit)
    chunks: CostFit = field(default_factory=_chunk_fit)
    front_s: float | None = None  # the last front took
    way: str = "whole"  # of the last segment

    def begin(self, step: Step, job: Job, now: float) -> None:
        self.job, self.segment, self.step, self.started = job, step.segment, step, now
        self.speed = job.speed * step.segment.rate
        self.contended = False

    def free(self) -> None:
        self.job = self.segment = self.step = None
        self.terminating = False

    def holds(self, unit: Unit) -> bool:
        """A chunk of the unit can be made here: what made its front is this lane's too.

        All lanes on the CPU have one session.
        """
        return bool(unit.lane) and (unit.lane == self.name or not self.accelerator)

    @property
    def streaming(self) -> bool:
        """What it does now is over soon."""
        return isinstance(self.step, RunFront | RunChunk)

    def busy_s(self, now: float) -> float:
        """Until the present run is done, by its prediction; 0 if the lane is idle."""
        if self.segment is None:
            return 0.0
        return max(0.001, self.started + self.run_s - now)

    @property
    def run_frames(self) -> float:
        """Expected of the present run."""
        return 0.0 if self.segment is None else frames.of(self.segment) / self.speed

    @property
    def run_s(self) -> float:
        """What the present step takes, by its prediction."""
        step = self.step
        if isinstance(step, RunFront):
            return self.fronts.cost.seconds(self.run_frames)
        if isinstance(step, RunChunk):
            return self.chunks.cost.seconds(work(step.last - step.first))
        return self.cost.seconds(self.run_frames)

    @property
    def cost(self) -> Cost:
        return self.fit.cost

    @property
    def chunked_cost(self) -> Cost:
        """What a unit costs in all, by its frames."""
        front, chunk = self.fronts.cost, self.chunks.cost
        a_frame = chunk.seconds(_LONGEST) / (_LONGEST - _CONTEXT)
        return Cost(front.a, front.b + a_frame, self.cost.sound_s)

    @property
    def longest_chunk_s(self) -> float:
        return self.chunks.cost.seconds(_LONGEST)

    @property
    def rtf(self) -> float:
        """Seconds of work for a second of sound, in the way it spoke last."""
        return (self.chunked_cost if self.way == "chunks" else self.cost).rtf

    def value(self, now: float) -> dict[str, Any]:
        """For `status`."""
        busy = "busy" if self.segment else "idle"
        if self.engine is Engine.BUILT_IN:
            provider = "espeak-ng"
        else:
            provider = self.name if self.accelerator else "cpu"
        return {
            "name": self.name,
            "provider": provider,
            "engine": self.engine.value,
            "state": "benched" if self.benched_until > now else busy,
            "why": self.why,
            "runs": self.runs,
            "failures": self.failures,
            "rtf": round(self.rtf, 4),
            "cost": _value(self.cost),
            "way": self.way,
            "front_ms": None if self.front_s is None else round(self.front_s * 1000, 1),
            "chunk_cost": _value(self.chunks.cost) if self.chunks.runs else None,
        }


def _value(cost: Cost) -> dict[str, float]:
    return {"a": round(cost.a, 5), "b": round(cost.b, 6)}


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went: work and sound in seconds."""

    seconds: float
    sound_s: float


@dataclass(frozen=True, slots=True)
class FrontResult:
    """How a front went: work in seconds; half-open ranges of the frames that are generated;
    seconds of sound that came with it, if there are none.
    """

    seconds: float
    pieces: tuple[tuple[int, int], ...]
    sound_s: float = 0.0


@dataclass(slots=True)
class Counters:
    total: int = 0
    cancelled: int = 0
    failed: int = 0
    terminated_runs: int = 0
