"""Files that a rotting disk or somebody hostile left: known, refused, or spoken with, no more."""

from __future__ import annotations

import queue
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import hostile
from support.daemon.homes import toy_home

from kokoro_client.wire.choices import AudioFormat
from kokorod.engine import recheck_model
from kokorod.engine.lane import Down, Ended, Failed, Lane, Report, Stream, Synthesized, Task, Up
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.errors import ModelDamagedError, ModelError
from kokorod.models import structure
from kokorod.models.store import Store
from kokorod.types import PeerId, RequestKey, Segment, Utterance

PATIENCE_S = 60.0
FLIPS = 500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_home(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "home"
    shutil.copytree(whole, copied)
    hostile.trusted(copied / "models" / "toy")
    return copied


Opened = Callable[[Path], tuple[Lane, "queue.SimpleQueue[Report]"]]


@pytest.fixture
def opened() -> Iterator[Opened]:
    lanes: list[Lane] = []

    def open_one(home: Path) -> tuple[Lane, queue.SimpleQueue[Report]]:
        reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        plan = KokoroPlan(home / "models", "toy", 1)
        lane = Lane("cpu", lambda: open_kokoro(plan).synthesizer, reports.put)
        lanes.append(lane)
        lane.open()
        return lane, reports

    yield open_one
    for lane in lanes:
        lane.close()
        assert lane.join(PATIENCE_S)


def said(opened: tuple[Lane, queue.SimpleQueue[Report]], voice: str) -> Report:
    """What a lane reports of a phrase, or of its opening where that is all."""
    lane, reports = opened
    first = reports.get(timeout=PATIENCE_S)
    if not isinstance(first, Up):
        return first
    segment = Segment(0, 0, 0, "", "hɛlˈO.")
    utterance = Utterance(voice, 1.0, "en-us")
    key = RequestKey(PeerId(1), 1)
    lane.start(Task(key, segment, utterance, Stream(), AudioFormat.S16LE))
    return reports.get(timeout=PATIENCE_S)


@pytest.mark.parametrize("what", [*hostile.GRAPHS, *hostile.VOICES])
def test_what_somebody_made_is_refused(what: str, home: Path, opened: Opened) -> None:
    """No voice of it is spoken with, but one that is right among wrong ones."""
    hostile.write_hostile(home, what)
    voices = ["af_heart", "af_0", "af_1"]
    for voice in voices:
        report = said(opened(home), voice)
        assert not isinstance(report, Ended)
        if what == "no durations" or (what == "only the second is wrong" and voice == "af_0"):
            assert isinstance(report, Synthesized | Failed)
        else:
            assert isinstance(report, Down | Failed), report


@pytest.mark.parametrize("what", hostile.VOICES)
def test_no_such_voices_are_imported(what: str, tmp_path: Path) -> None:
    hostile.VOICES[what](tmp_path / "voices.bin")
    if what == "huge numbers":  # known when they are spoken with
        structure.check_voices(tmp_path / "voices.bin")
        return
    with pytest.raises(ModelError, match="no whole npz of voices"):
        structure.check_voices(tmp_path / "voices.bin")


def test_a_model_that_rots_is_found_by_its_hash_alone(home: Path) -> None:
    """500 bits turned over, the time as it was: each is found in the background, none before."""
    store = Store(home / "models")
    toy = store.get("toy")
    voices = toy.voices
    assert voices is not None
    small = store.import_files(toy.model, None, "small")
    source = random.Random(500)
    for model, path, times in ((small, small.model, FLIPS), (toy, toy.model, 5), (toy, voices, 5)):
        for _ in range(times):
            before = path.read_bytes()
            hostile.flip(path, source)
            store.check(model)
            with pytest.raises(ModelDamagedError, match="has the sha256"):
                recheck_model.recheck(store.folder, model.name)
            with pytest.raises(ModelDamagedError, match="has the sha256"):
                store.check(model)
            path.write_bytes(before)
            recheck_model.recheck(store.folder, model.name)


@pytest.mark.parametrize("seed", range(20))
def test_a_rotten_model_speaks_or_is_refused(seed: int, home: Path, opened: Opened) -> None:
    source = random.Random(seed)
    for _ in range(1 + 7 * (seed % 3)):
        name = source.choice(["model.onnx", "voices.bin"])
        hostile.flip(home / "models" / "toy" / name, source)
    assert isinstance(said(opened(home), "af_heart"), Synthesized | Failed | Down)


# -- who may have written them


def test_a_link_in_place_of_a_model_is_damage(home: Path) -> None:
    store = Store(home / "models")
    model = store.get("toy")
    elsewhere = home / "elsewhere"
    model.model.rename(elsewhere)
    model.model.symlink_to(elsewhere)
    for check in (store.check, store.verify):
        with pytest.raises(ModelDamagedError, match="is a symbolic link"):
            check(model)


@pytest.mark.parametrize("mode", [0o666, 0o777])
def test_a_model_that_everybody_may_write_is_damage(mode: int, home: Path) -> None:
    store = Store(home / "models")
    model = store.get("toy")
    model.model.chmod(mode)
    with pytest.raises(ModelDamagedError, match=f"its mode is {mode:o}"):
        store.check(model)
    model.model.chmod(0o664)
    store.check(model)
