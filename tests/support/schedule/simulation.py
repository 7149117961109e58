"""Lanes, listeners and a speech thread in virtual time, around the real scheduler and planner."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from kokorod.schedule import frames
from kokorod.schedule.actions import (
    Action,
    Finish,
    Prepare,
    Run,
    RunChunk,
    RunFront,
    Step,
    Terminate,
)
from kokorod.schedule.chunks import FRAME_S
from kokorod.schedule.job import Job
from kokorod.schedule.lanes import FrontResult, RunResult, work
from kokorod.schedule.scheduler import Scheduler
from kokorod.schedule.script import Script
from kokorod.types import Engine, PeerId, RequestKey, Segment, Sentence, TextState

#: Seconds of sound a phoneme makes at speed 1.
SOUND_S = 0.07

#: Share of its own pace that a run keeps beside another: two at once take a little longer
#: than one after the other.
BESIDE = 0.45

_NOBODY = RequestKey(PeerId(0), 0)

#: How long a termination takes.
TERMINATION_S = (0.01, 0.05)


@dataclass
class Machine:
    """A lane's true cost, each run off by up to `noise` of it.

    seconds = a + b x tokens; or, if it works on frames as Kokoro does, a + b x frames, so that
    a short run costs more than its share.
    """

    a: float
    b: float
    noise: float = 0.1
    by_frames: bool = False

    #: Of a frame of a front, and of one of a chunk.
    front: float = 0.0014
    chunk: float = 0.0083

    def step_s(self, step: Step) -> float:
        match step:
            case RunFront():
                return self.front * frames.of(step.segment)
            case RunChunk():
                return self.chunk * work(step.last - step.first)
            case Run():
                return self.seconds(step.segment)

    def seconds(self, segment: Segment) -> float:
        return self.a + self.b * (frames.of(segment) if self.by_frames else segment.tokens)


def machine(rtf: float, a: float = 0.02, noise: float = 0.1) -> Machine:
    """One that takes `rtf` seconds for a second of sound, in runs of 100 tokens."""
    return Machine(a, (rtf * 100 * SOUND_S - a) / 100, noise)


def chunked(rtf: float, noise: float = 0.1) -> Machine:
    """One that speaks in chunks, and takes `rtf` in the longest; its fronts take a tenth of it."""
    made = kokoro(1.25 * rtf, noise)
    made.chunk = 0.9 * rtf * FRAME_S * 64 / work(64)
    made.front = 0.1 * rtf * FRAME_S
    return made


def kokoro(rtf: float, noise: float = 0.1) -> Machine:
    """One that works on frames, and takes `rtf` in runs of 100 phonemes."""
    return Machine(0.0, rtf * 100 * SOUND_S / frames.expected(100), noise, by_frames=True)


@dataclass
class Listener:
    """A request from outside: what was heard of it and when."""

    key: RequestKey
    submitted: float
    text: str  # phonemes of all its sentences, joined
    unread: list[Sentence]
    first_sound: float | None = None
    made_s: float = 0.0
    dry_s: float = 0.0  # how long its player had nothing to play
    said: str = ""
    segments: list[Segment] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)  # "ran" or "terminated", in order
    ended: float | None = None
    cancelled: bool = False
    held_s: float = 0.0
    chunks: list[RunChunk] = field(default_factory=list)

    @property
    def wait_s(self) -> float:
        assert self.first_sound is not None, f"{self.key} was never heard"
        return self.first_sound - self.submitted

    def hear(self, segment: Segment, sound_s: float, now: float) -> None:
        self.play(sound_s, now)
        self.read(segment)

    def play(self, sound_s: float, now: float) -> None:
        if self.first_sound is None:
            self.first_sound = now
        playing = now - self.first_sound - self.dry_s
        self.dry_s += max(0.0, playing - self.made_s)
        self.made_s += sound_s

    def read(self, segment: Segment) -> None:
        self.segments.append(segment)
        at = 0
        for pause in segment.breaks:
            self.said += segment.phonemes[at : pause.at]
            at = pause.at + 1
        self.said += segment.phonemes[at:]


@dataclass
class Running:
    key: RequestKey
    step: Step
    left_s: float  # of work, at full pace
    terminated_at: float | None = None
    began: float = 0.0


class Simulation:
    def __init__(
        self,
        seed: int,
        machine: Machine,
        *,
        express: bool,
        context: bool = True,
        streams: bool = False,
    ) -> None:
        self.streams = streams
        self.random = random.Random(seed)
        self.machine = machine
        self.now = 0.0
        self.scheduler = Scheduler()
        self.context = context
        self.listeners: dict[RequestKey, Listener] = {}
        self.order: list[RequestKey] = []  # of the runs that were started
        self._running: dict[str, Running | None] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._speech_free = 0.0
        for name in ("cpu", "express") if express else ("cpu",):
            self._running[name] = None
            self._perform(
                self.scheduler.lane_up(name, Engine.KOKORO, 0.0, express=name == "express")
            )

    # -- what a test asks for

    def settle(self, runs: int = 40) -> None:
        """Let the lanes learn what they cost."""
        for lane in self.scheduler.lanes():
            for at in range(runs):
                run = Segment(0, 0, 0, "", "a" * (8 + 7 * at % 140))
                lane.fit.add(frames.of(run), self._cost(Run(lane.name, _NOBODY, run)))
                lane.fit.heard(len(run.phonemes), len(run.phonemes) * SOUND_S)
                if self.streams:
                    front, size = RunFront(lane.name, _NOBODY, run), 6 + at % 60
                    lane.fronts.add(frames.of(run), self._cost(front))
                    chunk = RunChunk(lane.name, _NOBODY, run, 0, size, True)
                    lane.chunks.add(work(size), self._cost(chunk))

    def at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._count), call))

    def submit(
        self, peer: int, id: int, sentences: list[Sentence], rank: int = 2, first_s: float = 0.5
    ) -> Listener:
        key = RequestKey(PeerId(peer), id)
        text = "".join(s.phonemes for s in sentences)
        listener = Listener(key, self.now, text, list(sentences))
        self.listeners[key] = listener
        job = Job(
            key=key,
            engine=Engine.KOKORO,
            rank=rank,
            speed=1.0,
            first_s=first_s,
            order=len(self.listeners),
            script=Script(sentence_pause_s=0.25, context=self.context),
            streams=lambda lane, voice: self.streams,
        )
        self._perform(self.scheduler.submit(job, self.now))
        return listener

    def cancel(self, key: RequestKey) -> None:
        self._perform(self.scheduler.cancel(key))

    def unblock(self, peer: int) -> None:
        self._perform(self.scheduler.block(PeerId(peer), False, self.now))

    def run(self, until: float = float("inf")) -> None:
        """Go on until nothing is left to happen, or until that time."""
        for _ in range(1_000_000):
            upcoming = self._upcoming()
            if upcoming is None or upcoming > until:
                break
            self._advance(upcoming)
            self._fire()
        else:
            raise AssertionError("it never ends")
        if until < float("inf"):
            self._advance(until)

    # -- time

    def _pace(self) -> float:
        busy = sum(run is not None for run in self._running.values())
        return 1.0 if busy < 2 else BESIDE

    def _upcoming(self) -> float | None:
        times = [self._events[0][0]] if self._events else []
        for run in self._running.values():
            if run is not None:
                times.append(self.now + max(0.0, run.left_s) / self._pace())
                if run.terminated_at is not None:
                    times.append(run.terminated_at)
        return max(self.now, min(times)) if times else None

    def _advance(self, to: float) -> None:
        worked = (to - self.now) * self._pace()
        for run in self._running.values():
            if run is not None:
                run.left_s -= worked
        self.now = to

    def _fire(self) -> None:
        for name, run in self._running.items():
            if run is None:
                continue
            if run.left_s <= 1e-9:
                self._complete(name, run)
                return
            if run.terminated_at is not None and run.terminated_at <= self.now:
                self._running[name] = None
                self.listeners[run.key].runs.append("terminated")
                self._perform(self.scheduler.terminated(name, self.now))
                return
        if self._events and self._events[0][0] <= self.now:
            heapq.heappop(self._events)[2]()

    def _complete(self, name: str, run: Running) -> None:
        self._running[name] = None
        listener, seconds = self.listeners[run.key], self.now - run.began
        match run.step:
            case RunFront():
                result = FrontResult(seconds, self._pieces(run.step.segment))
                if listener.ended is None:
                    listener.runs.append("front")
                self._perform(self.scheduler.fronted(name, result, self.now))
            case RunChunk():
                sound_s = (run.step.last - run.step.first) * FRAME_S
                if listener.ended is None:
                    self._hear_chunk(listener, run.step, sound_s)
                self._perform(self.scheduler.ran(name, RunResult(seconds, sound_s), self.now))
            case Run(segment=segment):
                sound_s = len(segment.phonemes) * SOUND_S * self.random.uniform(0.95, 1.05)
                sound_s += segment.pause_s
                if listener.ended is None:
                    listener.runs.append("ran")
                    listener.hear(segment, sound_s, self.now)
                self._perform(self.scheduler.ran(name, RunResult(seconds, sound_s), self.now))

    def _hear_chunk(self, listener: Listener, step: RunChunk, sound_s: float) -> None:
        listener.runs.append("chunk")
        listener.chunks.append(step)
        listener.held_s += sound_s
        if step.give:
            listener.play(listener.held_s, self.now)
            listener.held_s = 0.0
        if step.last == self._pieces(step.segment)[-1][1]:
            listener.read(step.segment)

    @staticmethod
    def _pieces(segment: Segment) -> tuple[tuple[int, int], ...]:
        """A pad of 15 frames, then a piece for each sentence, 10 frames of silence between."""
        pieces, at = [], 15
        starts = [0, *(pause.at + 1 for pause in segment.breaks), len(segment.phonemes)]
        for first, last in pairwise(starts):
            length = max(round((last - first) * SOUND_S / FRAME_S), 1)
            pieces.append((at, at + length))
            at += length + 10
        return tuple(pieces)

    def _cost(self, step: Step) -> float:
        noise = 1 + self.random.uniform(-self.machine.noise, self.machine.noise)
        return self.machine.step_s(step) * noise

    # -- performing

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Prepare():
                    self._prepare(action.key)
                case Run() | RunFront() | RunChunk():
                    assert self._running[action.lane] is None, "the lane is busy"
                    assert self.listeners[action.key].ended is None, "the request has ended"
                    self._running[action.lane] = Running(
                        action.key, action, self._cost(action), began=self.now
                    )
                    self.order.append(action.key)
                case Terminate():
                    run = self._running[action.lane]
                    assert run is not None, "nothing runs there"
                    assert run.terminated_at is None, "it is being terminated already"
                    run.terminated_at = self.now + self.random.uniform(*TERMINATION_S)
                case Finish():
                    listener = self.listeners[action.key]
                    assert listener.ended is None, "finished twice"
                    listener.ended, listener.cancelled = self.now, action.cancelled

    def _prepare(self, key: RequestKey) -> None:
        listener = self.listeners[key]
        reading: list[Sentence] = []
        while listener.unread and sum(len(s.phonemes) for s in reading) < 150:
            reading.append(listener.unread.pop(0))
        state = TextState.MORE if listener.unread else TextState.END
        self._speech_free = max(self._speech_free, self.now) + 0.002 + 0.0005 * len(reading)

        def deliver() -> None:
            self._perform(self.scheduler.prepared(key, reading, state, self.now))

        self.at(self._speech_free, deliver)


def sentences(source: random.Random, phonemes: int) -> list[Sentence]:
    """Prose of about so many phonemes: words of 2 to 9, clauses, sentences of 3 to 25 words."""
    made: list[Sentence] = []
    start = 0
    while start < phonemes:
        words = []
        clause = source.randint(4, 9)
        for number in range(source.randint(3, 25)):
            word = "".join(source.choices("abdefiklmnostuvw", k=source.randint(2, 9)))
            words.append(word + ("," if number % clause == clause - 1 else ""))
        text = " ".join(words).rstrip(",") + "."
        made.append(Sentence(start, start + len(text), text, text))
        start += len(text) + 1
    return made


def short_sentence(source: random.Random) -> list[Sentence]:
    """One that a person waits for: about 12 phonemes."""
    text = "".join(source.choices("abdefiklm", k=5)) + " " + "".join(source.choices("nostuw", k=5))
    return [Sentence(0, len(text) + 1, text, text + ".")]


#: A request: client, when, phonemes, rank, cancelled when.
Request = tuple[int, float, int, int, float | None]


def submit_all(
    simulation: Simulation, seed: int, requests: list[Request], first_s: float = 0.5
) -> list[Listener]:
    """Each at its time; the listeners, in the order in which they come."""
    listeners: list[Listener] = []
    for number, (peer, when, phonemes, rank, cancelled) in enumerate(requests):

        def ask(
            peer: int = peer, number: int = number, phonemes: int = phonemes, rank: int = rank
        ) -> None:
            text = sentences(random.Random(seed + number), phonemes)
            listeners.append(simulation.submit(peer, number, text, rank, first_s))

        simulation.at(when, ask)
        if cancelled is not None:
            simulation.at(
                cancelled,
                lambda n=number: [
                    simulation.cancel(one.key)
                    for one in listeners
                    if one.key.id == n and not one.ended
                ],
            )
    return listeners
