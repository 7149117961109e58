# pure: no socket, thread or clock.
"""A request in the scheduler's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from ..types import Engine, RequestKey, Segment, Sentence, TextState

#: After every priority: whatever comes may end a warm-up.
_WARM_RANK: Final = 99


class Script(Protocol):
    """The text not spoken yet (schedule/script.py), cut on demand."""

    state: TextState

    def add(self, sentences: Iterable[Sentence], state: TextState) -> None: ...

    @property
    def backlog(self) -> int: ...

    @property
    def runnable(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    def next(self, budget: int, cap: int, then: Callable[[int, int], int]) -> Segment: ...


@dataclass(slots=True)
class Job:
    """One request: what is left to speak and how far its listener is.

    rank       0 is most urgent
    first_s    time its first sound may take
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
    fed: bool = False  # text arrived while the last reading was under way
    blocked: bool = False  # its peer reads too slowly
    held: bool = False  # enough sound lies ahead of its listener
    lane: str | None = None
    again: Segment | None = None  # was terminated or failed, to be run before anything else
    failures: int = 0
    spared: int = 2  # runs completed since one was terminated for another request
    heard_from: float | None = None  # when the first sound was handed out
    made_s: float = 0.0
    lanes_failed: set[str] = field(default_factory=set)
    taken: int = 0  # phonemes given to lanes so far

    @property
    def size(self) -> int:
        """Phonemes, about as many as characters, that are known of it."""
        return self.taken + self.script.backlog

    @property
    def waits_for_first_sound(self) -> bool:
        return self.heard_from is None

    @property
    def runnable(self) -> bool:
        return (
            self.lane is None
            and not (self.blocked or self.held)
            and (self.again is not None or self.script.runnable)
        )

    @property
    def finished(self) -> bool:
        return self.lane is None and self.again is None and self.script.ended

    def ahead_s(self, now: float) -> float:
        """Sound made and not yet heard, where the listener plays from the first sound on."""
        if self.heard_from is None:
            return 0.0
        return max(0.0, self.made_s - (now - self.heard_from))


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


def warm_up(key: RequestKey, engine: Engine, segment: Segment) -> Job:
    """A job that runs one segment, for nobody."""
    job = Job(key, engine, _WARM_RANK, 1.0, 0.0, 0, _Said())
    job.again = segment
    return job
