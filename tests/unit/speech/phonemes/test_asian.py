"""Japanese and Chinese: how what their readers give becomes words with places.

The readers themselves are in the extras; docs/pronunciation.md says what was tried of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.phonemizing import cache_folder

from kokorod.speech.phonemes import asian
from kokorod.speech.phonemes.asian import MAX_RUN, AsianWord, Reader
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.speech.token import Token
from kokorod.vocabulary import alphabet


def reader() -> Reader:
    """One that says `a` for each character."""
    made = Reader(Path("nowhere"))
    made._read["ja"] = lambda run: [(i, i + 1, "a") for i in range(len(run))]
    return made


def test_latin_words_are_left_to_english() -> None:
    assert reader().words("私Appleのx", "ja") == [
        AsianWord(0, 1, "a"),
        AsianWord(1, 6, None),
        AsianWord(6, 7, "a"),
        AsianWord(7, 8, None),
    ]


def test_a_long_run_is_read_in_pieces_and_whole() -> None:
    found = reader().words("あ" * (2 * MAX_RUN + 7), "ja")
    assert [piece.start for piece in found] == list(range(2 * MAX_RUN + 7))


@pytest.mark.parametrize(
    ("surfaces", "alone", "together", "expected"),
    [
        (
            ["今日", "は", "いい"],
            ["kʲoː", "βa", "iː"],
            "kʲoː βa iː",
            [(0, 2, "kʲoː"), (2, 3, "βa"), (3, 5, "iː")],
        ),
        # Joined into one spoken word.
        (
            ["学校", "へ", "行っ", "て", "き", "ます"],
            ["ɡaʔkoː", "e", "iʔ", "te", "kʲi", "masɨ"],
            "ɡaʔkoː e iʔtekʲimasɨ",
            [(0, 2, "ɡaʔkoː"), (2, 3, "e"), (3, 9, "iʔtekʲimasɨ")],
        ),
        # One written word, two spoken.
        (["三百"], ["sambʲakɯ"], "sam bʲakɯ", [(0, 2, "sam bʲakɯ")]),
        # Something that is not said at all.
        (["今日", "々"], ["kʲoː", ""], "kʲoː", [(0, 3, "kʲoː")]),
        (["々"], [""], "", []),
    ],
)
def test_spoken_words_find_the_written_ones(
    surfaces: list[str],
    alone: list[str],
    together: str,
    expected: list[tuple[int, int, str]],
) -> None:
    assert asian._words(surfaces, alone, together) == expected


def test_words_of_a_run_have_their_own_places() -> None:
    phonemizer = Phonemizer(alphabet(), cache_folder())
    phonemizer._asian = reader()
    text = "私はApple。"
    found = phonemizer.sentence([Token(text[:-1], 0, 7), Token("。", 7, 8, punctuation=True)], "ja")
    assert found.phonemes == "a a ˈæpᵊl."
    assert [text[w.start : w.end] for w in found.words] == ["私", "は", "Apple"]


def test_a_run_that_is_not_the_users_own_text_keeps_one_place() -> None:
    phonemizer = Phonemizer(alphabet(), cache_folder())
    phonemizer._asian = reader()
    found = phonemizer.sentence([Token("五百円", 0, 1)], "ja")
    assert found.phonemes == "a a a"
    assert [(w.start, w.end) for w in found.words] == [(0, 1)]
