# process: blocking file reads.
"""Books in one file of text, Markdown, HTML or subtitles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from .archive import decoded
from .blocks import Block, cut_at_headings, read_page
from .epub import read_epub
from .parts import MAX_TEXT_BYTES, Book, BookError
from .pdf import read_pdf
from .timed import read_cues

_CHAPTER: Final = re.compile(r"(?:chapter|part|book)\s+(?:\d+|[ivxlc]+|[a-z]+)\b.{0,80}", re.I)
_HEADING: Final = re.compile(r"#{1,6}\s+(.+?)\s*#*")
_FENCE: Final = re.compile(r" {0,3}(?:```|~~~)")
_HTML: Final = (".html", ".htm", ".xhtml")
_TIMED: Final = (".srt", ".vtt")


def read_book(path: Path, alt: bool = False) -> Book:
    """A book by its suffix. alt: the texts that stand for pictures are read.

    Raises BookError, and OSError if the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".epub":
        return read_epub(path, alt)
    if suffix == ".pdf":
        return read_pdf(path)
    if suffix not in (".txt", ".md", *_HTML, *_TIMED):
        raise BookError(f"{path.name}: only .epub, .pdf, .txt, .md, .html, .srt and .vtt are read")
    with path.open("rb") as file:
        data = file.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise BookError(f"{path.name} has more than {MAX_TEXT_BYTES} bytes; split it")
    text = decoded(data)
    if suffix in _HTML:
        blocks = read_page(text, alt).blocks
    elif suffix in _TIMED:
        blocks = read_cues(text)
    else:
        blocks = _markdown(text) if suffix == ".md" else _text(text)
    if not blocks:
        raise BookError(f"{path.name} holds no text")
    markup = "markdown" if suffix == ".md" else "auto"
    return Book(path.stem, tuple(cut_at_headings(blocks, path.stem)), markup=markup)


def _text(text: str) -> list[Block]:
    """Paragraphs between blank lines; one that reads like "Chapter 7" is a heading."""
    parts = (" ".join(part.split()) for part in re.split(r"\n[ \t\r]*\n", text))
    return [Block(part, _CHAPTER.fullmatch(part) is not None) for part in parts if part]


def _markdown(text: str) -> list[Block]:
    """Paragraphs as they are written; the daemon reads their Markdown."""
    blocks: list[Block] = []
    lines: list[str] = []
    fenced = False

    def end() -> None:
        if any(line.strip() for line in lines):
            blocks.append(Block("\n".join(lines)))
        lines.clear()

    for line in text.splitlines():
        fenced ^= _FENCE.match(line) is not None
        heading = None if fenced else _HEADING.fullmatch(line.strip())
        if heading:
            end()
            blocks.append(Block(heading[1], heading=True))
        elif fenced or line.strip():
            lines.append(line)
        else:
            end()
    end()
    return blocks
