# pure: no socket, thread or clock.
"""Stress marks in Kokoro's alphabet: ˈ primary, ˌ secondary, each before its vowel.

The rules are misaki's (misaki/en.py, hexgrad, Apache-2.0), read as facts.
"""

from __future__ import annotations

from typing import Final

PRIMARY: Final = "ˈ"
SECONDARY: Final = "ˌ"
MARKS: Final = frozenset(PRIMARY + SECONDARY)
VOWELS: Final = frozenset("AIOQWYaiuæɐɑɒɔəɛɜɪʊʌᵻ")
CONSONANTS: Final = frozenset("bdfhjklmnpstvwzðŋɡɹɾTʃʒʤʧθ")
_LONG: Final = frozenset("AIOQWYʤʧ")


def stressed(phonemes: str) -> bool:
    """Has it any stress mark?"""
    return not MARKS.isdisjoint(phonemes)


def without(phonemes: str) -> str:
    """The phonemes with no stress at all."""
    return phonemes.replace(PRIMARY, "").replace(SECONDARY, "")


def weaken(phonemes: str) -> str:
    """A word said beside a more important one: primary becomes secondary."""
    if PRIMARY not in phonemes:
        return phonemes
    return phonemes.replace(SECONDARY, "").replace(PRIMARY, SECONDARY)


def lift(phonemes: str) -> str:
    """A word with a capital letter is never quite unstressed."""
    return phonemes if stressed(phonemes) else on_first_vowel(phonemes, SECONDARY)


def emphasize(phonemes: str) -> str:
    """A word IN CAPITALS has a primary stress."""
    if PRIMARY in phonemes:
        return phonemes
    if SECONDARY in phonemes:
        return phonemes.replace(SECONDARY, PRIMARY)
    return on_first_vowel(phonemes, PRIMARY)


def on_first_vowel(phonemes: str, mark: str) -> str:
    """The mark set before the first vowel; nothing is set if there is none."""
    for i, c in enumerate(phonemes):
        if c in VOWELS:
            return phonemes[:i] + mark + phonemes[i:]
    return phonemes


def on_last(phonemes: str) -> str:
    """Spelled letters: every stress secondary, the last one primary."""
    weak = weaken(phonemes)
    if SECONDARY not in weak:
        return on_first_vowel(weak, PRIMARY)
    head, _, tail = weak.rpartition(SECONDARY)
    return head + PRIMARY + tail


def weight(phonemes: str) -> int:
    """How much of a mouthful it is; the lightest parts of a compound lose their stress."""
    return sum(2 if c in _LONG else 1 for c in phonemes)


def balance(parts: list[str], letter_first: bool) -> list[str]:
    """Parts of one word said together: about half of them keep a primary stress.

    letter_first: the first of two is a letter's name, as in T-shirt.
    """
    said = [(PRIMARY in p, weight(p), i) for i, p in enumerate(parts) if p]
    if len(said) == 2 and letter_first:
        weak = [said[1][2]]
    elif len(said) < 2 or sum(s for s, _, _ in said) <= (len(said) + 1) // 2:
        return parts
    else:
        weak = [i for _, _, i in sorted(said)[: len(said) // 2]]
    return [weaken(p) if i in weak else p for i, p in enumerate(parts)]
