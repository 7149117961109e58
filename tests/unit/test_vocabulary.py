"""A model's vocabulary: of another release it may lack symbols."""

from __future__ import annotations

from kokorod.vocabulary import default_vocabulary, fitted


def test_a_whole_one_stays_as_it_is() -> None:
    assert fitted(default_vocabulary()) == (default_vocabulary(), "")


def test_what_is_lacking_has_the_token_of_the_nearest() -> None:
    whole = dict(default_vocabulary())
    short = {s: t for s, t in whole.items() if s not in "ɹᵊT"}
    found, lacks = fitted(short)
    assert lacks == "".join(sorted("ɹᵊT"))
    assert found["ɹ"] == whole.get("r", whole["ɾ"])
    assert found["ᵊ"] == whole["ə"]
    assert found["T"] in (whole["t"], whole["ɾ"])
    assert found.keys() == whole.keys()


def test_what_sounds_like_nothing_is_silence() -> None:
    found, lacks = fitted({" ": 16, "a": 1})
    assert found["→"] == 16
    assert len(lacks) == len(default_vocabulary()) - 2
    assert fitted({"a": 1})[0] == {"a": 1, "æ": 1, "I": 1, "W": 1, "ʌ": 1, "ɐ": 1, "ɑ": 1}
