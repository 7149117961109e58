# process: blocking file writes.
"""Captions of what was rendered, by the times of the file they lie beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from kokoro_client import captions
from kokoro_client.atomic_file import AtomicFile
from kokoro_client.captions import Captions, Cue
from kokoro_client.transcript import Spoken as Heard
from kokoro_client.transcript import Transcript
from kokoro_client.wire.choices import Markup

from .files import SpokenChapter

#: Their endings.
KINDS: Final = ("srt", "vtt")


def write_captions(path: Path, chapters: Sequence[SpokenChapter], markup: str, kind: str) -> None:
    """All of a file. kind: `srt` or `vtt`. Raises OSError."""
    file = AtomicFile(path)
    try:
        if kind == "vtt":
            file.stream.write(captions.VTT_HEADER.encode())
        for number, cue in enumerate(_cues(chapters, markup), 1):
            text = captions.vtt(cue) if kind == "vtt" else captions.srt(number, cue)
            file.stream.write(text.encode("utf-8", "replace"))
        file.commit()
    finally:
        file.discard()


def _cues(chapters: Sequence[SpokenChapter], markup: str) -> Iterator[Cue]:
    maker, chapter_s = Captions(), 0.0
    for one in chapters:
        for heard in heard_in(one, markup):
            moved = replace(heard, start_s=heard.start_s + chapter_s, end_s=heard.end_s + chapter_s)
            yield from maker.add([moved])
        chapter_s += one.seconds
    yield from maker.finish()


def heard_in(one: SpokenChapter, markup: str) -> Iterator[Heard]:
    """The words of a chapter as they are written, by the times of its sound."""
    for part, spoken, at_s in one.placed():
        text = part.text

        def source(start: int, end: int, text: str = text) -> str:
            return text[start:end]

        transcript = Transcript(source, plain=markup != Markup.MARKDOWN.value)
        for heard in (*transcript.add(spoken.words), *transcript.finish(len(text))):
            yield replace(heard, start_s=heard.start_s + at_s, end_s=heard.end_s + at_s)
