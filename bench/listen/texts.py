"""What is spoken to be listened to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.listen import chapter
from bench.model import shared_folder

HERE: Final = Path(__file__).parent

#: As the fields of Texts.
KINDS: Final = ("sentences", "paragraphs", "phrases", "chapter")

#: Of the phrases, for the short form: a minute on two cores.
_SHORT: Final = 10


@dataclass(frozen=True, slots=True)
class Texts:
    """sentences and paragraphs: whole speech; phrases: one to four words each; chapter: what is
    read of the book in chapter.py."""

    sentences: tuple[str, ...]
    paragraphs: tuple[str, ...]
    phrases: tuple[str, ...]
    note: str = ""
    chapter: tuple[str, ...] = ()


def read(environ: Mapping[str, str], *, short: bool, kinds: Collection[str] = KINDS) -> Texts:
    """short: ten phrases, from one word to four; else the kinds that are wanted.

    Sentences and paragraphs lie in ../shared/ear; without it the first thirty of sentences.txt
    stand in, and the note says so.
    """
    phrases = lines_of(HERE / "phrases.txt")
    if short:
        return Texts((), (), phrases[:: len(phrases) // _SHORT][:_SHORT])
    folder = shared_folder(environ) / "ear"
    try:
        found = Texts(
            lines_of(folder / "sentences.txt"), lines_of(folder / "paragraphs.txt"), phrases
        )
    except FileNotFoundError as error:
        note = f"there is no {error.filename}: 30 of bench/listen/sentences.txt are spoken instead"
        found = Texts(lines_of(HERE / "sentences.txt")[:30], (), phrases, note)
    found = replace(found, chapter=tuple(chapter.SAID.splitlines()))
    return replace(found, **{kind: () for kind in KINDS if kind not in kinds})


def lines_of(path: Path) -> tuple[str, ...]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())
