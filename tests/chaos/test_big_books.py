"""Books of 300 MB: each is read or refused in a sentence, in little memory.

Not among the default tests: `make chaos`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support import epubs, pdfs

_BYTES = 300 * 2**20
_PIECE = bytes(2**20)

#: Python and what reads a book have 40 to 80 MB; none of it is to hold the book.
_MOST_MB = 260

_PATIENCE_S = 120.0

_CHAPTERS = """
import resource, sys
from kokoro_client.cli.main import main
status = main(["book", "chapters", "--json", sys.argv[1]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
sys.exit(status)
"""


def _sparse(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(_BYTES)
    return path


def _one_line(path: Path) -> Path:
    with path.open("wb") as file:
        for _ in range(_BYTES // 2**20):
            file.write(b"word " * (2**20 // 5))
    return path


def _pictures(path: Path) -> Path:
    """A book with text whose pictures have 300 MB."""
    epubs.make(path, {"a.xhtml": "<h1>One</h1><p>The boat sank.</p>"})
    with zipfile.ZipFile(path, "a") as archive, archive.open("OPS/p.png", "w") as picture:
        for _ in range(_BYTES // 2**20):
            picture.write(_PIECE)
    return path


def _much_text(path: Path) -> Path:
    """An EPUB whose pages have more text than is read, each of them harmless."""
    page = "<p>" + "The boat came back over the sea, and sank. " * 50 + "</p>"
    names = [f"p{number}.xhtml" for number in range(12)]
    epubs.make(path, dict.fromkeys(names, ""))
    (made := path.with_suffix(".new")).unlink(missing_ok=True)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name.endswith(".xhtml"):
                with new.open(name, "w") as file:
                    file.write(b"<html><body>")
                    for number in range(_BYTES // len(names) // len(page)):
                        file.write(page.replace("sank", f"sank {number} times").encode())
                    file.write(b"</body></html>")
            else:
                new.writestr(name, old.read(name))
    made.replace(path)
    return path


def _scans(path: Path) -> Path:
    """A PDF with a page of text, and 300 MB of what no page refers to."""
    pdfs.make(path, [[pdfs.Line(72, 700, "One"), pdfs.Line(72, 650, "The boat sank.")]])
    end = path.read_bytes().rpartition(b"startxref")[2]
    with path.open("ab") as file:
        for _ in range(_BYTES // 2**20):
            file.write(_PIECE)
        file.write(b"\nstartxref" + end)
    return path


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("b.txt", _one_line, "has more than"),
        ("b.md", _sparse, "has more than"),
        ("b.html", _one_line, "has more than"),
        ("b.srt", _sparse, "has more than"),
        ("b.epub", _sparse, "is no EPUB"),
        ("pictures.epub", _pictures, ""),
        ("text.epub", _much_text, "would be read; it is not"),
        ("b.pdf", _sparse, "cannot be read"),
        ("scans.pdf", _scans, ""),
    ],
)
def test_a_book_of_300_mb(
    tmp_path: Path, name: str, make: Callable[[Path], Path], said: str
) -> None:
    book = make(tmp_path / name)
    try:
        assert book.stat().st_size > _BYTES * 0.95
        ran = subprocess.run(
            [sys.executable, "-c", _CHAPTERS, book],
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    finally:
        book.unlink()
    *told, most_mb = ran.stderr.splitlines()
    print(f"{name}: {most_mb} MB, {told}")
    assert int(most_mb) <= _MOST_MB
    if not said:
        assert ran.returncode == 0, told
        assert json.loads(ran.stdout)["chapters"][0]["words"] == 4
    else:
        assert (ran.returncode, ran.stdout, len(told)) == (1, "", 1), told
        assert said in told[0]
