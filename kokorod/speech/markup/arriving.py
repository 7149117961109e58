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
from typing import Final

_OPENING: Final = re.compile(
    r"(?:(?<=\n)|\A)[ \t>]{0,8}"
    r"(?P<tag><(?P<name>think|thinking|details)\b(?P<attributes>[^<>]{0,200})>)"
    r"|(?P<formula>\$\$|\\\[)",
    re.IGNORECASE,
)
_REASONING: Final = re.compile(r"\btype\s*=\s*[\"']?reasoning", re.IGNORECASE)
#: What may become an opening when more text comes.
_OPEN_TAIL: Final = re.compile(r"(?:<[a-zA-Z]{0,8}(?:\s[^<>]{0,200})?|\$|\\)\Z")
_LONGEST_FORMULA: Final = 2_000


class Arriving:
    """Text on its way to a source. See the module for what it owns."""

    def __init__(self, *, thoughts: bool) -> None:
        """thoughts: they are said, as text"""
        self._thoughts = thoughts
        self._held = ""
        self._begun = False

    def feed(self, text: str, final: bool) -> str:
        """What may be read now."""
        text = self._held + text
        self._held = ""
        if not any(sign in text for sign in ("<", "$", "\\")):
            self._begun = self._begun or bool(text)
            return text
        out: list[str] = []
        position = 0
        while found := _OPENING.search(text, position):
            if found["tag"] and (found.start() == 0 and self._begun and not self._after_line):
                out.append(text[position : found.end()])
                position = found.end()
                continue
            replaced = self._replaced(text, found, final)
            if replaced is None:
                out.append(text[position : found.start()])
                return self._given(out, text[found.start() :])
            said, end = replaced
            out += [text[position : found.start()], said]
            position = end
        tail = _OPEN_TAIL.search(text, position)
        if tail and not final:
            out.append(text[position : tail.start()])
            return self._given(out, text[tail.start() :])
        out.append(text[position:])
        return self._given(out, "")

    _after_line = True

    def _given(self, out: list[str], held: str) -> str:
        given = "".join(out)
        if given:
            self._begun = True
            self._after_line = given.endswith("\n")
        self._held = held
        return given

    def _replaced(self, text: str, found: re.Match[str], final: bool) -> tuple[str, int] | None:
        """What is given out for it, and its end; None: more text must tell."""
        if found["formula"]:
            return self._formula(text, found, final)
        name = found["name"].lower()
        hidden = name != "details" or _REASONING.search(found["attributes"])
        if self._thoughts or not hidden:
            return found.group(), found.end()
        close = re.compile(rf"</{name}\s{{0,9}}>", re.IGNORECASE).search(text, found.end())
        if close is None:
            return (found.group(), found.end()) if final else None
        return "\n" * (close.end() - found.start()), close.end()

    def _formula(self, text: str, found: re.Match[str], final: bool) -> tuple[str, int] | None:
        sign = found.group()
        end = text.find("$$" if sign == "$$" else "\\]", found.end())
        if end < 0 or end - found.end() > _LONGEST_FORMULA:
            whole = (
                final or len(text) - found.end() > _LONGEST_FORMULA or "\n\n" in text[found.end() :]
            )
            return (sign, found.end()) if whole or end >= 0 else None
        end += 2
        written = text[found.start() : end]
        if "\n\n" in written:
            return sign, found.end()
        return re.sub(r"\s", " ", written), end
