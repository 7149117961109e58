"""Tokens to Sentences: marks, spaces, spans, languages, and any tokens at all."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.phonemizing import cache_folder, phonemizer, say, tokens
from support.untraced import untraced

from kokorod.errors import UnknownLanguageError
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.speech.phonemes.punctuation import CLOSING, MARKS, OPENING, written_as
from kokorod.speech.phonemes.reading import Source
from kokorod.speech.phonemes.scripts import voice_of
from kokorod.speech.phonemes.symbols import MAX_REPORTED, NEAREST, Fitter
from kokorod.speech.token import Token
from kokorod.types import Sentence
from kokorod.vocabulary import alphabet
from kokorod.voices.languages import LANGUAGES, language, language_of_voice

SPOKEN = [name for name in LANGUAGES if name not in ("ja", "zh")]


def sentence(text: str, lang: str = "en-us") -> Sentence:
    return phonemizer().sentence(tokens(text), lang)


def said_words(text: str, lang: str = "en-us") -> list[tuple[str, str]]:
    found = sentence(text, lang)
    return [(text[w.start : w.end], found.phonemes[w.first : w.last]) for w in found.words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said, "Yes!" (twice)', "hˌi sˈɛd, “jˈɛs!” (twˈIs)"),
        ("«Yes»", "“jˈɛs”"),
        ("yes - no", "jˈɛs — nˈO"),
        ("yes—no", "jˈɛs—nˈO"),
        ("wait... no", "wˈAt… nˈO"),
        ("[yes]", "(jˈɛs)"),
        ("yes ; no", "jˈɛs; nˈO"),
        ("yes,no", "jˈɛs, nˈO"),
        ("¿Yes?", "jˈɛs?"),
        ("yes!!!!!!!", "jˈɛs!!!"),
        ("yes ( no )", "jˈɛs (nˈO)"),
        ("yes。", "jˈɛs."),
        ("...yes", "…jˈɛs"),
        ("", ""),
    ],
)
def test_marks_are_kokoros_and_stand_as_written(text: str, expected: str) -> None:
    text = text.replace("...", "…")
    assert sentence(text).phonemes == expected


def test_words_keep_their_place_in_the_text_and_in_the_phonemes() -> None:
    text = "The “quick” fox’s den, then."
    assert said_words(text) == [
        ("The", "ðə"),
        ("quick", "kwˈɪk"),
        ("fox’s", "fˈɑksᵻz"),
        ("den", "dˈɛn"),
        ("then", "ðˈɛn"),
    ]


def test_tokens_of_one_span_are_one_word() -> None:
    found = phonemizer().sentence(
        [Token("five", 0, 2), Token("dollars", 0, 2), Token("each", 3, 7)], "en-us"
    )
    assert [(w.start, w.end) for w in found.words] == [(0, 2), (3, 7)]
    assert found.phonemes[: found.words[0].last] == "fˈIv dˈɑləɹz"


def test_tokens_said_in_another_order_than_written_are_one_word() -> None:
    found = phonemizer().sentence(
        [Token("five", 1, 2), Token("dollars", 0, 1), Token("each", 3, 7)], "en-us"
    )
    assert [(w.start, w.end) for w in found.words] == [(0, 2), (3, 7)]


def test_what_a_sentence_says_of_itself() -> None:
    found = phonemizer().sentence(
        [
            Token("NASA", 10, 14, letters=True),
            Token("said", 15, 19, space=False, pause_s=0.5),
            Token(".", 19, 20, punctuation=True),
        ],
        "en-us",
    )
    assert (found.start, found.end, found.pause_s) == (10, 20, 0.5)
    assert found.spoken == "N A S A said."


def test_phonemes_from_markup_are_taken_and_fitted() -> None:
    given_phonemes = Token("x", 0, 1, phonemes="fˈOnimz  ɫ")
    found = phonemizer().sentence([given_phonemes, Token("dog", 2, 5)], "en-us")
    assert found.phonemes == "fˈOnimz l dˈɔɡ"


def test_a_word_in_another_language() -> None:
    found = phonemizer().sentence(
        [Token("the", 0, 3), Token("château", 4, 11, lang="fr"), Token("here", 12, 16)], "en-us"
    )
    assert found.phonemes == "ðə ʃatˈo hˈɪɹ"


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("es", "El perro de San Roque no tiene rabo.", "el pˈero ðe sˈan rˈoke nˈo tjˈene rˈaβo."),
        ("fr", "Vous avez trois enfants ?", "vuz avˈe tʁwˈaz ɑ̃fˈɑ̃?"),
        ("it", "La bottiglia è sul tavolo.", "la botːˈiʎa e sʊl tˈavolo."),
        ("pt-br", "O coração está bom.", "ʊ kˌoɾasˈɐ̃ʊ̃ estˌa bˈoŋ."),
        ("hi", "नमस्ते, आप कैसे हैं?", "nəmˈʌsteː, ˌaːp kˈɛːseː hɛ̃?"),
        ("en-gb", "My aunt can't dance.", "mˌI ˈɑːnt kˈɑːnt dˈɑːns."),
    ],
)
def test_languages(lang: str, text: str, expected: str) -> None:
    found = sentence(text, lang)
    assert found.phonemes == expected
    assert len(found.words) == len(text.rstrip(" ?.").split())


def test_words_that_espeak_joins_are_one_word() -> None:
    found = phonemizer().explain(tokens("Il y a un ami"), "fr")
    assert all(reading.phonemes or reading.joined for _, reading in found)
    text = "Qu'est-ce que c'est que ça"
    assert "".join(w for w, _ in said_words(text, "fr")).startswith("Qu'est-ce")


@pytest.mark.parametrize(
    ("lang", "command"),
    [("ja", "pip install 'kokorod[ja]'"), ("zh", "pip install 'kokorod[zh]'")],
)
def test_a_language_without_its_extra_says_what_to_install(lang: str, command: str) -> None:
    """In a process in which the extra's packages cannot be imported, as they may be here."""
    code = (
        "import sys\n"
        "for name in ('fugashi', 'jieba'): sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from kokorod.speech.phonemes.phonemizer import *\n"
        "from kokorod.vocabulary import alphabet\n"
        "from kokorod.speech.token import Token\n"
        "mouth = Phonemizer(alphabet(), Path(sys.argv[1]))\n"
        "try: mouth.sentence([Token('x', 0, 1)], sys.argv[2])\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(cache_folder()), lang], capture_output=True, timeout=60
    ).stdout.decode("utf-8")
    assert out.startswith("UnknownLanguageError")
    assert command in out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en-US", "en-us"),
        ("en", "en-us"),
        ("en_GB", "en-gb"),
        ("fr-CA", "fr"),
        ("pt", "pt-br"),
        ("cmn", "zh"),
        (" es ", "es"),
        ("ja-JP", "ja"),
    ],
)
def test_language_tags(name: str, expected: str) -> None:
    assert language(name) == expected


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UnknownLanguageError, match=r"no language 'tlh'.*en-us, en-gb, es, fr"):
        say("x", "tlh")
    with pytest.raises(UnknownLanguageError):
        phonemizer().sentence([Token("x", 0, 1, lang="tlh")], "en-us")


@pytest.mark.parametrize(
    ("voice", "lang"),
    [
        ("af_heart", "en-us"),
        ("am_adam", "en-us"),
        ("bf_emma", "en-gb"),
        ("em_alex", "es"),
        ("ff_siwis", "fr"),
        ("hm_psi", "hi"),
        ("if_sara", "it"),
        ("jf_alpha", "ja"),
        ("pm_santa", "pt-br"),
        ("zm_yunxi", "zh"),
        ("built-in", "en-us"),
        ("", "en-us"),
    ],
)
def test_a_voice_has_a_language(voice: str, lang: str) -> None:
    assert language_of_voice(voice) == lang


def test_what_the_model_has_no_symbol_for_is_replaced_and_counted() -> None:
    fitter = Fitter(alphabet())
    assert fitter.fit("wˈɪn") == "wˈɪn"
    assert fitter.replaced == {}
    assert fitter.fit("ɫɫé漢") == "lle"
    assert fitter.replaced == {("ɫ", "l"): 2, ("é", "e"): 1, ("漢", ""): 1}
    for code in range(0x3400, 0x3400 + 2 * MAX_REPORTED):
        fitter.fit(chr(code))
    assert len(fitter.replaced) == MAX_REPORTED


def test_the_nearest_symbols_are_in_the_vocabulary() -> None:
    symbols = alphabet()
    assert len(symbols) > 100
    for symbol, near in NEAREST.items():
        if symbol not in symbols:
            assert symbols.issuperset(near), symbol


def test_marks_are_in_the_vocabulary() -> None:
    assert alphabet() >= MARKS
    assert not CLOSING & OPENING
    assert written_as("word") is None


def test_scripts_have_voices() -> None:
    assert voice_of("привет") == "ru"
    assert voice_of("日本") == "cmn"
    assert voice_of("π") == ""
    assert voice_of("naïve") == ""


def test_a_thread_makes_no_difference() -> None:
    """One thread at a time, but not always the same."""
    expected = say("Nguyen read the xyloquent record in the café.")
    found: list[str] = []
    for _ in range(3):
        thread = threading.Thread(
            target=lambda: found.append(say("Nguyen read the xyloquent record in the café."))
        )
        thread.start()
        thread.join()
    assert found == [expected] * 3


def test_what_is_first_needed_is_loaded_when_asked_for() -> None:
    code = (
        "import sys, json; from pathlib import Path\n"
        "from kokorod.speech.phonemes.phonemizer import *\n"
        "from kokorod.vocabulary import alphabet\n"
        "from kokorod.speech.token import Token\n"
        "p = Phonemizer(alphabet(), Path(sys.argv[1]))\n"
        "p.sentence([Token('hello', 0, 5)], 'en-us')\n"
        "before = 'phonemizer' in sys.modules\n"
        "p.prepare('en-us')\n"
        "print(json.dumps([before, 'phonemizer' in sys.modules, 'misaki.en' in sys.modules]))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(cache_folder())],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(out.stdout) == [False, True, False]


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        "read lead live the a to I that IT US NASA's o'clock 'tis rock'n'roll I'd x² ﬁ ½ 3.5 B2B "
        "-- ' 's s' é ÀÉÎ STRASSE ß ŒUVRE ʼ ’ – _ . .. a.b.c U.S. e.g. -x- x- 100% 日本語 привет "
        "😀👍🏽 \ud800 \x00 \u200b \u202e ﷽ Ǆ ⅷ ① µ ℃ Ⅷ ː ˈ ˈˈ ❓".split(" ")
    ),
)


@st.composite
def any_tokens(draw: st.DrawFn) -> list[Token]:
    made: list[Token] = []
    at = draw(st.integers(0, 50))
    for _ in range(draw(st.integers(0, 12))):
        start = max(0, at + draw(st.integers(-3, 3)))
        end = start + draw(st.integers(0, 9))
        at = end
        made.append(
            Token(
                draw(TEXTS),
                start,
                end,
                space=draw(st.booleans()),
                punctuation=draw(st.booleans()),
                letters=draw(st.booleans()),
                phonemes=draw(st.one_of(st.none(), st.none(), TEXTS)),
                lang=draw(st.sampled_from(["", "", *SPOKEN])),
            )
        )
    return made


@settings(max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_tokens(), st.sampled_from(SPOKEN))
def test_any_tokens_make_a_sentence(made: list[Token], lang: str) -> None:
    found = phonemizer().sentence(made, lang)
    assert alphabet().issuperset(found.phonemes)
    assert found.phonemes == " ".join(found.phonemes.split())
    position = place = 0
    for word in found.words:
        assert place <= word.first < word.last <= len(found.phonemes)
        assert position <= word.start <= word.end
        position, place = word.end, word.last
    if made:
        assert found.start == min(t.start for t in made)
        assert found.end == max(t.end for t in made)
        assert all(found.start <= w.start and w.end <= found.end for w in found.words)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8))
def test_a_word_of_letters_is_never_silent(word: str) -> None:
    for lang in ("en-us", "en-gb"):
        assert phonemizer().sentence([Token(word, 0, len(word))], lang).phonemes, word


MANY = examples(100_000)


def test_time_is_linear_in_the_number_of_tokens() -> None:
    """Thousands of tokens of the slowest kinds; a quadratic step would take many minutes."""
    words = ("read", "that", "xyloquent", "café", "—", "", "日本", "lives", "‼")
    many = [
        Token(words[i % len(words)], i, i + 1, punctuation=words[i % len(words)] in "—‼")
        for i in range(MANY)
    ]
    with untraced():
        found = phonemizer().sentence(many, "en-us")
    assert len(found.words) > MANY // 2
    silent = [Token("", i, i + 1, lang="" if i % 2 else "fr") for i in range(MANY)]
    with untraced():
        assert phonemizer().sentence(silent, "en-us").phonemes == ""


def test_a_reading_names_its_source() -> None:
    found = phonemizer().explain([Token("x", 0, 1, phonemes="ˈɛks"), *tokens("the dog!")], "en-us")
    assert [reading.source for _, reading in found] == [
        Source.GIVEN,
        Source.CONTEXT,
        Source.DICTIONARY,
        Source.MARK,
    ]


def test_another_vocabulary_is_kept_to() -> None:
    small = alphabet() - set("ðTᵊ")
    said = Phonemizer(small, cache_folder()).sentence(tokens("the little bottle"), "en-us")
    assert small.issuperset(said.phonemes)
    assert len(said.words) == 3
