"""Names that are spelled as words are: told by what stands around."""

from __future__ import annotations

import pytest
from support.phonemizing import phonemizer, tokens


def said(sentence: str, word: str, lang: str = "en-us") -> str:
    for token, reading in phonemizer().explain(tokens(sentence), lang):
        if token.text == word:
            return reading.phonemes
    raise AssertionError(f"{word!r} is not in {sentence!r}")


@pytest.mark.parametrize(
    ("sentence", "word", "phonemes"),
    [
        ("We flew to Nice in May.", "Nice", "nˈis"),
        ("He lives in Nice.", "Nice", "nˈis"),
        ("The airport of Nice was closed.", "Nice", "nˈis"),
        ("Nice, France, is warm.", "Nice", "nˈis"),
        ("The train from Reading was late.", "Reading", "ɹˈɛdɪŋ"),
        ("She works in Reading.", "Reading", "ɹˈɛdɪŋ"),
        ("Reading, Pennsylvania, has a railroad.", "Reading", "ɹˈɛdɪŋ"),
        ("Reading Festival sold out.", "Reading", "ɹˈɛdɪŋ"),
        ("They moved to Mobile, Alabama.", "Mobile", "mObˈil"),
        ("Ships crossed Mobile Bay.", "Mobile", "mObˈil"),
        ("She has the patience of Job.", "Job", "ʤˈOb"),
        ("The Book of Job is old.", "Job", "ʤˈOb"),
        ("The Battle of Tours was in 732.", "Tours", "tˈʊɹ"),
        ("The Diet of Worms met.", "Worms", "vˈɔɹmz"),
        ("Edward Said wrote it.", "Said", "sɑˈid"),
        ("Des Moines is in Iowa.", "Des", "də"),
        ("Des Moines is in Iowa.", "Moines", "mˈYn"),
        ("Louis XIV reigned.", "Louis", "lˈui"),
        ("He studied in Bologna.", "Bologna", "bəlˈOnjə"),
        ("They met in Cairo, Illinois.", "Cairo", "kˈɛɹO"),
        ("Real Madrid won again.", "Real", "ɹAˈɑl"),
        ("Real life is hard.", "Real", "ɹˈiᵊl"),
    ],
)
def test_the_name(sentence: str, word: str, phonemes: str) -> None:
    assert said(sentence, word) == phonemes


@pytest.mark.parametrize(
    ("sentence", "word", "like"),
    [
        ("Nice to meet you.", "Nice", "a nice day"),
        ("The End of Nice Guys was a book.", "Nice", "a nice day"),
        ("Reading is fun.", "Reading", "I like reading"),
        ("She has a degree in Reading.", "Reading", "I like reading"),
        ("We have lessons in Reading and Writing.", "Reading", "I like reading"),
        ("Mobile phones ring.", "Mobile", "a mobile phone"),
        ("Job seekers wait.", "Job", "a job offer"),
        ("Tours start at nine.", "Tours", "the tours start"),
        ("Worms eat soil.", "Worms", "the worms eat"),
        ("Des came home.", "Des", "and Des left"),
    ],
)
def test_the_word(sentence: str, word: str, like: str) -> None:
    usual = next(w for w in like.split() if w.lower() == word.lower())
    assert said(sentence, word).replace("ˌ", "ˈ") == said(like, usual).replace("ˌ", "ˈ")


def test_british() -> None:
    assert said("We flew to Nice in May.", "Nice", "en-gb") == "nˈiːs"
    assert said("They moved to Mobile, Alabama.", "Mobile", "en-gb") == "mQbˈiːl"
