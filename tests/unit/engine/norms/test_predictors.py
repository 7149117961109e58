"""Predictors of norms: those that come with the package, and a file of a few numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import learned_norms
from support.learned_norms import LAYOUT

from kokorod.engine.norms.features import NUMBERS, features
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.predictors import (
    SHIPPED,
    FilePredictors,
    Predictors,
    learned_from,
    predictors_for,
)
from kokorod.engine.shipped_voices import ShippedVoices
from kokorod.errors import EngineError

TURNED = Layout((2, 2), ("variance", "mean"), ("b", "a"))


def written(path: Path, layout: Layout = LAYOUT) -> Path:
    """The first number of the features and 1 become the mean, channel by channel."""
    size = 1 + NUMBERS + 1
    voice = np.zeros((2, size), np.float16)
    voice[0, 0], voice[1, 1] = 1, 1  # 1, and the first number
    other = voice * np.float16(3)
    arrays = {
        **learned_norms.shared(layout),
        "models": np.array("aa bb"),
        "basis": np.array([[1, 0, 0, 0], [0, 1, 1, 0]], np.float16),
        "one": voice,
        "three": other,
    }
    np.savez(path, allow_pickle=False, **arrays)
    return path


def measured(first: float) -> np.ndarray:
    return np.array([first, *[10.0] * (NUMBERS - 1), 0, 0, 0, 0], np.float32)


def test_a_voice_is_linear_in_its_features_and_variances_are_exponentials(tmp_path: Path) -> None:
    predictors = FilePredictors(written(tmp_path / "n.npz"), LAYOUT)
    assert np.allclose(predictors.predict("one", measured(10)), [6, 5, 1, 1])
    assert np.allclose(predictors.predict("one", measured(14)), [6, 7, np.e**2, 1])
    assert np.allclose(predictors.predict("three", measured(14)), [8, 11, np.e**6, 1], rtol=1e-5)


def test_another_order_of_the_same_norms_is_the_same(tmp_path: Path) -> None:
    predictors = FilePredictors(written(tmp_path / "n.npz"), TURNED)
    assert np.allclose(predictors.predict("one", measured(14)), [np.e**2, 1, 6, 7])


@pytest.mark.parametrize("layout", [LAYOUT, TURNED])
def test_directions_of_8_bits_are_as_good_as_any(tmp_path: Path, layout: Layout) -> None:
    plain = FilePredictors(written(tmp_path / "n.npz"), layout)
    with np.load(tmp_path / "n.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    last = arrays["basis"][1:].astype(np.float32)
    spread = np.array([2, 0.5, 4, 1], np.float32)
    arrays["basis"] = arrays["basis"][:1]
    arrays["coarse"] = np.round(last / spread / 0.25).astype(np.int8)
    arrays["coarse_scale"] = np.full(1, 0.25, np.float32)
    arrays["coarse_spread"] = spread
    np.savez(tmp_path / "c.npz", allow_pickle=False, **arrays)
    coarse = FilePredictors(tmp_path / "c.npz", layout)
    assert coarse.names == plain.names
    assert np.array_equal(coarse.shared.directions.numbers(), plain.shared.directions.numbers())
    assert np.allclose(coarse.predict("one", measured(14)), plain.predict("one", measured(14)))


@pytest.mark.parametrize("layout", [LAYOUT, TURNED])
def test_slopes_of_all_voices_and_what_a_voice_has_beside_them(
    tmp_path: Path, layout: Layout
) -> None:
    plain = FilePredictors(written(tmp_path / "n.npz"), layout)
    with np.load(tmp_path / "n.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    slopes = np.zeros((2, 1 + NUMBERS + 1), np.float16)
    slopes[0, 1:] = np.arange(NUMBERS + 1)
    slopes[1, -1] = 2
    arrays["slopes"] = slopes
    for name in ("one", "three"):  # of the design's first numbers alone
        arrays[name] = (arrays[name] - slopes)[:, :6]
    arrays["axes"] = np.full((1, 4), 4, np.int8)
    arrays["axes_scale"] = np.full(1, 0.25, np.float32)
    np.savez(tmp_path / "s.npz", allow_pickle=False, **arrays)
    sharing = FilePredictors(tmp_path / "s.npz", layout)
    assert sharing.names == plain.names
    unit = measured(14)
    unit[1:] += 0.01 * np.arange(1, len(unit))  # every number and moment says something
    for voice in ("one", "three", "one:0.25,three:0.75"):
        whole = sharing.coefficients(voice)
        assert whole.shape == slopes.shape
        expected = plain.shared.values(whole, unit)
        found = sharing.predict(voice, unit)
        variances = layout.variances
        assert np.allclose(found[~variances], expected[~variances])
        assert np.allclose(found[variances], np.exp(expected[variances]))
    # The first five slopes are in what is the voice's own, the others are not.
    assert np.allclose(sharing.coefficients("one")[:, :6], plain.coefficients("one")[:, :6])
    assert np.array_equal(sharing.coefficients("one")[:, 6:], slopes[:, 6:].astype(np.float32))


def test_a_blend_is_the_blend_of_coefficients(tmp_path: Path) -> None:
    predictors = FilePredictors(written(tmp_path / "n.npz"), LAYOUT)
    assert predictors.has("one:0.5,three:0.5")
    assert not predictors.has("one:0.5,four:0.5")
    assert np.allclose(predictors.predict("one:0.5,three:0.5", measured(10)), [7, 5, 1, 1])


def test_what_is_set_aside_predicts_no_more(tmp_path: Path) -> None:
    predictors = FilePredictors(written(tmp_path / "n.npz"), LAYOUT)
    assert predictors.has("one")
    predictors.set_aside("one")
    assert not predictors.has("one")
    assert not predictors.has("one:0.5,three:0.5")
    assert predictors.has("three")


def test_of_a_blend_that_is_set_aside_the_voices_are_predicted_on(tmp_path: Path) -> None:
    predictors = FilePredictors(written(tmp_path / "n.npz"), LAYOUT)
    predictors.set_aside("one,three")
    assert not predictors.has("one:0.5,three:0.5")
    assert predictors.has("one:0.6,three:0.4")
    assert predictors.has("one")


def test_only_its_models_and_its_norms_are_predicted(tmp_path: Path) -> None:
    path = written(tmp_path / "n.npz")
    assert predictors_for("bb", {}, TURNED, path).has("one")
    assert not predictors_for("cc", {}, LAYOUT, path).has("one")
    bigger = Layout((2, 3), LAYOUT.kinds, LAYOUT.names)
    assert not predictors_for("bb", {}, bigger, path).has("one")
    path.write_bytes(b"damaged")
    assert type(predictors_for("bb", {}, LAYOUT, path)) is Predictors


def test_every_voice_of_the_package_has_one_of_a_sensible_size() -> None:
    models, layout = learned_from(SHIPPED)
    assert all(len(model) == 64 for model in models)
    predictors = FilePredictors(SHIPPED, layout)
    assert sorted(predictors.names) == list(ShippedVoices().names)
    assert SHIPPED.stat().st_size <= 8_000_000
    with np.load(SHIPPED, allow_pickle=False) as archive:
        numbers, moments = archive["numbers_mean"], archive["moments_mean"]
    for voice in ("af_heart", "zm_yunyang", "af_heart:0.5,bf_emma:0.5"):
        norms = predictors.predict(voice, np.concatenate([numbers, moments]))
        assert norms.shape == (layout.size,)
        assert np.isfinite(norms).all()
        assert (norms[layout.variances] > 0).all()


@pytest.mark.parametrize("text", ["x", "3 mean", "a mean b", "3 median b"])
def test_a_damaged_layout_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        Layout.parse(text)
    assert Layout.parse(str(LAYOUT)) == LAYOUT


def test_features_of_a_unit() -> None:
    f0 = np.array([[0, 100, 100, 0]], np.float32)
    energy = np.array([[-9, 5, 7, -3]], np.float32)
    x = np.array([[[1, 1, 1, 1], [0, 2, 0, 2]]], np.float32)
    har = np.array([[[0, 1], [3, 3]]], np.float32)
    found = features(f0, energy, x, har)
    assert len(found) == NUMBERS + 6 + 4
    assert found[:4] == pytest.approx([4, np.log(4), 0.5, 0.5])
    assert found[4:9] == pytest.approx([np.log(100), 0, 0, np.std([-9, 5, 7, -3]), 0.25], abs=1e-5)
    assert found[9:11] == pytest.approx([1, 1])
    assert found[12] == pytest.approx(0, abs=1e-3)
    assert found[13:17] == pytest.approx([1, 1, 0.5, 3])
    assert found[17] == pytest.approx(np.log(0.5), abs=1e-3)
    silent = features(np.zeros((1, 4), np.float32), energy, -x, har)
    assert np.isfinite(silent).all()
