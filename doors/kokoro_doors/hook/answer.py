# pure: no socket, thread or clock.
"""An answer in Markdown as a few sentences to be heard.

Prose is kept as it is written, inline marks too: the daemon reads Markdown. A block of code
becomes a sentence that says so, a table one that names its columns. An answer that is mostly
code becomes one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from .choices import SENTENCES

if TYPE_CHECKING:
    from markdown_it.token import Token

#: Characters spoken at most: a minute and a half.
MAX_CHARS: Final = 2_000

#: Part of an answer's characters that makes it an answer of code.
_MOSTLY: Final = 0.6

#: Names of a table's columns that are told.
_COLUMNS: Final = 5

_LINE_END: Final = re.compile(r"\r\n?|\n")
_TASK: Final = re.compile(r"\[[ xX]\][ \t]+")
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
    blocks = list(_blocks(markdown))
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


def _blocks(markdown: str) -> Iterator[_Block]:
    """As CommonMark has them, with tables."""
    from markdown_it import MarkdownIt

    tokens = iter(MarkdownIt("commonmark").enable("table").parse(markdown))
    for token in tokens:
        match token.type:
            case "fence" | "code_block":
                yield _listing(token)
            case "table_open":
                yield from _table(tokens, _LINE_END.split(markdown))
            case "inline" | "html_block":
                yield _prose(token.content)


def _prose(content: str) -> _Prose:
    return _Prose(" ".join(_TASK.sub("", _COMMENT.sub("", content)).split()))


def _listing(token: Token) -> _Listing:
    lines = token.content.splitlines()
    language = re.split(r"[\s{]", token.info.strip(), maxsplit=1)[0]
    return _Listing(language, len(lines), sum(map(len, lines)))


def _table(tokens: Iterator[Token], lines: Sequence[str]) -> Iterator[_Block]:
    """Up to its end; what stands right below it without a bar is text, whatever GitHub says."""
    columns: list[str] = []
    below: list[str] = []
    rows, header, row = 0, True, True
    for token in tokens:
        match token.type:
            case "table_close":
                break
            case "tbody_open":
                header = False
            case "tr_open" if not header:
                row = token.map is not None and "|" in lines[token.map[0]]
                rows += row
            case "inline" if header:
                columns.append(token.content)
            case "inline" if not row:
                below.append(token.content)
    yield _Table(tuple(filter(None, columns)), rows)
    if below:
        yield _prose(" ".join(below))


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
