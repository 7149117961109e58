"""Sorted words with values, each written as what it has not of the one before."""

from __future__ import annotations

import random

import pytest

from kokorod.speech.phonemes.front_coded import LONGEST, FrontCoded, pack


def opened(pairs: list[tuple[bytes, bytes]]) -> FrontCoded:
    data = b"before" + pack(pairs)
    return FrontCoded(data + b"behind", len(b"before"), len(data))


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 32, 33, 1_000])
def test_every_word_is_found_and_no_other(count: int) -> None:
    draw = random.Random(count)
    drawn = {
        bytes(draw.choices(b"ab'", k=draw.randint(1, 12))): str(i).encode() for i in range(count)
    }
    pairs = list(drawn.items())
    draw.shuffle(pairs)
    words = opened(pairs)
    assert {word: words.find(word) for word in drawn} == drawn
    near = {word[:-1] for word in drawn} | {word + b"a" for word in drawn} | {b"", b"z", b"\xff"}
    assert [words.find(word) for word in near - drawn.keys()] == [None] * len(near - drawn.keys())


def test_letters_that_two_words_share_are_written_once() -> None:
    pairs = [(b"shared beginning %02d" % i, b"") for i in range(16)]
    assert len(pack(pairs)) < 16 * (3 + len(b"shared beginning ")) / 2


def test_of_two_values_the_first_counts() -> None:
    assert opened([(b"b", b"1"), (b"a", b"2"), (b"b", b"3")]).find(b"b") == b"1"


def test_what_is_too_long_for_a_byte_is_refused() -> None:
    longest = b"x" * LONGEST
    assert opened([(longest, longest)]).find(longest) == longest
    with pytest.raises(ValueError, match="range"):
        pack([(longest + b"x", b"")])


def test_where_no_list_is_there_are_no_words() -> None:
    assert FrontCoded(b"header", 6, 6).find(b"a") is None
