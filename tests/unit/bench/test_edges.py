"""Onsets that `make bench ARGS=edges` finds, on sounds whose onsets are known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.metrics.edges import against, begins, loudest, onsets
from kokorod.types import SAMPLE_RATE, Sentence, Word

MS = SAMPLE_RATE // 1000

#: "ab, cd" with a silence of 160 ms at the comma.
SENTENCE = Sentence(0, 6, "ab, cd", "ab, cd", (Word(0, 2, 0, 2), Word(4, 6, 4, 6)))
EDGES = np.array([350, 400, 450, 520, 610, 700, 800]) * MS


def sound() -> np.ndarray:
    pcm = np.zeros(1200 * MS, np.float32)
    for first, last in ((340, 450), (610, 900)):
        pcm[first * MS : last * MS] = 0.5
    return pcm


def test_an_edge_is_measured_from_where_the_sound_begins() -> None:
    found = onsets(SENTENCE, sound(), EDGES)
    assert found["5 % of the peak"] == pytest.approx([10, 0], abs=0.1)
    assert found["-60 dB"] == pytest.approx([10, 0], abs=0.1)


def test_a_comma_without_a_pause_says_nothing() -> None:
    pcm = sound()
    pcm[450 * MS : 610 * MS] = 0.4
    assert len(onsets(SENTENCE, pcm, EDGES)["-60 dB"]) == 1


def test_whisper_is_a_witness_only_of_words_that_it_heard_as_written() -> None:
    heard = ((" ab,", 0.3, 0.45), (" cd", 0.6, 0.9))
    assert against(SENTENCE, "ab, cd", EDGES, heard) == pytest.approx([50, 10])
    assert against(SENTENCE, "ab, cd", EDGES, heard[:1]) == []


def test_a_loud_frame_among_the_silent_is_found() -> None:
    pcm = np.zeros(4 * 600, np.float32)
    pcm[700], pcm[1300], pcm[2000] = 0.5, 0.05, 0.0005
    found = loudest(pcm, np.array([True, False, True, True]))
    assert found == pytest.approx([-120, -20, -60], abs=0.1)


def test_a_sound_that_begins_before_what_is_generated_is_found() -> None:
    pcm = np.zeros(4 * 600, np.float32)
    pcm[600:1800] = 0.5
    pcm[576] = 0.002  # -48 dB: 1 ms before the second frame
    assert begins(pcm, np.array([True, False, False, True])) == pytest.approx(-1)
    assert begins(pcm, np.array([False, False, False, True])) == pytest.approx(24)
