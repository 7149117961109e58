# pure: no socket, thread or clock.
"""An answer in Markdown as a few sentences to be heard.

Prose is kept as it is written, inline marks too: the daemon reads Markdown. A block of code
becomes a sentence that says so, a table one that names its columns. An answer that is mostly
code becomes one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

#: Sentences of an answer that are spoken.
SENTENCES: Final = 3

#: Characters spoken at most: a minute and a half; with it an order fits into a pipe.
MAX_CHARS: Final = 2_000

#: Characters of an answer that are looked at: what comes after would not be spoken.
_LOOKED_AT: Final = 200_000

#: Part of an answer's characters that makes it an answer of code.
_MOSTLY: Final = 0.6

#: Names of a table's columns that are told.
_COLUMNS: Final = 5

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\s`{]*)")
_RULE: Final = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")
_ITEM: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_DASHES: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*$")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_END: Final = re.compile(r"(?<=[.!?…])[\"')\]*_”’]*\s+(?=[^\sa-z])|(?<=[。！？])")
_NO_END: Final = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|etc|approx|Mr|Mrs|Ms|Dr|St|No|Fig|[A-Z]))\.$")
_LANGUAGES: Final = {
    "py": "Python",
    "js": "JavaScript",
    "ts": "TypeScript",
    "tsx": "TypeScript",
    "jsx": "JavaScript",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "console": "shell",
    "rs": "Rust",
    "rb": "Ruby",
    "cpp": "C++",
    "cs": "C sharp",
    "yml": "YAML",
    "yaml": "YAML",
    "json": "JSON",
    "html": "HTML",
    "css": "CSS",
    "sql": "SQL",
    "md": "Markdown",
    "txt": "",
    "text": "",
    "diff": "a diff",
}


class Code(StrEnum):
    """What becomes of a block of code."""

    ANNOUNCE = "announce"
    SKIP = "skip"


class _Prose(NamedTuple):
    text: str


class _Listing(NamedTuple):
    language: str
    lines: int
    characters: int


class _Table(NamedTuple):
    columns: tuple[str, ...]
    rows: int


_Block = _Prose | _Listing | _Table


def spoken(markdown: str, sentences: int = SENTENCES, code: Code = Code.ANNOUNCE) -> str:
    """What is heard of an answer, as Markdown; "" if nothing of it can be spoken.

    sentences: at most so many of the prose; with the last, what would follow is left out.
    """
    blocks = list(_blocks(_COMMENT.sub("", markdown[:_LOOKED_AT]).expandtabs(4).splitlines()))
    if summary := _mostly_code(blocks):
        return summary
    parts: list[str] = []
    left, length = sentences, 0
    for block in blocks:
        if left <= 0:
            break
        if isinstance(block, _Prose):
            found = split(block.text)[:left]
            left -= len(found)
            part = " ".join(found)
        elif isinstance(block, _Table):
            part = _told_table(block)
        else:
            part = f"{_told_code(block)}." if code is Code.ANNOUNCE else ""
        if part and length + len(part) > MAX_CHARS:
            part, left = part[: max(0, MAX_CHARS - length)].rpartition(" ")[0], 0
        if part:
            parts.append(part)
            length += len(part)
    return "\n\n".join(parts)


def split(text: str) -> list[str]:
    """The sentences of a paragraph."""
    found: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[begin : end.start()]):
            found.append(text[begin : end.end()].strip())
            begin = end.end()
    found.append(text[begin:].strip())
    return [sentence for sentence in found if any(map(str.isalnum, sentence))]


def _blocks(lines: list[str]) -> Iterator[_Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.match(line):
            listing, at = _listing(lines, at + 1, fence)
            yield listing
        elif "|" in line and at + 1 < len(lines) and _is_dashes(lines[at + 1]):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield _Table(_cells(line), end - at - 2)
            at = end
        elif heading := _HEADING.match(line):
            yield _Prose(heading[1])
            at += 1
        elif not line.strip() or _RULE.match(line):
            at += 1
        else:
            end = at + 1
            while end < len(lines) and not _begins(lines, end):
                end += 1
            text = _ITEM.sub("", line, count=1) + "\n" + "\n".join(lines[at + 1 : end])
            yield _Prose(" ".join(text.replace("\n>", "\n").removeprefix(">").split()))
            at = end


def _begins(lines: list[str], at: int) -> bool:
    """Whether another block begins at this line of a paragraph."""
    line = lines[at]
    table = "|" in line and at + 1 < len(lines) and _is_dashes(lines[at + 1])
    return bool(
        not line.strip() or table or any(p.match(line) for p in (_FENCE, _RULE, _HEADING, _ITEM))
    )


def _listing(lines: list[str], at: int, fence: re.Match[str]) -> tuple[_Listing, int]:
    begin = at
    while at < len(lines):
        close = _FENCE.match(lines[at])
        if close and close[1].startswith(fence[1]) and not close[2]:
            break
        at += 1
    inside = lines[begin:at]
    return _Listing(fence[2], len(inside), sum(map(len, inside))), at + 1


def _is_dashes(line: str) -> bool:
    return "-" in line and _DASHES.match(line) is not None


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip())


def _mostly_code(blocks: list[_Block]) -> str:
    listings = [block for block in blocks if isinstance(block, _Listing)]
    code = sum(block.characters for block in listings)
    prose = sum(len(block.text) for block in blocks if isinstance(block, _Prose))
    if not code or code < _MOSTLY * (code + prose):
        return ""
    languages = {block.language for block in listings}
    one = _Listing(
        languages.pop() if len(languages) == 1 else "", sum(b.lines for b in listings), 0
    )
    told = _told_code(one)
    return f"The answer is mostly code: {told[0].lower() + told[1:]}."


def _told_code(block: _Listing) -> str:
    name = block.language.strip(".").lower()
    language = _LANGUAGES.get(name, name.capitalize())
    lines = "1 line" if block.lines == 1 else f"{block.lines} lines"
    return f"Code, {lines} of {language}" if language else f"Code, {lines}"


def _told_table(table: _Table) -> str:
    rows = "1 row" if table.rows == 1 else f"{table.rows} rows"
    names = [*table.columns[:_COLUMNS], *(["more"] if len(table.columns) > _COLUMNS else [])]
    if len(names) < 2:
        return f"A table of {rows}." if not names else f"A table of {rows}: {names[0]}."
    return f"A table of {rows}: {', '.join(names[:-1])} and {names[-1]}."
