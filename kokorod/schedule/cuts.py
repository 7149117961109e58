# pure: no socket, thread or clock.
"""Where a text may be cut into segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ..types import Sentence, TextState

#: Shorter segments sound weak (the model was trained on 100 to 200 tokens).
MIN_TOKENS: Final = 10

#: Longest segment: memory grows with it (790 MB at 200 tokens, 670 at 150) and speech is
#: best at 100 to 200.
CAP: Final = 150

#: Context of a join inside a sentence: tokens spoken and cut off again.
BEFORE: Final = 8
AFTER: Final = 6

_CLAUSE_MARKS: Final = frozenset(",;:—…)”")
_SENTENCE_MARKS: Final = frozenset(".!?…")


class Boundary(IntEnum):
    """Where a cut may be, best last."""

    INSIDE_WORD = 0
    WORD = 1
    CLAUSE = 2
    SENTENCE = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """A place to end a segment: after `length` phonemes, within sentence `sentence`.

    rest: phonemes that have arrived and come after it; offset: phonemes of that sentence
    already taken after the cut; after: phonemes of context; cost: frames of the run at
    speed 1, context included.
    """

    length: int
    rest: int
    sentence: int
    offset: int
    boundary: Boundary
    after: int
    cost: float


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a text, as far as it was read.

    sentences  at least one, which has phonemes
    offset     phonemes of the first that are taken already
    before     phonemes of context that the next segment begins with
    backlog    phonemes of all of them
    first      nothing of the text is taken yet
    state      whether more follows
    context    joins inside a sentence may have context
    """

    sentences: Sequence[Sentence]
    offset: int
    before: int
    backlog: int
    first: bool
    state: TextState
    context: bool


def boundaries(phonemes: str, start: int, cap: int) -> Iterable[tuple[int, Boundary]]:
    """Positions after which a segment may end, from `start` on, with their kind."""
    last_allowed = start
    for at in range(start + 1, len(phonemes)):
        if phonemes[at - 1] == " ":
            clause = at >= 2 and phonemes[at - 2] in _CLAUSE_MARKS | _SENTENCE_MARKS
            yield at, Boundary.CLAUSE if clause else Boundary.WORD
            last_allowed = at
        elif at - last_allowed >= cap:
            yield at, Boundary.INSIDE_WORD
            last_allowed = at
    yield len(phonemes), Boundary.SENTENCE
