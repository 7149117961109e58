"""Captions: what is in them, how they are broken, when they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.captions import LINE_CHARS, MAX_S, MIN_S, Captions, Cue, srt, vtt
from kokoro_client.transcript import Spoken, Stop, Timed, Transcript, shared_out, trimmed


@dataclass
class Word:
    start: int
    end: int
    start_s: float
    end_s: float


def timed(
    text: str, pattern: str = r"\w[\w'’.$-]*\w|\w|\$[\d.]+", pace: float = 15.0
) -> list[Word]:
    """Words of `text`, as a voice reads `pace` characters a second."""
    return [
        Word(m.start(), m.end(), m.start() / pace, m.end() / pace)
        for m in re.finditer(pattern, text)
    ]


def spoken(text: str, words: Sequence[Timed] | None = None, plain: bool = False) -> list[Spoken]:
    transcript = Transcript(lambda start, end: text[start:end], plain)
    return transcript.add(timed(text) if words is None else words) + transcript.finish(len(text))


def _joined(words: list[Spoken]) -> str:
    return "".join(word.text + ("" if word.joined else " ") for word in words).strip()


def cues(text: str, words: list[Word] | None = None) -> list[Cue]:
    captions = Captions()
    return captions.add(spoken(text, words)) + captions.finish()


def lines(text: str) -> list[str]:
    return ["/".join(cue.lines) for cue in cues(text)]


# -- the transcript


def test_marks_go_with_the_word_they_belong_to() -> None:
    words = spoken('She said, "No way" — (really) and/or "so". End')
    assert [word.text for word in words] == [
        *("She", "said,", '"No', 'way" —', "(really)", "and/", "or", '"so".', "End")
    ]
    assert [word.stop for word in words] == [
        *(Stop.NOTHING, Stop.CLAUSE, Stop.NOTHING, Stop.CLAUSE, Stop.CLAUSE),
        *(Stop.NOTHING, Stop.NOTHING, Stop.SENTENCE, Stop.PARAGRAPH),
    ]
    assert [word.text for word in words if word.joined] == ["and/"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# A *title*\n\nSee [a link](http://x.com/a_b).", "A title See a link."),
        ("- one\n- two\n> three\n\n1. four", "one two three 1. four"),
        ("<speak>Pay <emphasis>now</emphasis>, please.</speak>", "Pay now, please."),
        ("Wait [pause 500ms] here.", "Wait here."),
        ("**Bold**, __strong__ and `code`.", "Bold, strong and code."),
    ],
)
def test_markup_is_not_shown(text: str, shown: str) -> None:
    skipped = ("speak", "emphasis", "pause", "500ms", "http", "x.com", "a_b")
    words = [w for w in timed(text, r"[\w.]*\w") if text[w.start : w.end] not in skipped]
    assert " ".join(word.text for word in spoken(text, words)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "“Quoted.” he said.",
        "(Perhaps.) Yes.",
        "¿Qué? ¡No!",
        "  «Bien», dit-il",
        "See [1] and the Church’s [sic] 2024™ © 2025.",
        "a*b and c_d_e, x > y",
        "Note * and # here.",
    ],
)
def test_plain_text_is_shown_as_it_is_written(text: str) -> None:
    words = timed(text, r"[^\W_]+(?:’[^\W_]+)?|[*_>#]")
    assert " ".join(text.split()) == _joined(spoken(text, words, plain=True))


def test_what_plain_text_has_for_the_reader_is_not_shown() -> None:
    text = "Wait [pause 500ms] here, <b>now</b>."
    words = timed(text, r"Wait|here|now")
    assert _joined(spoken(text, words, plain=True)) == "Wait here, now."
    text = "He said [voice:bf_emma]“Hm”[voice:default] and left."
    words = timed(text, r"He|said|Hm|and|left")
    assert _joined(spoken(text, words, plain=True)) == "He said “Hm” and left."


def test_blanks_at_the_ends_of_a_word_are_none_of_it() -> None:
    text = "3 × 3.7 mm"
    spans = [Word(0, 1, 0, 1), Word(1, 4, 1, 2), Word(4, 7, 2, 3), Word(8, 10, 3, 4)]
    words = [trimmed(word, lambda start, end: text[start:end]) for word in spans]
    assert [(word.start, word.end) for word in words] == [(0, 1), (2, 3), (4, 7), (8, 10)]
    assert [(word.start_s, word.end_s) for word in words][1] == (1, 2)
    assert _joined(spoken(text, words)) == text


def test_what_the_span_of_a_word_holds_is_shown_without_its_markup() -> None:
    text = '[Nguyen](/wˈɪn/) &amp; <sub alias="World Wide Web">WWW</sub>'
    words = timed(text, r"\[.*\)|&amp;|<sub.*sub>")
    assert [word.text for word in spoken(text, words)] == ["Nguyen", "&", "WWW"]


def test_a_word_of_two_segments_is_one() -> None:
    text = "It costs $5.30 now."
    parts = [Word(0, 2, 0, 1), Word(3, 8, 1, 2), Word(9, 14, 2, 3), Word(9, 14, 3, 5)]
    words = spoken(text, [*parts, Word(15, 18, 5, 6)])
    assert [word.text for word in words] == ["It", "costs", "$5.30", "now."]
    assert (words[2].start_s, words[2].end_s) == (2, 5)


def test_a_point_ends_a_sentence_only_where_a_pause_follows() -> None:
    text = "At 5 p.m. we met Dr. Lee at 6 p.m. Then"
    words = timed(text, r"[\w.]+")
    for word in words[-1:]:
        word.start_s += 0.3
    stops = [word.stop for word in spoken(text, words)]
    assert stops.index(Stop.SENTENCE) == len(stops) - 2


def test_speech_without_word_times_is_shared_out() -> None:
    words = shared_out("One — two.", 100, 1.0, 2.0)
    assert [(w.start, w.end) for w in words] == [(100, 103), (106, 110)]
    assert (words[0].start_s, words[-1].end_s) == (1.0, 2.0)


# -- the cues


def test_a_sentence_is_a_cue_and_a_long_one_is_cut_at_its_clause() -> None:
    text = (
        "A short sentence stands here. This one is too long for a single line of text. "
        "When a sentence is longer than two whole lines, it is cut where a clause ends, "
        "because that is where a reader rests."
    )
    assert lines(text) == [
        "A short sentence stands here.",
        "This one is too long for/a single line of text.",
        "When a sentence is longer/than two whole lines,",
        "it is cut where a clause ends,/because that is where a reader rests.",
    ]


def test_very_short_sentences_stand_together_but_not_over_a_paragraph() -> None:
    assert lines("No. Wait. Stop!\n\nYes. Go on then.") == ["No. Wait. Stop!", "Yes. Go on then."]


def test_a_short_cue_stays_until_it_can_be_read() -> None:
    text = "Yes.\n\nThe next one begins much later."
    words = timed(text)
    for word in words[1:]:
        word.start_s += 10
        word.end_s += 10
    first, second = cues(text, words)
    assert first.end_s - first.start_s == MIN_S
    assert second.start_s > 10


def test_a_script_without_spaces_is_broken_where_the_line_is_full() -> None:
    text = "吾輩は猫である。" * 8
    words = timed(text, r"\w")
    assert "".join("".join(cue.lines) for cue in cues(text, words)) == text
    text = "吾" * 120
    assert "".join("".join(cue.lines) for cue in cues(text, timed(text, r"\w"))) == text


def test_a_word_that_no_line_holds_is_cut_short() -> None:
    text = "x" * 200
    assert lines(text) == ["x" * 42 + "/" + "x" * 41 + "…"]


def test_how_they_are_written() -> None:
    cue = Cue(3661.0015, 3662.5, ("a < b & c", "--> d"))
    assert srt(7, cue) == "7\n01:01:01,002 --> 01:01:02,500\na < b & c\n→ d\n\n"
    assert vtt(cue) == "01:01:01.002 --> 01:01:02.500\na &lt; b &amp; c\n--&gt; d\n\n"


TEXTS = st.lists(
    st.tuples(
        st.text("abcdefgh", min_size=1, max_size=14),
        st.sampled_from([" "] * 8 + [", ", "; ", ". ", "! ", ".\n\n"]),
    ),
    min_size=1,
    max_size=150,
).map(lambda parts: "".join(word + mark for word, mark in parts))


@given(TEXTS, st.floats(4, 40))
def test_every_word_is_shown_once_in_order_in_time_and_in_room(text: str, pace: float) -> None:
    words = timed(text, r"\w+", pace)
    shown = cues(text, words)
    assert " ".join(" ".join(cue.lines) for cue in shown).split() == text.split()
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= LINE_CHARS for line in cue.lines)
        assert cue.start_s < cue.end_s
        alone = len(" ".join(cue.lines).split()) == 1
        assert alone or cue.end_s - cue.start_s <= MAX_S + 1e-6
    for before, after in pairwise(shown):
        assert before.end_s <= after.start_s
