# process: blocking file writes.
"""An EPUB that reads itself: the book with its sound and Media Overlays (EPUB 3.3, 9).

Owns:       nothing of the book: each page is as it was, with spans put in; what is not a page is
            copied.
Invariants: the clips of a chapter follow one another without a gap, so its pauses are heard.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from kokoro_client.atomic_file import AtomicFile

from ..archive import Archive
from ..epub import Package, open_package
from ..marking import MarkedBlock, Place, mark_page, with_spans
from ..parts import Book, BookError
from .clips import Clip, clips_of
from .files import PlainFile, SpokenChapter, write_sound
from .work import Work

#: A core media type of EPUB, which every reading system plays.
_SOUND: Final = ("mp3", "audio/mpeg")

_ACTIVE: Final = "-epub-media-overlay-active"
_STYLE: Final = (
    f'<style type="text/css">.{_ACTIVE} {{ background-color: #ffe08a; color: #000; }}</style>'
)
_HEAD_END: Final = re.compile(r"</head\s*>", re.IGNORECASE)
_ENCODING: Final = re.compile(r"(<\?xml[^>]*?encoding\s*=\s*)([\"'])[^\"']*\2")

_OPF: Final = "http://www.idpf.org/2007/opf"
_PREFIXES: Final = {"": _OPF, "dc": "http://purl.org/dc/elements/1.1/"}

#: Times of new members: the same book gives the same bytes.
_WHEN: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Par:
    """A span of a page and its clip of a chapter's sound. end_s is set by the next one."""

    start: int
    end: int
    name: str
    chapter: int
    begin_s: float
    end_s: float


@dataclass(slots=True)
class _Page:
    """A document of the spine. source: as it was, text decoded."""

    name: str
    source: str
    blocks: list[MarkedBlock]
    pars: list[_Par] = field(default_factory=list)


def check(package_version: str) -> None:
    """Raises BookError if a book of that version cannot have overlays."""
    if not package_version.startswith("3"):
        raise BookError(
            f"it is EPUB {package_version or '2'}, which has no Media Overlays; make it EPUB 3"
            " first, or render an .m4b"
        )


def check_book(source: Path) -> None:
    """Before anything is spoken. Raises BookError."""
    with Archive(source) as archive:
        check(open_package(archive).element.get("version", ""))


def write_overlaid(
    path: Path,
    source: Path,
    book: Book,
    chapters: Sequence[SpokenChapter],
    work: Work,
    lufs: float | None,
    words: bool,
) -> None:
    """All of a file. words: word by word, else sentence by sentence. Raises BookError, OSError."""
    with Archive(source) as archive:
        package = open_package(archive)
        check(package.element.get("version", ""))
        pages = [_page(archive, name, book.alt) for name in package.spine]
        _place(pages, book, chapters, words)
        file = AtomicFile(path)
        try:
            with zipfile.ZipFile(file.stream, "w", zipfile.ZIP_DEFLATED) as made:
                _add(made, "mimetype", b"application/epub+zip", stored=True)
                spoken = [page for page in pages if page.pars]
                # A signature would be of what the book was.
                changed = {"mimetype", "META-INF/signatures.xml", package.root}
                archive.copy_to(made, changed | {page.name for page in spoken})
                folder = posixpath.join(posixpath.dirname(package.root), "kokoro")
                for page in spoken:
                    _add(made, page.name, _marked(page))
                    _add(made, _smil_name(page), _smil(page, folder))
                for one in chapters:
                    _add_sound(made, f"{folder}/{_sound_name(one.chapter.number)}", one, work, lufs)
                _add(made, package.root, _package(package, spoken, chapters, folder))
            file.commit()
        finally:
            file.discard()


def _page(archive: Archive, name: str, alt: bool) -> _Page:
    source = archive.text(name)
    return _Page(name, source, mark_page(source, alt))


def _place(
    pages: Sequence[_Page], book: Book, chapters: Sequence[SpokenChapter], words: bool
) -> None:
    """Give each page its spans and clips."""
    found = iter([(page, block) for page in pages for block in page.blocks])
    spoken = {one.chapter.number: one for one in chapters}
    count = 0
    for number, chapter in enumerate(book.chapters, 1):
        blocks = [next(found, None) for _ in chapter.paragraphs]
        if None in blocks:
            raise BookError("its pages are read otherwise when marked; render an .m4b instead")
        placed = [block for block in blocks if block is not None]
        if number not in spoken:
            continue
        one = spoken[number]
        lengths = [len(block.places) for _, block in placed]
        pars: list[tuple[_Page, _Par]] = []
        for (page, block), clips in zip(placed, _each(one, lengths, words), strict=True):
            for clip in clips:
                for start, end, begin_s, end_s in _runs(page.source, block.places, clip):
                    count += 1
                    name = f"kokoro-{count}"
                    pars.append((page, _Par(start, end, name, number, begin_s, end_s)))
        for at, (page, par) in enumerate(pars):
            begin_s = par.begin_s if at else 0.0
            end_s = pars[at + 1][1].begin_s if at + 1 < len(pars) else one.seconds
            if end_s > begin_s:
                page.pars.append(_Par(par.start, par.end, par.name, number, begin_s, end_s))


def _each(one: SpokenChapter, lengths: Sequence[int], words: bool) -> Iterator[list[Clip]]:
    """The clips of each paragraph; those without a part have none."""
    there = {part.paragraph for part in one.chapter.parts}
    clips = clips_of(one, lengths, words)
    for number in range(len(lengths)):
        yield next(clips) if number in there else []


def _runs(
    source: str, places: Sequence[Place | None], clip: Clip
) -> Iterator[tuple[int, int, float, float]]:
    """A clip's characters as pieces of source without tags, each with its share of the time; not
    those that are only marks."""
    length_s = (clip.end_s - clip.begin_s) / max(clip.last - clip.first, 1)
    at = clip.first
    while at < clip.last:
        place, begin = places[at], at
        while at < clip.last and _same_run(place, places[at]):
            at += 1
        last = places[at - 1]
        if place is None or last is None:
            continue
        if any(map(str.isalnum, source[place.start : last.end])):
            begin_s = clip.begin_s + (begin - clip.first) * length_s
            yield place.start, last.end, begin_s, begin_s + (at - begin) * length_s


def _same_run(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.run == other.run


def _marked(page: _Page) -> bytes:
    spans = [(par.start, par.end, par.name) for par in page.pars]
    text = with_spans(page.source, spans)
    text = _HEAD_END.sub(lambda end: _STYLE + end[0], text, count=1)
    return _ENCODING.sub(r"\1\2utf-8\2", text, count=1).encode("utf-8", "replace")


def _smil_name(page: _Page) -> str:
    return f"{page.name}.kokoro.smil"


def _sound_name(chapter: int) -> str:
    return f"{chapter:04}.{_SOUND[0]}"


def _smil(page: _Page, folder: str) -> bytes:
    here = posixpath.dirname(page.name)
    sounds = posixpath.relpath(folder, here or ".")
    document = quote(posixpath.basename(page.name))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body>',
    ]
    for par in page.pars:
        text = quoteattr(f"{document}#{par.name}")
        sound = quoteattr(quote(posixpath.join(sounds, _sound_name(par.chapter))))
        lines.append(
            f'<par id="p-{par.name}"><text src={text}/><audio src={sound}'
            f' clipBegin="{par.begin_s:.3f}s" clipEnd="{par.end_s:.3f}s"/></par>'
        )
    return "\n".join((*lines, "</body></smil>\n")).encode()


def _package(
    package: Package, pages: Sequence[_Page], chapters: Sequence[SpokenChapter], folder: str
) -> bytes:
    """The package document, with what was added."""
    element, base = package.element, posixpath.dirname(package.root) or "."
    metadata, manifest = element.find("{*}metadata"), element.find("{*}manifest")
    if metadata is None or manifest is None:
        raise BookError(f"{package.root} has no metadata or no manifest")
    for old in metadata.findall("{*}meta"):
        if old.get("property", "").startswith("media:"):
            metadata.remove(old)

    def item(id: str, name: str, kind: str) -> None:
        href = quote(posixpath.relpath(name, base))
        ET.SubElement(manifest, f"{{{_OPF}}}item", {"id": id, "href": href, "media-type": kind})

    def meta(property: str, text: str, refines: str = "") -> None:
        about = {"property": property, **({"refines": f"#{refines}"} if refines else {})}
        ET.SubElement(metadata, f"{{{_OPF}}}meta", about).text = text

    by_path = {package.path_of(one): one for one in package.items.values()}
    whole_s = 0.0
    for number, page in enumerate(pages):
        id = f"kokoro-smil-{number}"
        by_path[page.name].set("media-overlay", id)
        item(id, _smil_name(page), "application/smil+xml")
        page_s = sum(round(par.end_s, 3) - round(par.begin_s, 3) for par in page.pars)
        whole_s += page_s
        meta("media:duration", _clock(page_s), id)
    for one in chapters:
        name = _sound_name(one.chapter.number)
        item(f"kokoro-sound-{one.chapter.number}", f"{folder}/{name}", _SOUND[1])
    meta("media:duration", _clock(whole_s))
    meta("media:active-class", _ACTIVE)
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    made: bytes = ET.tostring(element, "utf-8", xml_declaration=True)
    return made


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _add(made: zipfile.ZipFile, name: str, data: bytes, stored: bool = False) -> None:
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    made.writestr(info, data)


def _add_sound(
    made: zipfile.ZipFile, name: str, one: SpokenChapter, work: Work, lufs: float | None
) -> None:
    path = work.path("overlay.mp3")
    write_sound(PlainFile(path, _SOUND[0], one.chapter.title), [one], work, lufs)
    with path.open("rb") as sound, made.open(zipfile.ZipInfo(name, _WHEN), "w") as to:
        while block := sound.read(1 << 20):
            to.write(block)
    path.unlink()
