# process: blocking file reads.
"""An EPUB as chapters: the spine in order, cut where its table of contents points."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from .archive import Archive
from .blocks import Block, chapter_of, kinds_of, read_page
from .parts import Book, BookError, Chapter, Cover

#: What a player shows.
_PICTURES: Final = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a table of contents."""

    title: str
    path: str
    fragment: str


@dataclass(frozen=True, slots=True)
class Package:
    """The document that names all of a book. root: its member; spine: those that are read, in
    order; items: by their ids."""

    root: str
    element: ET.Element
    items: dict[str, ET.Element]
    spine: list[str]

    def path_of(self, item: ET.Element) -> str:
        """The member that an item of it names."""
        return _resolved(self.root, item.get("href", ""))[0]


def open_package(archive: Archive) -> Package:
    """Raises BookError if it has DRM, is damaged, or goes over a limit."""
    _refuse_drm(archive)
    container = _xml(archive, "META-INF/container.xml")
    root = next((e.get("full-path", "") for e in container.iterfind(".//{*}rootfile")), "")
    package = _xml(archive, root)
    items = {item.get("id", ""): item for item in package.iterfind(".//{*}manifest/{*}item")}
    spine = _spine(package, items, root)
    if not spine:
        raise BookError(f"{root} names no text to read (its spine is empty)")
    return Package(root, package, items, spine)


def read_epub(path: Path, alt: bool = False) -> Book:
    """alt: the texts that stand for pictures are read. Raises BookError as open_package() does."""
    with Archive(path) as archive:
        opened = open_package(archive)
        root, package, items, spine = opened.root, opened.element, opened.items, opened.spine
        title = package.findtext(".//{*}title") or path.stem
        warnings: list[str] = []
        entries: list[_Entry] = []
        try:
            entries = _contents(archive, package, items, root)
        except BookError as error:
            warnings.append(f"table of contents passed over: {error}")
        chapters = _chapters(archive, spine, entries, warnings, alt)
        cover = _cover(archive, package, items, root)
    if not chapters:
        raise BookError(f"{path.name} holds no text")
    return Book(
        " ".join(title.split()),
        tuple(chapters),
        tuple(warnings),
        author=" ".join((package.findtext(".//{*}creator") or "").split()),
        cover=cover,
        alt=alt,
    )


def _refuse_drm(archive: Archive) -> None:
    drm = "it is locked (DRM); kokoroctl reads only books that are not"
    if "META-INF/rights.xml" in archive.names:
        raise BookError(drm)
    if "META-INF/encryption.xml" not in archive.names:
        return
    for data in _xml(archive, "META-INF/encryption.xml").iterfind(".//{*}EncryptedData"):
        method = data.find("{*}EncryptionMethod")
        how = "" if method is None else method.get("Algorithm", "")
        # Fonts are scrambled by these two, which locks no text.
        if not how.startswith(
            ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
        ):
            raise BookError(drm)


def _xml(archive: Archive, name: str) -> ET.Element:
    text = archive.text(name)
    # Entities that grow each other are the only ones such a file would declare.
    if "<!ENTITY" in text:
        raise BookError(f"{name} declares entities, which a book does not need; it is not read")
    try:
        return ET.fromstring(text)  # noqa: S314 - without entities it only grows as it is long
    except (ET.ParseError, ValueError) as error:
        raise BookError(f"{name} is no XML: {error}") from None


def _resolved(base: str, href: str) -> tuple[str, str]:
    """Member and fragment that `href` in the member `base` means."""
    path, _, fragment = href.partition("#")
    joined = posixpath.join(posixpath.dirname(base), unquote(path)) if path else base
    return posixpath.normpath(joined), unquote(fragment)


def _spine(package: ET.Element, items: dict[str, ET.Element], root: str) -> list[str]:
    found: dict[str, None] = {}
    for ref in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(ref.get("idref", ""))
        if item is not None and ref.get("linear") != "no" and "html" in item.get("media-type", ""):
            found[_resolved(root, item.get("href", ""))[0]] = None
    return list(found)


def _contents(
    archive: Archive, package: ET.Element, items: dict[str, ET.Element], root: str
) -> list[_Entry]:
    """By EPUB 3's nav if it has one, else by EPUB 2's ncx; empty if there is neither."""
    for item in items.values():
        if "nav" in item.get("properties", "").split():
            name = _resolved(root, item.get("href", ""))[0]
            nav = _Nav()
            nav.feed(archive.text(name))
            nav.close()
            return [_Entry(title, *_resolved(name, href)) for title, href in nav.found if title]
    spine = package.find(".//{*}spine")
    item_of_ncx = items.get("" if spine is None else spine.get("toc", ""))
    if item_of_ncx is None:
        return []
    name = _resolved(root, item_of_ncx.get("href", ""))[0]
    entries = []
    for point in _xml(archive, name).iterfind(".//{*}navMap//{*}navPoint"):
        title = " ".join((point.findtext("{*}navLabel/{*}text") or "").split())
        content = point.find("{*}content")
        if title and content is not None:
            entries.append(_Entry(title, *_resolved(name, content.get("src", ""))))
    return entries


class _Nav(HTMLParser):
    """Links inside <nav epub:type="toc">, however deep its lists nest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._inside = False
        self._href: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "nav":
            self._inside = "toc" in kinds_of(attrs)
        elif tag == "a" and self._inside:
            self._href = dict(attrs).get("href")
            self._text.clear()

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._inside = False
        elif tag == "a" and self._href is not None:
            self.found.append((" ".join("".join(self._text).split()), self._href))
            self._href = None

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self._text.append(data)


def _chapters(
    archive: Archive, spine: list[str], entries: list[_Entry], warnings: list[str], alt: bool
) -> list[Chapter]:
    """Every paragraph of the spine is in one chapter, whatever the entries say."""
    blocks: list[Block] = []
    begins: dict[str, int] = {}
    ids: dict[tuple[str, str], int] = {}
    for name in spine:
        page = read_page(archive.text(name), alt)
        begins[name] = len(blocks)
        ids.update({(name, key): len(blocks) + number for key, number in page.ids.items()})
        blocks += page.blocks
    cuts: dict[int, str] = {}
    for entry in entries:
        if entry.path not in begins:
            warnings.append(f"the table of contents names {entry.path}, which is not in the spine")
            continue
        at = ids.get((entry.path, entry.fragment), begins[entry.path])
        cuts.setdefault(at, entry.title)
    if not cuts:
        cuts = dict.fromkeys(begins.values(), "")
    cuts.setdefault(0, "")
    edges = sorted(cuts)
    chapters: list[Chapter] = []
    for start, end in zip(edges, [*edges[1:], len(blocks)], strict=True):
        part = blocks[start:end]
        if part:
            title = cuts[start] or next((b.text for b in part if b.heading), "")
            title = title or f"Part {len(chapters) + 1}"
            chapters.append(chapter_of(title, part))
    return chapters


def _cover(
    archive: Archive, package: ET.Element, items: dict[str, ET.Element], root: str
) -> Cover | None:
    """By EPUB 3's property if it has one, else by EPUB 2's meta; None if there is none to use."""
    old = package.find(".//{*}meta[@name='cover']")
    named = items.get("" if old is None else old.get("content", ""))
    marked = [i for i in items.values() if "cover-image" in i.get("properties", "").split()]
    item = marked[0] if marked else named
    suffix = _PICTURES.get("" if item is None else item.get("media-type", ""))
    if item is None or suffix is None:
        return None
    try:
        return Cover(archive.data(_resolved(root, item.get("href", ""))[0]), suffix)
    except BookError:
        return None  # a book is read without its picture
