# worker: a lane's thread.
"""A lane: one worker, one synthesizer.

Owns:       its worker and its synthesizer.
Invariants: one task at a time; every task given to start() is answered by exactly one
            report; the synthesizer is made on the lane's own thread, and rests when no
            task follows soon.
Never:      touches a socket or the scheduler: it reports through the callback it was given.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kokoro_client.wire.choices import AudioFormat

from ..errors import KokorodError
from ..safety import faults
from ..safety.faults import Faults
from ..types import SAMPLE_RATE, RequestKey, Segment, Utterance
from ..worker import Worker
from . import heap
from .synthesizer import Run, Synthesizer, TerminatedError

if TYPE_CHECKING:  # numpy is loaded on the lane's thread, not on the loop's
    import numpy as np
    from numpy.typing import NDArray

    from .join import Chunk, Joiner, Unit


#: One task, begun by start() after the one before was reported; a second is a bug.
_INBOX: Final = 2

#: A lane without a task for so long has its synthesizer rest. The next segment of a text
#: comes within milliseconds, if its listener is not far behind.
_REST_S: Final = 0.25


@dataclass(slots=True)
class Stream:
    """A request's sound so far. Only the loop changes it: a lane that is replaced in the
    middle of a run may still finish that run beside the lane that runs it again.
    """

    joiner: Joiner | None = None
    unit: Unit | None = None  # that is being spoken


class Step(Enum):
    """What a lane does of a segment."""

    WHOLE = auto()  # all of it
    FRONT = auto()  # what comes before its sound
    FRONT_AGAIN = auto()  # the same, of a unit whose front went with its lane
    CHUNK = auto()  # the sound of some frames
    REST = auto()  # what is left of a unit, by a whole run


@dataclass(frozen=True, slots=True)
class Task:
    """A segment to synthesize, or a step of one, and what its sound is joined to.

    first, last: of a chunk, frames; first of a rest: how many frames of its unit's pieces were
    made before; give: its sound is not held back.
    """

    key: RequestKey
    segment: Segment
    utterance: Utterance
    stream: Stream
    format: AudioFormat
    step: Step = Step.WHOLE
    first: int = 0
    last: int = 0
    give: bool = True


@dataclass(frozen=True, slots=True)
class Synthesized:
    """The task is done.

    pcm: slices in the task's format; seconds: what the run took; joiner: what the
    stream is to go on with.
    """

    task: Task
    chunk: Chunk
    pcm: list[bytes]
    seconds: float
    joiner: Joiner

    @property
    def sound_s(self) -> float:
        return len(self.chunk.pcm) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Fronted:
    """A unit's front is there.

    pcm: what is heard before its sound, or all of it if it has none; seconds: what the
    front took; joiner: what the stream is to go on with, None if it has that.
    """

    task: Task
    unit: Unit
    pcm: list[bytes]
    samples: int
    seconds: float
    joiner: Joiner | None


@dataclass(frozen=True, slots=True)
class Chunked:
    """Frames of a unit are made.

    pcm: slices in the task's format, of so many samples; last: nothing of the unit is left.
    """

    task: Task
    pcm: list[bytes]
    samples: int
    seconds: float
    last: bool

    @property
    def sound_s(self) -> float:
        return self.samples / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Ended:
    """The task's run was terminated."""

    task: Task


@dataclass(frozen=True, slots=True)
class Failed:
    """The task failed; the lane goes on."""

    task: Task
    message: str


@dataclass(frozen=True, slots=True)
class Up:
    """The synthesizer is made."""

    synthesizer: Synthesizer


@dataclass(frozen=True, slots=True)
class Down:
    """The synthesizer could not be made; the lane's thread has ended."""

    message: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The lane's thread has ended by a bug; whatever was asked of it is not answered."""

    error: Exception


Report = Synthesized | Fronted | Chunked | Ended | Failed | Up | Down | Crashed


class Lane:
    def __init__(
        self,
        name: str,
        make: Callable[[], Synthesizer],
        report: Callable[[Report], None],
        faults: Faults | None = None,
    ) -> None:
        """make() runs on the lane's thread; report() and faults must be safe from there."""
        self.name = name
        self._faults = faults or Faults(lambda _: None)
        self._make = make
        self._report = report
        self._synthesizer: Synthesizer | None = None
        self._run: Run | None = None
        self._worker = Worker(
            f"lane-{name}",
            _INBOX,
            lambda error: report(Crashed(error)),
            begin=self._open,
            idle=self._rest,
            idle_s=_REST_S,
            end=self._let_go,
        )

    # -- for the loop's thread

    def open(self) -> None:
        self._worker.start()

    def start(self, task: Task) -> None:
        """Begin a task. Only after Up, and only after the last task was reported."""
        assert self._synthesizer is not None
        # Made here, not on the lane's thread: a terminate() that comes before the run
        # begins must not be lost.
        run = self._run = Run()
        self._worker.do(lambda: self._perform(task, run))

    def terminate(self) -> None:
        """End the present task's run soon."""
        if self._run is not None:
            self._run.terminate()

    def streams(self, utterance: Utterance) -> bool:
        """Whether it speaks this voice in chunks."""
        return self._synthesizer is not None and self._synthesizer.streams(utterance)

    def close(self) -> None:
        """End the thread after its present task."""
        self._worker.close()

    def join(self, timeout: float) -> bool:
        """True if the thread has ended within `timeout` seconds."""
        return self._worker.join(timeout)

    # -- on the lane's thread

    def _open(self) -> bool:
        try:
            self._synthesizer = self._make()
        except KokorodError as error:
            self._report(Down(str(error)))
            return False
        except Exception as error:  # noqa: BLE001 - a model or a library may raise anything
            self._faults.caught("opening", error)
            self._report(Down(faults.why("it cannot be opened", error)))
            return False
        self._report(Up(self._synthesizer))
        return True

    def _rest(self) -> None:
        assert self._synthesizer is not None
        try:
            self._synthesizer.rest()
            # What each thread's heap has freed in pieces adds up, some MB in half an hour.
            heap.trim()
        except Exception as error:  # noqa: BLE001 - memory not given back is no reason to end
            self._faults.caught("rest", error)

    def _let_go(self) -> None:
        """The session's memory goes with the lane, whoever still knows the lane."""
        self._synthesizer = self._run = None
        del self._make

    def _perform(self, task: Task, run: Run) -> None:
        assert self._synthesizer is not None
        try:
            report = self._synthesize(self._synthesizer, task, run)
        except Exception as error:  # noqa: BLE001 - whatever it is ends the run, not the lane
            self._faults.caught("run", error)
            report = Failed(task, faults.why("the run failed", error))
        self._report(report)

    def _synthesize(self, synthesizer: Synthesizer, task: Task, run: Run) -> Report:
        try:
            match task.step:
                case Step.FRONT | Step.FRONT_AGAIN:
                    return _front(synthesizer, task, run)
                case Step.CHUNK:
                    return _chunk(synthesizer, task, run)
                case Step.REST:
                    return _rest(synthesizer, task, run)
                case Step.WHOLE:
                    return _whole(synthesizer, task, run)
        except TerminatedError:
            return Ended(task)
        except KokorodError as error:
            return Failed(task, str(error))


def _whole(synthesizer: Synthesizer, task: Task, run: Run) -> Synthesized:
    from . import join, plausible

    began = time.monotonic()
    segment = task.segment
    if not synthesizer.has_edges:
        # Cut for another model: context that cannot be cut off would be heard.
        segment = replace(segment, before="", after="")
    if segment.phonemes or segment.spoken:
        sound = synthesizer.synthesize(segment, task.utterance, run)
        plausible.check_run(sound, segment, task.utterance.speed, synthesizer.engine)
    else:
        sound = join.SILENT  # only a pause
    seconds = time.monotonic() - began
    joiner = copy(task.stream.joiner) or join.Joiner()
    chunk = joiner.push(sound, segment)
    return Synthesized(task, chunk, join.slices(chunk.pcm, task.format), seconds, joiner)


def _front(synthesizer: Synthesizer, task: Task, run: Run) -> Fronted:
    from . import join, plausible

    began = time.monotonic()
    front = synthesizer.front(task.segment, task.utterance, run)
    plausible.check_front(front, task.segment, task.utterance.speed)
    seconds = time.monotonic() - began
    begun = task.stream.unit
    if task.step is Step.FRONT_AGAIN and begun is not None:
        return Fronted(task, begun.anew(front, task.segment), [], 0, seconds, None)
    joiner = copy(task.stream.joiner) or join.Joiner()
    unit = joiner.unit(front, task.segment)
    pcm = unit.left if unit.plan.pieces else join.padded(unit.left, unit.plan.samples)
    return Fronted(task, unit, join.slices(pcm, task.format), len(pcm), seconds, joiner)


def _chunk(synthesizer: Synthesizer, task: Task, run: Run) -> Chunked:
    from . import plausible

    unit = task.stream.unit
    assert unit is not None
    began = time.monotonic()
    pcm = synthesizer.chunk(unit.front, task.first, task.last, run)
    plausible.check_chunk(pcm, unit.front, task.first, task.last)
    seconds = time.monotonic() - began
    sound = unit.plan.sound(pcm, task.first, task.last)
    return _chunked(task, sound, seconds, task.last == unit.plan.pieces[-1].last)


def _rest(synthesizer: Synthesizer, task: Task, run: Run) -> Chunked:
    """A unit that was begun in chunks, from where it stopped: the same frames of a whole run."""
    import numpy as np

    from . import plausible

    unit = task.stream.unit
    assert unit is not None
    began = time.monotonic()
    sound = synthesizer.synthesize(task.segment, task.utterance, run)
    plausible.check_run(sound, task.segment, task.utterance.speed, synthesizer.engine)
    pcm = sound.pcm
    seconds = time.monotonic() - began
    parts = [unit.plan.of_run(pcm, first, last) for first, last in unit.plan.after(task.first)]
    left = np.concatenate([*parts, np.zeros(0, np.float32)])
    return _chunked(task, left, seconds, last=True)


def _chunked(task: Task, pcm: NDArray[np.float32], seconds: float, last: bool) -> Chunked:
    from . import join

    return Chunked(task, join.slices(pcm, task.format), len(pcm), seconds, last)
