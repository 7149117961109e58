"""A chapter of an EPUB, rendered by `kokoroctl book render` and heard: no word of it is lost.

What is to be heard is written down beside the page, so that the reader of books is not its own
judge. All of it was written for this.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.listen.ear import Ear
from bench.systems.book_render import BookRender
from bench.systems.kokorod import Kokorod
from kokorod.types import SAMPLE_RATE

#: Between paragraphs there are 0.6 s, between sentences 0.25 s.
_GAP_S: Final = 0.5

#: The page and, line by line, what of it is read.
_PAGE: Final = """\
<h1 id="c">The Lighthouse</h1>
<p><span epub:type="pagebreak" title="12">12</span>The old keeper had lived on the rock for thirty
 years<a epub:type="noteref" href="#n1">1</a>, and in all that time he had never once let the lamp
 go out.</p>
<p>Every evening he climbed the stairs with a can of oil in his hand. He cleaned the glass,
 trimmed the wick, and sat down by the window to watch the ships<sup><a href="#n2">2</a></sup> as
 they passed in the dark.</p>
<aside epub:type="footnote" id="n1"><p>He kept no calendar, and may have been wrong.</p></aside>
<aside epub:type="footnote" id="n2"><p>Most of them carried coal.</p></aside>
<h2>What He Kept</h2>
<p>On the shelf above his bed there were only a few things:</p>
<ul><li>a clock that was always late,</li><li>three books, which he had read many times:
<ol><li>a history of the coast,</li><li>a book of songs,</li><li>and a thick book about birds;</li>
</ol></li><li>and a letter from his sister.</li></ul>
<p>One night in <b>Nov<i>ember</i></b> the wind came up so fast that he had no time to close the
 shutters. The rain ran down the walls. Twice the flame grew small and blue, and twice it came
 back.<span epub:type="pagebreak" title="13">13</span></p>
<p>&#8220;Not tonight,&#8221; he said to the lamp. &#8220;There is somebody out there.&#8221;</p>
<p>And there was. Far away, behind the white water, a small green light went up and down. He
 turned the lens by hand until his arms were tired, and he did not stop until the morning was
 grey<a href="#n1">*</a>.</p>
<p>When the fishermen came to thank him, he gave them hot tea and said that he had hardly noticed
 the storm.</p>
"""
SAID: Final = """\
The Lighthouse.
The old keeper had lived on the rock for thirty years, and in all that time he had never once let \
the lamp go out.
Every evening he climbed the stairs with a can of oil in his hand. He cleaned the glass, trimmed \
the wick, and sat down by the window to watch the ships as they passed in the dark.
What He Kept.
On the shelf above his bed there were only a few things: a clock that was always late, three \
books, which he had read many times: a history of the coast, a book of songs, and a thick book \
about birds; and a letter from his sister.
One night in November the wind came up so fast that he had no time to close the shutters. The \
rain ran down the walls. Twice the flame grew small and blue, and twice it came back.
"Not tonight," he said to the lamp. "There is somebody out there."
And there was. Far away, behind the white water, a small green light went up and down. He turned \
the lens by hand until his arms were tired, and he did not stop until the morning was grey.
When the fishermen came to thank him, he gave them hot tea and said that he had hardly noticed the \
storm.
"""

_CONTAINER: Final = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf"/></rootfiles></container>'
)
_PACKAGE: Final = (
    '<package version="3.0" xmlns="http://www.idpf.org/2007/opf"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Rock</dc:title>'
    '</metadata><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/>'
    '</manifest><spine><itemref idref="c"/></spine></package>'
)


def make(path: Path) -> Path:
    """The book, of one chapter."""
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>unread</title></head><body>{_PAGE}</body></html>"
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("META-INF/container.xml", _CONTAINER)
        book.writestr("book.opf", _PACKAGE)
        book.writestr("c.xhtml", page)
    return path


def heard(daemon: Kokorod, ear: Ear, folder: Path) -> str:
    """What is heard of the chapter as sound. Raises NothingHeardError."""
    out = folder / "chapter.wav"
    with BookRender(daemon.socket, make(folder / "book.epub"), out) as render:
        render.end()
    texts, path = [], folder / "piece.wav"
    for piece in cut(soundfile.read(out, dtype="int16")[0]):
        soundfile.write(path, piece, SAMPLE_RATE, subtype="PCM_16")
        texts.append(ear.hear(path).text)
    return " ".join(texts)


def cut(sound: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """In the middle of each silence between paragraphs: Whisper takes 30 s at a time, and where it
    cuts by itself it loses words."""
    heard = np.flatnonzero(sound)
    gaps = np.flatnonzero(np.diff(heard) >= _GAP_S * SAMPLE_RATE)
    yield from np.split(sound, (heard[gaps] + heard[gaps + 1]) // 2)
