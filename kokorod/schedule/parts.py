# pure: no socket, thread or clock.
"""What a segment is put together from: sentences and parts of sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..types import Break, Mark, Segment, Sentence, Word


@dataclass(slots=True)
class Parts:
    """What a segment is put together from.

    begins  with the first phoneme of a sentence
    length  its phonemes so far
    """

    begins: bool
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
            begins=self.begins,
        )


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
