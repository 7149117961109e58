# pure: no socket, thread or clock.
"""The blocks of Markdown, by markdown-it-py: each leaf's text, every character with its place.

markdown-it-py knows which lines a block has and what its text is without the marks of lists and
quotations, which is CommonMark's difficult half. It does not know where in its line a character
stands; as the text of a line is always a part of that line, `_Walk._placed` looks it up.
Its inline half is not used: it has no places at all (see inline.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from .commonmark import DEEPEST, parser
from .fragments import FragmentKind

if TYPE_CHECKING:
    from markdown_it.token import Token


#: Lines, after which definitions of links' targets are taken for as many as have a label.
_LONGEST_DEFINITION: Final = 50

#: Silences after cells and rows, in seconds.
_CELL_S: Final = 0.15
_ROW_S: Final = 0.4
_PAUSES: Final = {FragmentKind.HEADING: 0.6, FragmentKind.ITEM: 0.3}
_BLOCK_S: Final = 0.5

_NUMBER: Final = re.compile(r"\d{1,9}(?=[.)])")
_TASK: Final = re.compile(r"\[[ xX]\][ \t]+")
_UNSEEN: Final = re.compile(r"<(script|style|svg|template)\b", re.IGNORECASE)
_MARKS: Final = re.compile(r"(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))*[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, from `start` of the source on."""

    text: str
    start: int


class LeafKind(Enum):
    TEXT = auto()  # of a paragraph, a heading, an item, a quotation
    HTML = auto()  # the same, with tags
    CELL = auto()
    FENCE = auto()  # the line that opens code; its text: what language the code is in
    CODE = auto()  # a line of code
    UNCLOSED = auto()  # the end of a text that ends inside a fence
    RULE = auto()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A block that holds no other.

    text, places  what inline.py reads, and where each character stands in the source
    start, end    characters of the source
    pause_s       silence after it
    open          what comes next may still belong to it
    """

    what: LeafKind
    kind: FragmentKind
    text: str
    places: Sequence[int]
    start: int
    end: int
    pause_s: float
    open: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """The leaves of some lines, and which lines must stay to parse what comes next.

    again      number of a line: those before are settled
    head       if not 0, that many lines from `again` on are enough, and all others are settled
    paragraph  `again` begins a paragraph that is open
    """

    leaves: list[Leaf]
    again: int
    head: int = 0
    paragraph: bool = False


def parse(lines: Sequence[Line], final: bool) -> Parsed:
    """The blocks of whole lines that begin where no block is open."""
    markdown = parser()
    tokens: list[Token] = []
    source = "".join(f"{line.text}\n" for line in lines)
    markdown.block.parse(source, markdown, {}, tokens)
    if any(token.level >= DEEPEST - 1 for token in tokens):
        return Parsed([_plain(line) for line in lines if line.text.strip()], len(lines))
    walk = _Walk(lines, final)
    for index, token in enumerate(tokens):
        walk.take(token, tokens[index - 1] if index else None)
    return _again(walk.leaves, tokens, lines)


def _again(leaves: list[Leaf], tokens: Sequence[Token], lines: Sequence[Line]) -> Parsed:
    """Where to begin the next time: at the last block, or behind it if it is over."""
    count = len(lines)
    tops = [t for t in tokens if t.level == 0 and t.map and t.nesting >= 0]
    begin, end = (tops[-1].map if tops else None) or (0, 0)
    rest = next((row for row in range(end, count) if lines[row].text.strip()), count)
    if rest < count:
        # Definitions: the last one may go on, if no empty line is behind it.
        if not lines[-1].text.strip():
            return Parsed(leaves, count)
        if count - rest > _LONGEST_DEFINITION:
            labels = (r for r in range(count - 1, rest, -1) if lines[r].text.lstrip()[:1] == "[")
            rest = next(labels, rest)
        return Parsed(leaves, rest)
    if not tops:
        return Parsed(leaves, count)
    last = tops[-1].type
    if last in ("bullet_list_open", "ordered_list_open"):
        items = [t.map[0] for t in tokens if t.level == 1 and t.type == "list_item_open" and t.map]
        return Parsed(leaves, items[-1])
    if last == "fence":
        return Parsed(leaves, end) if _closed(tops[-1]) else Parsed(leaves, begin, head=1)
    if last == "table_open" and end == count:
        return Parsed(leaves, begin, head=2)
    if last in ("heading_open", "hr") and end == count:
        return Parsed(leaves, count)
    if last in ("paragraph_open", "heading_open", "hr", "table_open", "html_block") and end < count:
        return Parsed(leaves, end)
    return Parsed(leaves, begin, paragraph=last == "paragraph_open")


def _plain(line: Line) -> Leaf:
    """A line of text that is nested too deep: without its marks, as a paragraph."""
    marks = _MARKS.match(line.text)
    begin = marks.end() if marks else 0
    end = line.start + len(line.text)
    places = range(line.start + begin, end)
    kind = FragmentKind.PARAGRAPH
    return Leaf(LeafKind.TEXT, kind, line.text[begin:], places, line.start, end, _BLOCK_S)


def _closed(fence: Token) -> bool:
    return fence.map is not None and fence.map[1] - fence.map[0] == fence.content.count("\n") + 2


class _Walk:
    """The tokens of a parse, one after the other, to leaves.

    Owns: the containers that are open, and where in each line the text has been found.
    """

    def __init__(self, lines: Sequence[Line], final: bool) -> None:
        self.leaves: list[Leaf] = []
        self._lines = lines
        self._final = final
        self._kinds = [FragmentKind.PARAGRAPH]
        self._found: dict[int, int] = {}  # by line: where the text found last ends
        self._number: tuple[str, int, bool] | None = None  # of an item whose text has not come
        self._first = False  # the next text is an item's first

    def take(self, token: Token, before: Token | None) -> None:
        match token.type:
            case "blockquote_open":
                self._enter(FragmentKind.QUOTE)
            case "list_item_open":
                self._enter(FragmentKind.ITEM)
                self._begin_item(token)
            case "footnote_open":
                self._enter(FragmentKind.PARAGRAPH)
            case "blockquote_close" | "list_item_close" | "footnote_close":
                self.number_alone(over=False)
                self._kinds.pop()
            case "inline":
                self._inline(token, before)
            case "fence" | "code_block":
                self._code(token)
            case "html_block":
                self._text(token, LeafKind.HTML, self._kinds[-1])
            case "hr":
                self.number_alone()
                at = self._line(token)
                rule = self._kinds[-1]
                end = at.start + len(at.text)
                self.leaves.append(Leaf(LeafKind.RULE, rule, "", (), at.start, end, 0.8))
            case _:
                pass

    def number_alone(self, over: bool = True) -> None:
        """The number of an item that begins with no text of its own.

        over: it never will.
        """
        if self._number:
            text, place, last = self._number
            places = range(place, place + len(text))
            kind, end = FragmentKind.ITEM, place + len(text) - 1
            pause = _PAUSES[kind]
            leaf = Leaf(
                LeafKind.TEXT, kind, text, places, place, end, pause, open=last and not over
            )
            self.leaves.append(leaf)
        self._number = None
        self._first = False

    def _enter(self, kind: FragmentKind) -> None:
        self.number_alone()
        self._kinds.append(kind)

    def _begin_item(self, token: Token) -> None:
        self._first = True
        if token.info and token.map:
            row = token.map[0]
            line = self._lines[row]
            found = _NUMBER.search(line.text, self._found.get(row, 0))
            if found:
                self._found[row] = found.end() + 1
                last = token.map[1] >= len(self._lines) and not self._final
                self._number = f"{found.group()}. ", line.start + found.start(), last

    def _inline(self, token: Token, before: Token | None) -> None:
        opened = before.type if before else ""
        if opened in ("th_open", "td_open"):
            self._cell(token)
        elif opened == "heading_open":
            self._text(token, LeafKind.TEXT, FragmentKind.HEADING)
        else:
            self._text(token, LeafKind.TEXT, self._kinds[-1])

    def _text(self, token: Token, what: LeafKind, kind: FragmentKind) -> None:
        first, self._first = self._first, False
        text, places = self._placed(token, joined=" ")
        if first and (task := _TASK.match(text)):
            text, places = text[task.end() :], places[task.end() :]
        if self._number:
            if kind is FragmentKind.ITEM and what is LeafKind.TEXT:
                number, place, _ = self._number
                text = number + text
                places = [*range(place, place + len(number)), *places]
                self._number = None
            else:
                self.number_alone()
        if not text or (what is LeafKind.HTML and _unseen(text)):
            return
        ends = token.map[1] if token.map else 0
        still = kind is not FragmentKind.HEADING and ends >= len(self._lines) and not self._final
        if still:
            text += " "
            places.append(places[-1] + 1)
        start, end = places[0], places[-1] + 1
        pause = _PAUSES.get(kind, _BLOCK_S)
        self.leaves.append(Leaf(what, kind, text, places, start, end, pause, open=still))

    def _placed(self, token: Token, joined: str) -> tuple[str, list[int]]:
        """The text of a token's lines and the places of its characters."""
        if not token.map:
            return "", []
        parts: list[str] = []
        places: list[int] = []
        content = token.content.rstrip("\n").split("\n")
        for row, written in enumerate(content, token.map[0]):
            if row >= len(self._lines):
                break
            line, part = self._lines[row], written.strip()
            if row < token.map[1] - 1 and _odd_backslashes(part):
                part = part[:-1]
            at = line.text.rfind(part)
            if at < 0:
                part, at = line.text.strip(), len(line.text) - len(line.text.lstrip())
            if places and part:
                parts.append(joined)
                places.append(places[-1] + 1)
            parts.append(part)
            places += range(line.start + at, line.start + at + len(part))
        return "".join(parts), places

    def _cell(self, token: Token) -> None:
        if not token.map:
            return
        row = token.map[0]
        line = self._lines[row]
        content = token.content
        begin = line.text.find(content, self._found.get(row, 0))
        if begin < 0 or not content:
            content = content.replace("|", "\\|")
            begin = line.text.find(content, self._found.get(row, 0))
        if begin < 0 or not content:
            return
        self._found[row] = begin + len(content)
        start = line.start + begin
        rest = line.text[begin + len(content) :].strip(" \t|")
        places = range(start, start + len(content))
        pause = _CELL_S if rest else _ROW_S
        kind = FragmentKind.CELL
        leaf = Leaf(LeafKind.CELL, kind, content, places, start, start + len(content), pause)
        self.leaves.append(leaf)

    def _code(self, token: Token) -> None:
        self.number_alone()
        begin, end = token.map or (0, 0)
        fenced = token.type == "fence"
        kind = FragmentKind.CODE
        if fenced:
            line = self._lines[begin]
            finish = line.start + len(line.text)
            info = token.info.strip()
            leaf = Leaf(LeafKind.FENCE, kind, info, (), line.start, finish, _BLOCK_S)
            self.leaves.append(leaf)
        for row, written in enumerate(token.content.split("\n")[:-1], begin + fenced):
            line = self._lines[row]
            at = max(line.text.rfind(written), 0)
            text = line.text[at:]
            finish = line.start + len(line.text)
            places = range(line.start + at, finish)
            leaf = Leaf(LeafKind.CODE, kind, text, places, line.start, finish, 0.0)
            self.leaves.append(leaf)
        if fenced and self._final and end == len(self._lines) and not _closed(token):
            last = self._lines[-1]
            finish = last.start + len(last.text)
            end_leaf = Leaf(LeafKind.UNCLOSED, kind, "", (), finish, finish, _BLOCK_S)
            self.leaves.append(end_leaf)

    def _line(self, token: Token) -> Line:
        return self._lines[token.map[0] if token.map else 0]


def _unseen(text: str) -> bool:
    """Whether a block of HTML is a comment or a script that has not ended."""
    if text.startswith("<!--"):
        return "-->" not in text
    found = _UNSEEN.match(text)
    return found is not None and f"</{found[1].lower()}" not in text.lower()


def _odd_backslashes(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
