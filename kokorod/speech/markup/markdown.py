# pure: no socket, thread or clock.
"""Markdown: the text that is seen, block by block, each character with its place.

Theory of operation. Text arrives in any parts. `feed` cuts it into lines. Whole lines are parsed
(blocks.py) from the last place on at which no earlier line can matter: the block of the outermost
level that is still open, in a list its last item, in a fence the line that opens it. In CommonMark
a block is over when the next one begins, so all leaves of a parse are certain but the last, if
that is text which the next line may go on with. Lines are parsed again whenever more have come,
for as long as their block is open; so that an endless block takes no more than a multiple of its
length, one that is long is parsed again only when it has grown by a part of it (_GROWTH).

What has been given out is known by its place in the source (`_given`), not by its block: what a
later line makes of a paragraph (a heading, a table, a definition) changes how the rest of it is
said, and nothing is said twice.

The text that is open (block.py) is asked after each step for the sentences that are whole: those
are given out at once, so that speech begins long before a paragraph is complete. A sentence is
not whole while emphasis, code, a link or a tag is open in it, because a mark is only known
to be one when its other half has come.

An LLM writes a paragraph as one line, so a line need not be complete to be read either: when
its first characters can only be text of a paragraph, what follows of it is added as it comes
(`_partial`), and when its end has come it is parsed like any other. The characters are held back
that a line end would make mean something else: a backslash, blanks, a carriage return.

Places: every character of a block has the place in the source where it stands, so whatever
is left out, joined or replaced inside it (inline.py), a word's span is that of its letters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ...types import CodeBlocks
from .block import Block
from .blocks import Leaf, LeafKind, Line, Parsed, parse
from .fragments import Fragment, FragmentKind, Span, join_fragments
from .inline import read_line

#: Of a line that is still arriving: enough to know that it is no more than text.
_TELLING: Final = 24
#: What a line may end with when its writer pauses.
_WHOLE: Final = frozenset(".!?…")
#: An open block of fewer characters is parsed again with every line, a longer one when it has
#: grown by this part of it.
_SHORT: Final = 2_000
_GROWTH: Final = 4
#: A block of the outermost level (or a line) that is longer is cut there, as if the text ended
#: and another one began: it is held in memory, and what is left out must not be all the rest.
_LONGEST: Final = 256 * 1024
#: Front matter longer than this is none.
_LONGEST_MATTER: Final = 16 * 1024

_ENDS: Final = re.compile(r"\r\n|\n|\r")
_MATTER_BEGIN: Final = re.compile(r"---[ \t]*\Z")
_MATTER_END: Final = re.compile(r"(?:---|\.\.\.)[ \t]*\Z")
#: What YAML begins with: a key, or a comment.
_MATTER_KEY: Final = re.compile(r"[\"']?[A-Za-z_][\w .-]{0,60}[\"']?:(?:\s|\Z)|#|%")
#: The beginning of a line of text that its end may turn into something else.
_UNSURE: Final = re.compile(r"[\[<|]|[-=*_+~` \t]*\Z|\d{1,9}[.)]?\Z")
#: A paragraph that may yet be the definition of a link's target, which is not said.
_MAY_DEFINE: Final = re.compile(r"\s*\[(?:[^\[\]\\]|\\.){0,999}(?:\]:|\Z)")


class MarkdownReader:
    """Fragments of a Markdown text that may still be arriving.

    Owns: the lines from the last settled place on, and the line that is still arriving.
    Invariants: fragments come in the order of the text, a paragraph sentence by sentence,
    each as soon as its end is certain.
    Never: gives a fragment back, or a character twice.
    """

    def __init__(self, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us") -> None:
        """code  what becomes of code blocks: left out, named ("Code block"), or read."""
        self._code = code
        self._lang = lang
        self._lines: list[Line] = []
        self._length = 0  # characters in _lines
        self._parsed = 0  # characters of _lines and _rest when they were parsed last
        self._more: list[str] = []  # the line that is still arriving, in parts
        self._more_length = 0
        self._at = 0  # where it begins in the source
        self._tried = 0  # how long it was when it could not be told what it is
        self._inside: int | None = None  # how much of it is in the open block already
        self._begun = False  # no front matter can come
        self._given = 0  # in the source: what is before has been given out
        self._block: Block | None = None
        self._ready: list[Fragment] = []

    def feed(self, text: str, final: bool = False) -> list[Fragment]:
        """The fragments that `text`, coming after what was fed before, makes certain."""
        if text:
            self._more.append(text)
            self._more_length += len(text)
        if final or "\n" in text or "\r" in text or self._more_length > _LONGEST:
            self._whole_lines(final)
        if final:
            self._parse(final=True)
        elif self._lines and self._grown() >= self._due():
            self._parse()
        if not final:
            self._partial()
        return self._take()

    def flush_idle(self) -> list[Fragment]:
        """The writer pauses: the fragments that look whole."""
        if self._lines and self._grown() > 0:
            self._parse()
        rest = self._rest()
        if rest.rstrip()[-1:] in _WHOLE:
            self._partial(least=1)
        if self._block and (not rest.strip() or self._inside is not None):
            self._block.flush_idle()
            self._give(self._block)
        return self._take()

    def _take(self) -> list[Fragment]:
        ready, self._ready = self._ready, []
        return ready

    def _rest(self) -> str:
        if len(self._more) > 1:
            self._more = ["".join(self._more)]
        return self._more[0] if self._more else ""

    # -- lines

    def _whole_lines(self, final: bool) -> None:
        """Cut what has arrived into lines; what is left is the line that is arriving."""
        source = self._rest()
        position = 0
        for end in _ENDS.finditer(source):
            if end.group() == "\r" and end.end() == len(source) and not final:
                break
            self._add_line(source[position : end.start()], self._at + position)
            position = end.end()
        while len(source) - position > _LONGEST or (final and position < len(source)):
            stop = min(position + _LONGEST, len(source))
            if stop < len(source):  # not inside a word
                stop = source.rfind(" ", position, stop) + 1 or stop
            self._add_line(source[position:stop], self._at + position)
            position = stop
            if position < len(source):
                self._parse(final=True, told=False)
        if position:
            self._more = [source[position:]]
            self._more_length = len(source) - position
            self._at += position

    def _add_line(self, text: str, start: int) -> None:
        self._inside = None
        self._tried = 0
        self._lines.append(Line(text, start))
        self._length += len(text) + 1
        if self._length > _LONGEST:
            self._parse(final=True, told=False)

    def _grown(self) -> int:
        return self._length - self._parsed

    def _due(self) -> int:
        """How many characters must have come since the last parse to make another worth it."""
        return 1 if self._length < _SHORT else self._length // _GROWTH

    # -- parsing

    def _parse(self, final: bool = False, told: bool = True) -> None:
        """told: an unclosed fence is told."""
        if not self._begun and not self._front_matter(final):
            return
        if not self._lines:
            return
        parsed = parse(self._lines, final)
        for leaf in parsed.leaves:
            if told or leaf.what is not LeafKind.UNCLOSED:
                self._leaf(leaf)
        if final:
            self._lines, self._length, self._block = [], 0, None
        else:
            self._forget(parsed)
        self._parsed = self._length

    def _front_matter(self, final: bool) -> bool:
        """Whether it is settled; if there is front matter, it is left out."""
        lines = self._lines
        if not _MATTER_BEGIN.match(lines[0].text if lines else ""):
            self._begun = bool(lines)
            return True
        if len(lines) > 1 and not _MATTER_KEY.match(lines[1].text):
            self._begun = True
            return True
        for number, line in enumerate(lines[1:], 2):
            if _MATTER_END.match(line.text):
                self._drop_lines(number)
                self._begun = True
                return True
        self._begun = final or self._length > _LONGEST_MATTER
        self._parsed = self._length
        return self._begun

    def _forget(self, parsed: Parsed) -> None:
        """Let go of the lines that nothing depends on any more."""
        if parsed.head:
            self._drop_lines(parsed.again)
            del self._lines[parsed.head :]
            self._length = sum(len(line.text) + 1 for line in self._lines)
            return
        again = parsed.again
        if parsed.paragraph:
            # Of a paragraph one line stays: it says that it is one.
            while again + 2 < len(self._lines) and self._lines[again + 2].start <= self._given:
                again += 1
        self._drop_lines(again)

    def _drop_lines(self, count: int) -> None:
        self._length -= sum(len(line.text) + 1 for line in self._lines[:count])
        del self._lines[:count]

    def _partial(self, least: int = _TELLING) -> None:
        """Take in a line's beginning if it is certain to be text.

        least  characters of it that tell.
        """
        if self._inside is not None:
            self._go_on()
            return
        size = self._more_length
        if size < least or self._grown() > 0 or (least > 1 and size < self._due()):
            return
        if least > 1 and size < 2 * self._tried:
            return
        self._tried = size
        text = _certain(self._rest())
        if not text.strip() or (not self._begun and not self._lines and text.startswith("---")):
            return
        leaves = parse([*self._lines, Line(text, self._at)], False).leaves
        last = leaves[-1] if leaves else None
        if last is None or last.what is not LeafKind.TEXT or not last.open:
            return
        mine = bisect_left(last.places, self._at)
        own = last.text[mine:-1]
        if not own or last.places[-2] != self._at + len(text) - 1 or _UNSURE.match(own):
            return
        self._begun = True
        for leaf in leaves[:-1]:
            self._leaf(leaf)
        self._grow(replace(last, text=last.text[:-1], places=last.places[:-1]))
        self._inside = len(text)

    def _go_on(self) -> None:
        """More of the line that is in the open block."""
        if self._inside is None or self._block is None:
            return
        rest = self._rest()
        end = len(_certain(rest))
        if end > self._inside:
            places = range(self._at + self._inside, self._at + end)
            self._block.add(rest[self._inside : end], places)
            self._inside = end
            self._give(self._block)

    # -- leaves

    def _leaf(self, leaf: Leaf) -> None:
        if leaf.what is LeafKind.UNCLOSED:
            end = max(leaf.end, self._given - 1)
            span = Span("The code block has no end.", end, end)
            self._emit(FragmentKind.CODE, [span], leaf.pause_s)
        if leaf.end < self._given:
            return
        if leaf.open:
            self._grow(leaf)
            return
        match leaf.what:
            case LeafKind.TEXT | LeafKind.HTML | LeafKind.CELL:
                self._close(leaf)
            case LeafKind.RULE:
                self._pause(leaf.pause_s)
            case LeafKind.FENCE if self._code is CodeBlocks.ANNOUNCE:
                self._announce(leaf)
            case LeafKind.CODE if self._code is CodeBlocks.READ:
                span = Span(leaf.text, leaf.places[0] if leaf.places else leaf.start, leaf.end)
                self._emit(FragmentKind.CODE, [span], None)
            case _:
                pass
        self._given = leaf.end + 1
        self._block = None

    def _announce(self, leaf: Leaf) -> None:
        info = leaf.text.split()
        said = f"Code block in {info[0]}." if info and info[0].isalnum() else "Code block."
        self._emit(FragmentKind.CODE, [Span(said, leaf.start, leaf.end)], leaf.pause_s)

    def _grow(self, leaf: Leaf) -> Block | None:
        """The text of a leaf, as far as it is new, to the open block, and its whole sentences."""
        new = bisect_left(leaf.places, self._given)
        text, places = leaf.text[new:], leaf.places[new:]
        if not text:
            return None
        block = self._block
        known = block.goes_on_as(text, places) if block else None
        if block is None or known is None:
            self._block = block = Block(leaf.kind, self._lang)
            known = 0
        block.kind = leaf.kind
        block.add(text[known:], places[known:])
        if not leaf.open or not _MAY_DEFINE.match(leaf.text):
            self._give(block)
        return block

    def _give(self, block: Block) -> None:
        """The whole sentences of the open block."""
        while end := block.whole():
            content, self._given = block.take(end)
            self._emit(block.kind, content, None)

    def _close(self, leaf: Leaf) -> None:
        if leaf.kind in (FragmentKind.CELL, FragmentKind.HEADING):
            new = bisect_left(leaf.places, self._given)
            content = read_line(leaf.text[new:], leaf.places[new:])
        else:
            content = []
            if block := self._grow(leaf):
                block.end()
                self._give(block)
                content = block.rest()
        if any(not isinstance(part, Span) or part.text.strip() for part in content):
            self._emit(leaf.kind, content, leaf.pause_s)
        elif self._given > leaf.start:
            self._pause(leaf.pause_s)

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
    return text.rstrip("\r\\ \t")


def read_markdown(
    text: str, *, code: CodeBlocks = CodeBlocks.SKIP, lang: str = "en-us"
) -> list[Fragment]:
    """The fragments of a whole Markdown text, spans in `text`."""
    return MarkdownReader(code=code, lang=lang).feed(text, final=True)
