"""The texts benchmarks speak: exact, unique, natural enough, repeatable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.commands.bench.texts import Texts

_WORD = re.compile(r"[A-Z]?[a-z]+")


@given(seed=st.integers(0, 2**31), chars=st.integers(4, 500))
def test_a_text_has_exactly_the_characters_asked_for(seed: int, chars: int) -> None:
    text = Texts(seed).next(chars)
    assert len(text) == chars
    assert text[0].isupper()
    assert text.endswith(".")
    assert all(_WORD.fullmatch(word) for word in re.split(r", |\. | |\.$", text)[:-1])


@pytest.mark.parametrize("chars", [12, 60, 400, 2_000, 20_000])
def test_no_sentence_comes_twice(chars: int) -> None:
    texts = Texts(1)
    sentences = [s for _ in range(20) for s in texts.next(chars)[:-1].split(". ")]
    assert len(set(sentences)) == len(sentences)


def test_a_short_text_is_no_sentence_of_an_earlier_long_one() -> None:
    texts = Texts(7)
    given = {s for _ in range(20) for s in texts.next(2_000)[:-1].split(". ")}
    assert not given & {texts.next(30)[:-1] for _ in range(200)}


def test_the_seed_decides() -> None:
    first, again, other = Texts(3), Texts(3), Texts(4)
    drawn = [first.next(n) for n in (12, 400, 60)]
    assert drawn == [again.next(n) for n in (12, 400, 60)]
    assert drawn != [other.next(n) for n in (12, 400, 60)]


def test_sentences_are_of_ordinary_lengths_and_have_commas() -> None:
    text = Texts(1).next(20_000)
    words = [len(s.split()) for s in text[:-1].split(". ")]
    assert 8 <= sum(words) / len(words) <= 22
    assert max(words) <= 40
    assert text.count(",") >= len(words) / 2


def test_there_are_enough_of_the_shortest_and_then_it_says_so() -> None:
    texts = Texts(1)
    _give_out(texts, 200, chars=12)
    # So few are of this length that they run out.
    with pytest.raises(ValueError, match="no text of 4 characters is left"):
        _give_out(texts, 200, chars=4)


def _give_out(texts: Texts, count: int, chars: int) -> None:
    for _ in range(count):
        texts.next(chars)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="4 is the shortest"):
        Texts(1).next(3)
