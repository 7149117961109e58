# pure: no I/O, no threads.
"""Subtitles, SubRip and WebVTT, as paragraphs: what was said, without its times."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from .blocks import Block

#: Silence, in seconds, that parts two paragraphs; between sentences less is enough.
_LONG_S: Final = 2.0
_SHORT_S: Final = 0.8

_CUE: Final = re.compile(
    r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})[ \t]+-->[ \t]+(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})"
)
#: Tags of both, and SubRip's positions.
_TAGS: Final = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_SENTENCE: Final = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def read_cues(text: str) -> list[Block]:
    """The paragraphs; empty if there is no cue."""
    blocks: list[Block] = []
    said, ended_s = "", 0.0
    for begin_s, end_s, cue in _cues(text):
        gap_s = begin_s - ended_s
        whole = _SENTENCE.search(said) is not None
        if said and (gap_s > _LONG_S or (whole and gap_s > _SHORT_S)):
            blocks.append(Block(said))
            said = ""
        # A caption that is built up line by line says its first line twice.
        said = cue if said and cue.startswith(said) else f"{said} {cue}".strip()
        ended_s = end_s
    return [*blocks, Block(said)] if said else blocks


def _cues(text: str) -> Iterator[tuple[float, float, str]]:
    """Begin, end and words of each that says something."""
    for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = part.strip().split("\n")
        # A number or a name may stand above the times.
        for number, line in enumerate(lines[:2]):
            if (found := _CUE.match(line)) is not None:
                said = _TAGS.sub("", " ".join(lines[number + 1 :]))
                said = " ".join(html.unescape(said).split())
                if said:
                    yield _seconds(found.groups()[:4]), _seconds(found.groups()[4:]), said
                break


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, ms = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + ms / 1000
