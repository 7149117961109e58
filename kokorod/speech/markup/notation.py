# pure: no socket, thread or clock.
"""The inline notation that plain text and Markdown may have: silences and given phonemes.

`[pause 500ms]`, `[[slnc 500]]` as macOS' say has it, `[word](/phonemes/)`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from .fragments import MAX_PAUSE_S, Fragment, FragmentKind, Span, join_fragments

#: Silence of a `[pause]` without a length, in seconds.
PAUSE_S: Final = 0.5

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


def split_inline(span: Span) -> list[Span | float]:
    """`span` without its inline markup: phonemes apart, and silences in seconds."""
    found: list[Span | float] = []
    last = 0
    for mark in _INLINE.finditer(span.text):
        if mark.start() > last:
            found.append(span.cut(last, mark.start()))
        if mark["slnc"]:
            found.append(pause_of(mark["slnc"], "ms"))
        elif mark["word"] is None:
            found.append(pause_of(mark["value"], mark["unit"]))
        else:
            whole = span.cut(mark.start(), mark.end())
            found.append(replace(whole, text=mark["word"], phonemes=mark["phonemes"]))
        last = mark.end()
    if last < len(span.text):
        found.append(span.cut(last, len(span.text)))
    return found


def read_inline(text: str, base: int = 0) -> list[Fragment]:
    """Plain text with `[pause 500ms]` and `[word](/phonemes/)` in it.

    base  where `text` begins in the user's text
    """
    if "[" not in text:
        return [Fragment(FragmentKind.TEXT, (Span(text, base, base + len(text)),))] if text else []
    return join_fragments(FragmentKind.TEXT, split_inline(Span(text, base, base + len(text))))
