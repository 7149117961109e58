# pure: no socket, thread or clock.
"""Which segment runs where, next.

Owns:       every request that is not finished, and what each lane is doing.
Invariants: a lane has at most one run, a request at most one run; a request's segments
            run in order; each submitted request gets exactly one Finish.
Never:      acts: it returns actions, in the order they are to be performed.

Theory of operation. The scheduler is told what happened (a request came, sentences are ready,
a run is over, a client reads too slowly) and the time, and answers with actions. It has no
clock and no thread, so that a test can run hours of it in a second.

A request is a Job with a Script: its text as far as it was read and is not spoken. The Script
is refilled by Prepare when it holds less than two of the longest segments, so that a book is
read as fast as it is heard. A step of _dispatch() picks the most urgent job that a lane can
run now (choosing.py), cuts its next segment to the time there is (cutting.py, script.py) and
starts it; so requests take turns at every segment, and a lane never holds a queue.

Urgent is, in this order: the priority; whose first sound is being made; who hears nothing yet or
is about to hear an underrun; the client that was served longest ago; who came first. With the
lanes comes a choice too: router.py takes the one that will be done first by its own fitted
cost, and may say that waiting for a busy one is quicker.

A voice that streams is spoken in units, sentences whole, and a step is a unit's front or one
chunk of its sound (steps.py, chunks.py): Job.unit is the one under way, and what is made of it
stays made.

A run or a chunk that has begun cannot be stopped half way for its sound, only thrown away. That
is done if somebody waits for a first sound and the other's own listener has enough ahead, at
most every third run of a document, and not if it is nearly done. Of a whole run it is not done
either if most of its work is behind it: then the express lane, a second thread on the same
session, runs the short one beside it. A whole run that was thrown away or failed is kept in
Job.again and runs before anything else of its request; a chunk is made again.

A run that fails is done again: on the CPU if an accelerator failed, which is benched for a
while when it fails twice in a row. A request whose segment fails twice on the CPU is failed.

choosing.py, steps.py, chunks.py and cutting.py decide; outcomes.py keeps the books when a step
ends; SchedulerState (state.py) is what they share with this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ..types import Engine, PeerId, RequestKey, Segment, Sentence, TextState
from . import choosing, frames, outcomes, steps
from .actions import Action, Fail, Finish, Prepare, RunFront, Step, Terminate
from .cost import Cost, CostFit
from .job import Job, Streams, make_warm_up, never
from .lanes import Counters, FrontResult, LaneState, RunResult, work
from .state import SchedulerState

#: Phonemes kept ready for each request: two of the longest segments.
_BACKLOG: Final = 300


@dataclass(slots=True)
class Scheduler:
    counters: Counters = field(default_factory=Counters)
    _state: SchedulerState = field(default_factory=SchedulerState)
    _blocked: set[PeerId] = field(default_factory=set)
    _costs: dict[str, Cost] = field(default_factory=dict)  # of lanes that were, by their names
    _turn: int = 0
    draining: bool = False  # runs under way end, no other begins

    # -- what it knows

    @property
    def active(self) -> int:
        """Requests in flight; a warm-up is none."""
        return sum(1 for job in self._state.jobs.values() if not job.warm_up)

    @property
    def queued(self) -> int:
        """Requests that wait for their first run."""
        return sum(
            1
            for job in self._state.jobs.values()
            if job.waits_for_first_sound and job.lane is None and not job.warm_up
        )

    def job(self, key: RequestKey) -> Job | None:
        return self._state.jobs.get(key)

    def lanes(self) -> list[LaneState]:
        return list(self._state.lanes.values())

    def predicted_s(
        self, lane: str, segment: Segment, speed: float, chunk_frames: int = 0
    ) -> float | None:
        """What a whole run takes by the lane's cost, or a front and a chunk of so many frames;
        None before its first runs.
        """
        state = self._state.lanes.get(lane)
        if state is None:
            return None
        expected = frames.of(segment) / speed
        if chunk_frames:
            chunk_s = state.chunks.cost.seconds(work(chunk_frames))
            return state.fronts.cost.seconds(expected) + chunk_s if state.fronts.runs else None
        return state.cost.seconds(expected) if state.fit.runs else None

    def step_s(self, lane: str) -> float:
        """What a lane's present step takes, by its prediction; 0 if it has none."""
        state = self._state.lanes.get(lane)
        return 0.0 if state is None or state.segment is None else state.run_s

    def retry_after_s(self) -> float:
        """When one more request would likely be taken."""
        lanes = [lane for lane in self._state.lanes.values() if not lane.express]
        left = [frames.expected(job.script.backlog) for job in self._state.jobs.values()]
        work = sum(min((lane.cost.seconds(n) for lane in lanes), default=1.0) for n in left)
        return min(max(work / max(len(self._state.jobs), 1), 0.1), 60.0)

    def value(self) -> dict[str, Any]:
        """For `status`."""
        return {
            "total": self.counters.total,
            "active": self.active,
            "queued": self.queued,
            "cancelled": self.counters.cancelled,
            "failed": self.counters.failed,
            "terminated_runs": self.counters.terminated_runs,
        }

    def lanes_value(self, now: float) -> list[dict[str, Any]]:
        """For `status`: each lane, what it runs on, how it does, what it costs."""
        return [lane.value(now) for lane in self._state.lanes.values()]

    # -- lanes

    def lane_up(
        self,
        name: str,
        engine: Engine,
        now: float,
        *,
        express: bool = False,
        accelerator: bool = False,
        prior: Cost | None = None,
    ) -> list[Action]:
        """A lane is there. prior: what it costs; None: what one of its name cost before."""
        fit = CostFit(prior or self._costs.get(name))
        self._state.lanes[name] = LaneState(name, engine, express, fit, accelerator=accelerator)
        return self._dispatch(now)

    def lane_down(self, name: str, now: float) -> list[Action]:
        """The lane is gone; its segment is run again elsewhere."""
        lane = self._state.lanes.pop(name, None)
        if lane is not None:
            self._costs[name] = lane.cost
            outcomes.gone(self._state, lane)
        return self._dispatch(now)

    def forget_costs(self) -> None:
        """Another model is open: what lanes cost before says nothing any more."""
        self._costs.clear()

    # -- requests

    def submit(self, job: Job, now: float) -> list[Action]:
        self.counters.total += 1
        self._state.jobs[job.key] = job
        job.preparing = True
        job.blocked = job.key.peer in self._blocked
        return [Prepare(job.key)]

    def submit_warm_up(
        self, key: RequestKey, lane: str, segment: Segment, now: float, streams: Streams = never
    ) -> list[Action]:
        """Run one segment on an idle lane, unless something else does; [] if not."""
        state = self._state.lanes.get(lane)
        if state is None or state.segment is not None or self.draining or self._state.jobs:
            return []
        job = make_warm_up(key, state.engine, segment)
        job.streams = streams
        self._state.jobs[key] = job
        return [self._start(state, job, now)]

    def drop_warm_up(self, key: RequestKey) -> list[Action]:
        """End a warm-up; nothing more is heard of it."""
        job = self._state.jobs.pop(key, None)
        return [] if job is None else self._stop_run(job)

    def appended(self, key: RequestKey, now: float) -> list[Action]:
        """More text of the request has arrived."""
        job = self._state.jobs.get(key)
        if job is None:
            return []
        if job.preparing:
            job.text_arrived = True  # the reading under way may have missed it
            return []
        job.script.state = TextState.MORE
        return self._prepare(job)

    def prepared(
        self, key: RequestKey, sentences: list[Sentence], state: TextState, now: float
    ) -> list[Action]:
        job = self._state.jobs.get(key)
        if job is None:
            return []
        if job.text_arrived and state is TextState.WAITING:
            state = TextState.MORE
        job.preparing = job.text_arrived = False
        job.script.add(sentences, state)
        actions = self._prepare(job) + self._dispatch(now)
        return actions + self._finish_if_done(job)

    def cancel(self, key: RequestKey) -> list[Action]:
        """Drop the request; its run, if any, is ended. Finish comes at once."""
        job = self._state.jobs.pop(key, None)
        if job is None:
            return []
        self.counters.cancelled += 1
        return [*self._stop_run(job), Finish(key, cancelled=True)]

    def fail(self, key: RequestKey) -> list[Action]:
        """The request cannot go on; the caller has answered why."""
        job = self._state.jobs.pop(key, None)
        if job is None:
            return []
        self.counters.failed += 1
        return self._stop_run(job)

    def peer_gone(self, peer: PeerId) -> list[Action]:
        keys = [key for key in self._state.jobs if key.peer == peer]
        actions = [action for key in keys for action in self.cancel(key)]
        self._state.served.pop(peer, None)
        self._blocked.discard(peer)
        self._state.first_sounds.pop(peer, None)
        return actions

    def block(self, peer: PeerId, blocked: bool, now: float) -> list[Action]:
        """The peer reads too slowly, or reads again: its own requests wait or go on."""
        if blocked:
            self._blocked.add(peer)
        else:
            self._blocked.discard(peer)
        for job in self._state.jobs.values():
            if job.key.peer == peer:
                job.blocked = blocked
        return [] if blocked else self._dispatch(now)

    def listens(self, key: RequestKey, heard_s: float, throttled: bool, now: float) -> list[Action]:
        """How much of a request has been heard, if that is known better than by the clock.

        throttled: no more of it is to be made until it is told again.
        """
        job = self._state.jobs.get(key)
        if job is None:
            return []
        if job.heard_from is not None:
            job.heard_from = now - heard_s
        goes_on = job.throttled and not throttled
        job.throttled = throttled
        return self._dispatch(now) if goes_on else []

    # -- steps

    def fronted(self, name: str, result: FrontResult, now: float) -> list[Action]:
        """A unit has its front."""
        lane = self._state.lanes.get(name)
        if lane is None or not isinstance(lane.step, RunFront):
            return []
        return self._went_on(outcomes.fronted(self._state, lane, result, now), now)

    def ran(self, name: str, result: RunResult, now: float) -> list[Action]:
        """A chunk of a unit or a whole segment is spoken."""
        lane = self._state.lanes.get(name)
        if lane is None or lane.segment is None:
            return []
        return self._went_on(outcomes.ran(self._state, lane, result, now), now)

    def terminated(self, name: str, now: float) -> list[Action]:
        """A step was ended before it was done; where its request lives it is done again."""
        lane = self._state.lanes.get(name)
        if lane is None:
            return []
        self.counters.terminated_runs += 1
        outcomes.ended(lane)
        return self._dispatch(now)

    def run_failed(self, name: str, now: float, why: str = "") -> list[Action]:
        """A step failed; it is done again, or its request fails."""
        lane = self._state.lanes.get(name)
        if lane is None:
            return []
        job = outcomes.failed(lane, why, now)
        actions: list[Action] = []
        if job is not None and job.failures >= outcomes.MAX_FAILURES:
            self._state.jobs.pop(job.key)
            self.counters.failed += 1
            actions.append(Fail(job.key, why))
        return actions + self._dispatch(now)

    def _went_on(self, job: Job | None, now: float) -> list[Action]:
        if job is None:
            return self._dispatch(now)
        if job.warm_up and not job.under_way:
            self._state.jobs.pop(job.key, None)
            return self._dispatch(now)
        actions = self._prepare(job) + self._dispatch(now)
        return actions + self._finish_if_done(job)

    # -- deciding

    def _dispatch(self, now: float) -> list[Action]:
        actions: list[Action] = []
        while choice := choosing.choose(self._state, now, draining=self.draining):
            lane, job = choice
            actions.append(self._start(lane, job, now))
            actions += self._prepare(job)
        if self.draining:
            return actions
        if (waits := choosing.choose_preemption(self._state, now)) is not None:
            waits.terminating = True
            actions.append(Terminate(waits.name))
        return actions

    def _start(self, lane: LaneState, job: Job, now: float) -> Step:
        step = steps.following(self._state, lane, job, now)
        job.lane = lane.name
        lane.begin(step, job, now)
        for other in self._state.lanes.values():
            if other is not lane and other.segment is not None:
                lane.contended = other.contended = True
        self._turn += 1
        self._state.served[job.key.peer] = self._turn
        return step

    # -- bookkeeping

    def _prepare(self, job: Job) -> list[Action]:
        enough = job.script.backlog >= _BACKLOG and (job.script.settled or not job.unhurried)
        if job.preparing or job.script.state is not TextState.MORE or enough:
            return []
        job.preparing = True
        return [Prepare(job.key)]

    def _finish_if_done(self, job: Job) -> list[Action]:
        if not job.finished or job.key not in self._state.jobs:
            return []
        del self._state.jobs[job.key]
        return [Finish(job.key, cancelled=False)]

    def _stop_run(self, job: Job) -> list[Action]:
        if job.lane is None:
            return []
        lane = self._state.lanes[job.lane]
        lane.job = None
        if lane.terminating:
            return []
        lane.terminating = True
        return [Terminate(lane.name)]
