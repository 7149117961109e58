# pure: no socket, thread or clock.
"""What is not for the ear, taken out of arriving text before anything else reads it.

A model's thoughts (`<think>...</think>`, `<thinking>`, `<details type="reasoning">`) become
line breaks, and the line breaks within a displayed formula (`$$...$$`, `\\[...\\]`) blanks, so that
every character stays in its place.

Owns:       text that is held back: a tag that may go on, a thought or formula without its end.
Invariants: what is given out is as long as what came, in its order; what is held back is bounded
            for a formula, and for a thought by the request; a thought that never ends is text.
Never:      hides what is not whole: a tag that is only spoken of takes nothing with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: What may be hidden or joined begins with one of these.
_BEGINNINGS: Final = ("<t", "<T", "<d", "<D", "$$", "\\[")  # the first two: of thoughts
_CLOSES: Final = re.compile(r"</think(?:ing)?\s{0,9}>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"<(?P<name>think|thinking|details)\b(?P<attributes>[^<>]{0,200})>", re.IGNORECASE
)
#: What may stand between the begin of a line and a tag.
_LEAD: Final = " \t>"
_REASONING: Final = re.compile(r"\btype\s*=\s*[\"']?reasoning", re.IGNORECASE)
#: What may become an opening when more text comes.
_OPEN_TAIL: Final = re.compile(r"(?:<[a-zA-Z]{0,8}(?:\s[^<>]{0,200})?|\$|\\)\Z")
_LONGEST_TAIL: Final = 210
#: Of the tag that ends a thought, with its blanks.
_LONGEST_CLOSE: Final = 24
_LONGEST_FORMULA: Final = 2_000


class Arriving:
    """Text on its way to a source. See the module for what it owns."""

    def __init__(self, *, thoughts: bool) -> None:
        """thoughts: they are said, as text"""
        self._thoughts = thoughts
        self._held = ""
        self._more: list[str] = []  # after _held: of a thought whose end has not come
        self._close: re.Pattern[str] | None = None  # that end
        self._tail = ""  # of what is held: the end may have begun in it
        self._endless: set[str] = set()  # tags that are not closed in the rest of the text
        self._after_line = True

    def feed(self, text: str, final: bool) -> str:
        """What may be read now."""
        if self._close is not None and not final:
            # Without looking through all of a long thought at each of its parts.
            self._more.append(text)
            seen = self._tail + text
            if not self._close.search(seen):
                self._tail = seen[-_LONGEST_CLOSE:]
                return ""
            text = ""
        text = "".join([self._held, *self._more, text])
        self._more.clear()
        self._close, self._tail = None, ""
        self._held = ""
        if not any(sign in text for sign in ("<", "$", "\\")):
            return self._given([text], "")
        out: list[str] = []
        given = position = 0
        # If no thought ends, as at the end of a text, its many beginnings are text at once.
        thoughts = not final or _CLOSES.search(text) is not None
        beginnings = _Beginnings(text, _BEGINNINGS if thoughts else _BEGINNINGS[2:])
        self._endless.clear()
        while (start := beginnings.after(position)) >= 0:
            position = start + 1
            tag = _TAG.match(text, start)
            if text[start] == "<" and (tag is None or not self._begins_line(text, start)):
                continue
            if tag:
                replaced = self._thought(text, tag, final)
            else:
                replaced = self._formula(text, start, final, beginnings)
            if replaced is None:
                out.append(text[given:start])
                return self._given(out, text[start:])
            said, end = replaced
            out += [text[given:start], said]
            given = position = end
        position = given
        tail = _OPEN_TAIL.search(text, max(position, len(text) - _LONGEST_TAIL))
        if tail and not final:
            out.append(text[position : tail.start()])
            return self._given(out, text[tail.start() :])
        out.append(text[position:])
        return self._given(out, "")

    def _begins_line(self, text: str, start: int) -> bool:
        lead = text[max(0, start - 9) : start].rstrip(_LEAD)
        return lead.endswith("\n") if lead else start < 9 and self._after_line

    def _given(self, out: list[str], held: str) -> str:
        given = "".join(out)
        if seen := given.rstrip(_LEAD):
            self._after_line = seen.endswith("\n")
        self._held = held
        return given

    def _thought(self, text: str, found: re.Match[str], final: bool) -> tuple[str, int] | None:
        """What is given out for it, and its end; None: more text must tell."""
        name = found["name"].lower()
        hidden = name != "details" or _REASONING.search(found["attributes"])
        if self._thoughts or not hidden:
            return found.group(), found.end()
        closing = re.compile(rf"</{name}\s{{0,9}}>", re.IGNORECASE)
        close = None if name in self._endless else closing.search(text, found.end())
        if close is None:
            self._endless.add(name)  # the next of its kind need not look
            if final:
                return found.group(), found.end()
            self._close, self._tail = closing, text[-_LONGEST_CLOSE:]
            return None
        return "\n" * (close.end() - found.start()), close.end()

    def _formula(
        self, text: str, start: int, final: bool, beginnings: _Beginnings
    ) -> tuple[str, int] | None:
        """The same for a displayed formula."""
        sign, after = text[start : start + 2], start + 2
        closing, last = "$$" if sign == "$$" else "\\]", after + _LONGEST_FORMULA
        end = text.find(closing, after, last + 2)
        if end < 0:
            if len(text) > last:
                far = text.find(closing, last)
                beginnings.skip(sign, (len(text) if far < 0 else far) - _LONGEST_FORMULA - 2)
                return sign, after
            return (sign, after) if final or "\n\n" in text[after:] else None
        end += 2
        written = text[start:end]
        if "\n\n" in written:
            return sign, after
        return re.sub(r"\s", " ", written), end


class _Beginnings:
    """Where any of what is looked for stands; each is looked for once over the text."""

    def __init__(self, text: str, looked_for: Sequence[str]) -> None:
        self._text = text
        self._next = dict.fromkeys(looked_for, -2)

    def skip(self, beginning: str, until: int) -> None:
        """None of it matters before `until`."""
        if until > self._next[beginning]:
            self._next[beginning] = self._text.find(beginning, until)

    def after(self, position: int) -> int:
        """The next place from `position` on; -1 if there is none."""
        for beginning, place in self._next.items():
            if place != -1 and place < position:
                self._next[beginning] = self._text.find(beginning, position)
        return min((place for place in self._next.values() if place >= 0), default=-1)
