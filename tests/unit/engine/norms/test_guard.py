"""The guard: a voice whose predicted norms are off speaks whole on this machine."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from support.toy.synthesizers import install

from kokorod.engine import child
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.norms.distance import distance
from kokorod.engine.norms.guard import due, examine, start_guard
from kokorod.engine.norms.predictors import (
    SHIPPED,
    ConstantPredictors,
    FilePredictors,
    learned_from,
)
from kokorod.engine.norms.verdicts import LIMIT_DB, Verdict, Verdicts, verdict_of
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies, Copy
from kokorod.engine.parts import PartsSynthesizer
from kokorod.models.record import InstalledModel
from kokorod.types import Precision, Utterance


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def made(home: Path) -> tuple[InstalledModel, Copy]:
    store, model = install(home, noise=0)  # which would differ between the two takes
    return model, build(store, model, Copies(home / "cache"))


def opened(home: Path) -> PartsSynthesizer:
    found = open_kokoro(KokoroPlan(home / "models", "", 1, cache_folder=home / "cache"))
    assert isinstance(found.synthesizer, PartsSynthesizer)
    return found.synthesizer


def test_a_sound_is_as_far_from_itself_as_it_is_loud() -> None:
    time = np.arange(24_000) / 24_000
    sound = (0.3 * np.sin(2 * np.pi * 440 * time * (1 + time))).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 0.02, len(sound)).astype(np.float32)
    assert distance(sound + noise, sound + noise) == 0
    assert distance(sound + noise, 2 * (sound + noise)) == pytest.approx(6.02, abs=0.05)
    assert distance(sound + noise, sound + noise[::-1]) > 3


def test_the_toy_is_near_until_its_norms_are_wrong(
    home: Path, made: tuple[InstalledModel, Copy]
) -> None:
    synthesizer = opened(home)
    verdict = examine(synthesizer, "af_heart")
    assert (verdict.voice, verdict.near) == ("af_heart", True)
    assert verdict.distance_db <= verdict.worst_db
    synthesizer.predictors = ConstantPredictors(np.array([0, 0.25], np.float32))
    far = examine(synthesizer, "af_heart")
    assert not far.near
    assert far.distance_db > LIMIT_DB


def test_verdicts_are_kept_by_copy_and_voice(home: Path) -> None:
    verdicts = Verdicts(home / "cache")
    assert verdicts.of("key") == {}
    near, far = Verdict("af_heart", 1.0, 1.5), Verdict("am_adam", 3.0, 4.0)
    verdicts.put("key", near)
    verdicts.put("key", far)
    verdicts.put("other", Verdict("af_heart", 9.0, 9.0))
    assert Verdicts(home / "cache").of("key") == {"af_heart": near, "am_adam": far}
    (home / "cache" / "norms.json").write_text('[{"key": "key"}, 3, {"key": "key", "verdict": 1}]')
    assert verdicts.of("key") == {}
    (home / "cache" / "norms.json").write_text("{")
    assert verdicts.of("key") == {}


def test_a_voice_that_is_off_is_set_aside_when_the_copy_is_opened(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, copy = made
    set_aside: list[str] = []
    monkeypatch.setattr(ConstantPredictors, "set_aside", lambda _, voice: set_aside.append(voice))
    Verdicts(home / "cache").put(copy.key, Verdict("am_adam", 3.0, 4.0))
    Verdicts(home / "cache").put(copy.key, Verdict("af_heart", 1.0, 1.5))
    assert opened(home).streams(Utterance("af_heart", 1.0, "en-us"))
    assert set_aside == ["am_adam"]


def test_only_what_the_package_predicts_is_examined(made: tuple[InstalledModel, Copy]) -> None:
    model, _ = made
    assert not due(model)
    kokoro = InstalledModel(
        "int8",
        model.model,
        None,
        1,
        "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        0,
        "",
    )
    assert due(kokoro)


def test_a_child_examines_a_voice(home: Path, made: tuple[InstalledModel, Copy]) -> None:
    done, reports = threading.Event(), list[child.Report]()

    def report(outcome: child.Report) -> None:
        reports.append(outcome)
        done.set()

    note = home / "cache" / "opening"
    note.write_text("1\n")
    start_guard(home / "models", "toy", home / "cache", Precision.FLOAT, "af_heart", report)
    assert done.wait(60)
    assert note.read_text() == "1\n"  # it tells of the daemon's starts, not of a child's
    (outcome,) = reports
    assert isinstance(outcome, child.Done), outcome
    assert verdict_of(outcome.value).near


def test_the_others_are_predicted_on() -> None:
    predictors = FilePredictors(SHIPPED, learned_from(SHIPPED)[1])
    predictors.set_aside("af_heart")
    assert not predictors.has("af_heart")
    assert predictors.has("af_bella")
