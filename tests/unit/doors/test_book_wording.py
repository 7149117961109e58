"""Who says what in a book, and what is said instead of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kokoro_client.cli.exits import CommandError
from kokoro_doors.book.parts import Book, Chapter
from kokoro_doors.book.render.wording import Wording, read_wording, reworded

CAST = """
[voices]
Emma = "bf_emma"
Tom = "am_adam:0.5,am_eric:0.5"
[quotations]
"where  ARE you" = "Tom"
"""


@pytest.fixture
def cast(tmp_path: Path) -> Wording:
    path = tmp_path / "cast.toml"
    path.write_text(CAST)
    return read_wording(None, path)


def said(text: str, wording: Wording) -> str:
    book, _ = reworded(Book("B", (Chapter("C", (text,)),)), wording)
    return book.chapters[0].paragraphs[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[Emma] “Hm,” she said.", "[voice:bf_emma]“Hm,”[voice:default] she said."),
        ('He: [Emma]"Hm" [Tom]', 'He: [voice:bf_emma]"Hm"[voice:default] [voice:TOM]'),
        ("[Emma] Dear all, “Hm”.", "[voice:bf_emma]Dear all, “Hm”."),
        ("“Where are you?” “Here.”", "[voice:TOM]“Where are you?”[voice:default] “Here.”"),
        ("[Emma] “Where are you”", "[voice:bf_emma]“Where are you”[voice:default]"),
        ("«Where are you», [sic] he", "[voice:TOM]«Where are you»[voice:default], [sic] he"),
        ("[Anna] “Hm”", "[Anna] “Hm”"),
    ],
)
def test_a_quotation_is_cast(cast: Wording, written: str, expected: str) -> None:
    assert said(written, cast) == expected.replace("TOM", cast.voices["Tom"])


def test_whole_words_are_said_otherwise_the_longest_first(tmp_path: Path) -> None:
    path = tmp_path / "said.toml"
    path.write_text('"Dr. No" = "Doctor No"\n"Dr." = "Drive"\n"CAT" = "C.A.T."\n"x" = "y"\n')
    book = Book("B", (Chapter("C", ("Dr. No of Oak Dr. has a CAT, no CATS.",)),))
    book, unused = reworded(book, read_wording(path, None))
    assert book.chapters[0].paragraphs == ("Doctor No of Oak Drive has a C.A.T., no CATS.",)
    assert unused == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "is no TOML"),
        ("[people]\n", "has [people]"),
        ("[voices]\nEmma = 3\n", "'Emma'"),
        ('[voices]\nEmma = "a b]"\n', "Emma has the voice"),
        ('[quotations]\n"Hm" = "Emma"\n', "no Emma"),
        ('voices = "x"\n', "[voices] is no table"),
    ],
)
def test_a_file_that_is_wrong_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cast.toml"
    path.write_text(text)
    with pytest.raises(CommandError) as told:
        read_wording(None, path)
    assert message in str(told.value)
    with pytest.raises(CommandError, match="cannot be read"):
        read_wording(tmp_path / "none.toml", None)
