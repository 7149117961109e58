# pure: no socket, thread or clock.
"""The ramp: which phonemes the next whole run of a synthesizer speaks.

Theory of operation. Kokoro's cost is flat a frame, and its graph answers only when a whole
segment is done. So what is heard first has to be short, and what follows may be the longer the
more sound lies ahead of the listener: lengths go up like a ramp. The time there is comes as a
budget of frames, by the lane's own measured cost.

Every place where a segment could end is a Cut: each boundary of a sentence, of a clause, of a
word, up to `cap` phonemes. Inside a sentence it is there twice: bare, and with some phonemes
of context on both sides that are spoken and cut off again, so that the join is not heard; that
costs frames. A cut is

  long enough   neither it nor what it leaves of the text is under MIN_TOKENS
  lasting       the sound that it makes plays until the segment after it can be made:
                then(phonemes, frames) says what budget that one will have
  fitting       its run costs no more than the budget

and the choice is, in this order: the best of those that last and fit; the shortest that lasts,
late but once only; the best that fits; else we are slower than speech anyway, and the first
segment is the shortest there is, a later one the best. The best is the last sentence end; else
the last clause that is not much shorter than what could be; else the last word that has
context. Only for the first sound, if no sentence fits, is less than the budget used: what
cuts a sentence sounds cut at 27 tokens as at 18, and is heard sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..types import TextState
from .cuts import AFTER, BEFORE, MIN_TOKENS, Boundary, Cut, Rest, boundaries
from .frames import PHONEME, expected

#: Phonemes that a segment is taken to need: the fewest, and the rest of a word.
_NEXT: Final = MIN_TOKENS + 8

#: Share of the first sound's budget that a cut inside a sentence aims at.
_EARLY: Final = 0.8

#: Share of the longest possible segment from which one that ends at a clause is taken for it,
#: and one that ends between two words with context.
_CLAUSE_SHARE: Final = 0.34
_CONTEXT_SHARE: Final = 0.8

#: (phonemes, frames) of a run -> the budget of the run after it, in frames.
Then = Callable[[int, float], float]


def choose(rest: Rest, budget: float, cap: int, then: Then) -> Cut:
    cuts = _cuts(rest, cap)
    enough = [c for c in cuts if _long_enough(rest, c)]
    if not enough:
        return cuts[-1]
    lasting = [c for c in enough if _leaves_enough(rest, c, then)]
    fitting = [c for c in enough if c.cost <= budget]
    if best := [c for c in lasting if c.cost <= budget]:
        return _best(_early(rest, best, budget))
    if lasting:
        return lasting[0]
    if fitting:
        return _best(fitting)
    # Slower than speech: the gaps had better be where a speaker breathes.
    return enough[0] if rest.first else _best(enough)


def _early(rest: Rest, cuts: list[Cut], budget: float) -> list[Cut]:
    """For the first sound, if no sentence fits: only cuts well within the budget.

    What cuts a sentence sounds cut at 27 tokens as at 18, and is heard sooner.
    """
    if not rest.first or any(c.boundary is Boundary.SENTENCE for c in cuts):
        return cuts
    return [c for c in cuts if c.cost <= _EARLY * budget] or cuts[:1]


def _long_enough(rest: Rest, cut: Cut) -> bool:
    """Neither the segment nor what it leaves of the text is too short."""
    if rest.state is TextState.END and cut.rest < MIN_TOKENS:
        return cut.rest == 0
    return cut.length >= MIN_TOKENS


def _leaves_enough(rest: Rest, cut: Cut, then: Then) -> bool:
    """The sound of the segment lasts until another one can be made."""
    need = _NEXT
    if rest.state is not TextState.MORE:
        if not cut.rest:
            return True
        # Too little for two segments is spoken in one.
        need = cut.rest if cut.rest < MIN_TOKENS + _NEXT else _NEXT
    before = BEFORE if cut.after else 0
    return then(cut.length, cut.cost) >= expected(before + need)


def _cuts(rest: Rest, cap: int) -> list[Cut]:
    """Every allowed place up to `cap` phonemes, shortest first; at least one.

    Inside a sentence each is there twice: without context, which costs less, and with.
    """
    cuts: list[Cut] = []
    length, left, offset = 0, rest.backlog, rest.offset
    first = rest.sentences[0]
    for number, sentence in enumerate(rest.sentences):
        if number and (not sentence.phonemes or length + 1 > cap):
            break
        if (sentence.voice, sentence.rate) != (first.voice, first.rate):
            break  # one run has one voice and one speed
        length += 1 if number else 0  # the space between two sentences
        for at, boundary in boundaries(sentence.phonemes, offset, cap):
            taken = at - offset
            if length + taken > cap:
                return cuts
            cost = expected(rest.before + length + taken, number)
            cut = Cut(length + taken, left - taken, number, at, boundary, 0, cost)
            cuts.append(cut)
            if boundary is not Boundary.SENTENCE and rest.context:
                after = min(AFTER, len(sentence.phonemes) - at)
                cuts.append(replace(cut, after=after, cost=cost + PHONEME * after))
        if sentence.pause_s is not None:
            break
        length += len(sentence.phonemes) - offset
        left -= len(sentence.phonemes) - offset
        offset = 0
    return cuts


def _best(cuts: list[Cut]) -> Cut:
    """The last sentence end; else the last clause, unless that is much shorter; else a word,
    with context if that is not much shorter: a listener hears a join that has none.
    """
    longest = cuts[-1].length
    for wanted in (
        [c for c in cuts if c.boundary is Boundary.SENTENCE],
        [c for c in cuts if c.boundary is Boundary.CLAUSE and c.length >= _CLAUSE_SHARE * longest],
        [c for c in cuts if c.after and c.length >= _CONTEXT_SHARE * longest],
    ):
        if wanted:
            return wanted[-1]
    return cuts[-1]
