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


_NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head>'
    '<meta name="dtb:uid" content="{id}"/></head><docTitle><text>A Boat</text></docTitle><navMap>'
    '<navPoint id="one"><navLabel><text>One</text></navLabel><content src="{first}"/></navPoint>'
    "</navMap></ncx>"
)
_ID = "urn:uuid:7f9a1b52-6a0f-4f3e-9a51-0d6c2b8e4f10"


def make_valid(path: Path, pages: Mapping[str, str], nav: str, *, ncx: bool = False) -> Path:
    """An EPUB 3 that EPUBCheck has nothing against. nav: the lines of its table of contents."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' * ncx
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    toc = ' toc="ncx"' if ncx else ""
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER.replace(
            "<container ", '<container version="1.0" '
        ).replace(".opf", '.opf" media-type="application/oebps-package+xml'),
        "OPS/book.opf": (
            '<package version="3.0" unique-identifier="id" xmlns="http://www.idpf.org/2007/opf">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f'<dc:identifier id="id">{_ID}</dc:identifier><dc:title>A Boat</dc:title>'
            "<dc:language>en</dc:language>"
            '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata>'
            f"<manifest>{items}</manifest><spine{toc}>{refs}</spine></package>"
        ),
        **{f"OPS/{name}": page(body) for name, body in pages.items()},
        "OPS/nav.xhtml": page(f'<nav epub:type="toc"><ol>{nav}</ol></nav>'),
    }
    if ncx:
        members["OPS/toc.ncx"] = _NCX.format(id=_ID, first=next(iter(pages)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, text, how)
    return path
