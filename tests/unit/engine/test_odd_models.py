"""Models and voices that pass as Kokoro's and cannot speak: an error of the engine's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import toy

from kokorod.engine.kokoro import KokoroSynthesizer, open_session, session_options
from kokorod.engine.styles import Voices
from kokorod.engine.synthesizer import Run
from kokorod.errors import EngineError
from kokorod.types import Segment, Utterance


def voices_of(path: Path, array: np.ndarray) -> Voices:
    np.savez(path.with_suffix(".npz"), af_odd=array)
    return Voices(path.with_suffix(".npz"))


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros((0, 1, 256), "<f4"), r"shape \(0, 1, 256\)"),
        (np.zeros((510, 1, 128), "<f4"), "shape"),
        (np.full((510, 1, 256), np.nan, "<f4"), "NaN"),
        (np.full((510, 1, 256), np.inf, "<f4"), "NaN"),
    ],
)
def test_a_voice_that_cannot_speak(array: np.ndarray, problem: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=problem):
        voices_of(tmp_path / "voices", array).style("af_odd", 3)


@pytest.mark.parametrize(
    "durations",
    [
        np.full(5, np.nan),
        np.array([7]),
        np.array(7),
        np.array([1, 1, -1, 1, 1]),
        np.array([1, np.inf, 1, 1, 1]),
        np.zeros(0),
    ],
)
def test_durations_that_are_none(durations: np.ndarray) -> None:
    with pytest.raises(EngineError, match="none of 5 tokens"):
        KokoroSynthesizer._frames(durations, 5)


def test_durations() -> None:
    for kind in (np.int64, np.int32, np.float32):
        found = KokoroSynthesizer._frames(np.array([[1, 2, 3]], kind), 3)
        assert found.dtype == np.int64
        assert found.tolist() == [1, 2, 3]


def test_a_vocabulary_that_lacks_symbols_speaks_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {s: t for s, t in toy.VOCABULARY.items() if s != "ɹ"}
    monkeypatch.setattr("support.toy.tones.VOCABULARY", short)
    graph = toy.build(tmp_path / "short.onnx")
    session = open_session(graph, session_options(1))
    synthesizer = KokoroSynthesizer(
        session, voices_of(tmp_path / "voices", np.full((510, 1, 256), 0.5, "<f4"))
    )
    assert "ɹ" in synthesizer.lacks
    sound = synthesizer.synthesize(
        Segment(0, 0, 0, "", "ɹˈɛd"), Utterance("af_odd", 1.0, "en-us"), Run()
    )
    assert len(sound.pcm)
