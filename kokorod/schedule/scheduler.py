# pure: no socket, thread or clock.
"""Which segment runs where, next.

Owns:       every request that is not finished, and what each lane is doing.
Invariants: a lane has at most one run, a request at most one run; a request's segments
            run in order; each submitted request gets exactly one Finish.
Never:      acts: it returns actions, in the order they are to be performed.

Order: by priority; among equals, who waits for the first sound or is about to run dry
comes before who has sound in store, and then the client served longest ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from ..types import Engine, PeerId, RequestKey, Segment, Sentence, TextState
from . import router
from .actions import Action, Finish, Prepare, Run, Terminate
from .cost import Cost, CostFit
from .job import Job
from .lanes import Counters, LaneState, Ran
from .router import Option

#: The peer of warm-ups: no connection has this number.
WARM_PEER: Final = PeerId(0)

#: After every priority: whatever comes may end a warm-up.
_WARM_RANK: Final = 99

#: Phonemes kept ready for each request: two of the longest segments.
_BACKLOG: Final = 300

#: Longest segment: memory grows with it (790 MB at 200 tokens, 670 at 150) and speech is
#: best at 100 to 200.
CAP: Final = 150

#: Longest segment while others come in between. Shorter ones throw less away when they
#: are terminated, but each join's context is work too: simulated, 80 costs a document
#: least (tests/unit/test_schedule_time.py).
_SHORT_CAP: Final = 80

#: How long after another request's first sound a document still counts as disturbed.
_DISTURBED_S: Final = 15.0

#: A budget of tokens that holds every segment.
_NO_LIMIT: Final = 1_000_000

#: Share of the sound ahead that the next run may take: predictions are off by a fifth.
_MARGIN: Final = 1.25

#: A run that ends this soon is not worth terminating: the termination takes as long.
_NEARLY_DONE_S: Final = 0.06

#: Share of a run that may be thrown away where another lane is free to run beside it: a run
#: beside another takes more than twice as long, but wastes nothing.
_WASTE: Final = 0.6

#: Runs a document completes between two that are terminated for others.
_SPARED_RUNS: Final = 2

#: A lane that failed so often in a row is not used for this long.
_BENCH_S: Final = 60.0

#: Runs of one segment that may fail before its request does.
_MAX_FAILURES: Final = 2


class _Said:
    """The script of a warm-up: nothing follows its one segment."""

    state = TextState.END
    backlog = 0
    runnable = False
    ended = True

    def add(self, sentences: Iterable[Sentence], state: TextState) -> None:
        raise AssertionError("a warm-up has no text")

    def next(self, budget: int, cap: int, then: Callable[[int, int], int]) -> Segment:
        raise AssertionError("a warm-up has no text")


@dataclass(slots=True)
class Scheduler:
    counters: Counters = field(default_factory=Counters)
    _jobs: dict[RequestKey, Job] = field(default_factory=dict)
    _lanes: dict[str, LaneState] = field(default_factory=dict)
    _served: dict[PeerId, int] = field(default_factory=dict)
    _blocked: set[PeerId] = field(default_factory=set)
    _turn: int = 0
    _last_first_sound: dict[PeerId, float] = field(default_factory=dict)
    draining: bool = False  # runs under way end, no other begins

    # -- what it knows

    @property
    def active(self) -> int:
        """Requests in flight; a warm-up is none."""
        return sum(1 for key in self._jobs if key.peer != WARM_PEER)

    @property
    def queued(self) -> int:
        """Requests that wait for their first run."""
        return sum(
            1
            for job in self._jobs.values()
            if job.waits_for_first_sound and job.lane is None and job.key.peer != WARM_PEER
        )

    def job(self, key: RequestKey) -> Job | None:
        return self._jobs.get(key)

    def lanes(self) -> list[LaneState]:
        return list(self._lanes.values())

    def predicted_s(self, lane: str, tokens: int) -> float | None:
        """What a run takes by the lane's cost; None before its first runs."""
        state = self._lanes.get(lane)
        return state.cost.seconds(tokens) if state and state.fit.runs else None

    def retry_after_s(self) -> float:
        """When one more request would likely be taken."""
        lanes = [lane for lane in self._lanes.values() if not lane.express]
        work = sum(
            min((lane.cost.seconds(job.script.backlog) for lane in lanes), default=1.0)
            for job in self._jobs.values()
        )
        return min(max(work / max(len(self._jobs), 1), 0.1), 60.0)

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
        self._lanes[name] = LaneState(
            name, engine, express, CostFit(prior), accelerator=accelerator
        )
        return self._dispatch(now)

    def lane_down(self, name: str, now: float) -> list[Action]:
        """The lane is gone; its segment is run again elsewhere."""
        lane = self._lanes.pop(name, None)
        if lane is not None and lane.job is not None:
            lane.job.lane = None
            lane.job.again = lane.segment
        return self._dispatch(now)

    # -- requests

    def submit(self, job: Job, now: float) -> list[Action]:
        self.counters.total += 1
        self._jobs[job.key] = job
        job.preparing = True
        job.blocked = job.key.peer in self._blocked
        return [Prepare(job.key)]

    def submit_warm_up(
        self, key: RequestKey, lane: str, segment: Segment, now: float
    ) -> list[Action]:
        """Run one segment on an idle lane, unless something else does; [] where not."""
        state = self._lanes.get(lane)
        if state is None or state.segment is not None or self.draining or self._jobs:
            return []
        job = Job(key, state.engine, _WARM_RANK, 1.0, 0.0, 0, _Said())
        job.again = segment
        self._jobs[key] = job
        return [self._start(state, job, now)]

    def drop_warm_up(self, key: RequestKey) -> list[Action]:
        """End a warm-up; nothing more is heard of it."""
        job = self._jobs.pop(key, None)
        return [] if job is None else self._stop_run(job)

    def appended(self, key: RequestKey, now: float) -> list[Action]:
        """More text of the request has arrived."""
        job = self._jobs.get(key)
        if job is None:
            return []
        if job.preparing:
            job.fed = True  # the reading under way may have missed it
            return []
        job.script.state = TextState.MORE
        return self._prepare(job)

    def prepared(
        self, key: RequestKey, sentences: list[Sentence], state: TextState, now: float
    ) -> list[Action]:
        job = self._jobs.get(key)
        if job is None:
            return []
        if job.fed and state is TextState.WAITING:
            state = TextState.MORE
        job.preparing = job.fed = False
        job.script.add(sentences, state)
        actions = self._prepare(job) + self._dispatch(now)
        return actions + self._finish_if_done(job)

    def cancel(self, key: RequestKey) -> list[Action]:
        """Drop the request; its run, if any, is ended. Finish comes at once."""
        job = self._jobs.pop(key, None)
        if job is None:
            return []
        self.counters.cancelled += 1
        return [*self._stop_run(job), Finish(key, cancelled=True)]

    def fail(self, key: RequestKey) -> list[Action]:
        """The request cannot go on; the caller has answered why."""
        job = self._jobs.pop(key, None)
        if job is None:
            return []
        self.counters.failed += 1
        return self._stop_run(job)

    def peer_gone(self, peer: PeerId) -> list[Action]:
        keys = [key for key in self._jobs if key.peer == peer]
        actions = [action for key in keys for action in self.cancel(key)]
        self._served.pop(peer, None)
        self._blocked.discard(peer)
        self._last_first_sound.pop(peer, None)
        return actions

    def block(self, peer: PeerId, blocked: bool, now: float) -> list[Action]:
        """The peer reads too slowly, or reads again: its own requests wait or go on."""
        if blocked:
            self._blocked.add(peer)
        else:
            self._blocked.discard(peer)
        for job in self._jobs.values():
            if job.key.peer == peer:
                job.blocked = blocked
        return [] if blocked else self._dispatch(now)

    def listens(self, key: RequestKey, heard_s: float, held: bool, now: float) -> list[Action]:
        """How much of a request has been heard, where that is known better than by the clock.

        held: no more of it is to be made until it is told again.
        """
        job = self._jobs.get(key)
        if job is None:
            return []
        if job.heard_from is not None:
            job.heard_from = now - heard_s
        goes_on = job.held and not held
        job.held = held
        return self._dispatch(now) if goes_on else []

    # -- runs

    def ran(self, name: str, result: Ran, now: float) -> list[Action]:
        lane = self._lanes.get(name)
        if lane is None or lane.segment is None:
            return []
        job, segment = lane.job, lane.segment
        if not lane.disturbed and segment.phonemes and job is not None:
            lane.fit.add(segment.tokens, result.seconds)
            lane.fit.heard(len(segment.phonemes), result.sound_s * job.speed)
        self._free(lane)
        lane.runs += 1
        lane.failed_in_a_row = 0
        actions: list[Action] = []
        if job is not None:
            job.lane = None
            job.spared += 1
            job.failures = 0
            job.lanes_failed.clear()
            if job.heard_from is not None:
                # Where the listener ran dry, the rest is heard that much later.
                job.heard_from += max(0.0, now - job.heard_from - job.made_s)
            job.made_s += result.sound_s
            if job.key.peer == WARM_PEER:
                self._jobs.pop(job.key, None)
                return self._dispatch(now)
            if job.heard_from is None and result.sound_s > 0:
                job.heard_from = now
                self._last_first_sound[job.key.peer] = now
            actions += self._prepare(job)
        actions += self._dispatch(now)
        return actions + (self._finish_if_done(job) if job else [])

    def terminated(self, name: str, now: float) -> list[Action]:
        """A run was ended before it was done; where its request lives it is run again."""
        lane = self._lanes.get(name)
        if lane is None:
            return []
        self.counters.terminated_runs += 1
        job, segment = lane.job, lane.segment
        self._free(lane)
        if job is not None:
            job.lane, job.again, job.spared = None, segment, 0
        return self._dispatch(now)

    def run_failed(
        self, name: str, now: float, why: str = ""
    ) -> tuple[RequestKey | None, list[Action]]:
        """A run failed. The key is that of a request which is to be given up, if any."""
        lane = self._lanes.get(name)
        if lane is None:
            return None, []
        job, segment = lane.job, lane.segment
        self._free(lane)
        given_up = None
        lane.failures += 1
        lane.failed_in_a_row += 1
        lane.why = why
        if lane.accelerator and lane.failed_in_a_row >= _MAX_FAILURES:
            lane.benched_until = now + _BENCH_S
        if job is not None:
            job.lane, job.again = None, segment
            if lane.accelerator:
                job.lanes_failed.add(name)  # the CPU does it again; the listener hears no gap
            else:
                job.failures += 1
            if job.failures >= _MAX_FAILURES:
                given_up = job.key
                self._jobs.pop(job.key)
                self.counters.failed += 1
        return given_up, self._dispatch(now)

    # -- deciding

    def _dispatch(self, now: float) -> list[Action]:
        actions: list[Action] = []
        if self.draining:
            return actions
        while (choice := self._choose(now)) is not None:
            lane, job = choice
            actions.append(self._start(lane, job, now))
            actions += self._prepare(job)
        return actions + self._preempt(now)

    def _choose(self, now: float) -> tuple[LaneState, Job] | None:
        waiting = sorted(
            (job for job in self._jobs.values() if job.runnable),
            key=lambda job: self._urgency(job, now),
        )
        for job in waiting:
            if (lane := self._idle_lane(job, now)) is not None:
                return lane, job
        return None

    def _urgency(self, job: Job, now: float) -> tuple[int, bool, int, int]:
        served = self._served.get(job.key.peer, 0)
        return job.rank, self._in_store(job, now), served, job.order

    def _in_store(self, job: Job, now: float) -> bool:
        """The listener has more sound than the longest run takes to make."""
        lane = self._lane_for(job.engine)
        need = lane.cost.seconds(CAP) if lane else 1.0
        return not job.waits_for_first_sound and job.ahead_s(now) > need

    def _idle_lane(self, job: Job, now: float) -> LaneState | None:
        mine = [lane for lane in self._lanes.values() if lane.engine is job.engine]
        if self._in_store(job, now) and any(lane.express and lane.segment for lane in mine):
            return None  # who waits for the first sound has the machine alone
        able = [
            lane
            for lane in mine
            if not lane.express and lane.benched_until <= now and lane.name not in job.lanes_failed
        ]
        options = [
            Option(lane.name, lane.accelerator, lane.cost, lane.fit.runs, lane.busy_s(now))
            for lane in able or [lane for lane in mine if not lane.express]
        ]
        tokens = job.again.tokens if job.again else min(CAP, job.script.backlog)
        if (name := router.choose(options, tokens, job.size)) is not None:
            return self._lanes[name]
        # Beside a run that had better not be ended: only what is short and waited for.
        if job.waits_for_first_sound and not any(
            lane.terminating or self._worth_ending(lane, job, now) for lane in mine
        ):
            return next((lane for lane in mine if lane.express and lane.segment is None), None)
        return None

    def _worth_ending(self, lane: LaneState, waiting: Job, now: float) -> bool:
        """The run may be ended, and has not done so much that it is a waste."""
        if lane.segment is None or not self._may_end(lane, waiting, now):
            return False
        whole = lane.cost.seconds(lane.segment.tokens)
        return now - lane.started <= _WASTE * whole

    def _lane_for(self, engine: Engine) -> LaneState | None:
        for lane in self._lanes.values():
            if lane.engine is engine and not lane.express:
                return lane
        return None

    def _start(self, lane: LaneState, job: Job, now: float) -> Run:
        segment = job.again
        if segment is None:
            segment = self._cut(lane, job, now)
            job.taken += len(segment.phonemes)
        job.again = None
        job.lane = lane.name
        lane.job, lane.segment, lane.started = job, segment, now
        lane.disturbed = False
        for other in self._lanes.values():
            if other is not lane and other.segment is not None:
                lane.disturbed = other.disturbed = True
        self._turn += 1
        self._served[job.key.peer] = self._turn
        return Run(lane.name, job.key, segment)

    def _cut(self, lane: LaneState, job: Job, now: float) -> Segment:
        """The job's next segment, of a length that the lane makes in time."""
        cap = _SHORT_CAP if self._disturbed(job, now) else CAP
        # An express lane hardly ever runs alone: it costs what the other one does.
        cost = ((lane.express and self._lane_for(lane.engine)) or lane).cost
        # Others that are listening take their turns on the same lane.
        sharers = max(sum(1 for other in self._jobs.values() if other.rank <= job.rank), 1)

        sound_s = cost.sound_s / job.speed
        first = job.waits_for_first_sound
        slow = sharers * cost.seconds(CAP) > CAP * sound_s
        if slow and not first:
            # Slower than speech: gaps cannot be helped, so they come between sentences.
            return job.script.next(_NO_LIMIT, cap, lambda phonemes, tokens: _NO_LIMIT)
        ahead_s = job.ahead_s(now)

        def budget(ahead_s: float) -> int:
            return cost.tokens(ahead_s / _MARGIN / sharers)

        def then(phonemes: int, tokens: int) -> int:
            if slow:
                return _NO_LIMIT
            left_s = 0.0 if first else ahead_s - cost.seconds(tokens)
            return budget(max(left_s, 0.0) + phonemes * sound_s)

        return job.script.next(cost.tokens(job.first_s) if first else budget(ahead_s), cap, then)

    def _disturbed(self, job: Job, now: float) -> bool:
        return any(
            now - at < _DISTURBED_S
            for peer, at in self._last_first_sound.items()
            if peer != job.key.peer
        )

    def _preempt(self, now: float) -> list[Action]:
        """End a run that can wait, for a request that waits for its first sound."""
        for job in self._jobs.values():
            if not (job.runnable and job.waits_for_first_sound):
                continue
            for lane in self._lanes.values():
                if lane.engine is job.engine and self._may_end(lane, job, now):
                    lane.terminating = True
                    return [Terminate(lane.name)]
        return []

    def _may_end(self, lane: LaneState, waiting: Job, now: float) -> bool:
        running = lane.job
        if running is None or lane.segment is None or lane.terminating or lane.express:
            return False
        whole = lane.cost.seconds(lane.segment.tokens)
        if lane.started + whole - now < _NEARLY_DONE_S:
            return False
        if waiting.rank < running.rank:
            return True
        if waiting.rank > running.rank or running.waits_for_first_sound:
            return False
        enough = running.ahead_s(now) >= _MARGIN * (waiting.first_s + whole)
        return enough and running.spared >= _SPARED_RUNS

    # -- bookkeeping

    def _prepare(self, job: Job) -> list[Action]:
        if (
            job.preparing
            or job.script.state is not TextState.MORE
            or job.script.backlog >= _BACKLOG
        ):
            return []
        job.preparing = True
        return [Prepare(job.key)]

    def _finish_if_done(self, job: Job) -> list[Action]:
        if not job.finished or job.key not in self._jobs:
            return []
        del self._jobs[job.key]
        return [Finish(job.key, cancelled=False)]

    def _stop_run(self, job: Job) -> list[Action]:
        if job.lane is None:
            return []
        lane = self._lanes[job.lane]
        lane.job = None
        if lane.terminating:
            return []
        lane.terminating = True
        return [Terminate(lane.name)]

    @staticmethod
    def _free(lane: LaneState) -> None:
        lane.job = lane.segment = None
        lane.terminating = False
