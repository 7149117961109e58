# pure: no socket, thread or clock.
"""markdown-it-py as it is used here: CommonMark's blocks and tables, and our own rules."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

#: Lists and quotations in each other: deeper than people write, and each level costs stack.
DEEPEST: Final = 60

#: `[Bob]: Yes.`: what somebody says, though CommonMark has it define where [Bob] leads to.
_SAID: Final = re.compile(
    r" {0,3}\[[^\[\]]{1,99}\]:[ \t]*(?:[^\W\d_]['’\w]*[.!?…,]+|[A-Z]['’\w]*)[ \t]*\n"
)
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\n]{1,60}\]:[ \t]*")
#: `:::note` and `:::` around what stands out, as many sites write it.
_COLONS: Final = re.compile(r" {0,3}:{3,}[ \t]*(?:[A-Za-z][\w-]{0,40}|\{[^{}\n]{0,200}\})?[ \t]*\n")
_DROPPED: Final = re.compile(r"<(svg|template)(?=[\s>])", re.IGNORECASE)


@cache
def parser() -> MarkdownIt:
    """The parser of blocks, made once."""
    # Imported here: it takes 50 ms, and only Markdown needs it.
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    ends = {"alt": ["paragraph", "reference", "blockquote"]}
    markdown.block.ruler.before("reference", "footnote", _footnote, ends)  # type: ignore[arg-type]
    markdown.block.ruler.at("reference", _reference)
    markdown.block.ruler.before("html_block", "dropped", _dropped, ends)  # type: ignore[arg-type]
    ends = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    markdown.block.ruler.before("paragraph", "colons", _colons, ends)  # type: ignore[arg-type]
    return markdown


def _colons(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not _COLONS.match(state.src, begin):
        return False
    state.line = start + 1
    return True


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """CommonMark's definition of a link's target, but for what is somebody's answer."""
    from markdown_it.rules_block import reference

    if _SAID.match(state.src, state.bMarks[start]):
        return False
    return reference(state, start, end, silent)


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^1]: text`, with what is indented below it."""
    begin = state.bMarks[start] + state.tShift[start]
    found = _FOOTNOTE.match(state.src, begin, state.eMarks[start])
    if not found or state.is_code_block(start):
        return False
    if silent:
        return True
    old = (state.bMarks[start], state.tShift[start], state.sCount[start], state.blkIndent)
    token = state.push("footnote_open", "", 1)
    token.map = place = [start, 0]
    # The text begins behind the mark, as if it stood where the note's other lines do.
    state.bMarks[start] = found.end()
    state.tShift[start] = 0
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    parent, state.parentType = state.parentType, "footnote"
    state.md.block.tokenize(state, start, end)
    state.parentType = parent
    state.bMarks[start], state.tShift[start], state.sCount[start], state.blkIndent = old
    state.line = max(state.line, start + 1)
    place[1] = state.line
    state.push("footnote_close", "", -1)
    return True


def _dropped(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`<svg>` and `<template>` up to their end, empty lines too, as CommonMark has `<script>`."""
    begin = state.bMarks[start] + state.tShift[start]
    found = _DROPPED.match(state.src, begin, state.eMarks[start])
    if not found or state.is_code_block(start):
        return False
    if silent:
        return True
    closing = f"</{found[1].lower()}"
    line = start
    while line < end:
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        line += 1
        if closing in text.lower() or (line < end and state.sCount[line] < state.blkIndent):
            break
    state.line = line
    token = state.push("html_block", "", 0)
    token.map = [start, line]
    token.content = state.getLines(start, line, state.blkIndent, True)
    return True
