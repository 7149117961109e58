"""Any text, in any language and markup, through the whole front end to token ids."""

from __future__ import annotations

import functools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.phonemizing import cache_folder
from support.untraced import untraced

from kokorod.schedule.script import Script
from kokorod.speech.frontend import KokoroFrontEnd
from kokorod.speech.markup.sources import open_source
from kokorod.speech.markup.ssml import SsmlError, is_ssml
from kokorod.speech.reader import Reader
from kokorod.speech.thread import ReadingOptions
from kokorod.types import CodeBlocks, Markup, Sentence, TextState
from kokorod.vocabulary import default_vocabulary
from kokorod.voices.languages import ESPEAK_NAMES

#: What has rules in one markup or another, so that random text meets them.
PIECES = st.sampled_from(
    [
        *" .,;:!?-–—…\"'()[]{}<>#*_`~|\\/@&%$€£=+^0123456789\n\t\x00\u200d\ufeff\ud800\u0301",
        *("Dr. ", "5 km ", "10:30", "$1.2M ", "hello ", "World ", "read ", "the ", "NASA ", "été "),
        *("привет ", "中文", "नमस्ते ", "مرحبا ", "日本", "ñandú ", "ção ", "😀", "👩\u200d💻", "🇫🇷"),
        *("# ", "- ", "1. ", "**", "```\n", "[a](b)", "[pause 1s]", "[w](/wˈɜɹd/)", "|a|b|\n"),
        *("<p>", "</p>", "<b>", "</b>", "<br/>", "&amp;", "&#x41;", "<!--", "-->", "<speak>"),
        *("</speak>", "http://a.b/c?d ", "a@b.co ", "> ", "v1.2 ", "World War I ", "7/10 ", "½"),
    ]
)
TEXT = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)
LANGS = sorted(ESPEAK_NAMES)


@functools.cache
def front_end() -> KokoroFrontEnd:
    return KokoroFrontEnd(cache_folder(), cache_folder() / "none.toml", print)


def read(text: str, lang: str, markup: Markup, chunk: int = 1_000_000) -> list[Sentence]:
    options = ReadingOptions(lang, markup=markup)
    source = open_source(markup, lang)
    reader = Reader(source, lambda fragment: front_end().say(options, fragment))
    sentences: list[Sentence] = []
    for at in range(0, max(len(text), 1), chunk):
        reader.feed(text[at : at + chunk], final=at + chunk >= len(text))
        while True:
            reading = reader.read()
            sentences += reading.sentences
            if reading.state is not TextState.MORE:
                break
    return sentences


def tokens_of(sentences: list[Sentence]) -> list[list[int]]:
    """The ids of each segment, as a lane is given them."""
    ids = default_vocabulary()
    script = Script(sentence_pause_s=0.2)
    script.add(sentences, TextState.END)
    found = []
    while script.runnable:
        segment = script.next(1_500, 150)
        found.append([ids[symbol] for symbol in segment.phonemes])
    return found


@settings(max_examples=examples(500), suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, st.sampled_from(LANGS), st.sampled_from([Markup.AUTO, Markup.PLAIN, Markup.MARKDOWN]))
def test_every_segment_has_tokens_of_the_vocabulary(text: str, lang: str, markup: Markup) -> None:
    try:
        sentences = read(text, lang, markup)
    except SsmlError:
        assert markup is Markup.AUTO
        assert is_ssml(text)
        return
    segments = tokens_of(sentences)
    # A segment without tokens is a pause that markup asks for.
    assert all(segments) or "[pause" in text or markup is Markup.MARKDOWN
    assert all(len(segment) <= 150 for segment in segments)
    for sentence in sentences:
        assert 0 <= sentence.start <= sentence.end <= len(text)
        assert all(0 <= w.start <= w.end <= len(text) for w in sentence.words)


@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12), st.sampled_from(LANGS)
)
def test_speakable_text_is_never_silent(word: str, lang: str) -> None:
    assert tokens_of(read(word, lang, Markup.PLAIN)), word
    assert tokens_of(read(f"<speak>{word}</speak>", lang, Markup.SSML)), word


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(LANGS), st.integers(1, 9))
def test_how_it_arrives_changes_no_token(text: str, lang: str, chunk: int) -> None:
    for markup in (Markup.PLAIN, Markup.MARKDOWN):
        whole, parts = read(text, lang, markup), read(text, lang, markup, chunk)
        assert [s.phonemes for s in whole] == [s.phonemes for s in parts]


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<s>", "</s>", "<break/>", '<prosody rate="fast">', "</prosody>"),
                *('<say-as interpret-as="date">', "</say-as>", "3/5/2024 ", "<sub alias='x'>"),
                *("</sub>", '<phoneme ph="wˈɜɹd">', "</phoneme>", '<mark name="m"/>', "hello "),
                *('<lang xml:lang="fr">', "</lang>", "<emphasis>", "</emphasis>", "😀", "\ud800"),
                *("été ", "&lt;"),
            ]
        ),
        max_size=14,
    ).map("".join),
    st.sampled_from(LANGS),
)
def test_ssml_is_read_or_refused_by_line_and_column(inside: str, lang: str) -> None:
    text = f"<speak>{inside}</speak>"
    try:
        sentences = read(text, lang, Markup.SSML)
    except SsmlError as error:
        place = error.line, error.column
        sentences = []
    else:
        place = (1, 1)
    assert (1, 1) <= place <= (1, len(text) + 1)
    assert all(tokens_of(sentences)) or "<break/>" in inside or "<mark" in inside


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("markup", [Markup.PLAIN, Markup.MARKDOWN])
def test_ten_times_the_text_takes_about_ten_times_as_long(lang: str, markup: Markup) -> None:
    # Processor time, so that what runs beside does not count; a quadratic step takes 100 times.
    line = "Le 5 mai, *hello* world & 3/4 of NASA: il y a 10 km; ¿qué? "
    read(line * 3, lang, markup)
    spent = []
    with untraced():
        for times in (examples(30), examples(300)):
            began = time.process_time()
            read(line * times, lang, markup)
            spent.append(time.process_time() - began)
    assert spent[1] < 40 * spent[0]


def test_emoji_and_code_are_as_the_options_say() -> None:
    text = "ok 👍\n\n```py\nx\n```\n"
    for emoji, code, heard in (
        (True, CodeBlocks.SKIP, "ok thumbs up"),
        (False, CodeBlocks.ANNOUNCE, "ok Code block in py."),
    ):
        options = ReadingOptions("en-us", markup=Markup.MARKDOWN, emoji=emoji, code=code)
        source = open_source(options.markup, options.lang, options.code)
        source.feed(text, final=True)
        said = []
        while (fragment := source.next()) is not None:
            said.append(front_end().say(options, fragment).spoken)
        assert " ".join(said) == heard
