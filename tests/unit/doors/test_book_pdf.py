"""PDFs: what a reader sees as paragraphs, without what only belongs to the paper."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from support.pdfs import Line, make

from kokoro_doors.book.parts import BookError
from kokoro_doors.book.plain import read_book

STEP = 14


def column(*texts: str, x: float = 72, top: float = 700) -> list[Line]:
    """Lines one below the other; those that begin with a blank are indented."""
    return [
        Line(x + 18 * text.startswith(" "), top - STEP * number, text.strip())
        for number, text in enumerate(texts)
    ]


def paper(number: int, lines: list[Line]) -> list[Line]:
    """A page with its head and its number."""
    head = "A RUNNING HEAD" if number % 2 else "Ann Other"
    return [Line(72, 760, head), *lines, Line(300, 30, f"- {number} -")]


ONE = column(
    "The boat went out in the morning, and the exam-",
    "ple of its well-known crew was followed by all of",
    "us on the shore.",
    " Then it sank, and the well-",
    "known crew swam back to the harbour as well as",
)
TWO = column("they could, which was not far.", " It was over.")
LAST = [Line(72, 700, "The Shore", 18), *column("A long way to go for all of us here.", top=660)]
MORE = [column(f"There is {what} to be seen here.") for what in ("a crab", "sand", "no one")]
PAGES = [paper(number, lines) for number, lines in enumerate((ONE, TWO, LAST, *MORE), 1)]
EXPECTED = [
    "The boat went out in the morning, and the example of its well-known crew was followed by all"
    " of us on the shore.",
    "Then it sank, and the well-known crew swam back to the harbour as well as they could, which"
    " was not far.",
    "It was over.",
]


def test_paragraphs_go_on_over_lines_and_pages(tmp_path: Path) -> None:
    book = read_book(make(tmp_path / "b.pdf", PAGES, title="A Boat"))
    assert book.title == "A Boat"
    assert [chapter.title for chapter in book.chapters] == ["A Boat", "The Shore"]
    assert list(book.chapters[0].paragraphs) == EXPECTED
    assert book.chapters[1].paragraphs[0] == "The Shore"
    assert book.chapters[1].headings == {0}
    assert not book.warnings


def test_an_outline_names_the_chapters(tmp_path: Path) -> None:
    book = read_book(make(tmp_path / "b.pdf", PAGES, [("Sinking", 1), ("3. The Shore", 2)]))
    assert [chapter.title for chapter in book.chapters] == ["b", "Sinking", "3. The Shore"]
    assert list(book.chapters[0].paragraphs) == EXPECTED[:2]
    assert list(book.chapters[1].paragraphs) == EXPECTED[2:]


def test_columns_and_gaps(tmp_path: Path) -> None:
    lines = ("The left column has three lines of", "text that go on in the column to the", "right")
    left = column(*lines)
    right = column("of it, and end there after a while.", x=320)
    below = column("A gap parts this paragraph from that.", x=320, top=650)
    path = make(tmp_path / "b.pdf", [[*left, *right, *below]])
    assert read_book(path).chapters[0].paragraphs == (
        "The left column has three lines of text that go on in the column to the right of it, and"
        " end there after a while.",
        "A gap parts this paragraph from that.",
    )


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "b.pdf", [[], []])
    with pytest.raises(BookError, match="only pictures"):
        read_book(path)
    make(path, [[], *PAGES])
    assert "1 of 7 pages have no text" in read_book(path).warnings[0]
    writer = pypdf.PdfWriter(clone_from=path)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)
    with pytest.raises(BookError, match="locked by a password"):
        read_book(path)
    whole = make(path, PAGES).read_bytes()
    path.write_bytes(whole + bytes(9_000))
    assert len(read_book(path).chapters) == 2
    for damaged in (b"no PDF", whole[:700], whole[:-6], whole[9:], whole[:9] + b"\n%%EOF"):
        path.write_bytes(damaged)
        with pytest.raises(BookError, match=r"cannot be read|holds no text|only pictures"):
            read_book(path)
