"""A book as parts: nothing lost, cut where a reader breathes, spoken anew only if it changed."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.paths import DOCS

from kokoro_client.cli.exits import CommandError
from kokoro_doors.book import add_arguments
from kokoro_doors.book.parts import Book, Chapter
from kokoro_doors.book.render.choices import chosen, target_of
from kokoro_doors.book.render.plan import MAX_CHARS, Manner, PlannedChapter, pieces, plan_of

MANNER = Manner("af_heart", 1.0, "", "kokoro", "toy")


def keys(book: Book, manner: Manner = MANNER) -> list[str]:
    return [part.key for chapter in plan_of(book, manner) for part in chapter.parts]


@given(st.text(st.sampled_from("ab .,!?\n。"), max_size=200), st.integers(1, 30))
def test_pieces_lose_nothing_but_blanks(text: str, most: int) -> None:
    found = list(pieces(text, most))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(piece == piece.strip() and len(piece) <= most for piece in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two. Three four. Five", ["One two.", "Three four.", "Five"]),
        ("One two, three four five", ["One two,", "three four", "five"]),
        ("onetwothreefourfive", ["onetwothree", "fourfive"]),
    ],
)
def test_pieces_end_where_a_reader_breathes(text: str, expected: list[str]) -> None:
    assert list(pieces(text, 11 if "one" in text else 12)) == expected


def test_a_megabyte_without_a_full_stop_is_cut() -> None:
    book = Book("B", (Chapter("C", ("word " * 200_000,)),))
    (chapter,) = plan_of(book, MANNER)
    assert sum(len(part.text.split()) for part in chapter.parts) == 200_000
    assert max(len(part.text) for part in chapter.parts) <= MAX_CHARS


def test_a_key_stands_for_all_that_decides_the_sound() -> None:
    one = keys(Book("B", (Chapter("C", ("One.", "Two.", "One.")),)))
    assert one[0] == one[2] != one[1]
    assert keys(Book("Other", (Chapter("D", ("Two.", "One.")),))) == [one[1], one[0]]
    others = [
        keys(Book("B", (Chapter("C", ("One.",)),), markup="markdown")),
        *(
            keys(Book("B", (Chapter("C", ("One.",)),)), manner)
            for manner in (
                Manner("bf_emma", 1.0, "", "kokoro", "toy"),
                Manner("af_heart", 1.1, "", "kokoro", "toy"),
                Manner("af_heart", 1.0, "en-gb", "kokoro", "toy"),
                Manner("af_heart", 1.0, "", "built-in", "toy"),
                Manner("af_heart", 1.0, "", "kokoro", "other"),
            )
        ),
    ]
    assert len({one[0], *(key for (key,) in others)}) == 7


def test_the_pauses_are_those_of_a_reader() -> None:
    text = "A sentence. " * 300
    (chapter,) = plan_of(Book("B", (Chapter("C", ("C", text, "End."), frozenset({0})),)), MANNER)
    assert [part.pause_s for part in chapter.parts] == [0.9, 0.25, 0.6, 1.5]


def test_which_chapters() -> None:
    assert chosen(None, 3) == [1, 2, 3]
    assert chosen("7, 2-4,3", 9) == [2, 3, 4, 7]
    assert chosen("8-", 9) == [8, 9]
    for wrong in ("", "0", "3-2", "10", "1-10", "a", "1,,2", "-3"):
        with pytest.raises(CommandError):
            chosen(wrong, 9)


def test_the_page_names_every_flag() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    (actions,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    page = (DOCS / "books.md").read_text(encoding="utf-8")
    flags = [f for a in actions.choices["render"]._actions[1:] for f in a.option_strings]
    assert [flag for flag in flags if f"`{flag}`" not in page] == []


def test_the_lines_of_the_page_are_allowed() -> None:
    page = (DOCS / "books.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ {4}kokoroctl book (.*?)(?:  +#.*)?$", page, re.MULTILINE)
    assert len(lines) >= 4
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    for line in lines:
        parser.parse_args(shlex.split(line))


def test_one_file_or_a_folder(tmp_path: Path) -> None:
    assert target_of(tmp_path / "b.m4b", None).whole
    folder = target_of(tmp_path / "b.d", "opus")
    assert not folder.whole
    chapter = PlannedChapter(7, 'A/B: "..." ' + "x" * 99, ())
    name = folder.file_of(chapter, 12).name
    assert name.startswith("07 A B")
    assert name.endswith("x.opus")
    assert len(name) < 80
    assert folder.file_of(PlannedChapter(7, "...", ()), 120).name == "007.opus"
    (tmp_path / "b.txt").touch()
    for output, format in ((tmp_path / "b.m4b", "wav"), (tmp_path / "b.txt", None)):
        with pytest.raises(CommandError):
            target_of(output, format)
