"""Blends: how they are written, their one spelling, and the styles they are mixed from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.engine.styles import _KEPT, Voices
from kokorod.errors import UnknownVoiceError
from kokorod.voices import blends
from kokorod.voices.languages import language_of_voice
from kokorod.voices.names import GRADES, KNOWN

NAMES = ["af_heart", "am_adam", "bf_emma", "ff_siwis"]
WEIGHTS = st.lists(st.floats(0, 1_000_000), min_size=2, max_size=4)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("af_heart:0.6,am_adam:0.4", "af_heart:0.6,am_adam:0.4"),
        ("af_heart:3,am_adam:2", "af_heart:0.6,am_adam:0.4"),
        (" af_heart : 3 , am_adam : 2 ", "af_heart:0.6,am_adam:0.4"),
        ("af_heart,am_adam", "af_heart:0.5,am_adam:0.5"),
        ("am_adam,af_heart", "am_adam:0.5,af_heart:0.5"),
        ("a,b,c", "a:0.3334,b:0.3333,c:0.3333"),
        ("a:0,b:1", "a:0,b:1"),
    ],
)
def test_however_it_is_written_it_has_one_spelling(written: str, spelled: str) -> None:
    assert blends.is_blend(written)
    assert str(blends.parse(written)) == spelled


@given(WEIGHTS.filter(any))
def test_weights_sum_to_one_and_the_spelling_is_stable(weights: list[float]) -> None:
    spec = ",".join(f"{name}:{weight!r}" for name, weight in zip(NAMES, weights, strict=False))
    blend = blends.parse(spec)
    assert sum(weight for _, weight in blend.parts) == pytest.approx(1, abs=1e-9)
    assert all(0 <= weight <= 1 for _, weight in blend.parts)
    assert blends.parse(str(blend)) == blend
    assert [name for name, _ in blend.parts] == NAMES[: len(weights)]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("af_heart:1", "a blend of 1"),
        ("a,b,c,d,e", "a blend of 5"),
        ("a:0,b:0", "sum to 0"),
        ("a:-1,b:2", "a number from 0"),
        ("a:inf,b:2", "a number from 0"),
        ("a:nan,b:2", "a number from 0"),
        ("a:much,b:2", "a number from 0"),
        ("a:,b:2", "a number from 0"),
        ("a:1:2,b", "is no blend"),
        ("a,,b", "is no blend"),
        (",", "is no blend"),
        (":", "is no blend"),
        ("a,a", "twice"),
        ("a,built-in", "cannot be mixed"),
        ("af_heart(2)+am_adam(1)", "here it is 'af_heart:2,am_adam:1'"),
        ("af_heart+am_adam", "here it is 'af_heart:1,am_adam:1'"),
        ("af_heart*0.6+am_adam*0.4", "here it is 'af_heart:0.6,am_adam:0.4'"),
        ("x" * 201, "at most 200 characters"),
    ],
)
def test_what_is_no_blend_is_refused_with_what_is_allowed(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        blends.parse(written)


def test_its_language_is_that_of_its_first_voice() -> None:
    assert language_of_voice(str(blends.parse("bf_emma:0.1,af_heart:0.9"))) == "en-gb"
    assert language_of_voice(str(blends.parse("jf_alpha,af_heart"))) == "ja"


@pytest.fixture
def styles(tmp_path: Path) -> Voices:
    """Voices whose every number differs; the last has fewer rows."""
    source = np.random.default_rng(1)
    rows = {name: source.standard_normal((510, 1, 256), np.float32) for name in NAMES}
    rows["short"] = source.standard_normal((100, 1, 256), np.float32)
    path = tmp_path / "voices.bin"
    with path.open("wb") as file:
        np.savez(file, **rows)  # type: ignore[arg-type]
    return Voices(path)


@pytest.mark.parametrize("tokens", [1, 7, 100, 510])
def test_the_style_is_the_weighted_mean_row_by_row(styles: Voices, tokens: int) -> None:
    mixed = styles.style("af_heart:0.6,am_adam:0.3,bf_emma:0.1", tokens)
    parts = [styles.style(name, tokens).astype(np.float64) for name in NAMES[:3]]
    expected = 0.6 * parts[0] + 0.3 * parts[1] + 0.1 * parts[2]
    assert mixed.shape == (1, 256)
    assert mixed.dtype == np.float32
    assert np.allclose(mixed, expected, atol=1e-6)


def test_a_voice_with_fewer_rows_gives_its_last_for_longer_segments(styles: Voices) -> None:
    assert np.array_equal(styles.style("af_heart,short", 510), styles.style("af_heart,short", 100))


def test_what_is_kept_is_bounded_and_a_blend_is_mixed_once(styles: Voices) -> None:
    first = styles._load("af_heart:0.5,am_adam:0.5")
    assert styles._load("af_heart:0.5,am_adam:0.5") is first
    for n in range(_KEPT):
        styles._load(f"af_heart:{n + 1},am_adam:{n + 2}")
    assert len(styles._styles) == _KEPT
    assert styles._load("af_heart:0.5,am_adam:0.5") is not first


def test_an_unknown_part_is_named(styles: Voices) -> None:
    with pytest.raises(UnknownVoiceError, match="nobody"):
        styles.style("af_heart:0.5,nobody:0.5", 10)


def test_grades_are_of_known_voices_only() -> None:
    assert set(GRADES) < KNOWN
    ungraded = KNOWN - GRADES.keys()
    assert {name[0] for name in ungraded} == {"e", "p"}
    assert len(ungraded) == 6
