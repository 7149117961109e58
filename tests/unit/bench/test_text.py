"""The text that `make bench` reads: unique, and read to tokens of the vocabulary."""

from __future__ import annotations

from support.phonemizing import cache_folder

from bench.text_worker import megabyte, rare_words, read
from kokorod.speech.frontend import KokoroFrontEnd
from kokorod.vocabulary import default_vocabulary


def test_two_seeds_have_no_paragraph_in_common() -> None:
    rare = rare_words(cache_folder())
    one, two = megabyte(1, rare, 20_000), megabyte(2, rare, 20_000)
    assert len(one) == len(two) == 20_000
    assert one == megabyte(1, rare, 20_000)
    assert not set(one.split("\n\n")) & set(two.split("\n\n"))


def test_all_of_it_becomes_tokens() -> None:
    text = megabyte(3, rare_words(cache_folder()), 5_000)
    front_end = KokoroFrontEnd(cache_folder(), cache_folder() / "no.toml", print)
    measured = read(front_end, text, dict(default_vocabulary()))
    assert 4_000 < measured["tokens"] < 8_000
    assert 0 < measured["first_s"] <= measured["all_s"]
