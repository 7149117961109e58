# process: blocking file reads.
"""A PDF that has text, by the package pypdf (BSD-3-Clause), cut where its outline points."""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from .blocks import Block, chapter_of, cut_at_headings
from .layout import Line, PlacedBlock, read_lines
from .parts import MAX_TEXT_BYTES, Book, BookError, Chapter

#: An encyclopedia's.
_MAX_PAGES: Final = 20_000

#: Fewer letters of a title are found anywhere.
_TITLE_CHARS: Final = 3

#: Where a PDF says that it is one (Adobe's readers look so far), and that it is over: what was
#: appended to a file on its way is shorter.
_BEGIN_BYTES: Final = 1024
_END_BYTES: Final = 64 * 1024

#: What pypdf raises about a file that is not as it should be, beside its own.
_DAMAGED: Final = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError,
    AssertionError, NotImplementedError, zlib.error,
)  # fmt: skip


def read_pdf(path: Path) -> Book:
    """Raises BookError if it is locked, damaged, or only pictures of pages."""
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        raise BookError(
            f"{path.name} needs the package pypdf; pip install 'kokoro-doors[book]'"
        ) from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what matters is told in BookError
    with path.open("rb") as file:
        _check_ends(file, path)
        try:
            reader = pypdf.PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                raise BookError("it is locked by a password; kokoroctl reads only what is not")
            if len(reader.pages) > _MAX_PAGES:
                raise BookError(f"{path.name} has more than {_MAX_PAGES} pages; it is not read")
            pages = list(_pages(reader, path))
            outline = _outline(reader)
            title, author = _about(reader)
        except (PyPdfError, *_DAMAGED) as error:
            raise BookError(f"{path.name} cannot be read: {error}; is it a whole PDF?") from None
    return _book(path, pages, outline, title or path.stem, author)


def _check_ends(file: BinaryIO, path: Path) -> None:
    """Raises BookError if it is no PDF, or half of one: pypdf would look for its end everywhere, in
    lines that may be as long as the file."""
    begins = file.read(_BEGIN_BYTES)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _END_BYTES, 0))
    ends = file.read()
    file.seek(0)
    if b"%PDF-" not in begins or b"%%EOF" not in ends:
        raise BookError(
            f"{path.name} cannot be read: it does not {'end' if b'%PDF-' in begins else 'begin'} as"
            " a PDF does; is it a whole PDF?"
        )


def _book(
    path: Path, pages: Sequence[Sequence[Line]], outline: dict[int, str], title: str, author: str
) -> Book:
    blank = sum(not page for page in pages)
    if blank == len(pages):
        raise BookError(
            f"{path.name} has no text, only pictures of its pages; give it text"
            " first, e.g. by ocrmypdf"
        )
    warnings = [f"{blank} of {len(pages)} pages have no text and are passed over"] if blank else []
    placed = read_lines(pages)
    if not placed:
        raise BookError(f"{path.name} holds no text")
    if outline:
        chapters = list(_by_outline(placed, outline, title))
    else:
        chapters = cut_at_headings([one.block for one in placed], title)
    return Book(title, tuple(chapters), tuple(warnings), author=author)


def _pages(reader: Any, path: Path) -> Iterator[list[Line]]:
    left = MAX_TEXT_BYTES
    for page in reader.pages:
        lines = _Lines()
        page.extract_text(visitor_text=lines.add)
        left -= sum(len(line.text) for line in lines.done())
        if left < 0:
            raise BookError(f"{path.name} has more than {MAX_TEXT_BYTES} characters; split it")
        yield lines.done()


class _Lines:
    """Takes pieces of text as pypdf hands them out; a line stands where its first piece does."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._text = ""
        self._place = (0.0, 0.0, 0.0)

    def add(
        self, text: str, around: Sequence[float], matrix: Sequence[float], font: Any, size: float
    ) -> None:
        """around, matrix: PDF's own, of the page and of the text (ISO 32000, 9.4.4)."""
        for number, piece in enumerate(text.split("\n")):
            if number:
                self._end()
            if piece.strip() and not self._text.strip():
                x = matrix[4] * around[0] + matrix[5] * around[2] + around[4]
                y = matrix[4] * around[1] + matrix[5] * around[3] + around[5]
                scale = abs(matrix[3] or matrix[1]) * abs(around[3] or around[1])
                self._place = (x, y, float(size) * (scale or 1.0))
            self._text += piece

    def done(self) -> list[Line]:
        self._end()
        return self._lines

    def _end(self) -> None:
        if self._text.strip():
            self._lines.append(Line(*self._place, self._text))
        self._text = ""


def _outline(reader: Any) -> dict[int, str]:
    """The page of each entry of the first level that has several, and its title."""
    level = list(reader.outline)
    while sum(not isinstance(one, list) for one in level) == 1:
        below = [one for one in level if isinstance(one, list)]
        if not below:
            break
        level = below[0]
    found: dict[int, str] = {}
    for one in level:
        if not isinstance(one, list):
            page = reader.get_destination_page_number(one)
            title = " ".join(str(one.title or "").split())
            if page is not None and page >= 0 and title:
                found.setdefault(page, title)
    return found


def _about(reader: Any) -> tuple[str, str]:
    about = reader.metadata
    if about is None:
        return "", ""
    return " ".join(str(about.title or "").split()), " ".join(str(about.author or "").split())


def _by_outline(
    placed: Sequence[PlacedBlock], outline: dict[int, str], title: str
) -> Iterator[Chapter]:
    """Every paragraph is in one chapter; what begins before the first entry is one of its own."""
    name, part, left = title, list[Block](), sorted(outline)
    for number, one in enumerate(placed):
        if left and _begins(placed, number, left[0], outline[left[0]]):
            while left and left[0] <= one.page:
                page = left.pop(0)
            if part:
                yield chapter_of(name, part)
            name, part = outline[page], []
        part.append(one.block)
    if part:
        yield chapter_of(name, part)


def _begins(placed: Sequence[PlacedBlock], number: int, page: int, title: str) -> bool:
    """Whether a chapter begins with this paragraph: at its title, if that stands on the page."""
    if placed[number].page < page:
        return False
    for later in range(number, len(placed)):
        if placed[later].page > page:
            break
        shown = _letters(placed[later].block.text)
        if len(shown) >= _TITLE_CHARS and shown in _letters(title):
            return later == number
    return True


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
