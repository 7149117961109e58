# pure: no socket, thread or clock.
"""Fragments of markup to tokens: each span is read as the markup says, spans in the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal

from .markup.fragments import IPA, Fragment, Span
from .normalize import normalize
from .normalize.say_as import say_as
from .phonemes.ipa import from_ipa
from .token import Token


def tokens_of(
    fragment: Fragment, *, lang: str = "en-us", emoji: Literal["name", "drop"] = "name"
) -> list[Token]:
    """The tokens of a fragment (of one sentence, cut with `part`), spans in the source.

    An event is a token without text. `lang` counts if markup does not name another.
    """
    lang = fragment.lang or lang
    spans = fragment.spans
    if len(spans) == 1 and spans[0].plain:  # as most are
        return _plain_tokens(spans, lang, emoji)
    tokens: list[Token] = []
    tail = " "
    for group in _groups(spans):
        first = group[0]
        if first.event:
            mark = Token(
                "", first.start, first.end, space=False, punctuation=True, event=first.event
            )
            tokens.append(mark)
            continue
        if tokens and tokens[-1].phonemes and (owner := _OWNER.match(first.text)) and first.plain:
            tokens[-1] = _with_ending(tokens[-1])
            group = [first.cut(owner.end(), len(first.text)), *group[1:]]
            first = group[0]
            tail = "s"
        text = "".join(span.text for span in group)
        more = _plain_tokens(group, lang, emoji) if first.plain else _marked(first, lang, emoji)
        if tokens and more and not tail.isspace() and not text[:1].isspace():
            # An ending or a mark that goes on without a space: [Nguyen](/.../)'s.
            tokens[-1] = replace(tokens[-1], space=False)
        tokens += more
        tail = text[-1:] or tail
    return tokens


#: A word, or a sign.
_WRITTEN: Final = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def tokens_as_written(fragment: Fragment) -> list[Token]:
    """The tokens of a fragment that could not be normalized: its words and signs, as they are."""
    text = fragment.text
    tokens = []
    for found in _WRITTEN.finditer(text):
        start, end = fragment.source_span(*found.span())
        sign = not found.group()[0].isalnum()
        space = text[found.end() : found.end() + 1].isspace()
        tokens.append(Token(found.group(), start, end, space=space, punctuation=sign))
    return tokens


_OWNER: Final = re.compile(r"['’]s(?!\w)")


def _with_ending(token: Token) -> Token:
    """A word given in phonemes, with its 's."""
    said = token.phonemes or ""
    last = said[-1:]
    ending = "ᵻz" if last in "szʃʒʧʤ" else "s" if last in "ptkfθ" else "z"
    return replace(token, text=f"{token.text}'s", phonemes=said + ending)


def _groups(spans: Sequence[Span]) -> Iterable[list[Span]]:
    """Plain neighbours together, the others one by one."""
    group: list[Span] = []
    for span in spans:
        if group and not (span.plain and group[0].plain):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _plain_tokens(group: Sequence[Span], lang: str, emoji: Literal["name", "drop"]) -> list[Token]:
    first = group[0]
    if len(group) == 1 and first.exact:
        return normalize(first.text, lang=lang, emoji=emoji, base=first.start)
    tokens = normalize("".join(s.text for s in group), lang=lang, emoji=emoji)
    starts, ends = _offsets(group)
    placed: list[Token] = []
    for token in tokens:
        start = starts[min(token.start, len(starts) - 1)]
        end = max(ends[min(max(token.end - 1, token.start), len(ends) - 1)], start)
        placed.append(replace(token, start=start, end=end))
    return placed


def _offsets(group: Sequence[Span]) -> tuple[list[int], list[int]]:
    """For each character of the group's text the source span it stands for."""
    starts: list[int] = []
    ends: list[int] = []
    for span in group:
        if span.exact:
            starts += range(span.start, span.end)
            ends += range(span.start + 1, span.end + 1)
        else:
            starts += [span.start] * len(span.text)
            ends += [span.end] * len(span.text)
    return starts, ends


def _marked(span: Span, lang: str, emoji: Literal["name", "drop"]) -> list[Token]:
    lang = span.lang or lang
    place = span.start, span.end
    if span.phonemes is not None:
        words = " ".join(span.text.split()) or span.phonemes
        said = span.phonemes
        if span.detail == IPA:
            said = from_ipa(said, lang)
        return [Token(words, *place, phonemes=said)]
    if span.say:
        tokens = say_as(span.say, span.text, detail=span.detail, lang=lang)
    else:
        tokens = normalize(span.text, lang=lang, emoji=emoji)
    return [
        replace(
            t,
            start=span.start + t.start if span.exact else span.start,
            end=span.start + t.end if span.exact else span.end,
            lang=span.lang,
        )
        for t in tokens
    ]
