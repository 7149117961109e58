# pure: no socket, thread or clock.
"""Tokens and their readings -> one Sentence: spaces, quotes, spans."""

from __future__ import annotations

from collections.abc import Sequence

from ...types import Sentence, Word
from ..token import Token, spoken
from .punctuation import CLOSING, MAX_RUN, OPENING
from .reading import Reading, Source

_STRAIGHT = '"'

#: A word after one of these has a space, written or not.
_SPACED = CLOSING - {"…"}


def assemble(tokens: Sequence[Token], readings: Sequence[Reading]) -> Sentence:
    """The sentence the tokens make. Both sequences have the same length.

    Words are separated by one space. Marks stand as they were written, but never after a
    space if they close, nor before one if they open. Tokens whose spans of the
    user's text overlap, or run backwards, are one Word.
    """
    said = ""
    words: list[Word] = []
    reached = 0  # in the user's text: the end of the last word
    written = False
    after_word = False
    quoted = False
    source_of_marks = Source.MARK
    for token, reading in zip(tokens, readings, strict=True):
        phonemes = reading.phonemes
        mark = reading.source is source_of_marks
        if mark and _STRAIGHT in phonemes:
            phonemes, quoted = _curl(phonemes, quoted)
        if mark and said.endswith(phonemes[:1] * MAX_RUN):
            phonemes = phonemes.lstrip(said[-1:])
        if not phonemes:
            if reading.joined and words:
                _join_word(words, token, words[-1].last, words[-1].last, joined=True)
                reached = words[-1].end
            written = written or token.space
            continue
        if (after_word and not mark) or (said and _spaced(said[-1], phonemes[0], mark, written)):
            said += " "
        first = len(said)
        said += phonemes
        if not mark:
            if token.start < reached:
                _join_word(words, token, first, len(said))
            else:
                words.append(Word(token.start, token.end, first, len(said)))
            reached = words[-1].end
        written = token.space
        after_word = not mark
    return Sentence(
        start=min([t.start for t in tokens], default=0),
        end=max([t.end for t in tokens], default=0),
        spoken=spoken(tokens),
        phonemes=said,
        words=tuple(words),
        pause_s=next((t.pause_s for t in reversed(tokens) if t.pause_s is not None), None),
    )


def _spaced(last: str, first: str, mark: bool, written: bool) -> bool:
    """Does a space stand between two neighbours, of which one at least is a mark?"""
    if not mark:
        return last not in OPENING and (written or last in _SPACED)
    if first in CLOSING:
        return False
    if first in OPENING:
        return last not in OPENING and (written or last != "—")
    return written and last not in OPENING


def _curl(marks: str, quoted: bool) -> tuple[str, bool]:
    """Straight quotes -> “ and ” in turn."""
    result = ""
    for c in marks:
        if c == _STRAIGHT:
            c = "”" if quoted else "“"
        if c in "“”":
            quoted = c == "“"
        result += c
    return result, quoted


def _join_word(
    words: list[Word], token: Token, first: int, last: int, joined: bool = False
) -> None:
    start, end = token.start, token.end
    while words and (joined or start < words[-1].end):
        before = words.pop()
        start, end, first = min(before.start, start), max(before.end, end), before.first
        joined = False
    words.append(Word(start, end, first, last))
