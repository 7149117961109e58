"""Edges and silence from a front's energy, before there is sound."""

from __future__ import annotations

import numpy as np

from kokorod.engine.edges import LEAD
from kokorod.engine.onsets import expected, pads, silence
from kokorod.engine.synthesizer import FRAME

PHONEMES = "ab, c."
FRAMES = np.array([10, 4, 4, 5, 5, 4, 6, 1])  # pad, a, b, comma, space, c, stop, pad


def energy(*speech: tuple[int, int]) -> np.ndarray:
    """8 in the frames of speech, -9 elsewhere."""
    found = np.full((1, 1, 2 * FRAMES.sum()), -9, np.float32)
    for first, last in speech:
        found[..., 2 * first : 2 * last] = 8
    return found


def edges() -> np.ndarray:
    return np.cumsum(FRAMES)[:-1] * FRAME


def test_what_is_far_from_speech_is_silent() -> None:
    silent = silence(FRAMES, energy((8, 15), (26, 33)))
    assert np.flatnonzero(~silent).tolist() == [*range(7, 17), *range(25, 35)]


def test_a_breath_is_not_silent() -> None:
    told = energy((8, 33))
    told[..., 70] = -4.5
    assert not silence(FRAMES, told)[35]


def test_a_unit_of_speech_alone_has_no_silence() -> None:
    assert not silence(FRAMES, energy((0, int(FRAMES.sum())))).any()


def test_words_beside_a_pause_begin_and_end_with_energy() -> None:
    found = expected(edges(), PHONEMES, energy((8, 15), (26, 33)))
    assert abs(found[0] - 8 * FRAME) < FRAME // 2  # not where a's frames begin
    assert abs(found[2] - 15 * FRAME) < FRAME // 2  # where the comma begins
    assert abs(found[4] - 26 * FRAME) < FRAME // 2
    assert abs(found[5] - 33 * FRAME) < FRAME // 2
    assert found[1] == edges()[1] - LEAD  # inside speech: by the durations
    assert (np.diff(found) >= 0).all()


def test_pads_of_a_graph_whose_durations_are_exact() -> None:
    silent = pads(FRAMES)
    assert silent[:10].all()
    assert silent[-1]
    assert not silent[10:-1].any()
