# pure: no socket, thread or clock.
"""Which phonemes the next unit speaks, for a voice that streams.

A unit is spoken in chunks, so its length costs only its front: a tenth of a whole run. So it
ends where a sentence does. Of several sentences it holds as many as are heard in time; of one
whose front alone would take too long, what goes to a clause mark. Only what has no mark for
LONGEST phonemes is cut between words.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from ..types import TextState
from .cuts import CAP, MIN_TOKENS, Boundary, Cut, Rest, boundaries
from .frames import expected

#: Phonemes of one sentence that are spoken as a unit: the longest that the norms were learnt
#: from. Its front takes about 0.9 s on two cores.
LONGEST: Final = 300


def choose(rest: Rest, budget: float, front_budget: float) -> Cut:
    """Where the next unit ends.

    budget: frames of the longest whose front and first chunk are in time; front_budget: of the
    longest whose front alone is.
    """
    ends = list(_sentence_ends(rest))
    if fitting := [cut for cut in ends if cut.cost <= budget]:
        return ([cut for cut in fitting if not _leaves_little(rest, cut)] or fitting)[-1]
    if ends and ends[0].cost <= front_budget:
        return ends[0]
    inside = [cut for cut in _cuts_inside(rest) if cut.boundary is Boundary.CLAUSE]
    if inside:
        return ([cut for cut in inside if cut.cost <= budget] or inside[:1])[-1]
    return ends[0] if ends else list(_cuts_inside(rest, 1))[-1]  # between two words


def _leaves_little(rest: Rest, cut: Cut) -> bool:
    return rest.state is TextState.END and 0 < cut.rest < MIN_TOKENS


def _sentence_ends(rest: Rest) -> Iterator[Cut]:
    """After the first sentence, after the second one, ... as far as one unit may go."""
    length, left = 0, rest.backlog
    first = rest.sentences[0]
    for number, sentence in enumerate(rest.sentences):
        taken = len(sentence.phonemes) - (0 if number else rest.offset)
        length += taken + (1 if number else 0)  # the space between two sentences
        left -= taken
        if not sentence.phonemes or length > (CAP if number else LONGEST):
            return
        if (sentence.voice, sentence.rate) != (first.voice, first.rate):
            return  # a unit has one voice and one speed
        cost = expected(length, number)
        yield Cut(length, left, number, len(sentence.phonemes), Boundary.SENTENCE, 0, cost)
        if sentence.pause_s is not None:
            return


def _cuts_inside(rest: Rest, shortest: int = MIN_TOKENS) -> Iterator[Cut]:
    """Within the first sentence, up to LONGEST phonemes; no end of it under `shortest`."""
    phonemes = rest.sentences[0].phonemes
    last = min(rest.offset + LONGEST, len(phonemes) - 1)
    found = boundaries(phonemes, rest.offset, LONGEST)
    for at, boundary in takewhile(lambda each: each[0] <= last, found):
        length = at - rest.offset
        if length >= shortest and len(phonemes) - at >= shortest:
            yield Cut(length, rest.backlog - length, 0, at, boundary, 0, expected(length))
