# pure: no socket, thread or clock.
"""Pieces: what a reader of markup hands on, and the inline markup of plain text.

A piece is text that is spoken in one go with one voice and rate; between two pieces there
may be silence. Its text is what is seen (no asterisks, no tags); each stretch of it knows
which characters of the source it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from ..normalize import normalize
from ..normalize.sayas import say_as
from ..phonemes.ipa import from_ipa
from ..phonemes.languages import language
from ..token import Token

#: Longest silence that markup may ask for, in seconds: a slip of the pen must not stop
#: the speaker for an hour.
MAX_PAUSE_S: Final = 30.0

#: Silence of a `[pause]` without a length, in seconds.
PAUSE_S: Final = 0.5


#: The alphabet of phonemes that is not Kokoro's own.
IPA: Final = "ipa"


class PieceKind(StrEnum):
    TEXT = "text"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    CELL = "cell"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text of a piece and what it stands for.

    text        as it is to be read; "" for an event
    start, end  characters of the source. As long as `text`: they match one by one;
                otherwise every character of `text` stands for all of them
    say         how to read it, in SSML's words: "characters", "ordinal", ...; "" normally
    detail      the `format` that goes with `say`; IPA: the alphabet of `phonemes`
    phonemes    given by the user, in Kokoro's alphabet unless `detail` says otherwise
    lang        language, where it differs from the piece's, else ""
    event       name of a mark that is reached here
    """

    text: str
    start: int
    end: int
    say: str = ""
    detail: str = ""
    phonemes: str | None = None
    lang: str = ""
    event: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is read with its neighbours, as ordinary text."""
        return not (self.say or self.phonemes is not None or self.lang or self.event)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text spoken in one go.

    voice    name that markup asks for, else ""
    lang     language that markup asks for, else ""
    rate     factor on the speed of speech
    pause_s  silence after it; None: what the configuration says
    """

    kind: PieceKind
    stretches: tuple[Stretch, ...]
    voice: str = ""
    lang: str = ""
    rate: float = 1.0
    pause_s: float | None = None

    @property
    def text(self) -> str:
        """What is seen: give this to a SentenceSplitter."""
        return "".join(stretch.text for stretch in self.stretches)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the source that text[start:end] stands for."""
        at = 0
        first: int | None = None
        last = self.stretches[0].start if self.stretches else 0
        for stretch in self.stretches:
            length = len(stretch.text)
            if at + length > start and at < max(end, start + 1):
                exact = length == stretch.end - stretch.start
                if first is None:
                    first = stretch.start + (max(start - at, 0) if exact else 0)
                last = stretch.start + min(end - at, length) if exact else stretch.end
            at += length
        return (last if first is None else first), max(last, first or 0)

    def part(self, start: int, end: int) -> Piece:
        """The piece of text[start:end]; see `parts`."""
        return next(self.parts([(start, end)]))

    def parts(self, spans: Iterable[tuple[int, int]]) -> Iterator[Piece]:
        """The pieces of the spans, which are in order: one pass for all sentences.

        An event belongs to the span that it stands in or before. The silence after the
        piece comes after the span that ends its text; the others have none of their own.
        """
        ends = len(self.text.rstrip())
        index = at = 0
        for start, end in spans:
            kept: list[Stretch] = []
            while index < len(self.stretches):
                stretch = self.stretches[index]
                after = at + len(stretch.text)
                if (after > at and at >= end) or (at == after >= end and end < ends):
                    break
                if after == at or after > start:
                    kept.append(_cut(stretch, max(start - at, 0), min(end, after) - at))
                if after > end:
                    break
                index, at = index + 1, after
            yield replace(
                self, stretches=tuple(kept), pause_s=self.pause_s if end >= ends else None
            )


def _cut(stretch: Stretch, low: int, high: int) -> Stretch:
    if (low, high) == (0, len(stretch.text)):
        return stretch
    exact = len(stretch.text) == stretch.end - stretch.start
    start = stretch.start + low if exact else stretch.start
    end = stretch.start + high if exact else stretch.end
    return replace(stretch, text=stretch.text[low:high], start=start, end=end)


def tokens_of(
    piece: Piece, *, lang: str = "en-us", emoji: Literal["name", "drop"] = "name"
) -> list[Token]:
    """The tokens of a piece (of one sentence, cut with `part`), spans in the source.

    An event is a token without text. `lang` counts where markup does not name another.
    """
    lang = piece.lang or lang
    tokens: list[Token] = []
    tail = " "
    for group in _groups(piece.stretches):
        first = group[0]
        if first.event:
            mark = Token("", first.start, first.end, space=False, mark=True, event=first.event)
            tokens.append(mark)
            continue
        if tokens and tokens[-1].phonemes and (owner := _OWNER.match(first.text)) and first.plain:
            tokens[-1] = _with_ending(tokens[-1])
            group = [_cut(first, owner.end(), len(first.text)), *group[1:]]
            first = group[0]
            tail = "s"
        text = "".join(stretch.text for stretch in group)
        more = _plain_tokens(group, lang, emoji) if first.plain else _marked(first, lang, emoji)
        if tokens and more and not tail.isspace() and not text[:1].isspace():
            # An ending or a mark that goes on without a space: [Nguyen](/.../)'s.
            tokens[-1] = replace(tokens[-1], space=False)
        tokens += more
        tail = text[-1:] or tail
    return tokens


_OWNER: Final = re.compile(r"['’]s(?!\w)")


def _with_ending(token: Token) -> Token:
    """A word given in phonemes, with its 's."""
    said = token.phonemes or ""
    last = said[-1:]
    ending = "ᵻz" if last in "szʃʒʧʤ" else "s" if last in "ptkfθ" else "z"
    return replace(token, text=f"{token.text}'s", phonemes=said + ending)


def _groups(stretches: Sequence[Stretch]) -> Iterable[list[Stretch]]:
    """Plain neighbours together, the others one by one."""
    group: list[Stretch] = []
    for stretch in stretches:
        if group and not (stretch.plain and group[0].plain):
            yield group
            group = []
        group.append(stretch)
    if group:
        yield group


def _plain_tokens(
    group: Sequence[Stretch], lang: str, emoji: Literal["name", "drop"]
) -> list[Token]:
    first = group[0]
    if len(group) == 1 and len(first.text) == first.end - first.start:
        return normalize(first.text, lang=lang, emoji=emoji, base=first.start)
    tokens = normalize("".join(s.text for s in group), lang=lang, emoji=emoji)
    starts, ends = _offsets(group)
    placed: list[Token] = []
    for token in tokens:
        start = starts[min(token.start, len(starts) - 1)]
        end = max(ends[min(max(token.end - 1, token.start), len(ends) - 1)], start)
        placed.append(replace(token, start=start, end=end))
    return placed


def _offsets(group: Sequence[Stretch]) -> tuple[list[int], list[int]]:
    """For each character of the group's text the source span it stands for."""
    starts: list[int] = []
    ends: list[int] = []
    for stretch in group:
        length = len(stretch.text)
        if length == stretch.end - stretch.start:
            starts += range(stretch.start, stretch.end)
            ends += range(stretch.start + 1, stretch.end + 1)
        else:
            starts += [stretch.start] * length
            ends += [stretch.end] * length
    return starts, ends


def _marked(stretch: Stretch, lang: str, emoji: Literal["name", "drop"]) -> list[Token]:
    lang = stretch.lang or lang
    span = stretch.start, stretch.end
    if stretch.phonemes is not None:
        words = " ".join(stretch.text.split()) or stretch.phonemes
        said = stretch.phonemes
        if stretch.detail == IPA:
            said = from_ipa(said, language(lang))
        return [Token(words, *span, phonemes=said)]
    if stretch.say:
        tokens = say_as(stretch.say, stretch.text, detail=stretch.detail, lang=lang)
    else:
        tokens = normalize(stretch.text, lang=lang, emoji=emoji)
    exact = len(stretch.text) == stretch.end - stretch.start
    return [
        replace(
            t,
            start=stretch.start + t.start if exact else stretch.start,
            end=stretch.start + t.end if exact else stretch.end,
            lang=stretch.lang,
        )
        for t in tokens
    ]


_INLINE: Final = re.compile(
    r"\[pause(?:[ ]+(?P<value>\d{1,6}(?:\.\d{1,3})?)[ ]*(?P<unit>ms|s))?\]"
    r"|\[\[slnc[ ]+(?P<slnc>\d{1,6})[ ]*\]\]"  # macOS' say: milliseconds
    r"|\[(?P<word>[^\[\]\n]{1,200})\]\(/(?P<phonemes>[^/()\n]{1,400})/\)",
    re.IGNORECASE,
)


def pause_of(value: str | None, unit: str | None) -> float:
    """Seconds of a [pause 500ms]; at most MAX_PAUSE_S."""
    if not value:
        return PAUSE_S
    seconds = float(value) / (1000 if (unit or "").lower() == "ms" else 1)
    return min(seconds, MAX_PAUSE_S)


def split_inline(stretch: Stretch) -> list[Stretch | float]:
    """`stretch` without its inline markup: phonemes apart, and silences in seconds."""
    found: list[Stretch | float] = []
    last = 0
    for mark in _INLINE.finditer(stretch.text):
        if mark.start() > last:
            found.append(_cut(stretch, last, mark.start()))
        if mark["slnc"]:
            found.append(pause_of(mark["slnc"], "ms"))
        elif mark["word"] is None:
            found.append(pause_of(mark["value"], mark["unit"]))
        else:
            whole = _cut(stretch, mark.start(), mark.end())
            found.append(replace(whole, text=mark["word"], phonemes=mark["phonemes"]))
        last = mark.end()
    if last < len(stretch.text):
        found.append(_cut(stretch, last, len(stretch.text)))
    return found


def join_pieces(
    kind: PieceKind, content: Iterable[Stretch | float], pause_s: float | None = None
) -> list[Piece]:
    """Pieces of stretches and silences: each silence ends one."""
    pieces: list[Piece] = []
    held: list[Stretch] = []
    for part in content:
        if isinstance(part, Stretch):
            held.append(part)
        elif any(s.text.strip() or s.event or s.phonemes for s in held) or not pieces:
            pieces.append(Piece(kind, tuple(held), pause_s=part))
            held = []
        else:
            before = pieces[-1].pause_s or 0.0
            pieces[-1] = replace(pieces[-1], pause_s=min(before + part, MAX_PAUSE_S))
    if any(s.text.strip() or s.event or s.phonemes for s in held):
        pieces.append(Piece(kind, tuple(held), pause_s=pause_s))
    elif pieces and pause_s is not None:
        pieces[-1] = replace(pieces[-1], pause_s=max(pieces[-1].pause_s or 0.0, pause_s))
    return pieces


def read_inline(text: str, base: int = 0) -> list[Piece]:
    """Plain text with `[pause 500ms]` and `[word](/phonemes/)` in it.

    base  where `text` begins in the user's text
    """
    if "[" not in text:
        return [Piece(PieceKind.TEXT, (Stretch(text, base, base + len(text)),))] if text else []
    return join_pieces(PieceKind.TEXT, split_inline(Stretch(text, base, base + len(text))))
