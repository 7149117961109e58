# pure: no socket, thread or clock.
"""Fragments: what a reader of markup hands on.

A fragment is text that is spoken in one go with one voice and rate; between two fragments there
may be silence. Its text is what is seen (no asterisks, no tags); each span of it knows
which characters of the source it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

#: Longest silence that markup may ask for, in seconds: a slip of the pen must not stop
#: the speaker for an hour.
MAX_PAUSE_S: Final = 30.0

#: The alphabet of phonemes that is not Kokoro's own.
IPA: Final = "ipa"


class FragmentKind(StrEnum):
    TEXT = "text"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    CELL = "cell"
    CODE = "code"


# Frozen for the type checker alone, as Token is: each sentence waits until one of both is made.
@dataclass(slots=True)
class Span:
    """Text of a fragment and what it stands for.

    text        as it is to be read; "" for an event
    start, end  characters of the source. As long as `text`: they match one by one;
                otherwise every character of `text` stands for all of them
    say         how to read it, in SSML's words: "characters", "ordinal", ...; "" normally
    detail      the `format` that goes with `say`; IPA: the alphabet of `phonemes`
    phonemes    given by the user, in Kokoro's alphabet unless `detail` says otherwise
    lang        language, if it differs from the fragment's, else ""
    event       name of a mark that is reached here
    """

    text: Final[str]
    start: Final[int]
    end: Final[int]
    say: Final[str] = ""
    detail: Final[str] = ""
    phonemes: Final[str | None] = None
    lang: Final[str] = ""
    event: Final[str] = ""

    @property
    def plain(self) -> bool:
        """Whether it is read with its neighbours, as ordinary text."""
        return not (self.say or self.phonemes is not None or self.lang or self.event)

    @property
    def exact(self) -> bool:
        """Whether its characters match those of the source one by one."""
        return len(self.text) == self.end - self.start

    def cut(self, low: int, high: int) -> Span:
        """The span of text[low:high]."""
        if (low, high) == (0, len(self.text)):
            return self
        start = self.start + low if self.exact else self.start
        end = self.start + high if self.exact else self.end
        return replace(self, text=self.text[low:high], start=start, end=end)


@dataclass(slots=True)
class Fragment:
    """Text spoken in one go.

    voice    name that markup asks for, else ""
    lang     language that markup asks for, else ""
    rate     factor on the speed of speech
    pause_s  silence after it; None: what the configuration says
    asked_s  how much of that breaks ask for, beside what a block's end is given
    """

    kind: Final[FragmentKind]
    spans: Final[tuple[Span, ...]]
    voice: Final[str] = ""
    lang: Final[str] = ""
    rate: Final[float] = 1.0
    pause_s: Final[float | None] = None
    asked_s: Final[float] = field(default=0.0, compare=False)

    @property
    def text(self) -> str:
        """What is seen: give this to a SentenceSplitter."""
        return "".join([span.text for span in self.spans])

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the source that text[start:end] stands for."""
        at = 0
        first: int | None = None
        last = self.spans[0].start if self.spans else 0
        for span in self.spans:
            length = len(span.text)
            if at + length > start and at < max(end, start + 1):
                if first is None:
                    first = span.start + (max(start - at, 0) if span.exact else 0)
                last = span.start + min(end - at, length) if span.exact else span.end
            at += length
        return (last if first is None else first), max(last, first or 0)

    def part(self, start: int, end: int) -> Fragment:
        """The fragment of text[start:end]; see `parts`."""
        return next(self.parts([(start, end)]))

    def parts(self, ranges: Iterable[tuple[int, int]]) -> Iterator[Fragment]:
        """The fragments of text ranges, which are in order: one pass for all sentences.

        An event belongs to the range that it stands in or before. The silence after the
        fragment comes after the range that ends its text; the others have none of their own.
        """
        ends = len(self.text.rstrip())
        index = at = 0
        for start, end in ranges:
            kept: list[Span] = []
            while index < len(self.spans):
                span = self.spans[index]
                after = at + len(span.text)
                if (after > at and at >= end) or (at == after >= end and end < ends):
                    break
                if after == at or after > start:
                    kept.append(span.cut(max(start - at, 0), min(end, after) - at))
                if after > end:
                    break
                index, at = index + 1, after
            if end >= ends:
                yield replace(self, spans=tuple(kept))
            else:
                yield replace(self, spans=tuple(kept), pause_s=None, asked_s=0.0)


def join_fragments(
    kind: FragmentKind, content: Iterable[Span | float], pause_s: float | None = None
) -> list[Fragment]:
    """Fragments of spans and silences: each silence ends one."""
    fragments: list[Fragment] = []
    held: list[Span] = []
    said = False  # something of what is held
    for part in content:
        if isinstance(part, Span):
            held.append(part)
            said = said or bool(part.text.strip() or part.event or part.phonemes)
        elif said or not fragments:
            fragments.append(Fragment(kind, tuple(held), pause_s=part, asked_s=part))
            held, said = [], False
        else:
            last = fragments[-1]
            pause = min((last.pause_s or 0.0) + part, MAX_PAUSE_S)
            fragments[-1] = replace(last, pause_s=pause, asked_s=pause)
    if said:
        fragments.append(Fragment(kind, tuple(held), pause_s=pause_s))
    elif fragments and pause_s is not None:
        fragments[-1] = replace(fragments[-1], pause_s=max(fragments[-1].pause_s or 0.0, pause_s))
    return fragments
