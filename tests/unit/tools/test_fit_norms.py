"""The package's predictors from rows: found again from rows whose norms are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kokorod.engine.norms.features import NUMBERS
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.phrases import is_compared
from kokorod.engine.norms.predictors import FilePredictors
from tools.norms import fit, rows

#: A norm of the source's blocks, and one of the others.
LAYOUT = Layout(
    (6, 6, 6, 6),
    ("mean", "variance", "mean", "variance"),
    ("g/noise_res.0/m", "g/noise_res.0/v", "g/resblocks.0/m", "g/resblocks.0/v"),
)
MOMENTS = 80
VOICES = ("af_heart", "am_puck", "bf_emma", "ff_siwis")


class Truth:
    """Norms that are linear in the features, by shared slopes and offsets of a voice's own."""

    def __init__(self) -> None:
        draw = np.random.default_rng(3)
        self.slopes = draw.normal(0, 0.03, (NUMBERS + MOMENTS, LAYOUT.size))
        self.offsets = {voice: draw.normal(0, 0.5, LAYOUT.size) for voice in VOICES}

    def row(self, voice: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
        draw = np.random.default_rng(seed)
        features = draw.normal(0, 1, NUMBERS + MOMENTS)
        values = features @ self.slopes + self.offsets[voice] + draw.normal(0, 0.003, LAYOUT.size)
        values[LAYOUT.variances] = np.exp(values[LAYOUT.variances])
        return features, values


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of every voice, each of some phrases."""
    made, truth = tmp_path_factory.mktemp("rows"), Truth()
    (made / "layout.txt").write_text(str(LAYOUT))
    for at, voice in enumerate(VOICES):
        (made / voice).mkdir()
        for number, *_ in list(rows.planned(voice))[:90]:
            features, norms = truth.row(voice, 1000 * at + number)
            np.savez(made / voice / f"{number:03}.npz", features=features, norms=norms)
    return made


def errors(predictors: FilePredictors) -> np.ndarray:
    """[rows, size]: of rows that were not there, logarithms of variances."""
    truth, found = Truth(), []
    for seed in range(9000, 9040):
        voice = VOICES[seed % len(VOICES)]
        features, norms = truth.row(voice, seed)
        predicted = predictors.predict(voice, features.astype(np.float32))
        variances = LAYOUT.variances
        off = predicted - norms
        off[variances] = np.log(predicted[variances]) - np.log(norms[variances])
        found.append(off)
    return np.array(found)


def test_what_all_voices_share_and_what_is_their_own_is_found(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "norms.npz"
    fit.main(folder, out)
    predictors = FilePredictors(out, LAYOUT)
    assert predictors.names == set(VOICES)
    off = np.sqrt((errors(predictors) ** 2).mean())
    spread = 0.03 * np.sqrt(NUMBERS + MOMENTS)
    assert off < spread / 4
    report = json.loads(out.with_suffix(".json").read_text())
    assert {of["rows"] for of in report.values()} == {90}
    assert all(0 < of["left_out"] < spread for of in report.values())
    assert f"{90 * len(VOICES)} rows" in capsys.readouterr().out


def test_norms_that_are_not_heard_give_way_to_those_that_are(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "RANK", 10)
    monkeypatch.setattr(fit, "FINE", 4)
    off = {}
    for little in (0.05, 1.0):
        monkeypatch.setattr(fit, "LITTLE", little)
        fit.main(folder, tmp_path / "norms.npz")
        found = np.sqrt((errors(FilePredictors(tmp_path / "norms.npz", LAYOUT)) ** 2).mean(axis=0))
        off[little] = found[:12].mean(), found[12:].mean()
    assert off[0.05][1] < off[1.0][1]
    assert off[0.05][0] > off[1.0][0]


def test_every_voice_says_its_phrases_once_in_an_order_of_its_own_and_none_of_those_apart() -> None:
    orders = []
    for voice in ("af_heart", "bf_emma"):
        numbers = [number for number, *_ in rows.planned(voice)]
        assert len(set(numbers)) == len(numbers)
        apart = {n for n in range(len(rows.phrases("en"))) if is_compared(n)}
        assert set(numbers) == set(range(len(rows.phrases("en")))) - apart
        orders.append(numbers)
    assert orders[0] != orders[1]


def test_a_phrase_has_the_same_name_in_every_voice_that_says_it() -> None:
    by_name: dict[str, set[str]] = {}
    for voice in ("af_heart", "bf_emma", "ff_siwis", "jf_alpha"):
        for number, _, _, text in rows.planned(voice):
            by_name.setdefault(rows.phrase_of(voice, number), set()).add(text)
    assert all(len(texts) == 1 for texts in by_name.values())
    assert {name.split()[0] for name in by_name} == {"en", "fr", "ja"}
