"""espeak-ng: as kokoro-onnx has it, and mapped into Kokoro's alphabet."""

from __future__ import annotations

import functools
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from kokoro_onnx.tokenizer import Tokenizer

from kokorod.errors import EngineError, UnknownLanguageError
from kokorod.speech.phonemes.espeak import Espeak, safe, to_kokoro
from kokorod.vocabulary import alphabet


@functools.cache
def espeak() -> Espeak:
    return Espeak()


SUBJECTS = ["the cat", "a minister", "every engineer", "Dr. Smith", "nobody", "$5", "NASA"]
VERBS = ["read", "wants 1,234 of", "couldn't find", "(quietly) opened", 'said "no" to', "— ate"]
OBJECTS = ["the record.", "an old house!", "3.5% of it?", "naïve cafés…", "x; y: z", "l'été 日本"]
SENTENCES = [" ".join(parts) for parts in itertools.product(SUBJECTS, VERBS, OBJECTS)]
ODD = ["", "   ", "...", "?!", "a\nb\n\nc", "«Bonjour»", "1.2.3.4", "(", "a,b,c", "😀 ok", "\tx\t"]


@pytest.mark.parametrize("lang", ["fr", "es", "it", "pt-br", "hi", "en-us"])
@pytest.mark.parametrize("word", ["marbolemadanotelu", "1234567890"])
def test_all_of_a_long_word_is_said(lang: str, word: str) -> None:
    """espeak-ng leaves out what goes beyond some 200 phonemes of a word."""
    once = espeak().words(list(word) if word.isdecimal() else [word], lang)
    long, after = espeak().words([word * 40, "la"], lang)
    assert len(long) > 25 * len(" ".join(once))
    assert after == espeak().words(["la"], lang)[0]


@pytest.mark.parametrize("lang", ["en-us", "en-gb"])
def test_raw_is_what_kokoro_onnx_has(lang: str) -> None:
    theirs = Tokenizer()
    texts = SENTENCES + ODD
    assert len(texts) > 250
    for text in texts:
        assert espeak().raw(text, lang, alphabet()) == theirs.phonemize(text, lang), text


def test_raw_in_another_language() -> None:
    theirs = Tokenizer()
    for text in ["Il y a un grand ami, dit-elle.", "J'aime le football !", "Où ? Là…"]:
        assert espeak().raw(text, "fr", alphabet()) == theirs.phonemize(text, "fr-fr")


def test_mapped_words_are_kokoros_alphabet() -> None:
    assert espeak().words(["Nguyen", "choice", "house"], "en-us") == ["nˈujɛn", "ʧˈYs", "hˈWs"]
    assert espeak().words(["nowhere"], "en-gb") == ["nˈQwɛː"]


def test_a_phrase_keeps_its_liaison_and_each_word_its_part() -> None:
    words = ["vous", "avez", "trois", "enfants"]
    assert espeak().words(words, "fr") == ["vuz", "avˈe", "tʁwˈaz", "ɑ̃fˈɑ̃"]


def test_words_that_espeak_joins_are_cut_apart_again() -> None:
    words = ["I", "am", "of", "the", "mind", "to", "go", "in", "the", "state", "of", "the", "art"]
    said = espeak().words(words, "en-us")
    assert len(said) == len(words)
    assert said[:4] == ["I", "əm", "ʌv", "ðə"]
    assert "" not in said


def test_a_long_phrase_gives_every_word_its_own() -> None:
    words = ["gatto", "casa", "mondo"] * 100
    said = espeak().words(words, "it")
    assert len(said) == 300
    assert said[150] == espeak().words(["gatto"], "it")[0]


def test_what_c_cannot_take_does_no_harm() -> None:
    said = espeak().words(["be\0fore", "\ud800", "after"], "en-us")
    assert said[0]
    assert said[2] == "ˈæftəɹ"


def test_a_missing_data_folder_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="reinstall espeakng-loader"):
        Espeak(str(tmp_path)).words(["hello"], "en-us")


def test_a_language_that_espeak_does_not_have_here() -> None:
    with pytest.raises(UnknownLanguageError, match="en-us, en-gb"):
        espeak().words(["hello"], "xx")


@pytest.mark.parametrize(
    ("ipa", "lang", "expected"),
    [
        ("t͡ʃˈɔ͡ɪs", "en-us", "ʧˈYs"),
        ("ɡˈo͡ʊ", "en-us", "ɡˈO"),
        ("ɡˈə͡ʊ", "en-gb", "ɡˈQ"),
        ("bˈɜːd", "en-us", "bˈɜɹd"),
        ("bˈɜːd", "en-gb", "bˈɜːd"),
        ("bˈʌʔn̩", "en-us", "bˈʌtn"),
        ("wˈɔːɾɚ", "en-us", "wˈɔTəɹ"),
        ("mut͡ʃˈat͡ʃo", "es", "muʧˈaʧo"),
        ("le-z", "fr", "lez"),
    ],
)
def test_the_mapping(ipa: str, lang: str, expected: str) -> None:
    assert to_kokoro(ipa, lang) == expected


#: Each of them ended the process in espeak-ng 1.52, with any of its voices.
DEADLY = [">-नमस्ते", ";-मम", "…-नस\u200c©नन", "x <-नमस्ते", "a >--नमस्ते"]


def test_no_text_ends_the_process() -> None:
    # In a process of its own: if this fails there is no traceback, but a signal.
    script = (
        "import sys\n"
        "from kokorod.speech.phonemes.espeak import Espeak\n"
        "from kokorod.vocabulary import alphabet\n"
        "espeak = Espeak()\n"
        "for text in sys.argv[1:]:\n"
        "    for lang in ('hi', 'en-us', 'fr'):\n"
        "        espeak.words([text], lang)\n"
        "        espeak.words(text.split(), lang)\n"
        "        espeak.raw(text, lang, alphabet())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *DEADLY], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (">-नमस्ते", "> नमस्ते"),
        ("x --y", "x   y"),
        ("a-b", "a-b"),
        ("नमस्ते-न", "नमस्ते-न"),
        ("-5 °C", "-5 °C"),
        ("a\0b\ud800", "a b?"),
    ],
)
def test_what_it_is_given_is_as_long_and_safe(text: str, given: str) -> None:
    assert safe(text) == given
    assert len(given) == len(text)
