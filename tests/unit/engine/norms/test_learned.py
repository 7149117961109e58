"""What was learned on this machine: files that are trusted only if they fit, and their use."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from support import learned_norms
from support.learned_norms import LAYOUT, UNIT

from kokorod.engine.norms import learned
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.learned import LearnedFiles, LearnedPredictors
from kokorod.engine.norms.predictors import ConstantPredictors, Predictors
from kokorod.errors import EngineError
from kokorod.models.record import InstalledModel


def model(sha256: str = "a" * 64, voices: str = "") -> InstalledModel:
    return InstalledModel("m", Path("m.onnx"), None, 1, sha256, 0, voices)


def arrays(by: float = 1.0) -> dict[str, np.ndarray]:
    """Means of 5 + by and 5 + the first number; variances of 1."""
    return learned_norms.learned(by, first=1)


@pytest.fixture
def files(tmp_path: Path) -> LearnedFiles:
    return LearnedFiles(tmp_path / "cache", model())


def test_what_is_kept_is_predicted(files: LearnedFiles) -> None:
    assert files.names() == frozenset()
    files.keep("one", arrays())
    predictors = LearnedPredictors(files, LAYOUT, Predictors())
    assert predictors.has("one")
    assert not predictors.has("two")
    assert predictors.predict("one", UNIT).tolist() == [6, 6, 1, 1]
    assert files.folder.stat().st_mode & 0o077 == 0
    (path,) = files.folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0


def test_it_is_of_one_model_its_voices_and_the_voice(files: LearnedFiles, tmp_path: Path) -> None:
    files.keep("one", arrays())
    for other in (model("b" * 64), model(voices="c" * 64)):
        assert not LearnedPredictors(
            LearnedFiles(tmp_path / "cache", other), LAYOUT, Predictors()
        ).has("one")
    (files.folder / files.name("one")).rename(files.folder / files.name("two"))
    with pytest.raises(EngineError, match="another voice"):
        files.read("two", LAYOUT)
    files.keep("one", arrays())
    with pytest.raises(EngineError, match="another graph"):
        files.read("one", Layout((2, 3), LAYOUT.kinds, LAYOUT.names))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("centre", np.array([np.nan, 0, 0, 0], np.float32)),
        ("centre", np.zeros(3, np.float32)),
        ("basis", np.zeros((3, 4), np.float16)),
        ("coefficients", np.zeros(3, np.float32)),
        ("axes", np.array([[object()]])),
        ("numbers_mean", np.zeros(3 * 2**20, np.float32)),
    ],
)
def test_what_does_not_fit_is_not_used(files: LearnedFiles, name: str, value: np.ndarray) -> None:
    wrong = {**arrays(), name: value}
    if value.dtype == object:
        with pytest.raises(ValueError, match="pickle"):
            files.keep("one", wrong)
        return
    files.keep("one", wrong)
    with pytest.raises(EngineError, match="cannot be used"):
        files.read("one", LAYOUT)


def test_a_link_is_not_followed(files: LearnedFiles, tmp_path: Path) -> None:
    files.keep("one", arrays())
    path = files.folder / files.name("one")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match="symbolic link"):
        files.read("one", LAYOUT)
    files.keep("one", arrays(2))  # in place of the link, not through it
    assert not path.is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() != path.read_bytes()


def test_files_are_bounded_and_the_oldest_goes(
    files: LearnedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "_MOST_FILES", 3)
    for at, voice in enumerate("abcd"):
        files.keep(voice, arrays())
        os.utime(files.folder / files.name(voice), (at, at))
    files.keep("e", arrays())
    assert files.names() == {files.name(voice) for voice in "cde"}
    files.discard("c")
    assert files.names() == {files.name(voice) for voice in "de"}


def test_a_file_that_rotted_leaves_what_the_package_knows(files: LearnedFiles) -> None:
    files.keep("one", arrays())
    base = ConstantPredictors(np.array([1, 2, 3, 4], np.float32))
    predictors = LearnedPredictors(files, LAYOUT, base)
    alone = LearnedPredictors(files, LAYOUT, Predictors())
    (files.folder / files.name("one")).write_bytes(b"rotten")
    assert predictors.predict("one", UNIT).tolist() == [1, 2, 3, 4]
    assert predictors.has("one")
    with pytest.raises(EngineError, match="cannot be used"):
        alone.predict("one", UNIT)
    assert not alone.has("one")


def test_what_is_learned_meanwhile_is_taken_up(files: LearnedFiles) -> None:
    files.keep("one", arrays())
    predictors = LearnedPredictors(files, LAYOUT, Predictors())
    assert predictors.predict("one", UNIT)[0] == 6
    predictors.set_aside("one")
    assert not predictors.has("one")
    files.keep("one", arrays(3))
    assert predictors.take_up("one")
    assert predictors.has("one")
    assert predictors.predict("one", UNIT)[0] == 8
    assert not Predictors().take_up("one")


def test_a_blend_is_learned_itself_or_mixed(files: LearnedFiles) -> None:
    files.keep("one", arrays())
    base = OfThese("two")
    predictors = LearnedPredictors(files, LAYOUT, base)
    assert predictors.has("one:0.5,two:0.5")
    assert not predictors.has("one:0.5,three:0.5")
    mixed = predictors.predict("one:0.5,two:0.5", UNIT)
    assert np.allclose(mixed, [(6 + 1) / 2, (6 + 2) / 2, np.sqrt(3), np.sqrt(4)])
    assert base.values.tolist() == [1, 2, 3, 4]
    files.keep("one:0.5,two:0.5", arrays(4))
    predictors.take_up("one:0.5,two:0.5")
    assert predictors.predict("one:0.5,two:0.5", UNIT)[0] == 9
    predictors.set_aside("one:0.5,two:0.5")
    assert not predictors.has("one:0.5,two:0.5")
    assert predictors.has("one")


class OfThese(Predictors):
    """Predicts the same for each of these voices."""

    def __init__(self, *voices: str) -> None:
        self.voices = voices
        self.values = np.array([1, 2, 3, 4], np.float32)

    def has(self, voice: str) -> bool:
        return voice in self.voices

    def predict(self, voice: str, features: np.ndarray) -> np.ndarray:
        return self.values
