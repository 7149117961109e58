"""A predictor from rows: what is linear is found, and a prior is worth rows."""

from __future__ import annotations

import numpy as np

from kokorod.engine.norms.features import NUMBERS
from kokorod.engine.norms.fitting import Prior, fit
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.predictors import norms_of, shared_of

LAYOUT = Layout((3, 3), ("mean", "variance"), ("stage/mean", "stage/variance"))
MOMENTS = 60


def rows(count: int, seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Features, and norms that are linear in them but for a little noise."""
    draw = np.random.default_rng(seed)
    truth = np.random.default_rng(5).normal(0, 1, (NUMBERS + MOMENTS, LAYOUT.size))
    features = draw.normal(0, 1, (count, NUMBERS + MOMENTS))
    values = 0.1 * features @ truth / np.sqrt(MOMENTS) + shift
    values += draw.normal(0, 0.003, values.shape)
    values[:, 3:] = np.exp(values[:, 3:])
    return features, values


def off(found: dict[str, np.ndarray], features: np.ndarray, norms: np.ndarray) -> float:
    """The spread of what is predicted around what is true, logarithms of variances."""
    shared = shared_of(found, LAYOUT)
    errors = []
    for row, true in zip(features, norms, strict=True):
        values = shared.values(found["coefficients"].astype(np.float32), row.astype(np.float32))
        wanted = true.copy()
        wanted[3:] = np.log(wanted[3:])
        errors.append(values - wanted)
        assert np.isfinite(norms_of(values, LAYOUT)).all()
    return float(np.sqrt(np.mean(np.square(errors))))


def test_what_is_linear_is_found() -> None:
    found = fit(*rows(200, 1), LAYOUT, None)
    assert off(found.arrays, *rows(40, 2)) < 0.03
    assert 0 < found.left_out < 0.05


def test_a_prior_is_worth_rows_if_it_is_near_and_no_harm_if_not() -> None:
    near = fit(*rows(200, 1), LAYOUT, None).arrays
    prior = Prior(shared_of(near, LAYOUT), near["coefficients"].astype(np.float32))
    few, others = rows(12, 3, shift=0.4), rows(40, 4, shift=0.4)
    without, with_it = fit(*few, LAYOUT, None), fit(*few, LAYOUT, prior)
    assert with_it.left_out < without.left_out
    assert off(with_it.arrays, *others) < off(without.arrays, *others) / 2
    wild = Prior(prior.shared, 50 * prior.coefficients[:, ::-1].copy())
    assert fit(*few, LAYOUT, wild).left_out <= without.left_out


def test_norms_that_never_change_are_told_exactly() -> None:
    features, _ = rows(20, 1)
    constant = np.tile([0.0, 0, 0, 1, 1, 1], (20, 1))
    found = fit(features, constant, LAYOUT, None)
    assert off(found.arrays, features, constant) < 1e-5
