# pure: no socket, thread or clock.
"""Markdown: the text that is seen, block by block, each character with its place.

Block structure is CommonMark's as far as it is heard, with tables, task lists and
strike-through. markdown-it-py, the usual library, knows the lines of a block but not
the places inside a line, and wants the whole text; hence this scanner, which takes text
as it arrives. Its time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..sentences import SentenceSplitter
from ..token import CodeBlocks
from .fragments import Fragment, FragmentKind, Span, join_fragments
from .inline import read_line

#: Silences after blocks, in seconds.
_PAUSES: Final = {
    FragmentKind.HEADING: 0.6,
    FragmentKind.PARAGRAPH: 0.5,
    FragmentKind.QUOTE: 0.5,
    FragmentKind.ITEM: 0.3,
    FragmentKind.CODE: 0.5,
}
_CELL_S: Final = 0.15
_ROW_S: Final = 0.4
_RULE_S: Final = 0.8

#: Emphasis or a link that is open for longer than this was never meant to be one.
_LONGEST_OPEN: Final = 2_000
#: Of a line that is still arriving: enough to know that it is no more than text.
_TELLING: Final = 12
#: What a line may end with where its writer pauses.
_WHOLE: Final = frozenset(".!?…")

_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)\Z")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]+|\Z)")
_HEADING_TAIL: Final = re.compile(r"(?:[ \t]+#+)?[ \t]*\Z")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_RULE: Final = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_ITEM: Final = re.compile(
    r"[ \t]{0,64}(?P<mark>[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z)(?:\[[ xX]\][ \t]+)?"
)
_QUOTE: Final = re.compile(r" {0,3}>[ ]?")
_INDENTED: Final = re.compile(r"(?: {4}|\t)")
_DELIMITERS: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*\Z")
_DEFINITION: Final = re.compile(r" {0,3}\[(?!\^)[^\]]{1,200}\]:[ \t]*\S")
_FOOTNOTE: Final = re.compile(r" {0,3}\[\^[^\]]{1,60}\]:[ \t]*")
_COMMENT: Final = re.compile(r"[ \t]*<!--")
_DROPPED: Final = re.compile(r"[ \t]*<(script|style|svg|template)\b", re.IGNORECASE)
_CELL: Final = re.compile(r"(?:[^|\\]|\\.)+")
_LINE: Final = re.compile(r"[^\r\n]*")
_STRUCTURAL: Final = re.compile(r"[ \t]*(?:[#`~|<>\[=]|[-*+_]{2}|\d{1,9}[.)]?\Z)| {4}|\t")


class _Block:
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


class MarkdownReader:
    """Fragments of a Markdown text that may still be arriving.

    Owns: the line and the block that are still open.
    Invariants: fragments come in the order of the text, a paragraph sentence by sentence,
    each as soon as its end is certain.
    Never: gives a fragment back.
    """

    def __init__(self, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us") -> None:
        """code  what becomes of code blocks: left out, named ("Code block"), or read."""
        self._code = code
        self._lang = lang
        self._rest = ""
        self._more: list[str] = []  # what came since, of a line that must be seen whole
        self._at = 0  # where _rest begins in the source
        self._block: _Block | None = None
        self._inside = False  # in the middle of a line of text
        self._ended = True  # the line that is dealt with is there to its end
        self._begun = False
        self._blank = True
        self._until: re.Pattern[str] | None = None  # in something that ends at such a line
        self._coded = False
        self._table = False
        self._ready: list[Fragment] = []

    def feed(self, text: str, final: bool = False) -> list[Fragment]:
        """The fragments that `text`, coming after what was fed before, makes certain."""
        if self._more and not final and "\n" not in text and "\r" not in text:
            self._more.append(text)
            return []
        source = "".join([self._rest, *self._more, text])
        self._more.clear()
        position = 0
        while True:
            match = _LINE.match(source, position)
            end = match.end() if match else position
            after = end + (2 if source.startswith("\r\n", end) else 1)
            if end == len(source) or (source[end:] == "\r" and not final):
                break
            self._line(source[position:end], self._at + position)
            position = after
        position = min(position, len(source))
        rest = source[position:]
        if final:
            if rest:
                self._line(rest, self._at + position)
            self._close()
        elif self._partial(certain := _certain(rest), self._at + position):
            position += len(certain)
        elif len(rest) > _TELLING * 2 and not rest.endswith("\r"):
            self._more.append("")
        self._rest = source[position:]
        self._at += position
        ready, self._ready = self._ready, []
        return ready

    def lull(self) -> list[Fragment]:
        """The writer pauses: the fragments that look whole."""
        rest = self._rest
        if rest.rstrip()[-1:] in _WHOLE and not self._more and self._partial(rest, self._at, 1):
            self._rest = ""
            self._at += len(rest)
        if self._block and not self._rest and not self._more:
            self._block.lull()
            self._give()
        ready, self._ready = self._ready, []
        return ready

    def _partial(self, text: str, start: int, least: int = _TELLING) -> bool:
        """Take in a line's beginning where it is certain to be text.

        least  characters of it that tell.
        """
        if not self._inside:
            if self._until or len(text) < least or _STRUCTURAL.match(text) or "|" in text:
                return False
            if self._table or (
                self._block is None and _ITEM.match(text) and len(text) < 2 * _TELLING
            ):
                return False
            self._ended = False
            self._line(text, start)
            self._ended = True
            self._inside = self._block is not None
            return True
        if self._block and text:
            self._block.add(text, start)
            self._give()
        return True

    def _line(self, text: str, start: int) -> None:
        if self._inside:
            self._inside = False
            if self._block:
                self._block.add(text.removesuffix("\\"), start)
                self._block.join()
                self._give()
            return
        begun, self._begun = self._begun, True
        if self._until:
            self._skip(text, start)
        elif not begun and text.rstrip() == "---":
            self._until, self._coded = re.compile(r"(?:---|\.\.\.)[ \t]*\Z"), False
        elif not text.strip():
            self._close()
            self._blank = True
        else:
            blank, self._blank = self._blank, False
            mark = _quote_end(text)
            if not self._structure(text[mark:], start + mark, blank):
                self._text(text[mark:], start + mark, bool(mark))

    def _skip(self, text: str, start: int) -> None:
        if self._until and self._until.match(text):
            self._until = None
        elif self._coded and self._code is CodeBlocks.READ:
            self._emit(FragmentKind.CODE, [Span(text, start, start + len(text))], None)

    def _text(self, text: str, start: int, quoted: bool) -> None:
        if self._block is None:
            kind = FragmentKind.QUOTE if quoted else FragmentKind.PARAGRAPH
            self._block = _Block(kind, self._lang)
        self._table = False
        lead = len(text) - len(text.lstrip())
        self._block.begin_line()
        self._add(text[lead:], start + lead)

    def _add(self, text: str, start: int) -> None:
        if self._block:
            self._block.add(text.removesuffix("\\") if self._ended else text, start)
            if self._ended:
                self._block.join()
            self._give()

    def _structure(self, text: str, start: int, blank: bool) -> bool:
        """Whether the line is more than a line of text; if so it is dealt with."""
        if fence := _FENCE.match(text):
            self._begin_code(fence, start)
        elif self._block and _UNDERLINE.match(text):
            if self._block.kind is FragmentKind.PARAGRAPH:
                self._block.kind = FragmentKind.HEADING
            self._close()
        elif self._block and _DELIMITERS.match(text) and "|" in text:
            self._begin_table()
        elif self._table and "|" in text:
            self._row(text, range(start, start + len(text)))
        elif _RULE.match(text):
            self._close()
            self._pause(_RULE_S)
        elif heading := _HEADING.match(text):
            self._close()
            tail = _HEADING_TAIL.search(text, heading.end())
            end = tail.start() if tail else len(text)
            places = range(start + heading.end(), start + end)
            self._emit(
                FragmentKind.HEADING,
                read_line(text[heading.end() : end], places),
                _PAUSES[FragmentKind.HEADING],
            )
        elif item := _ITEM.match(text):
            self._begin_item(text, start, item)
        elif note := _FOOTNOTE.match(text):
            self._close()
            self._text(text[note.end() :], start + note.end(), False)
        elif found := (_COMMENT.match(text) or _DROPPED.match(text)):
            self._begin_dropped(text, start, found)
        elif blank and not self._block and _INDENTED.match(text):
            self._blank = True
            if self._code is CodeBlocks.READ:
                self._emit(FragmentKind.CODE, [Span(text, start, start + len(text))], None)
        else:
            return bool(_DEFINITION.match(text) and not self._block)
        return True

    def _begin_code(self, fence: re.Match[str], start: int) -> None:
        self._close()
        mark = fence["fence"]
        self._until = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\Z")
        self._coded = True
        if self._code is CodeBlocks.ANNOUNCE:
            info = fence["info"].split()
            said = f"Code block in {info[0]}." if info and info[0].isalnum() else "Code block."
            place = Span(said, start, start + fence.end())
            self._emit(FragmentKind.CODE, [place], _PAUSES[FragmentKind.CODE])

    def _begin_item(self, text: str, start: int, item: re.Match[str]) -> None:
        self._close()
        self._block = _Block(FragmentKind.ITEM, self._lang)
        mark = item["mark"]
        if mark[0].isdigit():
            at = start + item.start("mark")
            self._block.add(mark[:-1] + ". ", at)
        if text[item.end() :].strip():
            self._add(text[item.end() :], start + item.end())

    def _begin_dropped(self, text: str, start: int, found: re.Match[str]) -> None:
        tag = found[1] if found.re is _DROPPED else ""
        end = re.compile(rf".*</{tag}\s*>" if tag else r".*-->", re.IGNORECASE)
        over = end.match(text, found.end())
        if over is None:
            self._close()
            self._until, self._coded = end, False
        elif text[over.end() :].strip():
            self._text(text[over.end() :], start + over.end(), False)

    def _begin_table(self) -> None:
        block, self._block = self._block, None
        if block:
            block.settle()
            header = max(block.line, block.given)
            if header > block.given:
                self._emit(block.kind, block.take(header), _PAUSES[block.kind])
            self._row(block.text[header:].rstrip(), block.starts[header:])
        self._table = True

    def _row(self, text: str, places: Sequence[int]) -> None:
        cells = [c for c in _CELL.finditer(text) if c.group().strip()]
        for cell in cells:
            content = cell.group()
            begin = cell.start() + len(content) - len(content.lstrip())
            end = begin + len(content.strip())
            pause = _ROW_S if cell is cells[-1] else _CELL_S
            self._emit(FragmentKind.CELL, read_line(text[begin:end], places[begin:end]), pause)

    def _give(self) -> None:
        """The whole sentences of the open block."""
        block = self._block
        if block and (end := block.whole()):
            self._emit(block.kind, block.take(end), None)

    def _close(self) -> None:
        block, self._block = self._block, None
        self._table = False
        self._inside = False
        if block:
            block.settle()
            content = block.take(len(block.text))
            pause = _PAUSES[block.kind]
            if any(not isinstance(part, Span) or part.text.strip() for part in content):
                self._emit(block.kind, content, pause)
            elif block.given:
                self._pause(pause)

    def _pause(self, seconds: float) -> None:
        if self._ready:
            last = self._ready[-1]
            self._ready[-1] = replace(last, pause_s=max(last.pause_s or 0.0, seconds))

    def _emit(
        self, kind: FragmentKind, content: Iterable[Span | float], pause_s: float | None
    ) -> None:
        self._ready += join_fragments(kind, content, pause_s)


def _certain(text: str) -> str:
    """Without what a line's end would take with it, which may still come."""
    return text.rstrip("\r").removesuffix("\\")


def read_markdown(
    text: str, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us"
) -> list[Fragment]:
    """The fragments of a whole Markdown text, spans in `text`."""
    return MarkdownReader(code=code, lang=lang).feed(text, final=True)


def _quote_end(text: str) -> int:
    end = 0
    for _ in range(16):
        mark = _QUOTE.match(text, end)
        if not mark:
            break
        end = mark.end()
    return end


def _balanced(text: str) -> bool:
    """Whether no emphasis, code or link is open at the end."""
    return (
        text.count("`") % 2 == 0
        and text.count("**") % 2 == 0
        and text.count("[") == text.count("]")
        and text.count("(") == text.count(")")
    )
