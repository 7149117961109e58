"""The scheduler's rules, whatever happens in whatever order."""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from support.schedule.outside import LANES, STREAMING, Lane, Request, check_step, pieces_of, take

from kokorod.schedule.actions import (
    Action,
    Fail,
    Finish,
    Prepare,
    Run,
    RunChunk,
    RunFront,
    Step,
    Terminate,
)
from kokorod.schedule.job import Job
from kokorod.schedule.lanes import FrontResult, RunResult
from kokorod.schedule.scheduler import Scheduler
from kokorod.schedule.script import Script
from kokorod.schedule.state import WARM_PEER
from kokorod.types import Engine, PeerId, RequestKey, Segment, Sentence, TextState


class Rules(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler()
        self.now = 0.0
        self.requests: dict[RequestKey, Request] = {}
        self.lanes: dict[str, Lane] = {}
        self.blocked: set[PeerId] = set()
        self.ended: dict[RequestKey, str] = {}
        self.number = 0
        self.steps = 0
        self.warm: RequestKey | None = None

    def seldom(self) -> bool:
        """True now and then, so that most of what happens is speech."""
        self.steps += 1
        return self.steps % 29 < 6

    # -- performing

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Prepare():
                    request = self.requests[action.key]
                    assert not request.preparing, "asked twice for the same text"
                    request.preparing = True
                case Run() | RunFront() | RunChunk():
                    self.start(action)
                case Terminate():
                    lane = self.lanes[action.lane]
                    assert lane.segment is not None, "nothing runs there"
                    assert not lane.terminating, "ended twice"
                    lane.terminating = True
                case Fail():
                    assert action.key not in self.ended, "failed after its end"
                    assert action.why == "it broke"
                    self.requests.pop(action.key, None)
                    self.ended[action.key] = "given up"
                case Finish():
                    assert action.key not in self.ended, "finished twice"
                    request = self.requests.pop(action.key)
                    if not action.cancelled:
                        assert request.final, "more text was to come"
                        assert not request.unread
                        assert request.said == request.text
                        assert not any(lane.key == action.key for lane in self.lanes.values())
                    self.ended[action.key] = "cancelled" if action.cancelled else "done"

    def start(self, run: Step) -> None:
        lane = self.lanes[run.lane]
        assert lane.segment is None, "the lane is busy"
        assert not any(other.key == run.key for other in self.lanes.values() if other.segment)
        lane.key, lane.segment, lane.terminating = run.key, run.segment, False
        lane.step = run
        if run.key == self.warm:
            return
        request = self.requests[run.key]
        assert request.engine is LANES[run.lane]
        assert not request.blocked, "its listener is not reading"
        assert run.segment.index == request.last + 1, "out of order"
        check_step(request, run)
        if run.lane == "express" and not isinstance(run, RunChunk):
            job = self.scheduler.job(run.key)
            assert job is not None
            assert job.waits_for_first_sound, "only what is waited for runs beside another"

    # -- what happens outside

    @initialize()
    def begin(self) -> None:
        self.lane_up("cpu")

    @precondition(lambda self: self.seldom())
    @rule(name=st.sampled_from(sorted(LANES)))
    def lane_up(self, name: str) -> None:
        if name in self.lanes:
            self.lane_down(name)
        self.lanes[name] = Lane()
        self.perform(
            self.scheduler.lane_up(
                name,
                LANES[name],
                self.now,
                express=name == "express",
                accelerator=name == "gpu",
            )
        )

    @precondition(lambda self: self.seldom())
    @rule(name=st.sampled_from(sorted(LANES)))
    def lane_down(self, name: str) -> None:
        self.lanes.pop(name, None)
        for request in self.requests.values():
            request.front = "" if request.front == name else request.front
        self.perform(self.scheduler.lane_down(name, self.now))

    @rule(
        peer=st.integers(1, 3),
        rank=st.integers(0, 2),
        engine=st.sampled_from(Engine),
        sizes=st.lists(st.integers(1, 400), max_size=4),
        final=st.booleans(),
        streams=st.booleans(),
    )
    def submit(
        self,
        peer: int,
        rank: int,
        engine: Engine,
        sizes: list[int],
        final: bool,
        streams: bool = False,
    ) -> None:
        self.number += 1
        key = RequestKey(PeerId(peer), self.number)
        request = Request(key, engine, blocked=key.peer in self.blocked, streams=streams)
        self.requests[key] = request
        built_in = engine is Engine.BUILT_IN
        job = Job(
            key=key,
            engine=engine,
            rank=rank,
            speed=1.0,
            first_s=0.5,
            order=self.number,
            script=Script(sentence_pause_s=0.25, by_sentence=built_in),
            streams=lambda lane, voice: streams and lane in STREAMING,
        )
        if self.warm is not None:
            self.perform(self.scheduler.drop_warm_up(self.warm))
            self.warm = None
        actions = self.scheduler.submit(job, self.now)
        self.feed(request, sizes, final)
        self.perform(actions)

    @rule(peer=st.integers(1, 3))
    def interrupt(self, peer: int) -> None:
        """An urgent request, read at once: the lane may have to be taken from another."""
        self.submit(peer, 0, Engine.KOKORO, [30], True)
        request = self.requests[RequestKey(PeerId(peer), self.number)]
        self.read_one(request, 3)
        self.deliver_one(request)

    def feed(self, request: Request, sizes: list[int], final: bool) -> None:
        for size in sizes:
            text = "h" * size if size % 7 == 3 else ("abcde fgh, " * 40)[:size]
            if request.engine is Engine.BUILT_IN:
                sentence = Sentence(0, size, text, "")
            else:
                sentence = Sentence(0, size, text, text)
            request.unread.append(sentence)
            request.text += text
        request.final = request.final or final
        self.perform(self.scheduler.appended(request.key, self.now))

    @precondition(lambda self: any(not r.final for r in self.requests.values()))
    @rule(data=st.data(), sizes=st.lists(st.integers(1, 400), max_size=4), final=st.booleans())
    def append(self, data: st.DataObject, sizes: list[int], final: bool) -> None:
        unfinished = [key for key, request in self.requests.items() if not request.final]
        key = data.draw(st.sampled_from(unfinished))
        self.feed(self.requests[key], sizes, final)

    def to_read(self) -> list[Request]:
        return [r for r in self.requests.values() if r.preparing and r.reading is None]

    @precondition(lambda self: self.to_read())
    @rule(data=st.data(), most=st.integers(1, 3))
    def read(self, data: st.DataObject, most: int) -> None:
        """The speech thread reads; text may arrive before what it read does."""
        request = data.draw(st.sampled_from(self.to_read()))
        self.read_one(request, most)

    def read_one(self, request: Request, most: int) -> None:
        sentences, request.unread = request.unread[:most], request.unread[most:]
        state = TextState.END if request.final else TextState.WAITING
        request.reading = (sentences, TextState.MORE if request.unread else state)

    def read_ones(self) -> list[Request]:
        return [r for r in self.requests.values() if r.reading is not None]

    @precondition(lambda self: self.to_read())
    @rule(data=st.data(), most=st.integers(1, 3))
    def read_and_deliver(self, data: st.DataObject, most: int) -> None:
        request = data.draw(st.sampled_from(self.to_read()))
        self.read_one(request, most)
        self.deliver_one(request)

    @precondition(lambda self: self.read_ones())
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.deliver_one(data.draw(st.sampled_from(self.read_ones())))

    def deliver_one(self, request: Request) -> None:
        assert request.reading is not None
        sentences, state = request.reading
        request.reading, request.preparing = None, False
        self.perform(self.scheduler.prepared(request.key, sentences, state, self.now))

    def running(self) -> list[str]:
        return [name for name, lane in self.lanes.items() if lane.segment is not None]

    @precondition(lambda self: self.running())
    @rule(data=st.data(), failed=st.sampled_from([False, False, True]))
    def run_ends(self, data: st.DataObject, failed: bool) -> None:
        self.end_run(data.draw(st.sampled_from(self.running())), "failed" if failed else "ran")

    @precondition(lambda self: any(lane.terminating for lane in self.lanes.values()))
    @rule(data=st.data())
    def run_is_terminated(self, data: st.DataObject) -> None:
        ending = [name for name, lane in self.lanes.items() if lane.terminating]
        self.end_run(data.draw(st.sampled_from(ending)), "ended")

    def end_run(self, name: str, outcome: str) -> None:
        lane = self.lanes[name]
        assert lane.segment is not None
        key, segment = lane.key, lane.segment
        step = lane.step
        lane.key, lane.segment, lane.step, lane.terminating = None, None, None, False
        if outcome == "ended":
            self.perform(self.scheduler.terminated(name, self.now))
            return
        if outcome == "failed":
            actions = self.scheduler.run_failed(name, self.now, "it broke")
            assert all(action.key == key for action in actions if isinstance(action, Fail))
            self.perform(actions)
            return
        if key is not None and (request := self.requests.get(key)) is not None:
            take(request, step)
            request.front = name if isinstance(step, RunFront) else request.front
        if key == self.warm:
            self.warm = None
        if isinstance(step, RunFront):
            result = FrontResult(0.01, pieces_of(segment), 0.0)
            self.perform(self.scheduler.fronted(name, result, self.now))
            return
        seconds = 0.01 * segment.tokens
        result = RunResult(seconds, 0.07 * len(segment.phonemes or segment.spoken))
        self.perform(self.scheduler.ran(name, result, self.now))

    @precondition(lambda self: self.requests and self.seldom())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.requests)))
        self.perform(self.scheduler.cancel(key))
        assert self.ended[key] == "cancelled", "a cancel is answered at once"
        assert self.scheduler.cancel(key) == []

    @precondition(lambda self: self.requests and self.seldom())
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.requests)))
        actions = self.scheduler.fail(key)
        del self.requests[key]
        self.ended[key] = "failed"
        assert not any(isinstance(action, Finish) for action in actions)
        self.perform(actions)

    @precondition(lambda self: self.seldom())
    @rule(peer=st.integers(1, 3))
    def peer_gone(self, peer: int) -> None:
        self.blocked.discard(PeerId(peer))
        self.perform(self.scheduler.peer_gone(PeerId(peer)))
        assert not any(key.peer == peer for key in self.requests)

    @precondition(lambda self: self.seldom())
    @rule(peer=st.integers(1, 3), blocked=st.booleans())
    def block(self, peer: int, blocked: bool) -> None:
        self.set_blocked(PeerId(peer), blocked)

    def set_blocked(self, peer: PeerId, blocked: bool) -> None:
        (self.blocked.add if blocked else self.blocked.discard)(peer)
        for key, request in self.requests.items():
            if key.peer == peer:
                request.blocked = blocked
        self.perform(self.scheduler.block(peer, blocked, self.now))

    @rule(seconds=st.floats(0, 20))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.warm is None)
    @rule(name=st.sampled_from(sorted(LANES)))
    def warm_up(self, name: str) -> None:
        self.number += 1
        key = RequestKey(WARM_PEER, self.number)
        self.warm = key
        segment = Segment(0, 0, 0, "", "hello there")
        actions = self.scheduler.submit_warm_up(key, name, segment, self.now)
        if not actions:
            self.warm = None
        self.perform(actions)

    # -- what always holds

    @invariant()
    def each_request_is_known_once(self) -> None:
        assert self.scheduler.active == len(self.requests)
        assert self.requests.keys().isdisjoint(self.ended)

    @invariant()
    def something_runs_while_something_can(self) -> None:
        for engine in Engine:
            names = [name for name in self.lanes if LANES[name] is engine]
            busy = [name for name in names if self.lanes[name].segment is not None]
            if busy or not names or names == ["express"]:
                continue
            assert not [
                key
                for key, request in self.requests.items()
                if request.engine is engine
                and (job := self.scheduler.job(key)) is not None
                and job.runnable
            ], f"{names} are idle"

    @invariant()
    def no_text_is_forgotten(self) -> None:
        for key, request in self.requests.items():
            job = self.scheduler.job(key)
            assert job is not None
            waits = request.unread and not request.preparing and request.reading is None
            assert not waits or job.script.backlog >= 300, "text lies unread"

    @invariant()
    def not_too_much_is_read_ahead(self) -> None:
        for key in self.requests:
            job = self.scheduler.job(key)
            # Three sentences of 400 were read when there were less than 300.
            assert job is not None
            assert job.script.backlog <= 300 + 3 * 400

    @invariant()
    def what_runs_is_known(self) -> None:
        for state in self.scheduler.lanes():
            assert (state.segment is not None) == (self.lanes[state.name].segment is not None)

    def teardown(self) -> None:
        """Whatever went before: in the end every request is spoken."""
        for name in LANES:
            if name not in self.lanes:
                self.lane_up(name)
        for peer in list(self.blocked):
            self.set_blocked(peer, False)
        for request in list(self.requests.values()):
            if not request.final:
                self.feed(request, [], True)
        for _ in range(10_000):
            if not self.requests and not self.running():
                break
            for request in self.to_read():
                self.read_one(request, 3)
            for request in self.read_ones():
                self.deliver_one(request)
            for name in self.running():
                self.end_run(name, "ran")
            self.no_text_is_forgotten()
        assert not self.requests, "something is never finished"
        assert not self.running()
        assert self.scheduler.active == 0


TestRules = Rules.TestCase
#: `make fuzz` tries ten times as many.
TestRules.settings = settings(
    max_examples=int(os.environ.get("KOKORO_RULES_EXAMPLES", "120")),
    stateful_step_count=50,
    deadline=None,
)
