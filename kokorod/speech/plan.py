# pure: no socket, thread or clock.
"""The ramp: which phonemes the next run of a synthesizer speaks.

Owns:       the sentences of one request that are not spoken yet, and a cursor.
Invariants: the phonemes of all segments, joined, are the phonemes of the sentences
            (the space between two sentences aside, which a join replaces by a pause);
            no segment is over `cap`; a cut is at a sentence end, else after a clause
            mark, else between words; inside a word only where it alone is over `cap`.
Never:      knows time: the caller turns seconds into a budget of tokens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ..types import Break, Segment, Sentence, TextState, Word

#: Shorter segments sound weak (the model was trained on 100 to 200 tokens).
MIN_TOKENS: Final = 10

#: Context of a join inside a sentence: tokens spoken and cut off again.
BEFORE: Final = 8
AFTER: Final = 6

_PADS: Final = 2
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

    offset: phonemes of that sentence already taken after the cut; cost: tokens of the
    run, context and pads included.
    """

    length: int
    sentence: int
    offset: int
    boundary: Boundary
    cost: int


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
        self._index = 0
        self._pause_s = sentence_pause_s
        self._by_sentence = by_sentence
        self._context = context

    def add(self, sentences: Iterable[Sentence], state: TextState) -> None:
        """More sentences of the text, in order."""
        self._sentences.extend(
            s for s in sentences if s.phonemes or s.pause_s or (self._by_sentence and s.spoken)
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

    def next(self, budget: int, cap: int) -> Segment:
        """Take the next segment: its run costs at most `budget` tokens where that can be.

        budget, cap: tokens, context and pads included in the first, not in the second.
        Where nothing fits, the shortest allowed segment is taken.
        """
        first = self._sentences[0]
        if self._by_sentence or not first.phonemes:
            return self._take_sentence()
        return self._take(self._choose(budget, cap))

    # -- choosing

    def _choose(self, budget: int, cap: int) -> Cut:
        cuts = self._cuts(min(cap, max(budget, MIN_TOKENS)), cap)
        fitting = [c for c in cuts if c.cost <= budget and c.length <= cap]
        good = [c for c in fitting if self._long_enough(c)]
        if not good:
            # Nothing fits: the shortest that is long enough, context left out if need be.
            enough = [c for c in cuts if self._long_enough(c) and c.length <= cap]
            return enough[0] if enough else max(cuts, key=lambda c: (c.length <= cap, c.length))
        longest = good[-1].length
        for boundary, share in ((Boundary.SENTENCE, 0.0), (Boundary.CLAUSE, 0.34)):
            best = [c for c in good if c.boundary is boundary and c.length >= share * longest]
            if best:
                return best[-1]
        return good[-1]

    def _long_enough(self, cut: Cut) -> bool:
        """Neither the segment nor what it leaves of the text is too short."""
        rest = self.backlog - cut.length
        if self.state is TextState.END and rest < MIN_TOKENS:
            return rest <= 0
        return cut.length >= MIN_TOKENS

    def _cuts(self, want: int, cap: int) -> list[Cut]:
        """Every allowed place up to about `want` phonemes, shortest first; at least one."""
        cuts: list[Cut] = []
        length, offset = 0, self._offset
        before = BEFORE if self._context and self._offset else 0
        before = min(before, self._offset)
        for number, sentence in enumerate(self._sentences):
            if number and (not sentence.phonemes or length + 1 > cap):
                break
            length += 1 if number else 0  # the space between two sentences
            for at, boundary in _boundaries(sentence.phonemes, offset, cap):
                here = length + at - offset
                if here > cap or (here > want and cuts and cuts[-1].length >= MIN_TOKENS):
                    return cuts
                after = 0
                if boundary is not Boundary.SENTENCE and self._context:
                    after = min(AFTER, len(sentence.phonemes) - at)
                cuts.append(Cut(here, number, at, boundary, before + here + after + _PADS))
            if sentence.pause_s is not None:
                break
            length += len(sentence.phonemes) - offset
            offset = 0
        return cuts

    # -- taking

    def _take(self, cut: Cut) -> Segment:
        phonemes: list[str] = []
        words: list[Word] = []
        breaks: list[Break] = []
        spoken: list[str] = []
        length = 0
        before = ""
        if self._context and self._offset:
            before = self._sentences[0].phonemes[max(0, self._offset - BEFORE) : self._offset]
        start = end = -1
        sentence = self._sentences[0]
        for number in range(cut.sentence + 1):
            sentence = self._sentences[0]
            stop = cut.offset if number == cut.sentence else len(sentence.phonemes)
            if number:
                phonemes.append(" ")
                breaks.append(Break(length, self._pause_s))
                length += 1
            taken = [w for w in sentence.words if self._offset <= w.first < stop]
            shift = length - self._offset
            words += [
                Word(w.start, w.end, w.first + shift, min(w.last, stop) + shift) for w in taken
            ]
            part_start, part_end = _span(sentence, taken, self._offset, stop)
            start = part_start if start < 0 else start
            end = part_end
            spoken.append(sentence.spoken)
            phonemes.append(sentence.phonemes[self._offset : stop])
            length += stop - self._offset
            if stop == len(sentence.phonemes):
                self._sentences.popleft()
                self._offset = 0
            else:
                self._offset = stop
        ended = cut.boundary is Boundary.SENTENCE
        after = ""
        if self._context and not ended:
            after = sentence.phonemes[cut.offset : cut.offset + AFTER]
        return self._segment(
            Segment(
                index=self._index,
                start=start,
                end=end,
                spoken=" ".join(spoken),
                phonemes="".join(phonemes),
                before=before,
                after=after,
                words=tuple(words),
                breaks=tuple(breaks),
                pause_s=self._pause_after(sentence) if ended else 0.0,
            )
        )

    def _take_sentence(self) -> Segment:
        sentence = self._sentences.popleft()
        self._offset = 0
        return self._segment(
            Segment(
                index=self._index,
                start=sentence.start,
                end=sentence.end,
                spoken=sentence.spoken,
                phonemes="",
                words=sentence.words,
                pause_s=self._pause_after(sentence),
            )
        )

    def _segment(self, segment: Segment) -> Segment:
        self._index += 1
        return segment

    def _pause_after(self, sentence: Sentence) -> float:
        if sentence.pause_s is not None:
            return sentence.pause_s
        # Nobody waits after the last word: the pause belongs between two sentences.
        return 0.0 if self.ended else self._pause_s


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


def _span(sentence: Sentence, words: list[Word], first: int, stop: int) -> tuple[int, int]:
    """Characters of the text that a part of a sentence speaks."""
    start = sentence.start if first == 0 or not words else words[0].start
    end = sentence.end if stop == len(sentence.phonemes) or not words else words[-1].end
    return start, end
