# pure: no socket, thread or clock.
"""A request's text as far as it is read and not spoken; what of it is spoken next.

Each call of next() makes one segment, when a lane is free, since only then is it known how much
time there is; ramp.py chooses where it ends. unit() makes one for a voice that streams, by
units.py.

The built-in voice takes text, not phonemes, and its runs take next to no time: it gets a
sentence at a time.

Owns:       the sentences of one request that are not spoken yet, and a cursor.
Invariants: the phonemes of all segments, joined, are the phonemes of the sentences
            (the space between two sentences aside, which a join replaces by a pause);
            no segment is over `cap`; a cut is at a sentence end, else after a clause
            mark, else between words; inside a word only if it alone is over `cap`.
Never:      knows time: the caller turns seconds into budgets of frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from ..types import Segment, Sentence, TextState
from . import ramp, units
from .cuts import BEFORE, CAP, MIN_TOKENS, Boundary, Cut, Rest
from .parts import Parts
from .ramp import Then

#: A budget that is never used up.
_PLENTY: Final = 1_000_000

#: More phonemes than a cut between sentences looks at: the longest segment, and what must not be
#: left alone behind it.
_SETTLED: Final = CAP + 2 * MIN_TOKENS

#: Between two units of one sentence. The model's own at a comma is 0.1 to 0.2 s.
_CLAUSE_PAUSE_S: Final = 0.1


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
    def settled(self) -> bool:
        """What comes next would be cut the same, pause included, if more were read."""
        enough = self.backlog >= _SETTLED and len(self._sentences) > 1
        return self.runnable and (self.state is not TextState.MORE or enough)

    @property
    def upcoming(self) -> int:
        """Phonemes of the sentence that comes next, as far as it is known."""
        return len(self._sentences[0].phonemes) - self._offset if self._sentences else 0

    @property
    def voice(self) -> str:
        """That markup asks for in what is spoken next; "" for the request's own."""
        return self._sentences[0].voice if self._sentences else ""

    @property
    def ended(self) -> bool:
        return self.state is TextState.END and not self._sentences

    def next(
        self, budget: float, cap: int, then: Then = lambda phonemes, frames: _PLENTY
    ) -> Segment:
        """Take the next segment: its run costs at most `budget` frames if that can be,
        and leaves enough for the run after it.

        budget: frames at speed 1, context included; cap: phonemes, without context.
        then: what budget the next run will have, after one of so many phonemes and frames.
        If nothing does both, the shortest that leaves enough is taken, so that one
        late segment is not followed by another.
        """
        first = self._sentences[0]
        if self._by_sentence or not first.phonemes:
            return self._take_sentence()
        return self._take(ramp.choose(self._rest(), budget, cap, then))

    def unit(self, budget: float, front_budget: float) -> Segment:
        """Take the next unit, of a voice that streams.

        budget: frames at speed 1 of the longest whose front and first chunk are in time;
        front_budget: of the longest whose front alone is.
        """
        first = self._sentences[0]
        if self._by_sentence or not first.phonemes:
            return self._take_sentence()
        self._before = 0
        cut = units.choose(self._rest(), budget, front_budget)
        return self._take(cut, _CLAUSE_PAUSE_S if cut.boundary is Boundary.CLAUSE else 0.0)

    # -- taking

    def _rest(self) -> Rest:
        return Rest(
            self._sentences,
            self._offset,
            self._before,
            self.backlog,
            self._index == 0,
            self.state,
            self._context,
        )

    def _take(self, cut: Cut, pause_inside_s: float = 0.0) -> Segment:
        """pause_inside_s: after it, unless it ends with a sentence."""
        parts = Parts(begins=self._offset == 0)
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
        pause_s = self._pause_after(sentence) if ended else pause_inside_s
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
