"""PDF files made for tests: lines of text at places of pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Line(NamedTuple):
    """x and y in points from the lower left corner of a page of 612 x 792."""

    x: float
    y: float
    text: str
    size: float = 11


def make(
    path: Path,
    pages: Sequence[Sequence[Line]],
    outline: Sequence[tuple[str, int]] = (),
    title: str = "",
) -> Path:
    """outline: titles and the numbers of their pages, from 0."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>", b"", b"", b""]
    objects[2] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    kids = []
    for lines in pages:
        stream = b"".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (size, x, y, _escaped(text))
            for x, y, text, size in lines
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects)
        )
        kids.append(len(objects))
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (refs, len(kids))
    first = len(objects) + 1
    for number, (entry, page) in enumerate(outline):
        more = b"/Next %d 0 R" % (first + number + 1) if number + 1 < len(outline) else b""
        objects.append(
            b"<</Title(%s)/Parent 4 0 R/Dest[%d 0 R/Fit]%s>>" % (_escaped(entry), kids[page], more)
        )
    ends = b"/First %d 0 R/Last %d 0 R" % (first, len(objects)) if outline else b""
    objects[3] = b"<</Type/Outlines/Count %d%s>>" % (len(outline), ends)
    objects.append(b"<</Title(%s)>>" % _escaped(title))
    path.write_bytes(_file(objects))
    return path


def _file(objects: Sequence[bytes]) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(made), len(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    made += b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\n" % (count, len(objects))
    return bytes(made + b"startxref\n%d\n%%%%EOF\n" % start)


def _escaped(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return escaped.encode("cp1252")
