"""One spelling, two words: measured on tests/cases/heteronyms.tsv."""

from __future__ import annotations

import pytest
from support.paths import CASES
from support.phonemizing import phonemizer, say, tokens

from kokorod.speech.phonemes.heteronyms.choose import DECISIONS

ROWS = [
    tuple(line.split("\t"))
    for line in (CASES / "heteronyms.tsv").read_text(encoding="utf-8").splitlines()
]

#: What is reached; a change may not lose any of it. docs/pronunciation.md has the same.
REACHED = 1188


def said(sentence: str, word: str) -> str:
    for token, reading in phonemizer().explain(tokens(sentence), "en-us"):
        if token.text.lower() == word.lower():
            return reading.phonemes
    raise AssertionError(f"{word!r} is not in {sentence!r}")


def test_the_score() -> None:
    wrong = [(s, w, got, p) for s, w, p in ROWS if (got := said(s, w)) != p]
    print(f"{len(ROWS) - len(wrong)} of {len(ROWS)}; not: {wrong}")
    assert len(ROWS) >= 200
    assert len({sentence for sentence, _, _ in ROWS}) > 670
    assert len(ROWS) - len(wrong) >= REACHED


def test_the_list_has_both_readings_of_the_common_words() -> None:
    by_word: dict[str, set[str]] = {}
    for _, word, phonemes in ROWS:
        by_word.setdefault(word.lower(), set()).add(phonemes)
    for word in (
        "read lead live wind tear close use record present object minute content desert refuse"
        " produce project row bow sow wound does bass dove polish invalid perfect separate estimate"
        " graduate deliberate advocate house excuse abuse contract conduct permit rebel subject"
        " suspect convert import increase insult progress protest attribute resume used"
    ).split():
        assert len(by_word[word]) >= 2, word


def test_british_has_the_same_choice() -> None:
    assert "ɹˈɛd" in say("She read the letter twice and burned it.", "en-gb")
    assert "ɹˈiːd" in say("Please read the instructions.", "en-gb")
    assert "lˈɛd" in say("Lead poisoning is dangerous.", "en-gb")


@pytest.mark.parametrize(
    "word", ["read", "live", "lives", "close", "that", "used", "record", "tears"]
)
def test_any_place_in_a_sentence_has_a_reading(word: str) -> None:
    for sentence in (word, f"{word} {word} {word}", f", {word} .", f"the {word}", f"{word} the"):
        assert say(sentence)


@pytest.mark.parametrize(
    ("sentence", "word", "row"),
    [
        ("Have you read the report yet?", "read", "read: have you read"),
        ("Lead pipes are dangerous.", "Lead", "lead: compound"),
        ("They object to it.", "object", "neighbours"),
        ("They walk home.", "walk", ""),
    ],
)
def test_the_row_that_decided_is_told(sentence: str, word: str, row: str) -> None:
    found = phonemizer().explain(tokens(sentence), "en-us")
    assert [reading.row for token, reading in found if token.text == word] == [row]


@pytest.mark.parametrize("word", DECISIONS)
def test_rows_of_a_word_have_names_of_their_own(word: str) -> None:
    names = [row.name for row in DECISIONS[word]]
    assert len(set(names)) == len(names)
