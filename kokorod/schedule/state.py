# pure: no socket, thread or clock.
"""What the scheduler knows: the requests, the lanes, who was served and heard when.

Never:      decides: choosing.py and cutting.py do, from what is here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..types import Engine, PeerId, RequestKey
from .cuts import CAP as CAP
from .frames import expected
from .job import Job
from .lanes import LaneState

#: The peer of warm-ups: no connection has this number.
WARM_PEER: Final = PeerId(0)

#: Share of the sound ahead that the next run may take: predictions are off by a fifth.
MARGIN: Final = 1.25

#: Who has sound for so many fronts and longest chunks lets others go first.
_TURNS: Final = 2

#: Frames of a request's end that are made without a break: 1.2 s, a short request whole.
_LITTLE: Final = 48

#: How long after another request's first sound a document still counts as interrupted.
_INTERRUPTED_S: Final = 15.0


@dataclass(slots=True)
class SchedulerState:
    jobs: dict[RequestKey, Job] = field(default_factory=dict)
    lanes: dict[str, LaneState] = field(default_factory=dict)
    served: dict[PeerId, int] = field(default_factory=dict)  # by the number of the turn
    first_sounds: dict[PeerId, float] = field(default_factory=dict)

    def lane_for(self, engine: Engine) -> LaneState | None:
        for lane in self.lanes.values():
            if lane.engine is engine and not lane.express:
                return lane
        return None

    def well_buffered(self, job: Job, now: float) -> bool:
        """The listener has more sound than the longest run takes to make."""
        lane = self.lane_for(job.engine)
        need = 1.0
        if lane is not None and job.unit is not None:
            front_s = lane.fronts.cost.seconds(expected(CAP) / job.speed)
            need = _TURNS * (front_s + lane.longest_chunk_s)
        elif lane is not None:
            need = lane.cost.seconds(expected(CAP) / job.speed)
        return not job.waits_for_first_sound and job.buffered_s(now) > need

    @staticmethod
    def goes_first(job: Job) -> bool:
        """Its first sound is being made, or the little that is left of it: no other of its
        priority comes in between.
        """
        if job.unit is None:
            return False
        return (job.waits_for_first_sound and not job.held_s) or _is_little_left(job)

    def sharers(self, job: Job, now: float) -> int:
        """Who takes turns with it at the lanes, itself included: who is as urgent, and has not
        enough sound to let others go first.
        """
        if _is_little_left(job):
            return 1
        return 1 + sum(
            1
            for other in self.jobs.values()
            if other is not job
            and other.engine is job.engine
            and other.rank <= job.rank
            and (other.runnable or other.lane is not None)
            and not self.well_buffered(other, now)
        )

    def recently_interrupted(self, job: Job, now: float) -> bool:
        return any(
            now - at < _INTERRUPTED_S
            for peer, at in self.first_sounds.items()
            if peer != job.key.peer
        )


def _is_little_left(job: Job) -> bool:
    return job.unit is not None and job.script.ended and 0 < job.unit.left <= _LITTLE
