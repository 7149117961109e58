"""CMUdict in Kokoro's alphabet, and the names that every dictionary gets wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kokorod.speech.phonemes import dictionary
from kokorod.speech.phonemes.cmudict import in_kokoro
from kokorod.speech.phonemes.dictionary import open_dictionary
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


LIST = """\
'bout B AW1 T
desoto D AH0 S OW1 T OW0
house HH AW1 S
mchale M AH0 K HH EY1 L # a note
mchale(2) M IH0 K HH EY1 L
read R EH1 D
tamara T AH0 M EH1 R AH0
sepultura S EH2 P UH0 L T UH1 R AH0
unknown XX
w3c D AH1
"""


def with_list(
    folder: Path, monkeypatch: pytest.MonkeyPatch, listed: str | None
) -> dictionary.Dictionary:
    """The index of a few words of misaki's and of this list of CMUdict's."""
    gold = {"house": "hˈWs", "Desoto": "dəsˈOTO", "read": {"DEFAULT": "ɹˈid", "VBD": "ɹˈɛd"}}
    sources = [folder / "us_gold.json", folder / "us_silver.json"]
    for path, words in zip(sources, (gold, {}), strict=True):
        path.write_text(json.dumps(words), encoding="utf-8")
    if listed is not None:
        sources.append(folder / "cmudict.dict")
        sources[-1].write_text(listed, encoding="ascii")
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    return open_dictionary("us", folder / "cache")


def test_a_word_that_the_dictionary_lacks_is_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_list(tmp_path, monkeypatch, LIST)
    assert found.listed("Tamara") == "təmˈɛɹə"
    assert found.listed("sepultura") == "sˌɛpʊltˈʊɹə"
    assert found.listed("McHale") == "məkhˈAl"
    assert found.listed("'bout") == "bˈWt"
    missing = ("unknown", "w3c", "mchale(2)", "tamar", "zzz", "a", "é", "", "aaa")
    assert [found.listed(word) for word in missing] == [None] * len(missing)
    assert [word for word, _ in found.words()] == ["house", "Desoto", "read"]
    assert found.lookup("tamara") is None


def test_what_the_dictionary_has_is_said_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_list(tmp_path, monkeypatch, LIST)
    assert found.lookup("DeSoto") is None
    assert found.listed("DeSoto") == "dəsˈOTO"
    assert found.listed("hOuSe") == "hˈWs"
    assert found.listed("ReAD") == "ɹˈɛd"  # of several forms the list's is as good


def test_without_the_list_nothing_more_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_list(tmp_path, monkeypatch, None)
    assert found.listed("tamara") is None
    assert found.listed("hOuSe") is None


def test_a_list_that_comes_later_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_list(tmp_path, monkeypatch, None).close()
    assert with_list(tmp_path, monkeypatch, LIST).listed("tamara") == "təmˈɛɹə"


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
