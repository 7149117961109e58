# pure: no socket, thread or clock.
"""Tokens of one written word, put together again if the whole is better known.

Normalization takes GitHub apart at its capital and PDFs before its s; the tokens then
share their place in the user's text, or stand there without a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from ..token import Token
from .words import plain

#: Parts a written word is put together from.
_MOST: Final = 4
_LAST_LETTER: Final = re.compile(r"([A-Za-z])'?s")


def whole_word(
    tokens: Sequence[Token], at: int, known: Callable[[str], bool]
) -> tuple[str, int] | None:
    """The known word that begins with the token at `at`, and how many tokens make it."""
    first = tokens[at]
    if at + 1 == len(tokens) or tokens[at + 1].start > first.end:
        return None
    text = plain(first.text)
    end = first.end
    for count in range(2, min(_MOST, len(tokens) - at) + 1):
        token = tokens[at + count - 1]
        if token.punctuation or token.phonemes is not None or token.start > end:
            return None
        text += plain(token.text)
        end = max(end, token.end)
        # Only letters that are written so: `five` and `dollars` come from $5.
        if len(text) == end - first.start and known(text):
            return text, count
    return None


def spelled_plural(tokens: Sequence[Token], at: int) -> str | None:
    """The letters of PDFs, which come as PD, to be spelled, and F's."""
    if at + 1 == len(tokens) or not tokens[at].letters:
        return None
    after = tokens[at + 1]
    match = _LAST_LETTER.fullmatch(plain(after.text))
    if match is None or after.start >= tokens[at].end or after.punctuation:
        return None
    return tokens[at].text + match.group(1)
