"""Inline markup of plain text, and what pieces know of their source."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokorod.speech.markup.fragments import (
    MAX_PAUSE_S,
    Piece,
    PieceKind,
    Stretch,
    read_inline,
    tokens_of,
)
from kokorod.speech.normalize import spoken


def heard(pieces: list[Piece]) -> list[tuple[str, float | None]]:
    return [(spoken(tokens_of(piece)), piece.pause_s) for piece in pieces]


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
    (piece,) = read_inline(text)
    tokens = tokens_of(piece)
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
    (piece,) = read_inline(f"The [x](/{phonemes}/)'s end")
    tokens = tokens_of(piece)
    assert [(t.text, t.phonemes) for t in tokens[1:3]] == [("x's", owned), ("end", None)]


def test_a_mark_follows_phonemes_without_a_space() -> None:
    (piece,) = read_inline("Hi [Ng](/ɪŋ/), you")
    assert spoken(tokens_of(piece)) == "Hi Ng, you"


def test_base_moves_the_spans() -> None:
    (piece,) = read_inline("a [b](/b/) c", base=100)
    assert [(t.start, t.end) for t in tokens_of(piece)] == [(100, 101), (102, 110), (111, 112)]


def test_part_keeps_places_and_the_silence_of_the_rest() -> None:
    text = "One [x](/y/) two. Three."
    piece = read_inline(text + " [pause 2s]")[0]
    assert piece.text == "One x two. Three. "
    first, rest = piece.part(0, 10), piece.part(11, 17)
    assert spoken(tokens_of(first)) == "One x two."
    assert (first.pause_s, rest.pause_s) == (None, 2.0)
    assert [text[t.start : t.end] for t in tokens_of(rest)] == ["Three", "."]
    assert text[slice(*piece.source_span(0, 5))] == "One [x](/y/)"
    assert text[slice(*piece.source_span(6, 9))] == "two"


def test_parts_leave_nothing_out_and_events_go_to_the_next_span() -> None:
    stretches = (
        Stretch("One. ", 0, 5),
        Stretch("", 5, 5, event="two"),
        Stretch("Two.", 5, 9),
        Stretch("", 9, 9, event="end"),
    )
    piece = Piece(PieceKind.TEXT, stretches, pause_s=0.5)
    one, two = piece.parts([(0, 4), (5, 9)])
    assert [(t.text, t.event) for t in tokens_of(one)] == [("One", ""), (".", "")]
    assert [(t.text, t.event) for t in tokens_of(two)] == [
        ("", "two"),
        ("Two", ""),
        (".", ""),
        ("", "end"),
    ]
    assert (one.pause_s, two.pause_s) == (None, 0.5)


@settings(max_examples=200, deadline=None)
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
    for piece in read_inline(text):
        for token in tokens_of(piece):
            assert last <= token.start <= token.end <= len(text)
            last = token.start
