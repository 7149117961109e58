# pure: no socket, thread or clock.
"""A request in the scheduler's eyes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ..types import MAX_TTFA_MS, Engine, RequestKey, Segment, TextState
from .script import Script

#: After every priority: whatever comes may end a warm-up.
_WARM_RANK: Final = 99

#: Seconds that a first sound may take at most. Who says it has nobody waiting: the text is cut by
#: itself alone, the same way on every machine, busy or not.
NO_HURRY_S: Final = MAX_TTFA_MS / 1000

#: Runs that a document completes between two that are terminated for others, so that it gets
#: on: at most every third of its runs is thrown away.
RUNS_BETWEEN: Final = 2


#: (lane, voice of the markup) -> whether the lane speaks the request with that voice in chunks.
Streams = Callable[[str, str], bool]


def never(lane: str, voice: str) -> bool:
    return False


@dataclass(slots=True)
class Unit:
    """A segment that is being spoken in chunks.

    lane    whose synthesizer has its front; "": none has
    pieces  half-open ranges of frames that are generated; None before its first front
    done    frames of them that are made
    given   its sound goes to the listener as it is made
    """

    segment: Segment
    lane: str = ""
    pieces: tuple[tuple[int, int], ...] | None = None
    done: int = 0
    given: bool = False

    @property
    def left(self) -> int:
        """Frames still to be made."""
        return sum(last - first for first, last in self.pieces or ()) - self.done

    def piece(self) -> tuple[int, int]:
        """The frames of the present piece that are still to be made."""
        done = self.done
        for first, last in self.pieces or ():
            if done < last - first:
                return first + done, last
            done -= last - first
        raise AssertionError("nothing is left of the unit")


@dataclass(slots=True)
class Job:
    """One request: what is left to speak and how far its listener is.

    rank       0 is most urgent
    first_s    time its first sound may take
    whole_s    the same, if it is spoken whole; None: as much
    streams    which voices are spoken in chunks where
    order      number of its submission
    """

    key: RequestKey
    engine: Engine
    rank: int
    speed: float
    first_s: float
    order: int
    script: Script
    preparing: bool = False
    warm_up: bool = False  # for nobody: whatever comes may end it
    text_arrived: bool = False  # text arrived while the last reading was under way
    blocked: bool = False  # its peer reads too slowly
    throttled: bool = False  # enough sound lies ahead of its listener
    lane: str | None = None
    again: Segment | None = None  # was terminated or failed, to be run before anything else
    failures: int = 0
    runs_since_preempted: int = RUNS_BETWEEN  # it may be the first to be terminated
    heard_from: float | None = None  # when the first sound was handed out
    made_s: float = 0.0
    lanes_failed: set[str] = field(default_factory=set)
    taken: int = 0  # phonemes given to lanes so far
    whole_s: float | None = None
    streams: Streams = never
    unit: Unit | None = None  # that is being spoken
    held_s: float = 0.0  # sound made and held back

    @property
    def size(self) -> int:
        """Phonemes, about as many as characters, that are known of it."""
        return self.taken + self.script.backlog

    @property
    def unhurried(self) -> bool:
        """Where it is cut must not depend on how fast anything is."""
        return self.first_s >= NO_HURRY_S

    @property
    def waits_for_first_sound(self) -> bool:
        return self.heard_from is None

    @property
    def runnable(self) -> bool:
        ready = self.script.settled if self.unhurried else self.script.runnable
        return (
            self.lane is None and not (self.blocked or self.throttled) and (self.under_way or ready)
        )

    @property
    def finished(self) -> bool:
        return self.lane is None and not self.under_way and self.script.ended

    @property
    def under_way(self) -> bool:
        """A segment of it is begun and not done."""
        return self.again is not None or self.unit is not None

    def buffered_s(self, now: float) -> float:
        """Sound made and not yet heard, if the listener plays from the first sound on."""
        if self.heard_from is None:
            return 0.0
        return max(0.0, self.made_s - (now - self.heard_from))


def make_warm_up(key: RequestKey, engine: Engine, segment: Segment) -> Job:
    """A job that runs one segment, for nobody."""
    script = Script(sentence_pause_s=0.0)
    script.add([], TextState.END)  # nothing follows the one segment
    return Job(key, engine, _WARM_RANK, 1.0, 0.0, 0, script, warm_up=True, again=segment)
