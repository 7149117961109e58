"""What the built-in voice is given: espeak-ng leaves out the end of a long word."""

from __future__ import annotations

from kokorod.speech.frontend import _spoken_only
from kokorod.speech.token import Token


def test_a_long_word_is_given_in_parts_and_its_place_is_all_of_them() -> None:
    word = "marbleheadstonewaterlight" * 20
    sentence = _spoken_only([Token(word, 0, len(word)), Token("x", 501, 502)], word + " x", 0)
    assert max(map(len, sentence.spoken.split())) <= 40
    assert sentence.spoken.replace(" ", "") == word + "x"
    first, last = sentence.words
    assert sentence.spoken[first.first : first.last].replace(" ", "") == word
    assert sentence.spoken[last.first : last.last] == "x"
