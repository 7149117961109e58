"""The golden files: sentences with each stage of their reading, a line a stage.

    python tools/golden.py     (or: make golden)

writes every file in tests/golden/ anew from the sentences in it, for `git diff` to show what
changed. To add a sentence write its line alone, with an empty line after it, and run it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
FOLDER = TESTS / "golden"
LANGUAGES = ("en-us", "en-gb", "es", "fr", "hi", "it", "pt-br")


@dataclass(frozen=True)
class Stages:
    """A sentence, and how it is read: words, phonemes, token ids."""

    source: str
    normalized: str
    phonemes: str
    tokens: str

    def lines(self) -> str:
        return f"{self.source}\n  {self.normalized}\n  {self.phonemes}\n  {self.tokens}\n"


def path_of(lang: str) -> Path:
    return FOLDER / f"{lang}.txt"


def written(lang: str) -> list[Stages]:
    """What the file of a language has, in its order."""
    blocks = path_of(lang).read_text(encoding="utf-8").split("\n\n")
    rows = [block.strip("\n").split("\n") for block in blocks if block.strip()]
    return [Stages(row[0], *(line[2:] for line in (*row[1:], *[""] * 3)[:3])) for row in rows]


def read_now(lang: str, sources: list[str]) -> Iterator[Stages]:
    """How the sentences are read by the code as it is."""
    from support.phonemizing import phonemizer

    from kokorod.speech.normalize import normalize
    from kokorod.speech.token import spoken
    from kokorod.vocabulary import default_vocabulary

    ids = default_vocabulary()
    for source in sources:
        tokens = normalize(source, lang=lang)
        phonemes = phonemizer().sentence(tokens, lang).phonemes
        yield Stages(source, spoken(tokens), phonemes, " ".join(str(ids[p]) for p in phonemes))


def record() -> None:
    for lang in LANGUAGES:
        rows = read_now(lang, [stages.source for stages in written(lang)])
        path_of(lang).write_text("\n".join(row.lines() for row in rows), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    record()
