"""What benchmarks count: first sound, not first bytes; a player's underruns; never silence."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kokorod.commands.bench.hearing import Frame, Hearing, NothingHeardError, play

SECOND = 24_000


def _pcm(*samples: float) -> NDArray[np.int16]:
    return np.array([round(s * 32767) for s in samples], np.int16)


def test_first_sound_is_the_first_frame_that_is_not_silent() -> None:
    hearing = Hearing()
    hearing.take(_pcm(0, 0), 0.1)
    hearing.take(_pcm(0.0009, -0.0009), 0.2)
    hearing.take(_pcm(0, -0.0012), 0.3)
    hearing.take(_pcm(0.5), 0.4)
    heard = hearing.heard()
    assert heard.first_sound_s == 0.3
    assert heard.first_frame_s == 0.1
    assert heard.last_sample_s == 0.4
    assert heard.sound_s == 7 / SECOND


def test_the_loudest_negative_sample_is_a_sound() -> None:
    # Its absolute value does not exist in 16 bits.
    hearing = Hearing()
    hearing.take(np.array([-32768], np.int16), 0.5)
    assert hearing.first_sound_s == 0.5


def test_floats_are_heard_by_the_same_measure() -> None:
    hearing = Hearing()
    hearing.take(np.array([0.0009], np.float32), 0.1)
    hearing.take(np.array([-0.0011], np.float32), 0.2)
    assert hearing.first_sound_s == 0.2


@pytest.mark.parametrize("frames", [[], [_pcm()], [_pcm(0, 0.0001)]])
def test_nothing_heard_is_an_error(
    frames: list[NDArray[np.int16]],
) -> None:
    hearing = Hearing()
    for pcm in frames:
        hearing.take(pcm, 0.1)
    with pytest.raises(NothingHeardError):
        hearing.heard()


def test_the_daemons_own_cost_is_what_inference_leaves() -> None:
    hearing = Hearing()
    hearing.take(_pcm(0.5), 0.5)
    assert hearing.heard({"first_run_ms": 480.0}).own_cost_s == pytest.approx(0.02)
    assert hearing.heard().own_cost_s is None


def test_a_player_that_is_fed_in_time_never_starves() -> None:
    underruns = play([Frame(0.3, SECOND), Frame(1.3, SECOND // 2), Frame(1.8, 10)])
    assert (underruns.count, underruns.total_s) == (0, 0.0)


def test_a_player_starts_at_the_first_frame_and_goes_on_after_a_gap() -> None:
    # One second from 0.3; the next comes 0.2 s late and lasts half a second, till 2.0;
    # the third is 0.1 s late.
    underruns = play([Frame(0.3, SECOND), Frame(1.5, SECOND // 2), Frame(2.1, SECOND)])
    assert underruns.count == 2
    assert underruns.total_s == pytest.approx(0.3)


def test_a_player_keeps_what_comes_early() -> None:
    frames = [Frame(0.0, SECOND), Frame(0.1, 3 * SECOND), Frame(3.9, SECOND), Frame(5.2, 1)]
    underruns = play(frames)
    assert underruns.count == 1
    assert underruns.total_s == pytest.approx(0.2)


def test_nothing_to_play_is_no_underrun() -> None:
    assert play([]).count == 0
