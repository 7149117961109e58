"""Kokoro itself learns a voice as if the package did not know it. Two minutes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.norms import calibrate as calibrating
from kokorod.engine.norms.calibrate import Place, calibrate, prior_of
from kokorod.engine.norms.learned import LearnedFiles, LearnedPredictors
from kokorod.engine.norms.predictors import Predictors
from kokorod.engine.norms.verdicts import LIMIT_DB
from kokorod.engine.parts import PartsSynthesizer

HOME = os.environ.get("KOKOROD_REAL_HOME", "")

pytestmark = pytest.mark.skipif(
    not HOME,
    reason="KOKOROD_REAL_HOME names no home with Kokoro and its copy (`kokoroctl models optimize`)",
)


def test_a_voice_that_nothing_predicts_is_near_enough_once_it_was_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = KokoroPlan(Path(HOME) / "models", "", 0, cache_folder=Path(HOME) / "cache")
    opened = open_kokoro(plan)
    synthesizer = opened.synthesizer
    assert opened.copy is not None
    assert isinstance(synthesizer, PartsSynthesizer)
    mean_of_all = prior_of("nobody", synthesizer.layout)
    monkeypatch.setattr(calibrating, "prior_of", lambda *_: mean_of_all)
    files = LearnedFiles(tmp_path, opened.model)
    synthesizer.predictors = LearnedPredictors(files, synthesizer.layout, Predictors())
    place = Place(tmp_path, opened.model, opened.copy.key, "af_heart", 36)
    found = calibrate(synthesizer, place, lambda *_: None)
    assert found.before_db is None
    assert found.taken
    assert found.after_db <= LIMIT_DB
    assert synthesizer.take_up("af_heart")
    assert (files.folder / files.name("af_heart")).stat().st_size < 6_000_000
