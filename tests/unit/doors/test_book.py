"""Books as chapters: each word of the text once, footnotes and page numbers not at all."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from support.epubs import make

from kokoro_client.cli.main import main
from kokoro_doors.book import archive
from kokoro_doors.book.blocks import read_page
from kokoro_doors.book.marking import mark_page
from kokoro_doors.book.parts import Book, BookError, Cover
from kokoro_doors.book.plain import read_book

NOTES = (
    '<h1>One</h1><p>The boat<a epub:type="noteref" href="#n">1</a> sank'
    '<span epub:type="pagebreak" title="7">7</span>ed.</p>'
    '<aside id="n" epub:type="footnote"><p>Unread note.</p></aside>'
    '<p>Caf&eacute; &amp; sea.<a role="doc-noteref">2</a></p><div role="doc-footnote">No.</div>'
)
LISTS = (
    '<h1 id="two">Two</h1><ul><li>First<ol><li>inner <b>bo</b>ld</li><li>next</li></ol>tail</li>'
    '<li>Second</li></ul><a id="three"/><h2>Three</h2><p>Last<br/>line.</p>'
)
NAV = (
    '<nav epub:type="toc"><ol><li><a href="a%20b.xhtml">Chapter <i>One</i></a></li>'
    '<li><a href="c.xhtml#two">Two</a><ol><li><a href="c.xhtml#three">Three</a></li></ol></li></ol>'
    '</nav><nav epub:type="page-list"><ol><li><a href="c.xhtml">7</a></li></ol></nav>'
)
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Chapter'
    ' One</text></navLabel><content src="a%20b.xhtml"/></navPoint><navPoint><navLabel><text>Two'
    '</text></navLabel><content src="c.xhtml#two"/><navPoint><navLabel><text>Three</text>'
    '</navLabel><content src="c.xhtml#three"/></navPoint></navPoint></navMap></ncx>'
)
PAGES = {"a b.xhtml": NOTES, "c.xhtml": LISTS}
WORDS = (
    "One The boat sanked. Café & sea. Two First inner bold next tail Second Three Last line."
).split()


def words(book: Book) -> list[str]:
    return " ".join(text for part in book.chapters for text in part.paragraphs).split()


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


@pytest.mark.parametrize("contents", [{"nav": NAV}, {"ncx": NCX}])
def test_contents_of_either_kind_cut_the_spine(tmp_path: Path, contents: dict[str, str]) -> None:
    book = read_book(make(tmp_path / "b.epub", PAGES, **contents))
    assert (book.title, titles(book)) == ("A Boat", ["Chapter One", "Two", "Three"])
    assert words(book) == WORDS
    assert book.chapters[1].paragraphs == ("Two", "First", "inner bold", "next", "tail", "Second")
    assert not book.warnings


def test_without_contents_each_document_is_a_chapter(tmp_path: Path) -> None:
    book = read_book(make(tmp_path / "b.epub", PAGES))
    assert titles(book) == ["One", "Two"]
    assert words(book) == WORDS


@pytest.mark.parametrize(
    "contents",
    [{"ncx": "<ncx><navMap>"}, {"nav": '<nav epub:type="toc"><a href="gone.xhtml">Gone</a></nav>'}],
)
def test_broken_contents_are_told_and_the_spine_is_read(
    tmp_path: Path, contents: dict[str, str]
) -> None:
    book = read_book(make(tmp_path / "b.epub", PAGES, **contents))
    assert titles(book) == ["One", "Two"]
    assert words(book) == WORDS
    assert "table of contents" in book.warnings[0]


def test_text_before_the_first_entry_is_kept(tmp_path: Path) -> None:
    nav = '<nav epub:type="toc"><a href="c.xhtml#three">Three</a></nav>'
    book = read_book(make(tmp_path / "b.epub", PAGES, nav=nav))
    assert titles(book) == ["One", "Three"]
    assert words(book) == WORDS


ENCRYPTION = (
    '<encryption xmlns="urn:x"><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData>'
    "</encryption>"
)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"rights": "<rights/>"}, "DRM"),
        ({"encryption": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}, "DRM"),
        ({"encryption": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "entities"),
    ],
)
def test_a_locked_book_is_refused(tmp_path: Path, more: dict[str, str], message: str) -> None:
    with pytest.raises(BookError, match=message):
        read_book(make(tmp_path / "b.epub", PAGES, **more))


def test_scrambled_fonts_lock_no_text(tmp_path: Path) -> None:
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    assert words(read_book(make(tmp_path / "b.epub", PAGES, encryption=fonts))) == WORDS


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="bomb"):
        read_book(make(tmp_path / "b.epub", {"a.xhtml": "<p>" + "a" * 8_000_000}))


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.epub"
    path.write_bytes(b"not a zip")
    with pytest.raises(BookError, match="no EPUB"):
        read_book(path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("b.txt", "Front.\n\nChapter 1\n\nWas.\n\nPART II\n\nIs.", ["b", "Chapter 1", "PART II"]),
        ("b.md", "# One\n\nText.\n\n```\n# no heading\n```\n\n## Two\nMore.", ["One", "Two"]),
        ("b.html", "<h1>One</h1><p>a<p>b<h1>Two</h1>c", ["One", "Two"]),
    ],
)  # fmt: skip
def test_books_in_one_file(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert titles(read_book(path)) == expected


def test_the_command_lists_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "b.epub", PAGES, nav=NAV)
    assert main(["book", "chapters", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["title"] for c in found["chapters"]] == ["Chapter One", "Two", "Three"]
    assert sum(c["words"] for c in found["chapters"]) == len(WORDS)
    assert main(["book", "chapters", str(path)]) == 0
    assert "Chapter One" in capsys.readouterr().out
    assert main(["book", "chapters", str(tmp_path / "b.doc")]) == 1
    assert ".epub" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('Sank<sup><a href="#n1">1</a></sup>.', "Sank."),
        ('Sank<a href="notes.xhtml#n1"><sup>12</sup></a>.', "Sank."),
        ('Sank<a href="#n1">[3]</a>.', "Sank."),
        ('Sank<a href="#n1">*</a>.', "Sank."),
        ('<sup id="r"><a href="#n1">[a]</a></sup>Sank.', "Sank."),
        ('In <a href="#c">chapter 12</a>, 10<sup>2</sup>.', "In chapter 12, 102."),
        ('The 1<sup><a href="#n1">st</a></sup>.', "The 1st."),
        ('See <a href="http://x.org/">7</a>.', "See 7."),
    ],
)
def test_references_to_notes_are_left_out_if_nothing_marks_them(html: str, text: str) -> None:
    assert [block.text for block in read_page(f"<p>{html}</p><p>On.</p>").blocks] == [text, "On."]


def test_author_cover_and_headings_are_read(tmp_path: Path) -> None:
    path = make(tmp_path / "b.epub", PAGES, author="Ann  Other", cover=b"\xff\xd8picture")
    book = read_book(path)
    assert (book.author, book.cover) == ("Ann Other", Cover(b"\xff\xd8picture", ".jpg"))
    assert [chapter.headings for chapter in book.chapters] == [{0}, {0, 6}]


def test_archives_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "b.epub", PAGES)
    with zipfile.ZipFile(path) as made:
        members = len(made.namelist())
        size = sum(member.file_size for member in made.infolist())
    monkeypatch.setattr(archive, "_MAX_MEMBERS", members)
    assert words(read_book(path)) == WORDS
    monkeypatch.setattr(archive, "_MAX_MEMBERS", members - 1)
    with pytest.raises(BookError, match=f"more than {members - 1} members"):
        read_book(path)
    monkeypatch.undo()
    # All that is read counts together: the pages, and what leads to them.
    monkeypatch.setattr(archive, "MAX_TEXT_BYTES", size)
    assert words(read_book(path)) == WORDS
    monkeypatch.setattr(archive, "MAX_TEXT_BYTES", size - 1)
    with pytest.raises(BookError, match=f"more than {size - 1} bytes"):
        read_book(path)


def test_what_nests_too_deep_is_refused(tmp_path: Path) -> None:
    deep = "<div>" * 600 + "Deep." + "</div>" * 600
    with pytest.raises(BookError, match="nests deeper than 512"):
        read_book(make(tmp_path / "b.epub", {"a.xhtml": deep}))
    assert words(read_book(make(tmp_path / "b.epub", {"a.xhtml": deep[500:-600]}))) == ["Deep."]


def test_the_texts_of_pictures_are_read_on_request() -> None:
    body = (
        '<p>See<img src="a" alt="A map"/>it.</p><aside role="doc-footnote"><img alt="No"/></aside>'
    )
    assert [b.text for b in read_page(body).blocks] == ["See it."]
    assert [b.text for b in read_page(body, alt=True).blocks] == ["See A map. it."]
    marked = mark_page(body, alt=True)
    assert [one.block for one in marked] == read_page(body, alt=True).blocks
    assert [place is None for place in marked[0].places] == [False] * 3 + [True] * 5 + [False] * 3


SRT = """1
00:00:01,000 --> 00:00:02,000
<i>The boat</i>
went out

2
00:00:02,100 --> 00:00:03,000
and {\\an8}sank &amp; sank.

3
00:00:04,000 --> 00:00:05,000
Then it
"""
VTT = """WEBVTT - a title

NOTE
00:00 is no time

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start
<v Ann>The boat

00:01.500 --> 00:02.500
The boat went out

00:10.000 --> 00:11.000
and sank.
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("b.srt", SRT, ("The boat went out and sank & sank.", "Then it")),
        ("b.vtt", VTT, ("The boat went out", "and sank.")),
    ],
)
def test_subtitles_are_read_without_their_times(
    tmp_path: Path, name: str, text: str, expected: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_text(text)
    (chapter,) = read_book(path).chapters
    assert chapter.paragraphs == expected
    path.write_text("No cue at all.")
    with pytest.raises(BookError, match="holds no text"):
        read_book(path)
