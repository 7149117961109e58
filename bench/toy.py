"""The toy model (tests/support/toy): a program can hear what it says. Its speed says nothing."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Final

from bench.model import ROOT, ModelFiles

#: Kokoro's alphabet, from which words without meaning are made: 3 to 8 letters each.
_LETTERS: Final = "abdefhiklmnoprstuvwzæðŋɑɔəɛɡɪɹʃʊʌˈ"

TESTS: Final = str(ROOT / "tests")


def build(folder: Path) -> ModelFiles:
    """The model and its voices, written there."""
    importable()
    from support import toy

    return ModelFiles(
        toy.build(folder / "toy.onnx"),
        toy.write_voices(folder / "toy-voices.bin"),
        "toy",
    )


def importable() -> None:
    """From here on `from support import toy` finds it: it belongs to the tests."""
    if TESTS not in sys.path:
        sys.path.insert(0, TESTS)


def phonemes(draw: random.Random, wanted: int) -> str:
    """One sentence of words without meaning, `wanted` letters or a word more; as good as new."""
    words: list[str] = []
    while sum(map(len, words)) + len(words) < wanted:
        words.append("".join(draw.choices(_LETTERS, k=draw.randint(3, 8))))
    return " ".join(words)
