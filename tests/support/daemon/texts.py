"""Texts to speak, made of words that any front end reads."""

from __future__ import annotations

import random
import re

_WORDS = """
the a of to and in that it is was for on are as with his they at be this from have or one had
by word but not what all were we when your can said there use each which she do how their if
will up other about out many then them these so some her would make like him into time has look
two more write go see number no way could people my than first water been call who oil its now
find long down day did get come made part over new sound take only little work know place
year live me back give most very after thing our just name good sentence man think say great
where help through much before line right too mean old any same tell boy follow came want show
also around form three small set put end does another well large must big even such because turn
here why ask went men read need land different home us move try kind hand picture again change
off play spell air away animal house point page letter mother answer found study still learn
should world high every near add food between own below country plant last school father keep
tree never start city earth eye light thought head under story saw left few while along might
close something seem next hard open example begin life always those both paper together got
group often run important until children side feet car mile night walk white sea began grow took
river four carry state once book hear stop without second later miss idea enough eat face watch
far really almost let above girl sometimes mountain cut young talk soon list song being leave
family yellow
""".split()

_PHONEMES = "abdefhijklmnopstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌAIWYOᵊT"


def prose(source: random.Random, sentences: int) -> str:
    """Sentences of 1 to 18 words with commas, colons and dashes."""
    return " ".join(_sentence(source, _WORDS) for _ in range(sentences))


def phonemes(source: random.Random, sentences: int) -> str:
    """The same, of made-up words in Kokoro's alphabet."""
    words = ["".join(source.choices(_PHONEMES, k=source.randint(1, 9))) for _ in range(60)]
    return " ".join(_sentence(source, words) for _ in range(sentences))


def _sentence(source: random.Random, words: list[str]) -> str:
    said = source.choices(words, k=source.randint(1, 18))
    for at in range(len(said) - 1):
        if source.random() < 0.12:
            said[at] += source.choice([",", ",", ";", ":", " —"])
    text = " ".join(said) + source.choice([".", ".", ".", "!", "?"])
    return text[0].upper() + text[1:] if words is _WORDS else text


def without_joins(said: str) -> str:
    """Phonemes without the spaces that follow a sentence: a join makes a pause of them."""
    return re.sub(r"(?<=[.!?…]) ", "", said)


def sentence_joins(said: str) -> int:
    """How many sentences are followed by another."""
    return len(re.findall(r"[.!?…] ", said))
