# pure: no socket, thread or clock.
"""Respellings: how a word sounds, written as other words or as syllables.

`sequel` is said as the word; in `koo-ber-NET-eez` each syllable is said by itself and the
one in capitals has the stress.
"""

from __future__ import annotations

from collections.abc import Callable

from . import stress


def is_syllables(word: str) -> bool:
    """Syllables joined by hyphens, some but not all of them in capitals."""
    parts = [p for p in word.split("-") if p]
    loud = [p for p in parts if p.isupper()]
    return len(parts) > 1 and 0 < len(loud) < len(parts)


def say_syllables(word: str, say: Callable[[str], str]) -> str:
    """The phonemes of syllables; `say` gives those of one, in lower case."""
    said = []
    for part in word.split("-"):
        if part:
            phonemes = stress.without(say(part.lower()))
            said.append(stress.emphasize(phonemes) if part.isupper() else phonemes)
    return "".join(said)
