"""Inline markup of plain text, and what fragments know of their source."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from kokorod.speech.markup.fragments import (
    MAX_PAUSE_S,
    Fragment,
    FragmentKind,
    Span,
)
from kokorod.speech.markup.notation import read_inline_from
from kokorod.speech.markup.sources import open_source
from kokorod.speech.token import spoken
from kokorod.speech.tokenize import tokens_of
from kokorod.types import Markup


def read_inline(text: str, base: int = 0) -> list[Fragment]:
    return read_inline_from("", text, base)[0]


def heard(fragments: list[Fragment]) -> list[tuple[str, float | None]]:
    return [(spoken(tokens_of(fragment)), fragment.pause_s) for fragment in fragments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wait [pause 500ms] here.", [("Wait", 0.5), ("here.", None)]),
        ("Wait [pause 1.5s] here.", [("Wait", 1.5), ("here.", None)]),
        ("Wait [PAUSE] here.", [("Wait", 0.5), ("here.", None)]),
        ("Wait [pause 2 s][pause 1s] here.", [("Wait", 3.0), ("here.", None)]),
        ("Wait [pause 999999s]", [("Wait", MAX_PAUSE_S)]),
        ("Wait [[slnc 500]] here.", [("Wait", 0.5), ("here.", None)]),
        ("Wait [[SLNC 90000]] here.", [("Wait", MAX_PAUSE_S), ("here.", None)]),
        ("[pause 1s] Go", [("", 1.0), ("Go", None)]),
        ("No [pause for effect] here", [("No (pause for effect) here", None)]),
        ("[pause 5 minutes]", [("(pause five minutes)", None)]),
        ("plain", [("plain", None)]),
        ("", []),
    ],
)
def test_pauses(text: str, expected: list[tuple[str, float | None]]) -> None:
    assert heard(read_inline(text)) == expected


def test_phonemes_are_given_with_their_place() -> None:
    text = "Ask [Siobhán](/ʃɪvˈɔn/) now."
    (fragment,) = read_inline(text)
    tokens = tokens_of(fragment)
    assert [(t.text, t.phonemes) for t in tokens] == [
        ("Ask", None),
        ("Siobhán", "ʃɪvˈɔn"),
        ("now", None),
        (".", None),
    ]
    assert text[tokens[1].start : tokens[1].end] == "[Siobhán](/ʃɪvˈɔn/)"
    assert text[tokens[2].start : tokens[2].end] == "now"


@pytest.mark.parametrize(
    ("phonemes", "owned"), [("kˈæt", "kˈæts"), ("dˈɔɡ", "dˈɔɡz"), ("ɹˈOz", "ɹˈOzᵻz")]
)
def test_an_owner_given_in_phonemes(phonemes: str, owned: str) -> None:
    (fragment,) = read_inline(f"The [x](/{phonemes}/)'s end")
    tokens = tokens_of(fragment)
    assert [(t.text, t.phonemes) for t in tokens[1:3]] == [("x's", owned), ("end", None)]


def test_a_mark_follows_phonemes_without_a_space() -> None:
    (fragment,) = read_inline("Hi [Ng](/ɪŋ/), you")
    assert spoken(tokens_of(fragment)) == "Hi Ng, you"


def test_base_moves_the_spans() -> None:
    (fragment,) = read_inline("a [b](/b/) c", base=100)
    assert [(t.start, t.end) for t in tokens_of(fragment)] == [(100, 101), (102, 110), (111, 112)]


def test_part_keeps_places_and_the_silence_of_the_rest() -> None:
    text = "One [x](/y/) two. Three."
    fragment = read_inline(text + " [pause 2s]")[0]
    assert fragment.text == "One x two. Three. "
    first, rest = fragment.part(0, 10), fragment.part(11, 17)
    assert spoken(tokens_of(first)) == "One x two."
    assert (first.pause_s, rest.pause_s) == (None, 2.0)
    assert [text[t.start : t.end] for t in tokens_of(rest)] == ["Three", "."]
    assert text[slice(*fragment.source_span(0, 5))] == "One [x](/y/)"
    assert text[slice(*fragment.source_span(6, 9))] == "two"


def test_parts_leave_nothing_out_and_events_go_to_the_next_span() -> None:
    spans = (
        Span("One. ", 0, 5),
        Span("", 5, 5, event="two"),
        Span("Two.", 5, 9),
        Span("", 9, 9, event="end"),
    )
    fragment = Fragment(FragmentKind.TEXT, spans, pause_s=0.5)
    one, two = fragment.parts([(0, 4), (5, 9)])
    assert [(t.text, t.event) for t in tokens_of(one)] == [("One", ""), (".", "")]
    assert [(t.text, t.event) for t in tokens_of(two)] == [
        ("", "two"),
        ("Two", ""),
        (".", ""),
        ("", "end"),
    ]
    assert (one.pause_s, two.pause_s) == (None, 0.5)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["[pause 1s]", "[a](/b/)", "[", "]", "(/", "/)", "'s", " ", "é", "5 km", "."]
        ),
        max_size=20,
    ).map("".join)
)
def test_any_text_keeps_its_order(text: str) -> None:
    last = 0
    for fragment in read_inline(text):
        for token in tokens_of(fragment):
            assert last <= token.start <= token.end <= len(text)
            last = token.start


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wait [pause:1.5s] now.", ["Wait ", 1.5, " now."]),
        ("Wait [pause=500ms] now.", ["Wait ", 0.5, " now."]),
        ('Wait <break time="2s"/> now.', ["Wait ", 2.0, " now."]),
        ('Wait <break strength="strong"/> now.', ["Wait ", 0.7, " now."]),
        ("The [best](+2) one.", ["The best one."]),
        ("A [link](https://x.org/a?b=c) here.", ["A link here."]),
        ("The <emphasis level='strong'>best</emphasis> one.", ["The best one."]),
        ('A <sub alias="first">1st</sub> one.', ["A first one."]),
    ],
)
def test_notations_of_other_programs(text: str, said: list[str | float]) -> None:
    found: list[str | float] = []
    for fragment in read_inline(text):
        found.append(fragment.text)
        if fragment.pause_s is not None:
            found.append(fragment.pause_s)
    assert found == said


def test_a_voice_speaks_from_its_mark_on() -> None:
    source = open_source(Markup.AUTO, "en-us")
    source.feed("One. [voice:bf_emma] Two. Three. [voice:default]Four.", final=True)
    voices = []
    while (fragment := source.next()) is not None:
        voices.append((fragment.text.strip(), fragment.voice))
    assert voices == [("One.", ""), ("Two.", "bf_emma"), ("Three.", "bf_emma"), ("Four.", "")]
