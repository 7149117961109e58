"""The toy is trusted by every test that listens: its interface is Kokoro's, and it can be ended."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
import pytest
from support import toy
from support.toy.speaking import (
    FRAME,
    SENTENCE,
    Toy,
    open_session,
)


def signature(values: Sequence[Any]) -> list[tuple[str, str, list[Any]]]:
    return [(value.name, value.type, value.shape) for value in values]


# The interface


def test_vocabulary_is_the_one_that_kokoro_onnx_ships() -> None:
    from kokoro_onnx.config import DEFAULT_VOCAB

    assert toy.VOCABULARY == DEFAULT_VOCAB
    assert list(toy.IDS) == sorted(DEFAULT_VOCAB.values())
    everything = "".join(DEFAULT_VOCAB)
    assert toy.tokens_of(everything) == list(DEFAULT_VOCAB.values())
    assert toy.phonemes_of(toy.tokens_of(everything)) == everything
    with pytest.raises(KeyError, match="g"):
        toy.tokens_of("ag")


def test_v1_1_has_the_names_types_and_metadata_of_the_release(new: Toy, folder: Path) -> None:
    assert signature(new.session.get_inputs()) == [
        ("input_ids", "tensor(int64)", [1, "n"]),
        ("style", "tensor(float)", [1, 256]),
        ("speed", "tensor(float)", [1]),
    ]
    assert signature(new.session.get_outputs()) == [
        ("waveform", "tensor(float)", ["samples"]),
        ("duration", "tensor(int64)", ["n"]),
    ]
    metadata = new.session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["kokoro_config"])["vocab"] == toy.VOCABULARY
    assert (folder / "toy.onnx").stat().st_size < 150_000


def test_v1_0_has_one_output_and_no_vocabulary(old: Toy) -> None:
    assert signature(old.session.get_inputs()) == [
        ("tokens", "tensor(int64)", [1, "n"]),
        ("style", "tensor(float)", [1, 256]),
        ("speed", "tensor(float)", [1]),
    ]
    assert signature(old.session.get_outputs()) == [("audio", "tensor(float)", ["samples"])]
    assert old.session.get_modelmeta().custom_metadata_map == {
        "kokorod_edges": "exact",
        "kokorod_constant_norms": "0 1",
    }


def test_an_int_speed_is_taken_as_in_the_chinese_export(folder: Path) -> None:
    session = open_session(toy.build(folder / "zh.onnx", int_speed=True))
    assert session.get_inputs()[2].type == "tensor(int32)"
    tokens = toy.tokens_of("a b")
    style = np.full((1, 256), 0.5, dtype=np.float32)
    feed = {"input_ids": [[0, *tokens, 0]], "style": style, "speed": np.array([2], np.int32)}
    heard = toy.decode(session.run(None, feed)[0], speed=2.0)
    assert heard.mistakes(tokens) == []


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.2, 2.0])
def test_durations_count_the_pads_and_follow_the_speed(new: Toy, speed: float) -> None:
    tokens = list(toy.IDS)
    sound, frames = new.run(tokens, speed)
    assert frames.tolist() == toy.frames_of([0, *tokens, 0], speed).tolist()
    assert frames.sum() * FRAME == len(sound)
    assert frames[0] == frames[-1] == round(toy.PAD_FRAMES / speed)
    assert frames.min() >= 1
    assert set(toy.BASE_FRAMES[list(toy.IDS)].tolist()) == {2, 3}


def test_build_refuses_what_it_does_not_know(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"'1\.2'.*'1\.0' and '1\.1'"):
        toy.build(folder / "no.onnx", "1.2")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cost is -1"):
        toy.build(folder / "no.onnx", cost=-1)
    with pytest.raises(ValueError, match=r"noise is -0\.1"):
        toy.build(folder / "no.onnx", noise=-0.1)
    assert not (folder / "no.onnx").exists()


def test_an_id_past_the_table_fails_the_run(new: Toy) -> None:
    with pytest.raises(Exception, match="indices element out of data bounds"):
        new.say([178])


def test_an_id_that_is_in_no_vocabulary_is_heard_as_unknown(new: Toy) -> None:
    heard = toy.decode(new.say([43, 7, 43]))
    assert heard.tokens == [43, toy.UNKNOWN, 43]
    assert heard.phonemes == "a\ufffda"
    assert heard.unclear == [1]
    assert heard.cut == heard.stretched == []


def test_two_runs_differ_unless_noise_is_none(new: Toy, folder: Path) -> None:
    first, second = new.say([43]), new.say([43])
    assert not np.array_equal(first, second)
    assert np.abs(first - second).max() < 1e-3
    exact = Toy(open_session(toy.build(folder / "exact.onnx", noise=0)))
    assert np.array_equal(exact.say([43]), exact.say([43]))
    assert np.abs(exact.say([43])[: toy.PAD_FRAMES * FRAME]).max() < 1e-9


def test_an_optimised_copy_with_its_weights_outside_speaks(new: Toy, folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(folder / "optimised.onnx")
    prefix = "session.optimized_model_external_initializers_"
    options.add_session_config_entry(prefix + "file_name", "weights.bin")
    options.add_session_config_entry(prefix + "min_size_in_bytes", "1024")
    onnxruntime.InferenceSession(
        str(folder / "toy.onnx"), options, providers=["CPUExecutionProvider"]
    )
    assert (folder / "weights.bin").stat().st_size > 65_000
    copy = Toy(open_session(folder / "optimised.onnx"))
    tokens = toy.tokens_of(SENTENCE)
    assert toy.decode(copy.say(tokens)).mistakes(tokens) == []


# What takes time can be interrupted


def test_a_costly_run_ends_when_told_and_the_session_stays_usable(folder: Path) -> None:
    costly = Toy(open_session(toy.build(folder / "costly.onnx", cost=20_000)))
    options = onnxruntime.RunOptions()
    outcome: list[Exception | None] = []

    def speak() -> None:
        try:
            costly.run([43] * 510, options=options)  # minutes, if nobody ends it
            outcome.append(None)
        except Exception as error:  # noqa: BLE001 (onnxruntime's own Fail; handed to the test)
            outcome.append(error)

    speaker = threading.Thread(target=speak)
    before = time.process_time()
    speaker.start()
    while time.process_time() - before < 0.1 and speaker.is_alive():
        threading.Event().wait(0.005)
    options.terminate = True
    speaker.join(60)
    assert not speaker.is_alive()
    assert "terminate flag" in str(outcome[0])

    cheap = Toy(open_session(toy.build(folder / "cheap.onnx", cost=3)))
    tokens = toy.tokens_of(SENTENCE)
    for _ in range(2):
        ended = onnxruntime.RunOptions()
        ended.terminate = True
        with pytest.raises(Exception, match="terminate flag"):
            cheap.run(tokens, options=ended)
        assert toy.decode(cheap.say(tokens)).mistakes(tokens) == []


# Beside the real thing


@pytest.mark.parametrize("model", ["toy.onnx", "toy-1.0.onnx", "zh.onnx"])
def test_it_speaks_through_kokoro_onnx(folder: Path, voices: Path, model: str) -> None:
    from kokoro_onnx import Kokoro

    version: Literal["1.0", "1.1"] = "1.0" if "1.0" in model else "1.1"
    path = toy.build(folder / f"real-{model}", version, int_speed=model == "zh.onnx")
    kokoro = Kokoro(str(path), str(voices))
    assert kokoro.has_timings == (version == "1.1")
    assert kokoro.get_voices() == sorted(toy.VOICES)
    for voice, loudness in toy.VOICES.items():
        sound, rate = kokoro.create(SENTENCE, voice, speed=2.0, is_phonemes=True)
        assert rate == toy.SAMPLE_RATE
        heard = toy.decode(sound, speed=2.0)
        assert heard.phonemes == SENTENCE
        assert heard.mistakes(toy.tokens_of(SENTENCE)) == []
        assert heard.sounds[0].loudness == pytest.approx(loudness, rel=0.02)
        assert toy.clicks(sound) == []


def test_the_command_writes_a_model_and_voices(tmp_path: Path) -> None:
    script = Path(toy.__file__).parent
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, script, out], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["toy-voices.bin", "toy.onnx"]
    assert toy.decode(Toy(open_session(out / "toy.onnx")).say([43])).tokens == [43]
    assert np.load(out / "toy-voices.bin")["af_heart"][0, 0, 0] == 0.5
    wrong = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=False
    )
    assert wrong.returncode == 2
    assert "usage" in wrong.stdout
