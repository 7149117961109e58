"""CMUdict in Kokoro's alphabet, and the names that every dictionary gets wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kokorod.speech.phonemes.cmudict import CmuDict, in_kokoro
from kokorod.speech.phonemes.names import well_known
from kokorod.speech.tables import rows
from kokorod.vocabulary import alphabet


@pytest.mark.parametrize(
    ("phones", "said"),
    [
        ("HH AH0 L OW1", "həlˈO"),
        ("W AO1 T ER0", "wˈɔTəɹ"),
        ("B ER1 D", "bˈɜɹd"),
        ("CH UW1 Z IH0 NG", "ʧˈuzɪŋ"),
        ("XX", None),
    ],
)
def test_phones_in_kokoros_alphabet(phones: str, said: str | None) -> None:
    assert in_kokoro(phones.split()) == said


def test_a_word_is_found_anywhere_in_the_list(tmp_path: Path) -> None:
    letters = "abcdefghij"
    words = sorted(
        a + b + c + d for a in letters for b in letters for c in letters for d in letters
    )
    file = tmp_path / "cmudict.dict"
    file.write_text("".join(f"{w} HH AH0 L OW1 # a note\n" for w in words), encoding="ascii")
    dictionary = CmuDict(file)
    assert all(dictionary.lookup(word) == "həlˈO" for word in words[::97])
    assert dictionary.lookup(words[0].upper()) == "həlˈO"
    assert [dictionary.lookup(w) for w in ("zzz", "abc", "é", "a1", "", "abca(2)")] == [None] * 6


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert CmuDict(tmp_path / "missing").lookup("hello") is None


def test_names_are_in_the_alphabet() -> None:
    assert len(rows("names")) >= 300
    for written, phonemes in rows("names"):
        assert set(phonemes) <= alphabet(), written
        assert set(well_known(written, british=True) or "") <= alphabet(), written


def test_a_name_is_told_by_its_capital() -> None:
    assert well_known("Chopin", british=False) == "ʃˈOpæn"
    assert well_known("CHOPIN", british=False) == "ʃˈOpæn"
    assert well_known("chopin", british=False) is None
    assert well_known("XI", british=False) is None
    assert well_known("Xi", british=True) == "ʃˈiː"
    assert well_known("numpy", british=False) == well_known("NUMPY", british=False) == "nˈʌmpI"
