"""What the toy says is heard: each token in its place, however its sound travelled."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support import toy
from support.toy.speaking import (
    FRAME,
    SENTENCE,
    Sound,
    Toy,
    crossfaded,
    edges_of,
    silence,
)


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_every_token_is_heard_where_it_is_said(
    new: Toy, old: Toy, version: str, speed: float
) -> None:
    tokens = list(toy.IDS)
    sound = (new if version == "1.1" else old).say(tokens, speed)
    heard = toy.decode(sound, speed=speed)
    assert heard.mistakes(tokens) == []
    assert heard.tokens == tokens
    assert heard.silences == ()
    pad = int(toy.frames_of([0], speed)[0]) * FRAME
    starts = [pad + edge for edge in edges_of(tokens, speed)]
    for token, start, end in zip(heard.sounds, starts[:-1], starts[1:], strict=True):
        assert abs(token.start - start) <= 4
        assert abs(token.end - end) <= 4
    assert abs(heard.lead - pad) <= 4
    assert abs(heard.tail - pad) <= 4
    assert toy.clicks(sound) == []


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_equal_neighbours_are_counted(new: Toy, speed: float) -> None:
    for token in (toy.IDS[0], toy.VOCABULARY[" "], toy.IDS[-1]):
        heard = toy.decode(new.say([token] * 60, speed), speed=speed)
        assert heard.mistakes([token] * 60) == []


@pytest.mark.parametrize("count", [0, 1, 2, 37, 509, 510])
def test_any_length_is_heard(new: Toy, count: int) -> None:
    tokens = np.random.default_rng(count).choice(toy.IDS, count).tolist()
    sound = new.say(tokens)
    heard = toy.decode(sound)
    assert heard.mistakes(tokens) == []
    assert heard.samples == len(sound)
    assert toy.clicks(sound) == []


@settings(deadline=None, max_examples=80)
@given(
    tokens=st.lists(st.sampled_from(toy.IDS), max_size=40),
    speed=st.floats(0.5, 2.0),
    loudness=st.floats(0.1, 0.9),
)
def test_whatever_is_said_is_heard(
    new: Toy, tokens: list[int], speed: float, loudness: float
) -> None:
    sound = new.say(tokens, speed, loudness)
    heard = toy.decode(sound, speed=speed)
    assert heard.mistakes(tokens) == []
    assert all(abs(token.loudness - loudness) < 0.02 * loudness for token in heard.sounds)
    assert toy.clicks(sound) == []


def test_voices_differ_in_loudness(new: Toy, voices: Path) -> None:
    styles = np.load(voices)
    assert sorted(styles) == ["af_heart", "am_adam", "bf_emma"]
    tokens = toy.tokens_of(SENTENCE)
    spoken = []
    for name, loudness in toy.VOICES.items():
        assert styles[name].shape == (510, 1, 256)
        assert styles[name].dtype == np.float32
        sound = new.body(tokens, loudness=float(styles[name][len(tokens) - 1].mean()))
        heard = toy.decode(sound)
        assert {round(token.loudness, 2) for token in heard.sounds} == {loudness}
        spoken.append(sound)
    together = toy.decode(np.concatenate(spoken))
    assert together.mistakes(tokens * 3) == []
    assert [round(token.loudness, 1) for token in together.sounds[:: len(tokens)]] == [
        toy.loudness_of(name) for name in toy.VOICES
    ]


def test_any_name_is_a_voice(folder: Path) -> None:
    styles = np.load(toy.write_voices(folder / "more.bin", ["zf_xiaobei", "af_heart"]))
    assert sorted(styles) == ["af_heart", "zf_xiaobei"]
    assert 0.2 <= toy.loudness_of("zf_xiaobei") <= 0.9
    assert styles["zf_xiaobei"][0, 0, 0] == np.float32(toy.loudness_of("zf_xiaobei"))


# However it travelled


def test_pauses_between_segments_are_measured(new: Toy) -> None:
    segments = [toy.tokens_of(text) for text in ("hˈI.", "  ", "wˈʌn, tˈu", "ʌʌʌ")]
    gaps = [0, 120 + 24, 2_400, 7_213]
    parts: list[Sound] = []
    for segment, gap in zip(segments, gaps, strict=True):
        parts += [silence(gap), new.body(segment)]
    sound = np.concatenate([*parts, silence(777)])
    heard = toy.decode(sound)
    assert heard.mistakes(list(chain.from_iterable(segments))) == []
    assert [pause.length for pause in heard.silences] == pytest.approx(gaps[1:], abs=8)
    assert heard.silences[0].start == pytest.approx(edges_of(segments[0])[-1], abs=8)
    assert heard.lead <= 4
    assert heard.tail == pytest.approx(777, abs=4)
    assert toy.clicks(sound) == []


@pytest.mark.parametrize("milliseconds", [1, 3, 5, 10])
@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_crossfades_at_token_edges_are_no_mistake(
    new: Toy, speed: float, milliseconds: int
) -> None:
    rng = np.random.default_rng(milliseconds)
    alike = toy.tokens_of("aaaɐæ  ,")
    for choice in (alike, toy.IDS):
        segments = [rng.choice(choice, rng.integers(1, 9)).tolist() for _ in range(20)]
        sound = crossfaded([new.body(part, speed) for part in segments], milliseconds * 24)
        heard = toy.decode(sound, speed=speed)
        assert heard.mistakes(list(chain.from_iterable(segments))) == []
        assert heard.silences == ()
        assert all(a.end <= b.start for a, b in pairwise(heard.sounds))
        assert toy.clicks(sound) == []


def to_int16(sound: Sound) -> NDArray[Any]:
    return np.round(sound * 32767).astype(np.int16)


def through_a_sound_card(sound: Sound) -> NDArray[Any]:
    """Resampled and captured from some moment on, as from the monitor of a sound server."""
    played = soxr.resample(np.concatenate([silence(613), sound, silence(41)]), 24_000, 44_100)
    return np.asarray(soxr.resample(played[211:], 44_100, 24_000), dtype=np.float32)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(to_int16, id="int16"),
        pytest.param(lambda sound: to_int16(sound * 0.1), id="quiet int16"),
        pytest.param(lambda sound: sound * np.float32(0.05), id="quiet"),
        pytest.param(lambda sound: sound.astype(np.float64), id="float64"),
        pytest.param(lambda sound: -sound, id="upside down"),
        pytest.param(
            lambda sound: sound + np.random.default_rng(1).normal(0, 0.003, len(sound)),
            id="noise at -50 dB",
        ),
        pytest.param(through_a_sound_card, id="44.1 kHz and back"),
    ],
)
def test_transport_changes_nothing(new: Toy, change: Callable[[Sound], NDArray[Any]]) -> None:
    tokens = toy.tokens_of(SENTENCE) + list(toy.IDS)
    sound = change(new.say(tokens))
    assert toy.decode(sound).mistakes(tokens) == []
    assert toy.clicks(sound) == []


def test_int16_and_float_are_equally_loud(new: Toy) -> None:
    sound = new.say([43])
    loudness = [toy.decode(pcm).sounds[0].loudness for pcm in (sound, to_int16(sound))]
    assert loudness == pytest.approx([0.5, 0.5], rel=0.01)


def test_silence_says_nothing(new: Toy) -> None:
    for sound in (silence(0), silence(1), silence(24_000), new.say([]), to_int16(silence(9))):
        heard = toy.decode(sound)
        assert heard.tokens == []
        assert heard.mistakes([]) == []
        assert (heard.lead, heard.tail) == (len(sound), 0)
        assert toy.clicks(sound) == []
    assert len(toy.decode(silence(9)).mistakes([43])) == 1


def test_the_least_bit_of_int16_is_silence_too() -> None:
    sound = np.zeros(24_000, dtype=np.int16)
    sound[::1_000] = 1
    assert toy.decode(sound).tokens == []
    assert toy.clicks(sound) == []


@settings(deadline=None, max_examples=60)
@given(samples=st.integers(0, 5_000), seed=st.integers(0, 2**32 - 1), spread=st.floats(0, 2))
def test_any_noise_is_listened_to(samples: int, seed: int, spread: float) -> None:
    sound = np.random.default_rng(seed).normal(0, spread, samples)
    heard = toy.decode(sound)
    assert all(0 <= a.start < a.end <= samples for a in heard.sounds)
    assert all(a.end <= b.start for a, b in pairwise(heard.sounds))
    assert all(0 <= click <= samples for click in toy.clicks(sound))


@pytest.mark.parametrize("listen", [toy.decode, toy.clicks])
def test_what_is_no_pcm_is_refused(listen: Callable[[NDArray[Any]], object]) -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 9\)"):
        listen(np.zeros((2, 9), dtype=np.float32))
    with pytest.raises(TypeError, match="uint8"):
        listen(np.zeros(9, dtype=np.uint8))
    with pytest.raises(ValueError, match="NaN"):
        listen(np.array([0.0, np.nan]))
