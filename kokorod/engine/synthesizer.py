# pure: no socket, thread or clock.
"""What a lane needs of a voice engine, and what it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from ..types import Engine, Segment, Utterance

#: Samples of a frame, 25 ms: what the model's durations count, and the least that chunk() makes.
FRAME: Final = 600


@dataclass(frozen=True, slots=True)
class Sound:
    """One run's audio.

    pcm    float32 [samples], 24 kHz mono, the silence at both ends included
    edges  int64 [tokens + 1], the sample where each phoneme of before + phonemes +
           after begins, and where the last one ends; None if the model does not say
    """

    pcm: NDArray[np.float32]
    edges: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Front:
    """What is known of a unit before its first sample.

    frames  of FRAME samples that the whole run has, both pads included
    edges   int64 [tokens + 1], samples of the whole run, as Sound.edges: where each phoneme
            of the unit is heard
    silent  bool [frames]: frames that hold no speech (the leading pad, pauses, what follows
            the last phoneme)
    state   what chunk() needs; nobody else's business
    speech  bool [frames]: frames that surely hold speech; None: all that are not silent
    """

    frames: int
    edges: NDArray[np.int64]
    silent: NDArray[np.bool_]
    state: object
    speech: NDArray[np.bool_] | None = None


class Styles(Protocol):
    """The voices of a model: a file's, or those that come with the package."""

    @property
    def names(self) -> Sequence[str]: ...

    def style(self, voice: str, tokens: int) -> NDArray[np.float32]:
        """The style row for `tokens` tokens, float32 [1, 256]. Raises UnknownVoiceError."""


class TerminatedError(Exception):
    """The run was ended by Run.terminate(); nothing is wrong."""


class Run:
    """A handle on one run, made before it starts so that it can be ended from outside."""

    def __init__(self) -> None:
        self.terminated = False
        self._stop: Callable[[], None] | None = None

    def terminate(self) -> None:
        """End the run soon. Any thread, any number of times, before or after too."""
        # on_terminate() writes and reads in the other order: one of the two sees both.
        self.terminated = True
        if (stop := self._stop) is not None:
            stop()

    def on_terminate(self, stop: Callable[[], None]) -> None:
        """For the synthesizer: call stop() when the run is ended, at once if it was."""
        self._stop = stop
        if self.terminated:
            stop()


class Synthesizer(Protocol):
    """Turns a segment into sound. Several threads may do so at once."""

    engine: Engine
    #: The model reports durations: joins inside a sentence may have context.
    has_edges: bool

    def voices(self) -> Sequence[str]: ...

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        """Raises TerminatedError if `run` was ended, EngineError if it failed."""

    def streams(self, utterance: Utterance) -> bool:
        """front() and chunk() speak this voice now; if not, only synthesize() does.

        Asked on the loop's thread too: it answers from memory, at once.
        """

    def take_up(self, voice: str) -> bool:
        """The voice's norms were learned on this machine: streams() it from now on.

        False if it can use nothing learned. Asked on the loop's thread: it reads no file.
        """

    def front(self, segment: Segment, utterance: Utterance, run: Run) -> Front:
        """A unit's durations, pitch and all else that comes before its sound: a tenth of the
        work. Only where streams(); raises as synthesize() does.
        """

    def chunk(self, front: Front, first: int, last: int, run: Run) -> NDArray[np.float32]:
        """float32 [FRAME * (last - first)]: frames `first` to `last` of the unit, the same
        samples however it is divided. Raises as synthesize() does.
        """

    def rest(self) -> None:
        """Give back the memory that runs kept for the next. Takes some milliseconds."""


class WholeOnly:
    """For a synthesizer whose sound is there only when the whole segment is done."""

    def streams(self, utterance: Utterance) -> bool:
        return False

    def take_up(self, voice: str) -> bool:
        return False

    def front(self, segment: Segment, utterance: Utterance, run: Run) -> Front:
        _refuse()

    def chunk(self, front: Front, first: int, last: int, run: Run) -> NDArray[np.float32]:
        _refuse()


def _refuse() -> NoReturn:
    raise AssertionError("streams() is False: only synthesize() speaks")
