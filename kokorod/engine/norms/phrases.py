# worker: reads a file of the package; in a child, or in a command.
"""What a voice says to be learned: phrases of ours, as phonemes of its language.

data/phrases.txt is made of tools/norms/phrases.txt by tools/norms/phonemes.py. A voice of
another language than English says English ones too, since there are few of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...voices.languages import ENGLISH, language_of_voice

FILE: Final = Path(__file__).parent / "data" / "phrases.txt"

#: Phrases of a voice, in all. What more of them bring: docs/streaming.md.
MOST: Final = 226

#: Every so many is not learned from, on a machine or for the package: by those two predictors are
#: compared.
_APART: Final = 14
_FIRST: Final = 5

#: What a voice of another language says after its own.
_OTHERS: Final = "en-us"


@dataclass(frozen=True, slots=True)
class Phrase:
    lang: str
    speed: float
    phonemes: str


def planned(voice: str, most: int) -> tuple[list[Phrase], list[Phrase]]:
    """What a voice, a name or a blend, is learned from, and what it is compared by.

    most: of both together
    """
    lang = language_of_voice(voice)
    known = _read()
    mine = [phrase for phrase in known if phrase.lang == lang]
    if lang not in ENGLISH:
        mine += [phrase for phrase in known if phrase.lang == _OTHERS]
    mine = mine[:most]
    compared = [phrase for number, phrase in enumerate(mine) if is_compared(number)]
    return [phrase for phrase in mine if phrase not in compared], compared


def is_compared(number: int) -> bool:
    """Whether a voice is compared by the phrase of that number, and not learned from it."""
    return number % _APART == _FIRST


def _read() -> list[Phrase]:
    lines = (line.split("\t") for line in FILE.read_text("utf-8").splitlines() if line)
    return [Phrase(lang, float(speed), phonemes) for lang, speed, phonemes in lines]
