# pure: no socket, thread or clock.
"""The ramp: which phonemes the next run of a synthesizer speaks.

Theory of operation. Kokoro's cost is flat a frame, and its graph answers only when a whole
segment is done. So what is heard first has to be short, and what follows may be the longer the
more sound lies ahead of the listener: lengths go up like a ramp. Each call of next() makes one
segment, when a lane is free, since only then is it known how much time there is. The caller
has turned that time into a budget of frames, by the lane's own measured cost.

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
context. Only for the first sound, where no sentence fits, is less than the budget used: what
cuts a sentence sounds cut at 27 tokens as at 18, and is heard sooner.

The built-in voice takes text, not phonemes, and its runs take next to no time: it gets a
sentence at a time.

Owns:       the sentences of one request that are not spoken yet, and a cursor.
Invariants: the phonemes of all segments, joined, are the phonemes of the sentences
            (the space between two sentences aside, which a join replaces by a pause);
            no segment is over `cap`; a cut is at a sentence end, else after a clause
            mark, else between words; inside a word only where it alone is over `cap`.
Never:      knows time: the caller turns seconds into budgets of frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from ..types import Break, Mark, Segment, Sentence, TextState, Word
from .frames import PHONEME, expected

#: Shorter segments sound weak (the model was trained on 100 to 200 tokens).
MIN_TOKENS: Final = 10

#: Context of a join inside a sentence: tokens spoken and cut off again.
BEFORE: Final = 8
AFTER: Final = 6

#: Phonemes that a segment is taken to need: the fewest, and the rest of a word.
_NEXT: Final = MIN_TOKENS + 8

#: Share of the first sound's budget that a cut inside a sentence aims at.
_EARLY: Final = 0.8

#: Share of the longest possible segment from which one that ends at a clause is taken for it,
#: and one that ends between two words with context.
_CLAUSE_SHARE: Final = 0.34
_CONTEXT_SHARE: Final = 0.8

_CLAUSE_MARKS: Final = frozenset(",;:—…)”")
_SENTENCE_MARKS: Final = frozenset(".!?…")


#: A budget that is never used up.
_PLENTY: Final = 1_000_000


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


#: (phonemes, frames) of a run -> the budget of the run after it, in frames.
Then = Callable[[int, float], float]


class Script:
    def __init__(
        self, *, sentence_pause_s: float, by_sentence: bool = False, context: bool = True
    ) -> None:
        """by_sentence: the built-in voice speaks text, a sentence at a time.
        context: the model reports durations, so joins inside a sentence have context.
        """
        self.state = TextState.MORE
        self._sentences: deque[Sentence] = deque()
        self._offset = 0
        self._before = 0  # phonemes of context that the next segment begins with
        self._index = 0
        self._pause_s = sentence_pause_s
        self._by_sentence = by_sentence
        self._context = context

    def add(self, sentences: Iterable[Sentence], state: TextState) -> None:
        """More sentences of the text, in order."""
        self._sentences.extend(
            s
            for s in sentences
            if s.phonemes or s.pause_s or s.marks or (self._by_sentence and s.spoken)
        )
        self.state = state

    @property
    def backlog(self) -> int:
        """Phonemes not yet in a segment (characters for the built-in voice)."""
        if self._by_sentence:
            return sum(len(s.spoken) for s in self._sentences)
        return sum(len(s.phonemes) for s in self._sentences) - self._offset

    @property
    def runnable(self) -> bool:
        return bool(self._sentences)

    @property
    def ended(self) -> bool:
        return self.state is TextState.END and not self._sentences

    def next(
        self, budget: float, cap: int, then: Then = lambda phonemes, frames: _PLENTY
    ) -> Segment:
        """Take the next segment: its run costs at most `budget` frames where that can be,
        and leaves enough for the run after it.

        budget: frames at speed 1, context included; cap: phonemes, without context.
        then: what budget the next run will have, after one of so many phonemes and frames.
        Where nothing does both, the shortest that leaves enough is taken, so that one
        late segment is not followed by another.
        """
        first = self._sentences[0]
        if self._by_sentence or not first.phonemes:
            return self._take_sentence()
        return self._take(self._choose(budget, cap, then))

    # -- choosing

    def _choose(self, budget: float, cap: int, then: Then) -> Cut:
        cuts = self._cuts(cap)
        enough = [c for c in cuts if self._long_enough(c)]
        if not enough:
            return cuts[-1]
        lasting = [c for c in enough if self._leaves_enough(c, then)]
        fitting = [c for c in enough if c.cost <= budget]
        if best := [c for c in lasting if c.cost <= budget]:
            return _best(self._early(best, budget))
        if lasting:
            return lasting[0]
        if fitting:
            return _best(fitting)
        # Slower than speech: the gaps had better be where a speaker breathes.
        return enough[0] if self._index == 0 else _best(enough)

    def _early(self, cuts: list[Cut], budget: float) -> list[Cut]:
        """For the first sound, where no sentence fits: only cuts well within the budget.

        What cuts a sentence sounds cut at 27 tokens as at 18, and is heard sooner.
        """
        if self._index or any(c.boundary is Boundary.SENTENCE for c in cuts):
            return cuts
        return [c for c in cuts if c.cost <= _EARLY * budget] or cuts[:1]

    def _long_enough(self, cut: Cut) -> bool:
        """Neither the segment nor what it leaves of the text is too short."""
        if self.state is TextState.END and cut.rest < MIN_TOKENS:
            return cut.rest == 0
        return cut.length >= MIN_TOKENS

    def _leaves_enough(self, cut: Cut, then: Then) -> bool:
        """The sound of the segment lasts until another one can be made."""
        need = _NEXT
        if self.state is not TextState.MORE:
            if not cut.rest:
                return True
            # Too little for two segments is spoken in one.
            need = cut.rest if cut.rest < MIN_TOKENS + _NEXT else _NEXT
        before = BEFORE if cut.after else 0
        return then(cut.length, cut.cost) >= expected(before + need)

    def _cuts(self, cap: int) -> list[Cut]:
        """Every allowed place up to `cap` phonemes, shortest first; at least one.

        Inside a sentence each is there twice: without context, which costs less, and with.
        """
        cuts: list[Cut] = []
        length, rest, offset = 0, self.backlog, self._offset
        first = self._sentences[0]
        for number, sentence in enumerate(self._sentences):
            if number and (not sentence.phonemes or length + 1 > cap):
                break
            if (sentence.voice, sentence.rate) != (first.voice, first.rate):
                break  # one run has one voice and one speed
            length += 1 if number else 0  # the space between two sentences
            for at, boundary in _boundaries(sentence.phonemes, offset, cap):
                taken = at - offset
                if length + taken > cap:
                    return cuts
                cost = expected(self._before + length + taken, number)
                cut = Cut(length + taken, rest - taken, number, at, boundary, 0, cost)
                cuts.append(cut)
                if boundary is not Boundary.SENTENCE and self._context:
                    after = min(AFTER, len(sentence.phonemes) - at)
                    cuts.append(replace(cut, after=after, cost=cost + PHONEME * after))
            if sentence.pause_s is not None:
                break
            length += len(sentence.phonemes) - offset
            rest -= len(sentence.phonemes) - offset
            offset = 0
        return cuts

    # -- taking

    def _take(self, cut: Cut) -> Segment:
        parts = _Parts()
        sentence = self._sentences[0]
        before = sentence.phonemes[self._offset - self._before : self._offset]
        for number in range(cut.sentence + 1):
            sentence = self._sentences[0]
            stop = cut.offset if number == cut.sentence else len(sentence.phonemes)
            if number:
                parts.add_break(self._pause_s)
            parts.add(sentence, self._offset, stop)
            if stop == len(sentence.phonemes):
                self._sentences.popleft()
                self._offset = 0
            else:
                self._offset = stop
        ended = cut.boundary is Boundary.SENTENCE
        after = sentence.phonemes[cut.offset : cut.offset + cut.after]
        self._before = min(BEFORE, self._offset) if after else 0
        pause_s = self._pause_after(sentence) if ended else 0.0
        return parts.segment(self._number(), sentence, before, after, pause_s)

    def _take_sentence(self) -> Segment:
        sentence = self._sentences.popleft()
        self._offset = 0
        return Segment(
            index=self._number(),
            start=sentence.start,
            end=sentence.end,
            # Else it is a pause alone: whoever needs phonemes could not speak the text.
            spoken=sentence.spoken if self._by_sentence else "",
            phonemes="",
            words=sentence.words,
            pause_s=self._pause_after(sentence),
            voice=sentence.voice,
            rate=sentence.rate,
            marks=sentence.marks,
        )

    def _number(self) -> int:
        """The index of the segment that is being taken."""
        self._index += 1
        return self._index - 1

    def _pause_after(self, sentence: Sentence) -> float:
        if sentence.pause_s is not None:
            return sentence.pause_s
        # Nobody waits after the last word: the pause belongs between two sentences.
        return 0.0 if self.ended else self._pause_s


@dataclass(slots=True)
class _Parts:
    """What a segment is put together from; length: its phonemes so far."""

    length: int = 0
    start: int = -1
    end: int = -1
    phonemes: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def add_break(self, pause_s: float) -> None:
        """Between two sentences of one segment."""
        self.phonemes.append(" ")
        self.breaks.append(Break(self.length, pause_s))
        self.length += 1

    def add(self, sentence: Sentence, first: int, stop: int) -> None:
        """Phonemes `first` to `stop` of a sentence, and what stands there."""
        shift = self.length - first
        # A word that goes on here ("$5.30" is five spoken ones) comes in both segments.
        self.words += [
            Word(w.start, w.end, max(w.first, first) + shift, min(w.last, stop) + shift)
            for w in sentence.words
            if w.first < stop and w.last > first
        ]
        # A mark at the very end is reached with the last phoneme, not with the next.
        self.marks += [
            Mark(m.name, m.at + shift)
            for m in sentence.marks
            if first <= m.at < stop or m.at == stop == len(sentence.phonemes)
        ]
        start, self.end = _span(sentence, first, stop)
        self.start = start if self.start < 0 else self.start
        self.spoken.append(sentence.spoken)
        self.phonemes.append(sentence.phonemes[first:stop])
        self.length += stop - first

    def segment(
        self, index: int, sentence: Sentence, before: str, after: str, pause_s: float
    ) -> Segment:
        """sentence: the last one; before, after: context."""
        return Segment(
            index=index,
            start=self.start,
            end=self.end,
            spoken=" ".join(self.spoken),
            phonemes="".join(self.phonemes),
            before=before,
            after=after,
            words=tuple(self.words),
            breaks=tuple(self.breaks),
            pause_s=pause_s,
            voice=sentence.voice,
            rate=sentence.rate,
            marks=tuple(self.marks),
        )


def _best(cuts: list[Cut]) -> Cut:
    """The last sentence end; else the last clause, unless that is much shorter; else a word,
    with context where that is not much shorter: a listener hears a join that has none.
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


def _boundaries(phonemes: str, start: int, cap: int) -> Iterable[tuple[int, Boundary]]:
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


def _span(sentence: Sentence, first: int, stop: int) -> tuple[int, int]:
    """Characters of the text that phonemes `first` to `stop` of a sentence speak."""
    start, end = sentence.start, sentence.end
    said = [w for w in sentence.words if w.first < stop and w.last > first]
    earlier = [w.end for w in sentence.words if w.last <= first]
    if first > 0:
        start = said[0].start if said else max(earlier, default=start)
    if stop < len(sentence.phonemes) and sentence.words:
        end = said[-1].end if said else max(earlier, default=start)
    return start, end
