"""A voice that nothing predicts is learned on the spot; what is no better is not taken."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.toy.synthesizers import install

from kokorod.engine import child
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.norms import calibrate as calibrating
from kokorod.engine.norms import phrases, rows
from kokorod.engine.norms.calibrate import Place, calibrate, prior_of, start_calibration
from kokorod.engine.norms.calibrations import Calibration, Calibrations, calibration_of
from kokorod.engine.norms.fitting import Fitted
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.learned import LearnedFiles
from kokorod.engine.norms.phrases import planned
from kokorod.engine.norms.predictors import SHIPPED, learned_from
from kokorod.engine.norms.rows import Rows
from kokorod.engine.norms.verdicts import Verdict, Verdicts
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies, Copy
from kokorod.engine.parts import PartsSynthesizer
from kokorod.engine.synthesizer import Run
from kokorod.errors import EngineError
from kokorod.models.record import InstalledModel
from kokorod.types import Precision, Segment, Utterance
from kokorod.vocabulary import default_vocabulary

SEGMENT = Segment(0, 0, 0, "", "hɛlˈO wˈɜɹld.")
UTTERANCE = Utterance("af_heart", 1.0, "en-us")

#: Phrases of the toy.
FEW = 20


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, InstalledModel, Copy]:
    home = tmp_path_factory.mktemp("calibrate")
    store, model = install(home, noise=0, constant_norms=False)
    return home, model, build(store, model, Copies(home / "cache"))


@pytest.fixture
def made(_home: tuple[Path, InstalledModel, Copy]) -> Iterator[tuple[InstalledModel, Copy]]:
    """One copy for all tests of the file; what they learn goes with them."""
    home, model, copy = _home
    yield model, copy
    shutil.rmtree(home / "cache" / "norms", ignore_errors=True)
    for name in ("norms.json", "calibrations.json"):
        (home / "cache" / name).unlink(missing_ok=True)


@pytest.fixture
def home(_home: tuple[Path, InstalledModel, Copy]) -> Path:
    return _home[0]


def opened(home: Path, **plan: Any) -> PartsSynthesizer:
    found = open_kokoro(KokoroPlan(home / "models", "", 1, cache_folder=home / "cache", **plan))
    assert isinstance(found.synthesizer, PartsSynthesizer)
    return found.synthesizer


def place(home: Path, made: tuple[InstalledModel, Copy], voice: str = "af_heart") -> Place:
    return Place(home / "cache", made[0], made[1].key, voice, FEW)


def test_a_voice_that_was_learned_streams_and_sounds_as_whole(
    home: Path, made: tuple[InstalledModel, Copy]
) -> None:
    synthesizer = opened(home)
    assert not synthesizer.streams(UTTERANCE)
    told: list[tuple[int, int]] = []
    found = calibrate(synthesizer, place(home, made), lambda *at: told.append(at))
    assert found.taken
    assert found.before_db is None
    assert found.after_db <= found.worst_db < 0.5
    assert found.rows == 18
    assert told == [(done, 20) for done in range(21)]
    assert not synthesizer.streams(UTTERANCE)
    assert synthesizer.take_up("af_heart")
    for speaker in (synthesizer, opened(home)):
        assert speaker.streams(UTTERANCE)
        assert not speaker.streams(dataclasses.replace(UTTERANCE, voice="am_adam"))
        front = speaker.front(SEGMENT, UTTERANCE, Run())
        whole = speaker.synthesize(SEGMENT, UTTERANCE, Run())
        assert np.abs(speaker.chunk(front, 0, front.frames, Run()) - whole.pcm).max() < 1e-2
    assert not opened(home, learned=False).streams(UTTERANCE)
    assert Calibrations(home / "cache").of(made[1].key) == {"af_heart": found}
    assert Verdicts(home / "cache").of(made[1].key)["af_heart"].near
    assert not list((home / "cache" / "norms" / "rows").iterdir())


def test_what_is_no_better_is_not_taken(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = calibrate(opened(home), place(home, made), lambda *_: None)
    assert first.taken
    files = LearnedFiles(home / "cache", made[0])
    before = (files.folder / files.name("af_heart")).read_bytes()
    real = calibrating.fit

    def louder(*args: Any) -> Fitted:
        found = real(*args)
        centre = found.arrays["centre"] - np.float32(0.2)
        return Fitted({**found.arrays, "centre": centre}, found.left_out)

    monkeypatch.setattr(calibrating, "fit", louder)
    again = calibrate(opened(home), place(home, made), lambda *_: None)
    assert not again.taken
    assert again.before_db == pytest.approx(first.after_db)
    assert again.after_db > first.after_db
    assert (files.folder / files.name("af_heart")).read_bytes() == before
    assert Verdicts(home / "cache").of(made[1].key)["af_heart"].distance_db == first.after_db


def test_what_is_too_far_off_is_not_taken_though_there_is_nothing_else(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    Verdicts(home / "cache").put(made[1].key, Verdict("af_heart", 9.0, 9.0))
    real = calibrating.fit

    def wrong(*args: Any) -> Fitted:
        found = real(*args)
        return Fitted({**found.arrays, "centre": found.arrays["centre"] - 2}, found.left_out)

    monkeypatch.setattr(calibrating, "fit", wrong)
    assert not calibrate(opened(home), place(home, made), lambda *_: None).taken
    assert not opened(home).streams(UTTERANCE)


def test_it_goes_on_with_the_rows_that_there_are(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer, here = opened(home), place(home, made)

    def stop(done: int, total: int) -> None:
        if done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(synthesizer, here, stop)
    kept = Rows(here.cache, here.copy_key, here.model.voices_sha256, "af_heart")
    assert kept.read(8, synthesizer.layout.size) is not None
    assert kept.read(9, synthesizer.layout.size) is None
    next(iter((here.cache / "norms" / "rows").glob("*/003.npz"))).write_bytes(b"rotten")
    said: list[str] = []
    real = PartsSynthesizer.exact

    def exact(self: PartsSynthesizer, segment: Segment, *rest: Any) -> Any:
        said.append(segment.phonemes)
        return real(self, segment, *rest)

    monkeypatch.setattr(PartsSynthesizer, "exact", exact)
    assert calibrate(synthesizer, here, lambda *_: None).taken
    learn, compare = planned("af_heart", FEW)
    assert len(said) == 1 + len(learn[9:]) + len(compare)


def test_rows_of_few_voices_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_MOST", 2)
    kept = [Rows(tmp_path, "key", "", voice) for voice in "abc"]
    for of in kept:
        of.begin()
        of.keep(0, np.zeros(3, np.float32), np.ones(2, np.float32))
    assert len(list((tmp_path / "norms" / "rows").iterdir())) == 2
    assert kept[-1].read(0, 2) is not None
    assert kept[-1].read(0, 3) is None  # of another graph


def test_a_disk_that_takes_nothing_is_told(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Rows, "keep", full)
    with pytest.raises(EngineError, match="learning af_heart failed: No space left"):
        calibrate(opened(home), place(home, made), lambda *_: None)


def test_a_child_learns_a_blend_and_tells_how_far_it_is(
    home: Path, made: tuple[InstalledModel, Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    done, reports, told = threading.Event(), list[child.Report](), list[dict[str, Any]]()

    def report(outcome: child.Report) -> None:
        reports.append(outcome)
        done.set()

    monkeypatch.setattr(phrases, "MOST", FEW)
    blend = "af_heart:0.5,am_adam:0.5"
    start_calibration(
        home / "models", "toy", home / "cache", Precision.FLOAT, blend, told.append, report
    )
    assert done.wait(60)
    (outcome,) = reports
    assert isinstance(outcome, child.Done), outcome
    assert calibration_of(outcome.value).taken
    assert told == [{"done": at, "total": FEW} for at in range(FEW + 1)]
    synthesizer = opened(home)
    assert synthesizer.streams(Utterance(blend, 1.0, "en-us"))
    assert not synthesizer.streams(UTTERANCE)


def test_the_package_is_the_prior_of_its_own_norms_alone() -> None:
    layout = learned_from(SHIPPED)[1]
    known, blend = prior_of("af_heart", layout), prior_of("af_heart:0.5,am_adam:0.5", layout)
    other = prior_of("my_voice", layout)
    assert known is not None
    assert blend is not None
    assert other is not None
    assert known.coefficients.shape == blend.coefficients.shape == other.coefficients.shape
    assert not np.array_equal(known.coefficients, other.coefficients)
    assert prior_of("af_heart", Layout((2, 2), ("mean", "variance"), ("a", "b"))) is None


@pytest.mark.parametrize("voice", ["af_heart", "bf_emma", "ff_siwis", "jf_alpha", "zm_yunxi"])
def test_phrases_are_of_the_voices_language_and_known_symbols(voice: str) -> None:
    learn, compare = planned(voice, phrases.MOST)
    said = [*learn, *compare]
    assert 100 < len(said) <= phrases.MOST
    assert len(compare) >= 8
    assert not set(learn) & set(compare)
    assert all(set(phrase.phonemes) <= default_vocabulary().keys() for phrase in said)
    assert all(0 < len(phrase.phonemes) <= 300 for phrase in said)
    assert all(0.5 <= phrase.speed <= 2 for phrase in said)


def test_what_came_of_it_is_kept_by_copy_and_voice(tmp_path: Path) -> None:
    kept = Calibrations(tmp_path)
    assert kept.of("key") == {}
    kept.put("key", Calibration("a", 9, None, 1.0, 1.5, True))
    kept.put("other", Calibration("a", 9, 1.0, 2.0, 2.5, False))
    latest = Calibration("a", 9, 1.0, 0.5, 0.6, True)
    kept.put("key", latest)
    assert kept.of("key") == {"a": latest}
    (tmp_path / "calibrations.json").write_text('[{"key": "key", "calibration": 3}, 4]')
    assert kept.of("key") == {}
    kept.put("key", latest)
    assert kept.of("key") == {"a": latest}
