# pure: no socket, thread or clock.
"""Markdown: the text that is seen, block by block, each character with its place.

Block structure is CommonMark's as far as it is heard, with tables, task lists and
strike-through. markdown-it-py, the usual library, knows the lines of a block but not
the places inside a line, and wants the whole text; hence this scanner, which takes text
as it arrives. Its time is linear in the text.

Theory of operation. Text arrives in any parts. `feed` cuts it into lines and hands each to
`_line`; what is left after the last line end is kept for the next call. What a line is
depends on its own first characters and on the lines before it, of which one word is
enough, the reader's state: nothing was read yet, an empty line came last, a block has
just ended, a block of text is open, a table is open, or everything is left out until a line
that ends it (code, a comment, front matter). lines.py has the table of that: the kinds of
line in the order in which they are tried, each with the states in which it can be one. The
first row that fits says what is done; what no row takes is a line of text, which opens a
block or goes on with the open one. An empty line closes the block.

A block (block.py) collects its lines, joined by spaces, and is asked after each of them
for the sentences that are whole: those are given out at once, so that speech begins long
before a paragraph is complete. The last sentence waits for the block's end, as what follows
may still belong to it. A sentence is not whole while emphasis, code or a link is open in it,
because a mark is only known to be one when its other half has come. A heading that is only
told by the line under it, and a table that is only told by its second line, change
the block that is open: what was given out of it stays, which is why a table's header is the
block's last line and not the block.

An LLM writes a paragraph as one line, so a line need not be complete to be read either: when
its first characters can only be text, `_partial` takes it in as it comes and the state says
that the reader is inside a line. The characters are held back that a line end would make
mean something else, a backslash or a carriage return. Everything else, such as the beginning
of what may be a list item or a fence, waits for its line end.

Places: every character of a block has the place in the source where it stands, so whatever
is left out, joined or replaced inside it (inline.py), a word's span is that of its letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...types import CodeBlocks
from .block import Block
from .fragments import Fragment, FragmentKind, Span, join_fragments
from .inline import read_line
from .lines import Line, LineKind, State, kind_of, may_be_item, may_be_more, quote_end

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

#: Of a line that is still arriving: enough to know that it is no more than text.
_TELLING: Final = 12
#: What a line may end with when its writer pauses.
_WHOLE: Final = frozenset(".!?…")

_HEADING_TAIL: Final = re.compile(r"(?:[ \t]+#+)?[ \t]*\Z")
_FRONT_MATTER_END: Final = re.compile(r"(?:---|\.\.\.)[ \t]*\Z")
_COMMENT_END: Final = re.compile(r".*-->")
_CELL: Final = re.compile(r"(?:[^|\\]|\\.)+")
_LINE: Final = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True)
class _Skip:
    """What is left out: until such a line; code: it may be read instead; then: the state."""

    until: re.Pattern[str]
    code: bool = False
    then: State = State.AFTER


class MarkdownReader:
    """Fragments of a Markdown text that may still be arriving.

    Owns: the line and the block that are still open.
    Invariants: fragments come in the order of the text, a paragraph sentence by sentence,
    each as soon as its end is certain. A block is open in the states TEXT and INSIDE only.
    Never: gives a fragment back.
    """

    def __init__(self, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us") -> None:
        """code  what becomes of code blocks: left out, named ("Code block"), or read."""
        self._code = code
        self._lang = lang
        self._rest = ""
        self._more: list[str] = []  # what came since, of a line that must be seen whole
        self._at = 0  # where _rest begins in the source
        self._state = State.START
        self._block: Block | None = None
        self._skip: _Skip | None = None
        self._ready: list[Fragment] = []

    def feed(self, text: str, final: bool = False) -> list[Fragment]:
        """The fragments that `text`, coming after what was fed before, makes certain."""
        if self._more and not final and "\n" not in text and "\r" not in text:
            self._more.append(text)
            return []
        source = "".join([self._rest, *self._more, text])
        self._more.clear()
        position = self._whole_lines(source, final)
        rest = source[position:]
        if final:
            if rest:
                self._line(Line(rest, self._at + position))
            self._close()
        elif self._partial(certain := _certain(rest), self._at + position):
            position += len(certain)
        elif len(rest) > _TELLING * 2 and not rest.endswith("\r"):
            self._more.append("")
        self._rest = source[position:]
        self._at += position
        return self._take()

    def lull(self) -> list[Fragment]:
        """The writer pauses: the fragments that look whole."""
        rest = self._rest
        if rest.rstrip()[-1:] in _WHOLE and not self._more and self._partial(rest, self._at, 1):
            self._rest = ""
            self._at += len(rest)
        if self._block and not self._rest and not self._more:
            self._block.lull()
            self._give()
        return self._take()

    def _take(self) -> list[Fragment]:
        ready, self._ready = self._ready, []
        return ready

    def _whole_lines(self, source: str, final: bool) -> int:
        """Deal with the lines whose end has come; where the rest begins."""
        position = 0
        while True:
            match = _LINE.match(source, position)
            end = match.end() if match else position
            if end == len(source) or (source[end:] == "\r" and not final):
                return position
            self._line(Line(source[position:end], self._at + position))
            position = min(end + (2 if source.startswith("\r\n", end) else 1), len(source))

    def _partial(self, text: str, start: int, least: int = _TELLING) -> bool:
        """Take in a line's beginning if it is certain to be text.

        least  characters of it that tell.
        """
        if self._state is State.INSIDE:
            if self._block and text:
                self._block.add(text, start)
                self._give()
            return True
        if self._state in (State.SKIP, State.TABLE):
            return False
        if len(text) < least or may_be_more(text):
            return False
        if self._block is None and len(text) < 2 * _TELLING and may_be_item(text):
            return False
        self._line(Line(text, start, whole=False))
        if self._block:
            self._state = State.INSIDE
        return True

    def _line(self, line: Line) -> None:
        state = self._state
        if state is State.INSIDE:
            self._state = State.TEXT
            self._add(line)
        elif state is State.SKIP:
            self._skip_line(line)
        elif state is State.START and line.text.rstrip() == "---":
            self._begin_skip(_Skip(_FRONT_MATTER_END, then=State.GAP))
        elif not line.text.strip():
            self._close()
            self._state = State.GAP
        else:
            if state in (State.START, State.GAP):
                self._state = State.AFTER
            quote = quote_end(line.text)
            line = line.after(quote)
            if known := kind_of(line.text, state):
                kind, found = known
                _HANDLERS[kind](self, line, found)
            else:
                self._text(line, quoted=bool(quote))

    def _begin_skip(self, skip: _Skip) -> None:
        self._close()
        self._skip = skip
        self._state = State.SKIP

    def _skip_line(self, line: Line) -> None:
        skip = self._skip
        if skip is None or skip.until.match(line.text):
            self._state = skip.then if skip else State.AFTER
            self._skip = None
        elif skip.code:
            self._read_code(line)

    def _read_code(self, line: Line) -> None:
        if self._code is CodeBlocks.READ:
            span = Span(line.text, line.start, line.start + len(line.text))
            self._emit(FragmentKind.CODE, [span], None)

    def _text(self, line: Line, quoted: bool = False) -> None:
        if self._block is None:
            kind = FragmentKind.QUOTE if quoted else FragmentKind.PARAGRAPH
            self._block = Block(kind, self._lang)
        self._state = State.TEXT
        self._block.begin_line()
        self._add(line.after(len(line.text) - len(line.text.lstrip())))

    def _add(self, line: Line) -> None:
        if self._block:
            self._block.add(line.text.removesuffix("\\") if line.whole else line.text, line.start)
            if line.whole:
                self._block.join()
            self._give()

    # -- what the kinds of line do: the rows of _LINES

    def _on_fence(self, line: Line, found: re.Match[str]) -> None:
        mark = found["fence"]
        until = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\Z")
        self._begin_skip(_Skip(until, code=True))
        if self._code is CodeBlocks.ANNOUNCE:
            info = found["info"].split()
            said = f"Code block in {info[0]}." if info and info[0].isalnum() else "Code block."
            span = Span(said, line.start, line.start + found.end())
            self._emit(FragmentKind.CODE, [span], _PAUSES[FragmentKind.CODE])

    def _on_underline(self, line: Line, found: re.Match[str]) -> None:
        if self._block and self._block.kind is FragmentKind.PARAGRAPH:
            self._block.kind = FragmentKind.HEADING
        self._close()

    def _on_delimiters(self, line: Line, found: re.Match[str]) -> None:
        """The line before was a table's header."""
        block, self._block = self._block, None
        if block:
            block.settle()
            header = max(block.line, block.given)
            if header > block.given:
                self._emit(block.kind, block.take(header), _PAUSES[block.kind])
            self._row(block.text[header:].rstrip(), block.starts[header:])
        self._state = State.TABLE

    def _on_row(self, line: Line, found: re.Match[str]) -> None:
        self._row(line.text, range(line.start, line.start + len(line.text)))

    def _on_rule(self, line: Line, found: re.Match[str]) -> None:
        self._close()
        self._pause(_RULE_S)

    def _on_heading(self, line: Line, found: re.Match[str]) -> None:
        self._close()
        tail = _HEADING_TAIL.search(line.text, found.end())
        end = tail.start() if tail else len(line.text)
        places = range(line.start + found.end(), line.start + end)
        content = read_line(line.text[found.end() : end], places)
        self._emit(FragmentKind.HEADING, content, _PAUSES[FragmentKind.HEADING])

    def _on_item(self, line: Line, found: re.Match[str]) -> None:
        self._close()
        self._block = Block(FragmentKind.ITEM, self._lang)
        self._state = State.TEXT
        mark = found["mark"]
        if mark[0].isdigit():
            self._block.add(mark[:-1] + ". ", line.start + found.start("mark"))
        if line.text[found.end() :].strip():
            self._add(line.after(found.end()))

    def _on_footnote(self, line: Line, found: re.Match[str]) -> None:
        self._close()
        self._text(line.after(found.end()))

    def _on_comment(self, line: Line, found: re.Match[str]) -> None:
        self._drop(line, found.end(), _COMMENT_END)

    def _on_dropped(self, line: Line, found: re.Match[str]) -> None:
        end = re.compile(rf".*</{found[1]}\s*>", re.IGNORECASE)
        self._drop(line, found.end(), end)

    def _drop(self, line: Line, begin: int, end: re.Pattern[str]) -> None:
        over = end.match(line.text, begin)
        if over is None:
            self._begin_skip(_Skip(end))
        elif line.text[over.end() :].strip():
            self._text(line.after(over.end()))

    def _on_indented(self, line: Line, found: re.Match[str]) -> None:
        self._state = State.GAP
        self._read_code(line)

    def _on_definition(self, line: Line, found: re.Match[str]) -> None:
        """The target of links elsewhere: nothing to say."""

    # -- giving out

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
        self._state = State.AFTER
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


_HANDLERS: Final[dict[LineKind, Callable[[MarkdownReader, Line, re.Match[str]], None]]] = {
    LineKind.FENCE: MarkdownReader._on_fence,
    LineKind.UNDERLINE: MarkdownReader._on_underline,
    LineKind.DELIMITERS: MarkdownReader._on_delimiters,
    LineKind.ROW: MarkdownReader._on_row,
    LineKind.RULE: MarkdownReader._on_rule,
    LineKind.HEADING: MarkdownReader._on_heading,
    LineKind.ITEM: MarkdownReader._on_item,
    LineKind.FOOTNOTE: MarkdownReader._on_footnote,
    LineKind.COMMENT: MarkdownReader._on_comment,
    LineKind.DROPPED: MarkdownReader._on_dropped,
    LineKind.INDENTED: MarkdownReader._on_indented,
    LineKind.DEFINITION: MarkdownReader._on_definition,
}


def _certain(text: str) -> str:
    """Without what a line's end would take with it, which may still come."""
    return text.rstrip("\r").removesuffix("\\")


def read_markdown(
    text: str, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us"
) -> list[Fragment]:
    """The fragments of a whole Markdown text, spans in `text`."""
    return MarkdownReader(code=code, lang=lang).feed(text, final=True)
