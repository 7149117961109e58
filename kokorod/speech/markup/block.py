# pure: no socket, thread or clock.
"""An open block of Markdown: its text so far, given out sentence by sentence."""

from __future__ import annotations

from typing import Final

from ..sentences import SentenceSplitter
from .fragments import FragmentKind, Span
from .inline import read_line

#: Emphasis or a link that is open for longer than this was never meant to be one.
_LONGEST_OPEN: Final = 2_000


class Block:
    """The text of an open paragraph, item or quotation.

    Owns: its text, where each character stands, and how much has been given out.
    """

    def __init__(self, kind: FragmentKind, lang: str) -> None:
        self.kind = kind
        self.text = ""
        self.starts: list[int] = []
        self.given = 0
        self.line = 0  # where its last line begins
        self._added: list[str] = []
        self._sentences = SentenceSplitter(lang)

    def add(self, text: str, start: int) -> None:
        self._added.append(text)
        self._sentences.feed(text)
        self.starts += range(start, start + len(text))

    def lull(self) -> None:
        self._sentences.lull()

    def begin_line(self) -> None:
        self.line = len(self.starts)

    def join(self) -> None:
        """A line ended: a space."""
        if self.starts:
            self._added.append(" ")
            self._sentences.feed(" ")
            self.starts.append(self.starts[-1] + 1)

    def settle(self) -> None:
        self.text += "".join(self._added)
        self._added.clear()

    def whole(self) -> int:
        """Where the last whole sentence ends that leaves nothing open; 0 if there is none."""
        end = 0
        reached = self.given
        while span := self._sentences.next():
            self.settle()
            reached = span[1]
            if _balanced(self.text[self.given : reached]) or reached - self.given > _LONGEST_OPEN:
                end = reached
        return end

    def take(self, end: int) -> list[Span | float]:
        """The content up to `end`, given out."""
        self.settle()
        begin, self.given = self.given, end
        return read_line(self.text[begin:end], self.starts[begin:end])


def _balanced(text: str) -> bool:
    """Whether no emphasis, code or link is open at the end."""
    return (
        text.count("`") % 2 == 0
        and text.count("**") % 2 == 0
        and text.count("[") == text.count("]")
        and text.count("(") == text.count(")")
    )
