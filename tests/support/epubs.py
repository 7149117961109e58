"""EPUB files made for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)


def page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html'
        ' xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>unread</title></head><body>{body}</body></html>"
    )


def make(
    path: Path,
    pages: Mapping[str, str],
    *,
    nav: str = "",
    ncx: str = "",
    author: str = "",
    cover: bytes = b"",
    **more: str,
) -> Path:
    """pages: name -> body, in the order of the spine. more: members of META-INF, "x" -> x.xml."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="text/html"/>' * bool(nav)
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' * bool(ncx)
    picture = '<item id="cover" href="c.jpg" properties="cover-image" media-type="image/jpeg"/>'
    items += picture * bool(cover)
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    members = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": (
            '<package version="3.0" xmlns="http://www.idpf.org/2007/opf"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A Boat</dc:title>'
            f"<dc:creator>{author}</dc:creator></metadata><manifest>{items}</manifest>"
            f'<spine toc="ncx">{refs}</spine></package>'
        ),
        **{f"OPS/{name}": page(body) for name, body in pages.items()},
        **{f"META-INF/{name}.xml": text for name, text in more.items()},
    }
    if nav:
        members["OPS/nav.xhtml"] = page(nav)
    if ncx:
        members["OPS/toc.ncx"] = ncx
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        if cover:
            archive.writestr("OPS/c.jpg", cover)
    return path
