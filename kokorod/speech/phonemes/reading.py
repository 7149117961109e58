# pure: no socket, thread or clock.
"""A reading: how one token is said, and where that was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a pronunciation comes from, as `kokoroctl explain` names it."""

    GIVEN = "markup"
    LEXICON = "lexicon"
    DICTIONARY = "dictionary"
    CONTEXT = "context"
    ENDING = "ending"
    PARTS = "parts"
    SPELLED = "spelled"
    CMUDICT = "cmudict"  # a word that the dictionary lacks
    ESPEAK = "espeak"
    EXTRA = "misaki"
    NAME = "name"
    MARK = "mark"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reading:
    """Phonemes of one token, in Kokoro's alphabet. A mark's are marks; silent has none.

    joined  it is said within the reading before it, of which its word is then a part
    row     of the decision list that chose it, with the word before its name; else ""
    """

    phonemes: str
    source: Source
    joined: bool = False
    row: str = ""
