"""What the ear at the null sink makes of samples: moments, silence, and what was put in or lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench.sink.recording import LOUD, Recording
from bench.sink.similarity import Break, compare
from kokorod.types import SAMPLE_RATE

BLOCK = SAMPLE_RATE // 200
BEGAN = 1_000.0


def _recording(pcm: NDArray[np.int16], late: list[float] | None = None) -> Recording:
    """Blocks of 5 ms from BEGAN on, each as late as `late` says in turn."""
    starts = np.arange(0, len(pcm), BLOCK)
    delays = np.resize(late or [0.0], len(starts))
    return Recording(pcm, starts, BEGAN + starts / SAMPLE_RATE + delays)


def _sound(*pieces: tuple[float, int]) -> NDArray[np.int16]:
    """Of (seconds, level) each."""
    return np.concatenate(
        [np.full(round(seconds * SAMPLE_RATE), level, np.int16) for seconds, level in pieces]
    )


def test_a_moment_is_told_by_the_earliest_of_the_blocks_around() -> None:
    recording = _recording(_sound((5, 0)), late=[0.4, 0.03, 0.001, 0.2])
    for sample in (0, 1, 7_777, 5 * SAMPLE_RATE):
        assert recording.time_of(sample) == pytest.approx(BEGAN + 0.001 + sample / SAMPLE_RATE)
        assert abs(recording.sample_at(recording.time_of(sample)) - sample) <= 1


def test_clocks_that_part_slowly_are_followed() -> None:
    starts = np.arange(0, 100 * SAMPLE_RATE, BLOCK)
    slow = Recording(np.zeros(100 * SAMPLE_RATE, np.int16), starts, starts / SAMPLE_RATE * 1.0002)
    # Of one second around it the earliest: within 0.2 ms, not 20 ms.
    assert slow.time_of(99 * SAMPLE_RATE) == pytest.approx(99 * 1.0002, abs=0.0005)


def test_the_first_sound_is_the_first_sample_that_is_not_silence() -> None:
    recording = _recording(_sound((1.0, LOUD - 1), (0.5, -LOUD), (1.0, 0), (0.2, 9_000)))
    assert recording.first_sound(BEGAN) == pytest.approx(BEGAN + 1.0)
    assert recording.first_sound(BEGAN - 60) == pytest.approx(BEGAN + 1.0)
    assert recording.first_sound(BEGAN + 2) == pytest.approx(BEGAN + 2.5)
    assert recording.first_sound(BEGAN + 2.71) is None
    assert recording.last_sound() == pytest.approx(BEGAN + 2.7, abs=1e-3)


def test_the_end_of_sound_is_known_when_silence_has_lasted() -> None:
    recording = _recording(_sound((1, 900), (0.4, 0), (1, 900), (0.7, 0)))
    assert recording.end_of_sound(BEGAN, 0.3) == pytest.approx(BEGAN + 1, abs=1e-3)
    assert recording.end_of_sound(BEGAN + 1.2, 0.3) == pytest.approx(BEGAN + 1, abs=1e-3)
    assert recording.end_of_sound(BEGAN + 1.5, 0.3) == pytest.approx(BEGAN + 2.4, abs=1e-3)
    assert recording.end_of_sound(BEGAN + 1.5, 0.8) is None
    assert _recording(_sound((2, 0))).end_of_sound(BEGAN, 0.1) is None


def test_whether_it_sounded_just_now() -> None:
    recording = _recording(_sound((1, 900), (1, 0)))
    assert recording.sounding(BEGAN + 1.01, 0.02)
    assert not recording.sounding(BEGAN + 1.03, 0.02)
    assert not recording.sounding(BEGAN - 5, 0.02)


def test_nothing_recorded_has_no_moments() -> None:
    nothing = np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="nothing was recorded"):
        Recording(np.zeros(0, np.int16), nothing, nothing.astype(float)).time_of(0)


def _noise(seconds: float, seed: int = 1) -> NDArray[np.int16]:
    draw = np.random.default_rng(seed)
    return draw.integers(-9_000, 9_000, round(seconds * SAMPLE_RATE)).astype(np.int16)


_SILENCE = np.zeros(SAMPLE_RATE // 10, np.int16)


def test_what_comes_back_as_it_was_sent_has_no_breaks() -> None:
    sent = np.concatenate([_SILENCE, _noise(1), _SILENCE, _noise(1, 2), _SILENCE])
    heard = np.concatenate([_SILENCE, _SILENCE, sent, _SILENCE])
    found = compare(sent, heard)
    assert found.breaks == ()
    assert found.begin == 3 * len(_SILENCE)
    assert found.matched == 2 * SAMPLE_RATE + len(_SILENCE)


def test_what_was_put_in_and_what_is_lost_is_told_with_its_place() -> None:
    sent = np.concatenate([_noise(1), _SILENCE, _noise(2, 2)])
    gap = np.zeros(333, np.int16)
    heard = np.concatenate([sent[:5_000], gap, sent[5_000:40_000], sent[40_500:], _SILENCE])
    assert compare(sent, heard).breaks == (Break(5_000, 333, 0), Break(40_000, 0, 500))


def test_a_gap_inside_a_pause_is_found() -> None:
    sent = np.concatenate([_noise(1), _SILENCE, _noise(1, 2)])
    middle = SAMPLE_RATE + 100
    heard = np.concatenate([sent[:middle], np.zeros(480, np.int16), sent[middle:]])
    (found,) = compare(sent, heard).breaks
    assert (found.extra, found.lost) == (480, 0)


def test_an_end_that_is_missing_and_sound_that_is_another() -> None:
    sent = _noise(1)
    (end,) = compare(sent, sent[:20_000]).breaks
    assert end == Break(20_000, 0, SAMPLE_RATE - 20_000)
    assert compare(sent, _noise(1, 9)).begin is None
    assert compare(sent, sent[:0]).begin is None
    assert compare(sent[:0], sent).begin is None


_GAPS = st.dictionaries(st.integers(0, 19), st.tuples(st.integers(0, 1_500), st.integers(1, 3_000)))


@given(_GAPS)
def test_every_gap_is_counted(drawn: dict[int, tuple[int, int]]) -> None:
    gaps = [(500 + 2_000 * n + at, length) for n, (at, length) in sorted(drawn.items())]
    sent = _noise(2)
    heard, last = [], 0
    for at, length in gaps:
        heard += [sent[last:at], np.zeros(length, np.int16)]
        last = at
    heard.append(sent[last:])
    found = compare(sent, np.concatenate(heard)).breaks
    assert sum(one.extra for one in found) == sum(length for _, length in gaps)
    assert sum(one.lost for one in found) == 0
    assert len(found) == len(gaps)
