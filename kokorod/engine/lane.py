# worker: a lane's thread.
"""A lane: one thread, one inbox, one synthesizer.

Owns:       its thread and its synthesizer.
Invariants: one task at a time; every task given to start() is answered by exactly one
            report; the synthesizer is made on the lane's own thread, and rests where no
            task follows soon.
Never:      touches a socket or the scheduler: it reports through the callback it was given.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kokoro_client.wire.choices import AudioFormat

from ..errors import KokorodError
from ..types import SAMPLE_RATE, RequestKey, Segment, Utterance
from .synthesizer import Run, Synthesizer, TerminatedError

if TYPE_CHECKING:  # numpy is loaded on the lane's thread, not on the loop's
    from .join import Joiner, Piece


#: A lane without a task for so long has its synthesizer rest. The next segment of a text
#: comes within milliseconds, if its listener is not far behind.
_REST_S: Final = 0.25


@dataclass(slots=True)
class Stream:
    """A request's sound so far. Only the loop changes it: a lane that is replaced in the
    middle of a run may still finish that run beside the lane that runs it again.
    """

    joiner: Joiner | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A segment to synthesize, and what its sound is joined to."""

    key: RequestKey
    segment: Segment
    utterance: Utterance
    stream: Stream
    format: AudioFormat


@dataclass(frozen=True, slots=True)
class Spoken:
    """The task is done.

    pcm: slices in the task's format; seconds: what the run took; joiner: what the
    stream is to go on with.
    """

    task: Task
    piece: Piece
    pcm: list[bytes]
    seconds: float
    joiner: Joiner

    @property
    def sound_s(self) -> float:
        return len(self.piece.pcm) / SAMPLE_RATE


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
    """A bug: the traceback, for the process to end with."""

    trace: str


Report = Spoken | Ended | Failed | Up | Down | Crashed


class Lane:
    def __init__(
        self,
        name: str,
        make: Callable[[], Synthesizer],
        report: Callable[[Report], None],
    ) -> None:
        """make() runs on the lane's thread; report() must be safe from there."""
        self.name = name
        self._make = make
        self._report = report
        self._inbox: queue.SimpleQueue[tuple[Task, Run] | None] = queue.SimpleQueue()
        self._synthesizer: Synthesizer | None = None
        self._run: Run | None = None
        # A daemon thread: a run that hangs in native code must not keep the process alive.
        self._thread = threading.Thread(target=self._work, name=f"lane-{name}", daemon=True)

    # -- for the loop's thread

    def open(self) -> None:
        self._thread.start()

    def start(self, task: Task) -> None:
        """Begin a task. Only after Up, and only after the last task was reported."""
        assert self._synthesizer is not None
        # Made here, not on the lane's thread: a terminate() that comes before the run
        # begins must not be lost.
        self._run = self._synthesizer.new_run()
        self._inbox.put((task, self._run))

    def terminate(self) -> None:
        """End the present task's run soon."""
        if self._run is not None:
            self._run.terminate()

    def close(self) -> None:
        """End the thread after its present task."""
        self._inbox.put(None)

    def join(self, timeout: float) -> bool:
        """True where the thread has ended within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- on the lane's thread

    def _work(self) -> None:
        try:
            try:
                self._synthesizer = self._make()
            except KokorodError as error:
                self._report(Down(str(error)))
                return
            self._report(Up(self._synthesizer))
            while (item := self._next(self._synthesizer)) is not None:
                self._report(self._perform(self._synthesizer, *item))
        except Exception:  # noqa: BLE001 - a bug: the loop ends the process with the traceback
            self._report(Crashed(traceback.format_exc()))
        finally:
            # The session's memory goes with the lane, whoever still knows the lane.
            self._synthesizer = self._run = None
            del self._make

    def _next(self, synthesizer: Synthesizer) -> tuple[Task, Run] | None:
        try:
            return self._inbox.get(timeout=_REST_S)
        except queue.Empty:
            synthesizer.rest()
            return self._inbox.get()

    def _perform(self, synthesizer: Synthesizer, task: Task, run: Run) -> Report:
        from . import join

        began = time.monotonic()
        segment = task.segment
        if not synthesizer.has_edges:
            # Cut for another model: context that cannot be cut off would be heard.
            segment = replace(segment, before="", after="")
        try:
            if segment.phonemes or segment.spoken:
                sound = synthesizer.synthesize(segment, task.utterance, run)
            else:
                sound = join.SILENT  # only a pause
        except TerminatedError:
            return Ended(task)
        except KokorodError as error:
            return Failed(task, str(error))
        seconds = time.monotonic() - began
        joiner = copy(task.stream.joiner) or join.Joiner()
        piece = joiner.push(sound, segment)
        return Spoken(task, piece, join.slices(piece.pcm, task.format), seconds, joiner)
