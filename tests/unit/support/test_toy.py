"""The toy is trusted by every test that listens: what it says is heard, what is wrong shows."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support import toy

Sound = NDArray[np.float32]
FRAME = toy.SAMPLES_PER_FRAME
SENTENCE = "ðə kwˈɪk bɹˈWn, fˈɑks ʤˈʌmps!"


def open_session(path: Path, **entries: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # a run that is ended logs an error
    for key, value in entries.items():
        options.add_session_config_entry(f"session.{key}", value)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Toy:
    """A session and the one way to make it speak."""

    session: onnxruntime.InferenceSession
    tokens_name: str = "input_ids"

    def run(
        self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5, options: Any = None
    ) -> list[Any]:
        outputs: list[Any] = self.session.run(
            None,
            {
                self.tokens_name: np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": np.full((1, 256), loudness, dtype=np.float32),
                "speed": np.array([speed], dtype=np.float32),
            },
            options,
        )
        return outputs

    def say(self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5) -> Sound:
        sound: Sound = self.run(tokens, speed, loudness)[0]
        return sound

    def body(self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5) -> Sound:
        """Without the pads: cut where `duration` says the tokens begin and end."""
        sound, frames = self.run(tokens, speed, loudness)
        cut: Sound = sound[frames[0] * FRAME : len(sound) - frames[-1] * FRAME]
        return cut


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toy")


@pytest.fixture(scope="module")
def new(folder: Path) -> Toy:
    return Toy(open_session(toy.build(folder / "toy.onnx")))


@pytest.fixture(scope="module")
def old(folder: Path) -> Toy:
    return Toy(open_session(toy.build(folder / "toy-1.0.onnx", "1.0")), "tokens")


@pytest.fixture(scope="module")
def voices(folder: Path) -> Path:
    return toy.write_voices(folder / "voices.bin")


def silence(samples: int) -> Sound:
    return np.zeros(samples, dtype=np.float32)


def crossfaded(pieces: Sequence[Sound], samples: int) -> Sound:
    """The end of each piece under the beginning of the next."""
    rise = np.linspace(0, 1, samples, dtype=np.float32)
    sound = pieces[0]
    for piece in pieces[1:]:
        joint = sound[-samples:] * (1 - rise) + piece[:samples] * rise
        sound = np.concatenate([sound[:-samples], joint, piece[samples:]])
    return sound


def edges_of(tokens: Sequence[int], speed: float = 1.0) -> list[int]:
    """Samples at which the tokens of a body begin, and where the last ends."""
    return [0, *np.cumsum(toy.frames_of(tokens, speed) * FRAME).tolist()]


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
    assert old.session.get_modelmeta().custom_metadata_map == {"kokorod_edges": "exact"}


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


# What is said is heard


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_every_token_is_heard_where_it_is_said(
    new: Toy, old: Toy, version: str, speed: float
) -> None:
    tokens = list(toy.IDS)
    sound = (new if version == "1.1" else old).say(tokens, speed)
    heard = toy.decode(sound, speed=speed)
    assert heard.mistakes(tokens) == []
    assert heard.tokens == tokens
    assert heard.silences == ()
    pad = int(toy.frames_of([0], speed)[0]) * FRAME
    starts = [pad + edge for edge in edges_of(tokens, speed)]
    for token, start, end in zip(heard.sounds, starts[:-1], starts[1:], strict=True):
        assert abs(token.start - start) <= 4
        assert abs(token.end - end) <= 4
    assert abs(heard.lead - pad) <= 4
    assert abs(heard.tail - pad) <= 4
    assert toy.clicks(sound) == []


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_equal_neighbours_are_counted(new: Toy, speed: float) -> None:
    for token in (toy.IDS[0], toy.VOCABULARY[" "], toy.IDS[-1]):
        heard = toy.decode(new.say([token] * 60, speed), speed=speed)
        assert heard.mistakes([token] * 60) == []


@pytest.mark.parametrize("count", [0, 1, 2, 37, 509, 510])
def test_any_length_is_heard(new: Toy, count: int) -> None:
    tokens = np.random.default_rng(count).choice(toy.IDS, count).tolist()
    sound = new.say(tokens)
    heard = toy.decode(sound)
    assert heard.mistakes(tokens) == []
    assert heard.samples == len(sound)
    assert toy.clicks(sound) == []


@settings(deadline=None, max_examples=80)
@given(
    tokens=st.lists(st.sampled_from(toy.IDS), max_size=40),
    speed=st.floats(0.5, 2.0),
    loudness=st.floats(0.1, 0.9),
)
def test_whatever_is_said_is_heard(
    new: Toy, tokens: list[int], speed: float, loudness: float
) -> None:
    sound = new.say(tokens, speed, loudness)
    heard = toy.decode(sound, speed=speed)
    assert heard.mistakes(tokens) == []
    assert all(abs(token.loudness - loudness) < 0.02 * loudness for token in heard.sounds)
    assert toy.clicks(sound) == []


def test_voices_differ_in_loudness(new: Toy, voices: Path) -> None:
    styles = np.load(voices)
    assert sorted(styles) == ["af_heart", "am_adam", "bf_emma"]
    tokens = toy.tokens_of(SENTENCE)
    spoken = []
    for name, loudness in toy.VOICES.items():
        assert styles[name].shape == (510, 1, 256)
        assert styles[name].dtype == np.float32
        sound = new.body(tokens, loudness=float(styles[name][len(tokens) - 1].mean()))
        heard = toy.decode(sound)
        assert {round(token.loudness, 2) for token in heard.sounds} == {loudness}
        spoken.append(sound)
    together = toy.decode(np.concatenate(spoken))
    assert together.mistakes(tokens * 3) == []
    assert [round(token.loudness, 1) for token in together.sounds[:: len(tokens)]] == [
        toy.loudness_of(name) for name in toy.VOICES
    ]


def test_any_name_is_a_voice(folder: Path) -> None:
    styles = np.load(toy.write_voices(folder / "more.bin", ["zf_xiaobei", "af_heart"]))
    assert sorted(styles) == ["af_heart", "zf_xiaobei"]
    assert 0.2 <= toy.loudness_of("zf_xiaobei") <= 0.9
    assert styles["zf_xiaobei"][0, 0, 0] == np.float32(toy.loudness_of("zf_xiaobei"))


# However it travelled


def test_pauses_between_segments_are_measured(new: Toy) -> None:
    segments = [toy.tokens_of(text) for text in ("hˈI.", "  ", "wˈʌn, tˈu", "ʌʌʌ")]
    gaps = [0, 120 + 24, 2_400, 7_213]
    parts: list[Sound] = []
    for segment, gap in zip(segments, gaps, strict=True):
        parts += [silence(gap), new.body(segment)]
    sound = np.concatenate([*parts, silence(777)])
    heard = toy.decode(sound)
    assert heard.mistakes(list(chain.from_iterable(segments))) == []
    assert [pause.length for pause in heard.silences] == pytest.approx(gaps[1:], abs=8)
    assert heard.silences[0].start == pytest.approx(edges_of(segments[0])[-1], abs=8)
    assert heard.lead <= 4
    assert heard.tail == pytest.approx(777, abs=4)
    assert toy.clicks(sound) == []


@pytest.mark.parametrize("milliseconds", [1, 3, 5, 10])
@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_crossfades_at_token_edges_are_no_mistake(
    new: Toy, speed: float, milliseconds: int
) -> None:
    rng = np.random.default_rng(milliseconds)
    alike = toy.tokens_of("aaaɐæ  ,")
    for choice in (alike, toy.IDS):
        segments = [rng.choice(choice, rng.integers(1, 9)).tolist() for _ in range(20)]
        sound = crossfaded([new.body(part, speed) for part in segments], milliseconds * 24)
        heard = toy.decode(sound, speed=speed)
        assert heard.mistakes(list(chain.from_iterable(segments))) == []
        assert heard.silences == ()
        assert all(a.end <= b.start for a, b in pairwise(heard.sounds))
        assert toy.clicks(sound) == []


def to_int16(sound: Sound) -> NDArray[Any]:
    return np.round(sound * 32767).astype(np.int16)


def through_a_sound_card(sound: Sound) -> NDArray[Any]:
    """Resampled and captured from some moment on, as from the monitor of a sound server."""
    played = soxr.resample(np.concatenate([silence(613), sound, silence(41)]), 24_000, 44_100)
    return np.asarray(soxr.resample(played[211:], 44_100, 24_000), dtype=np.float32)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(to_int16, id="int16"),
        pytest.param(lambda sound: to_int16(sound * 0.1), id="quiet int16"),
        pytest.param(lambda sound: sound * np.float32(0.05), id="quiet"),
        pytest.param(lambda sound: sound.astype(np.float64), id="float64"),
        pytest.param(lambda sound: -sound, id="upside down"),
        pytest.param(
            lambda sound: sound + np.random.default_rng(1).normal(0, 0.003, len(sound)),
            id="noise at -50 dB",
        ),
        pytest.param(through_a_sound_card, id="44.1 kHz and back"),
    ],
)
def test_transport_changes_nothing(new: Toy, change: Callable[[Sound], NDArray[Any]]) -> None:
    tokens = toy.tokens_of(SENTENCE) + list(toy.IDS)
    sound = change(new.say(tokens))
    assert toy.decode(sound).mistakes(tokens) == []
    assert toy.clicks(sound) == []


def test_int16_and_float_are_equally_loud(new: Toy) -> None:
    sound = new.say([43])
    loudness = [toy.decode(pcm).sounds[0].loudness for pcm in (sound, to_int16(sound))]
    assert loudness == pytest.approx([0.5, 0.5], rel=0.01)


def test_silence_says_nothing(new: Toy) -> None:
    for sound in (silence(0), silence(1), silence(24_000), new.say([]), to_int16(silence(9))):
        heard = toy.decode(sound)
        assert heard.tokens == []
        assert heard.mistakes([]) == []
        assert (heard.lead, heard.tail) == (len(sound), 0)
        assert toy.clicks(sound) == []
    assert len(toy.decode(silence(9)).mistakes([43])) == 1


def test_the_least_bit_of_int16_is_silence_too() -> None:
    sound = np.zeros(24_000, dtype=np.int16)
    sound[::1_000] = 1
    assert toy.decode(sound).tokens == []
    assert toy.clicks(sound) == []


@settings(deadline=None, max_examples=60)
@given(samples=st.integers(0, 5_000), seed=st.integers(0, 2**32 - 1), spread=st.floats(0, 2))
def test_any_noise_is_listened_to(samples: int, seed: int, spread: float) -> None:
    sound = np.random.default_rng(seed).normal(0, spread, samples)
    heard = toy.decode(sound)
    assert all(0 <= a.start < a.end <= samples for a in heard.sounds)
    assert all(a.end <= b.start for a, b in pairwise(heard.sounds))
    assert all(0 <= click <= samples for click in toy.clicks(sound))


@pytest.mark.parametrize("listen", [toy.decode, toy.clicks])
def test_what_is_no_pcm_is_refused(listen: Callable[[NDArray[Any]], object]) -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 9\)"):
        listen(np.zeros((2, 9), dtype=np.float32))
    with pytest.raises(TypeError, match="uint8"):
        listen(np.zeros(9, dtype=np.uint8))
    with pytest.raises(ValueError, match="NaN"):
        listen(np.array([0.0, np.nan]))


# What is wrong shows


@pytest.fixture(scope="module")
def spoken(new: Toy) -> tuple[list[int], Sound, list[int]]:
    """Tokens, their sound without pads, and where in it each begins."""
    tokens = toy.tokens_of(SENTENCE)
    return tokens, new.body(tokens), edges_of(tokens)


Spoken = tuple[list[int], Sound, list[int]]


def test_a_lost_token_shows(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    for lost in range(len(tokens)):
        heard = toy.decode(np.concatenate([sound[: edges[lost]], sound[edges[lost + 1] :]]))
        assert heard.tokens == tokens[:lost] + tokens[lost + 1 :]
        assert len(heard.mistakes(tokens)) == 1


def test_a_doubled_token_shows(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    for twice in range(len(tokens)):
        heard = toy.decode(np.concatenate([sound[: edges[twice + 1]], sound[edges[twice] :]]))
        assert heard.tokens == tokens[: twice + 1] + tokens[twice:]
        assert len(heard.mistakes(tokens)) == 1


def test_tokens_out_of_order_show(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    a, b, c = edges[4], edges[5], edges[6]
    heard = toy.decode(np.concatenate([sound[:a], sound[b:c], sound[a:b], sound[c:]]))
    assert heard.tokens != tokens
    assert heard.cut == heard.unclear == []
    assert heard.mistakes(tokens) != []


@pytest.mark.parametrize("samples", [240, 300, 450])
@pytest.mark.parametrize("side", ["head", "tail"])
def test_a_token_cut_short_shows_even_where_it_does_not_click(
    spoken: Spoken, side: str, samples: int
) -> None:
    tokens, sound, edges = spoken
    fade = np.linspace(0, 1, 72, dtype=np.float32)
    for short in range(len(tokens)):
        before, after = sound[: edges[short]], sound[edges[short + 1] :]
        token = sound[edges[short] : edges[short + 1]].copy()
        if side == "head":
            token = token[samples:]
            token[:72] *= fade
        else:
            token = token[:-samples]
            token[-72:] *= fade[::-1]
        changed = np.concatenate([before, token, after])
        heard = toy.decode(changed)
        assert heard.tokens == tokens
        assert heard.cut == [short]
        assert "is cut" in heard.mistakes(tokens)[0]
        assert toy.clicks(changed) == []


@pytest.mark.parametrize("samples", [200, 300, 450])
def test_a_join_too_late_shows(spoken: Spoken, samples: int) -> None:
    tokens, sound, edges = spoken
    for early in range(1, len(tokens)):
        late = np.concatenate([sound[: edges[early] + samples], sound[edges[early] :]])
        heard = toy.decode(late)
        assert heard.mistakes(tokens) != []
        assert heard.cut or heard.stretched
        assert toy.clicks(late) != []


def test_a_stretched_token_shows(new: Toy) -> None:
    tokens = toy.tokens_of("abc")
    heard = toy.decode(new.say(tokens, 0.5), speed=1.0)
    assert heard.tokens == tokens
    assert heard.stretched == [0, 1, 2]
    assert len(heard.mistakes(tokens)) == 3


def test_a_splice_and_two_voices_at_once_show(new: Toy) -> None:
    first, second = new.body([43] * 5), new.body([44] * 5)
    n = 2 * FRAME
    spliced = np.concatenate([first[: n * 2 + n // 2], second[n // 2 :]])
    heard = toy.decode(spliced)
    assert heard.unclear != []
    assert heard.mistakes([43, 43, 43, 44, 44, 44, 44]) != []
    short = min(len(first), len(second))
    assert toy.decode(first[:short] + second[:short]).mistakes([43] * 5) != []


def test_a_click_is_found_where_it_is(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    middle = (edges[9] + edges[10]) // 2
    spike = sound.copy()
    spike[middle] += 0.1
    assert toy.clicks(spike) == [pytest.approx(middle, abs=1)]
    assert toy.decode(spike).mistakes(tokens) == []
    dropped = np.concatenate([sound[:middle], sound[middle + 7 :]])
    assert toy.clicks(dropped) == [pytest.approx(middle, abs=2)]
    gap = sound.copy()
    gap[middle + 3 : middle + 243] = 0
    assert toy.clicks(gap) == [
        pytest.approx(middle + 3, abs=2),
        pytest.approx(middle + 243, abs=2),
    ]
    early = np.concatenate([sound[: edges[10] - 80], silence(2_400), sound[edges[10] :]])
    assert toy.clicks(early) == [pytest.approx(edges[10] - 80, abs=2)]


def test_a_click_in_a_pause_is_no_token(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    pause = silence(2_400)
    pause[1_111] = 0.15
    clicked = np.concatenate([sound[: edges[9]], pause, sound[edges[9] :]])
    assert toy.decode(clicked).mistakes(tokens) == []
    assert toy.clicks(clicked) == [pytest.approx(edges[9] + 1_111, abs=1)]


def test_a_wrong_sample_rate_shows(new: Toy) -> None:
    tokens = toy.tokens_of(SENTENCE)
    sound = new.say(tokens)
    for rate in (22_050, 23_800, 24_200, 44_100, 48_000):
        heard = toy.decode(soxr.resample(sound, 24_000, rate))
        assert heard.mistakes(tokens) != []
    off = toy.decode(soxr.resample(new.say([43]), 24_000, 24_230))
    assert len(off.tokens) == 1
    assert off.unclear == [0]


def test_sound_that_starts_or_ends_in_a_tone_clicks(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    begin, end = edges[2] + 331, edges[8] - 377
    assert toy.clicks(sound[begin:]) == [pytest.approx(0, abs=2)]
    assert toy.clicks(sound[:end]) == [pytest.approx(end, abs=2)]
    heard = toy.decode(sound[begin:end])
    assert heard.tokens == tokens[2:8]
    assert heard.cut == [0, 5]
    assert (heard.lead, heard.tail) == (0, 0)
    assert toy.clicks(np.concatenate([silence(99), sound * 0.01 + 0.5])) != []


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
