# pure: no socket, thread or clock.
"""The lanes in the scheduler's eyes, and what a run tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..types import Engine, Segment
from . import frames
from .cost import Cost, CostFit
from .job import Job


@dataclass(slots=True)
class LaneState:
    """A lane as the scheduler sees it. express: takes only first segments, beside another."""

    name: str
    engine: Engine
    express: bool
    fit: CostFit
    job: Job | None = None
    segment: Segment | None = None
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

    def busy_s(self, now: float) -> float:
        """Until the present run is done, by its prediction; 0 where the lane is idle."""
        if self.segment is None:
            return 0.0
        return max(0.001, self.started + self.run_s - now)

    @property
    def run_frames(self) -> float:
        """Expected of the present run."""
        return 0.0 if self.segment is None else frames.of(self.segment) / self.speed

    @property
    def run_s(self) -> float:
        """What the present run takes, by its prediction."""
        return self.cost.seconds(self.run_frames)

    @property
    def cost(self) -> Cost:
        return self.fit.cost

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
            "rtf": round(self.cost.rtf, 4),
            "cost": {"a": round(self.cost.a, 5), "b": round(self.cost.b, 6)},
        }


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went: work and sound in seconds."""

    seconds: float
    sound_s: float


@dataclass(slots=True)
class Counters:
    total: int = 0
    cancelled: int = 0
    failed: int = 0
    terminated_runs: int = 0
