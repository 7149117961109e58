"""Units: nothing is lost or said twice, and they end where sentences do if that can be."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.schedule.script_texts import texts

from kokorod.schedule import frames
from kokorod.schedule.cuts import CAP, MIN_TOKENS
from kokorod.schedule.frames import expected
from kokorod.schedule.script import Script
from kokorod.schedule.units import LONGEST
from kokorod.types import Segment, Sentence, TextState

PAUSE_S = 0.25
PLENTY = 10_000.0


def written(*lines: str) -> list[Sentence]:
    sentences, start = [], 0
    for line in lines:
        sentences.append(Sentence(start, start + len(line), line, line))
        start += len(line) + 1
    return sentences


def units(
    sentences: list[Sentence], budget: float = PLENTY, front_budget: float = PLENTY
) -> list[Segment]:
    script = Script(sentence_pause_s=PAUSE_S)
    script.add(sentences, TextState.END)
    taken = []
    while script.runnable:
        taken.append(script.unit(budget, front_budget))
    assert script.ended
    return taken


def said(taken: list[Segment]) -> str:
    text = ""
    for segment in taken:
        spaces = {pause.at for pause in segment.breaks}
        text += "".join(c for at, c in enumerate(segment.phonemes) if at not in spaces)
    return text


@given(texts, st.lists(st.tuples(st.floats(-50, 900), st.floats(-50, 900)), min_size=1))
def test_every_phoneme_is_said_once_and_in_order(
    sentences: list[Sentence], budgets: list[tuple[float, float]]
) -> None:
    script = Script(sentence_pause_s=PAUSE_S)
    script.add(sentences, TextState.END)
    taken = []
    while script.runnable:
        taken.append(script.unit(*budgets[len(taken) % len(budgets)]))
    assert said(taken) == "".join(s.phonemes for s in sentences)
    assert [segment.index for segment in taken] == list(range(len(taken)))
    assert all(len(segment.phonemes) <= LONGEST for segment in taken)
    assert all(len(segment.phonemes) <= CAP for segment in taken if segment.breaks)
    assert not any(segment.before or segment.after for segment in taken)


@given(texts)
def test_where_there_is_time_only_what_is_too_long_is_cut_inside_a_sentence(
    sentences: list[Sentence],
) -> None:
    ends, at = set(), 0
    for sentence in sentences:
        at += len(sentence.phonemes)
        ends.add(at)
    too_long = any(len(sentence.phonemes) > LONGEST for sentence in sentences)
    done = 0
    for segment in units(sentences):
        done += len(segment.phonemes) - len(segment.breaks)
        assert done in ends or too_long


@given(texts, st.floats(60, 900))
def test_the_longest_in_time_is_taken(sentences: list[Sentence], budget: float) -> None:
    script = Script(sentence_pause_s=PAUSE_S)
    script.add(sentences, TextState.END)
    while script.runnable:
        before = script.backlog
        segment = script.unit(budget, budget)
        if len(segment.breaks) > 0:
            assert frames.of(segment) <= budget
        assert not segment.phonemes or before > script.backlog


def test_several_sentences_are_one_unit_with_their_pauses() -> None:
    (unit,) = units(written("ab cd.", "ef gh!", "ij?"))
    assert unit.phonemes == "ab cd. ef gh! ij?"
    assert [(pause.at, pause.pause_s) for pause in unit.breaks] == [(6, PAUSE_S), (13, PAUSE_S)]
    assert unit.pause_s == 0.0


def test_a_sentence_is_whole_even_if_its_first_chunk_is_late() -> None:
    long = "abcde, " * 11 + "fgh."
    first, *_ = units(written(long, "ij kl."), expected(40), expected(100))
    assert first.phonemes == long
    assert first.pause_s == PAUSE_S


def test_a_sentence_whose_front_alone_is_late_is_cut_at_a_clause() -> None:
    long = "abcdefgh ijklmn, " * 8 + "op qr st uvw."
    first, second, *_ = units(written(long), expected(40), expected(60))
    assert first.phonemes == "abcdefgh ijklmn, " * 2
    assert 0 < first.pause_s < PAUSE_S
    assert second.phonemes.startswith("abcdefgh")


def test_nothing_is_cut_between_words_unless_it_is_longer_than_any_unit() -> None:
    plain = "abcdefgh " * 30 + "ij."  # no clause mark
    assert len(plain) < LONGEST
    assert [unit.phonemes for unit in units(written(plain), 0, 0)] == [plain]
    longer = "abcdefgh " * 60 + "ij."
    first, *rest = units(written(longer), 0, 0)
    assert first.phonemes == "abcdefgh " * (LONGEST // 9)
    assert rest
    assert first.pause_s == 0.0


def test_a_last_word_is_not_left_alone_for_want_of_a_little_time() -> None:
    sentences = written("abcdefgh ijkl.", "mnopq rst uv.", "wx.")
    budget = expected(len("abcdefgh ijkl. mnopq rst uv."), 1)
    first, last = units(sentences, budget, budget)
    assert first.phonemes == "abcdefgh ijkl."
    assert last.phonemes == "mnopq rst uv. wx."
    assert len("wx.") < MIN_TOKENS


def test_a_pause_without_words_is_a_unit_of_its_own() -> None:
    first, last = written("ab cd.", "ef gh.")
    pause = Sentence(6, 6, "", "", pause_s=0.7)
    units_taken = units([first, pause, last])
    assert [(unit.phonemes, unit.pause_s) for unit in units_taken] == [
        ("ab cd.", PAUSE_S),
        ("", 0.7),
        ("ef gh.", 0.0),
    ]


@pytest.mark.parametrize("change", [{"voice": "af_other"}, {"rate": 1.5}])
def test_a_unit_has_one_voice_and_one_speed(change: dict[str, Any]) -> None:
    first, second, third = written("ab cd.", "ef gh.", "ij.")
    changed = [dataclasses.replace(each, **change) for each in (second, third)]
    assert [unit.phonemes for unit in units([first, *changed])] == ["ab cd.", "ef gh. ij."]
