"""Word onsets lie where the sound is: two frames early in speech, at the sound beside silence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kokorod.engine.edges import LEAD, SILENT, heard
from kokorod.types import SAMPLE_RATE

MS = SAMPLE_RATE // 1000
FRAME = 25 * MS


def frames(*lengths: int) -> NDArray[np.int64]:
    """Edges by the model's frames; the first length is the leading pad's."""
    return np.cumsum(lengths).astype(np.int64) * FRAME


def speech(samples: int, *loud: tuple[float, float]) -> NDArray[np.float32]:
    """A hum between these milliseconds, and a model's faint noise all over."""
    noise = np.random.default_rng(1).normal(0, 1e-4, samples)
    hum = np.zeros(samples)
    for begin, end in loud:
        first, last = round(begin * MS), round(end * MS)
        hum[first:last] = 0.5 * np.sin(np.arange(last - first) / 10 + 1.5)
    return (noise + hum).astype(np.float32)


def test_inside_speech_an_edge_is_two_frames_early() -> None:
    edges = frames(16, 4, 4, 1, 4, 4, 8)
    pcm = speech(50 * FRAME, (350, 950))
    moved = heard(edges, "ab cd.", pcm)
    assert (moved[1:4] == edges[1:4] - LEAD).all()


@pytest.mark.parametrize("onset_ms", [260, 300, 350, 400, 430])
def test_the_first_word_begins_where_it_is_heard(onset_ms: int) -> None:
    """Of a pad of 400 ms a slow voice leaves 260 silent, a fast one all."""
    pcm = speech(50 * FRAME, (onset_ms, 950))
    moved = heard(frames(16, 4, 4, 1, 4, 4, 8), "ab cd.", pcm)
    assert moved[0] == pytest.approx(onset_ms * MS, abs=MS)


@pytest.mark.parametrize("onset_ms", [640, 700, 760, 800])
def test_after_a_pause_a_word_begins_where_it_is_heard(onset_ms: int) -> None:
    edges = frames(16, 4, 4, 6, 2, 4, 4, 8)  # b ends at 600 ms, c begins at 800 by its frames
    pcm = speech(60 * FRAME, (350, 540), (onset_ms, 950))
    moved = heard(edges, "ab, cd.", pcm)
    assert moved[4] == pytest.approx(onset_ms * MS, abs=MS)
    assert moved[2] == pytest.approx(540 * MS, abs=MS)  # where b is heard no more


def test_the_last_phoneme_ends_where_it_is_heard_no_more() -> None:
    """Before a pause the model counts most of the silence to the last phoneme."""
    edges = frames(16, 4, 4, 1, 4, 17, 8)
    moved = heard(edges, "ab cd.", speech(60 * FRAME, (350, 900)))
    assert moved[5] == pytest.approx(900 * MS, abs=MS)


def test_a_mouth_that_closes_inside_a_word_moves_nothing() -> None:
    edges = frames(16, 4, 4, 4, 4, 2, 8)
    pcm = speech(60 * FRAME, (350, 430), (490, 800))  # s-top: 60 ms of silence before the t
    moved = heard(edges, "stop.", pcm)
    assert moved[0] == pytest.approx(350 * MS, abs=MS)
    assert (moved[1:4] == edges[1:4] - LEAD).all()


def test_silence_between_two_words_without_a_mark_moves_nothing() -> None:
    edges = frames(16, 4, 4, 1, 4, 4, 8)
    pcm = speech(60 * FRAME, (350, 540), (590, 900))
    assert (heard(edges, "ab bd.", pcm)[1:4] == edges[1:4] - LEAD).all()


def test_a_mark_that_is_not_heard_moves_nothing() -> None:
    edges = frames(16, 4, 4, 2, 2, 4, 4, 8)
    moved = heard(edges, "ab, cd.", speech(60 * FRAME, (350, 1000)))
    assert (moved[1:5] == edges[1:5] - LEAD).all()


@given(
    st.text("abc ,.ˈ", min_size=1, max_size=12),
    st.integers(0, 3),
    st.lists(st.integers(0, 1500), max_size=6),
)
def test_edges_never_fall_and_never_leave_the_sound(
    phonemes: str, length: int, places: list[int]
) -> None:
    lengths = [(length + at) % 4 for at in range(len(phonemes))]
    edges = frames(12, *lengths)
    samples = int(edges[-1]) + FRAME
    loud = [(a, b) for a, b in pairwise(sorted(places)) if b * MS <= samples][::2]
    moved = heard(edges, phonemes, speech(samples, *loud))
    assert moved.shape == edges.shape
    assert (np.diff(moved) >= 0).all()
    assert moved[0] >= 0
    assert moved[-1] <= samples


def test_what_is_silent_has_edges_too() -> None:
    assert (np.diff(heard(frames(2, 2, 2), "a.", np.zeros(6 * FRAME, np.float32))) >= 0).all()
    assert heard(np.zeros(2, np.int64), "a", np.zeros(0, np.float32)).tolist() == [0, 0]


def test_stress_marks_are_no_silence() -> None:
    assert not SILENT & set("ˈˌːʰ")
