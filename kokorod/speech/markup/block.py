# pure: no socket, thread or clock.
"""An open block of Markdown: its text so far, given out sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..sentences import SentenceSplitter
from .fragments import FragmentKind, Span
from .inline import read_line

#: Emphasis or a link that is open for longer than this was never meant to be one.
_LONGEST_OPEN: Final = 2_000
#: A tag whose content is not seen, and whose end is missing.
_HIDING: Final = re.compile(r"<(script|style|svg|template)\b(?!.*</\1)", re.IGNORECASE | re.DOTALL)


class Block:
    """The text of an open paragraph, item or quotation.

    Owns: its text, where each character stands, and how much has been given out.
    """

    def __init__(self, kind: FragmentKind, lang: str) -> None:
        self.kind = kind
        self._text = ""
        self._places: list[int] = []
        self._given = 0
        self._added: list[str] = []
        self._sentences = SentenceSplitter(lang)

    def add(self, text: str, places: Sequence[int]) -> None:
        self._added.append(text)
        self._sentences.feed(text)
        self._places += places

    def goes_on_as(self, text: str, places: Sequence[int]) -> int | None:
        """How much of `text` is here already and not given out; None if it is another text."""
        self._settle()
        length = len(self._text) - self._given
        if not length:
            return 0 if self._text else None
        same = text.startswith(self._text[self._given :]) and places[0] == self._places[self._given]
        return length if same else None

    def flush_idle(self) -> None:
        self._sentences.flush_idle()

    def _settle(self) -> None:
        self._text += "".join(self._added)
        self._added.clear()

    def whole(self) -> int:
        """Where the next whole sentence ends that leaves nothing open; 0 if there is none."""
        while span := self._sentences.next():
            self._settle()
            reached = span[1]
            length = reached - self._given
            if length > _LONGEST_OPEN or _balanced(self._text[self._given : reached]):
                return reached
        return 0

    def end(self) -> None:
        """No more comes: what is left is whole."""
        self._sentences.feed("", final=True)

    def take(self, end: int) -> tuple[list[Span | float], int]:
        """The content up to `end`, given out; and where in the source that is."""
        self._settle()
        begin, self._given = self._given, end
        places = self._places[begin:end]
        return read_line(self._text[begin:end], places), places[-1] + 1

    def rest(self) -> list[Span | float]:
        """What has not been given out."""
        self._settle()
        return self.take(len(self._text))[0] if self._given < len(self._text) else []


def _balanced(text: str) -> bool:
    """Whether no emphasis, code, link or tag is open at the end."""
    return (
        text.count("`") % 2 == 0
        and text.count("**") % 2 == 0
        and text.count("[") == text.count("]")
        and text.count("(") == text.count(")")
        and not _in_tag(text)
    )


def _in_tag(text: str) -> bool:
    begin = text.rfind("<")
    follower = text[begin + 1 : begin + 2]
    if begin < 0:
        return False
    if ">" not in text[begin:] and (follower.isalpha() or follower in ("/", "!")):
        return True
    return _HIDING.search(text) is not None
