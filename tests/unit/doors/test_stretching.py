"""Sound made faster, slower, higher and lower: its length, its pitch, and where its moments are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kokoro_client.wire.choices import SAMPLE_RATE
from kokoro_doors.stretching import FASTEST, SLOWEST, Pieces, Stretching, available, shared

needs_library = pytest.mark.skipif(
    not available(), reason="the extra kokoro-doors[stretch] is not installed"
)

#: Of the tone, in samples: 200 Hz.
PERIOD = 120


def tone(seconds: float) -> bytes:
    """A voiced sound's spectrum: a tone with its overtones."""
    at = np.arange(round(seconds * SAMPLE_RATE)) * (2 * np.pi / PERIOD)
    wave = sum(np.sin(at * number) / number for number in range(1, 6))
    return np.asarray(wave * 6_000).astype("<i2").tobytes()


def period_of(pcm: bytes) -> int:
    """Of the middle half second, in samples: the first peak of its autocorrelation."""
    samples: Any = np.frombuffer(pcm, "<i2").astype(float)
    middle = samples[len(samples) // 2 - SAMPLE_RATE // 4 :][: SAMPLE_RATE // 2]
    shifts = range(PERIOD // 3, PERIOD * 5 // 3)
    alike = [float(middle[:-shift] @ middle[shift:]) / (len(middle) - shift) for shift in shifts]
    # Two periods later it is as much alike.
    peaks = [at for at in range(1, len(alike) - 1) if alike[at - 1] < alike[at] > alike[at + 1]]
    return shifts[next(at for at in peaks if alike[at] > 0.9 * max(alike))]


@needs_library
@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 1.5, 2.0])
def test_it_is_shorter_or_longer_by_its_factor_at_the_same_pitch(factor: float) -> None:
    sound = tone(2.0)
    assert period_of(sound) == PERIOD
    stretching = Stretching(factor)
    assert stretching.works
    made = stretching.process(sound)
    assert len(made) == pytest.approx(len(sound) / factor, rel=0.01)
    assert period_of(made) == pytest.approx(PERIOD, abs=1)
    assert np.abs(np.frombuffer(made, "<i2").astype(int)).max() > 4_000


@needs_library
@pytest.mark.parametrize("semitones", [-8, 4, 8])
def test_pitch_moves_alone(semitones: float) -> None:
    sound = tone(2.0)
    made = Stretching(1, semitones).process(sound)
    assert len(made) == pytest.approx(len(sound), rel=0.01)
    assert period_of(made) == pytest.approx(PERIOD / 2 ** (semitones / 12), abs=2)


@pytest.mark.parametrize("factor", [1, 1.004, 0.996])
def test_no_stretching_changes_nothing(factor: float) -> None:
    assert not Stretching(factor, 0).works
    assert Stretching(factor, 0).factor == 1
    assert Stretching(factor, 0).process(b"\1\2") == b"\1\2"


def test_without_the_library_nothing_is_done_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kokoro_doors.stretching.available", lambda: False)
    stretching = Stretching(2.0)
    assert (stretching.works, stretching.factor) == (False, 1.0)
    assert stretching.process(b"\1\2") == b"\1\2"


@pytest.mark.parametrize(
    ("speed", "spoken", "factor"),
    [(SLOWEST, 0.5, 0.5), (0.5, 0.5, 1), (1, 1, 1), (2, 2, 1), (3, 2, 1.5), (FASTEST, 2, 2)],
)
def test_what_kokoro_cannot_speak_is_left_for_stretching(
    speed: float, spoken: float, factor: float
) -> None:
    assert shared(speed) == (spoken, factor)


@needs_library
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_segment_is_stretched_when_it_is_whole(factor: float) -> None:
    pieces = Pieces(Stretching(factor))
    made = []
    for seconds in (0.6, 1.0):
        spoken = tone(seconds)
        pieces.begin(seconds)
        assert not pieces.add(spoken[:9_000])
        assert pieces.add(spoken[9_000:])
        made.append(pieces.end())
    assert [len(pcm) for pcm in made] == [
        pytest.approx(len(tone(seconds)) / factor, rel=0.02) for seconds in (0.6, 1.0)
    ]
    assert pieces.end() == b""


@needs_library
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_moments_are_where_the_sound_is(factor: float) -> None:
    """The words of a segment are told before its sound."""
    pieces = Pieces(Stretching(factor))
    pieces.begin(0.6)
    assert pieces.moment(0.3) == pytest.approx(0.3 / factor)
    pieces.add(tone(0.6))
    made_s = len(pieces.end()) / 2 / SAMPLE_RATE
    pieces.begin(1.0)
    assert pieces.moment(0.6) == pytest.approx(made_s)
    assert pieces.moment(1.1) == pytest.approx(made_s + 0.5 / factor)
