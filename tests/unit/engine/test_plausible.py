"""What a run cannot have given is known: silence, one value, no numbers, wrong lengths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from kokorod.engine import plausible
from kokorod.engine.synthesizer import FRAME, Front, Sound
from kokorod.errors import EngineError
from kokorod.types import Engine, Segment

Pcm = NDArray[np.float32]

PHONEMES = "hɛlˈO, wˈɜɹld."
SEGMENT = Segment(0, 0, 0, "Hello, world.", PHONEMES)


def tone(frames: float) -> Pcm:
    return np.sin(np.arange(round(frames * FRAME)) / 9).astype(np.float32) / 2


def edges_of(frames: int, phonemes: str = PHONEMES) -> NDArray[np.int64]:
    """Evenly, with a pad of ten frames at both ends."""
    at = np.linspace(10 * FRAME, (frames - 10) * FRAME, len(phonemes) + 1)
    return np.round(at).astype(np.int64)


def run(pcm: Pcm, *, frames: int = 60, engine: Engine = Engine.KOKORO, speed: float = 1.0) -> None:
    edges = edges_of(frames) if engine is Engine.KOKORO else None
    plausible.check_run(Sound(pcm, edges), SEGMENT, speed, engine)


def with_value(pcm: Pcm, at: int, value: float) -> Pcm:
    changed = pcm.copy()
    changed[at] = value
    return changed


def half_silent(pcm: Pcm) -> Pcm:
    changed = pcm.copy()
    changed[len(pcm) // 3 :] = 0
    return changed


@pytest.mark.parametrize("frames", [30, 60, 150])
@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_speech_of_any_usual_length_is_plausible(frames: int, speed: float) -> None:
    run(tone(frames), frames=frames, speed=speed)


WRONG: dict[str, tuple[Callable[[Pcm], Pcm], str]] = {
    "nothing": (lambda pcm: pcm[:0], "silence"),
    "silence": (np.zeros_like, "silence"),
    "one value": (np.ones_like, "one value"),
    "hum far below hearing": (lambda pcm: pcm * np.float32(1e-5), "silence"),
    "no number": (lambda pcm: with_value(pcm, 777, np.nan), "not a number"),
    "infinity": (lambda pcm: with_value(pcm, 0, np.inf), "not a number"),
    "less than infinity": (lambda pcm: with_value(pcm, 5, -np.inf), "not a number"),
    "far too loud": (lambda pcm: pcm * np.float32(100), "too loud"),
    "50 samples": (lambda pcm: pcm[:50], "frames of sound"),
    "60 times too long": (lambda pcm: np.tile(pcm, 60), "frames of sound"),
    "shorter than its phonemes": (lambda pcm: pcm[: 30 * FRAME], "phonemes"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_speech_is_told(what: str) -> None:
    change, why = WRONG[what]
    with pytest.raises(EngineError, match=why):
        run(change(tone(60)))


def test_silence_from_the_middle_on_is_told() -> None:
    with pytest.raises(EngineError, match="frames without a sound"):
        run(half_silent(tone(320)), frames=320)


def test_edges_must_rise() -> None:
    edges = edges_of(60)
    edges[3] = edges[5] + 1
    with pytest.raises(EngineError, match="ends before it begins"):
        plausible.check_run(Sound(tone(60), edges), SEGMENT, 1.0, Engine.KOKORO)


@pytest.mark.parametrize("phonemes", [".", " ", "ˈ", "……………", "ˌː"])
def test_marks_alone_may_be_silent(phonemes: str) -> None:
    segment = Segment(0, 0, 0, "", phonemes)
    plausible.check_run(Sound(np.zeros(40 * FRAME, np.float32), None), segment, 1.0, Engine.KOKORO)


def test_the_built_in_voice_may_have_no_sound_for_signs() -> None:
    signs = Segment(0, 0, 0, "☃ ,", "")
    plausible.check_run(Sound(np.zeros(0, np.float32), None), signs, 1.0, Engine.BUILT_IN)
    run(tone(60), engine=Engine.BUILT_IN)
    with pytest.raises(EngineError, match="silence for 10 letters"):
        run(tone(60) * np.float32(0), engine=Engine.BUILT_IN)
    with pytest.raises(EngineError, match="not a number"):
        run(with_value(tone(60), 9, np.nan), engine=Engine.BUILT_IN)
    with pytest.raises(EngineError, match="for 13 characters"):
        run(tone(60 * 60), engine=Engine.BUILT_IN)


# -- durations


@pytest.mark.parametrize(
    "frames",
    [
        np.full(len(PHONEMES) + 1, 3),
        np.array([12, *[-1] * len(PHONEMES), 12]),
        np.full(len(PHONEMES) + 2, 50),
        np.full(len(PHONEMES) + 2, 2**62),
        np.zeros(len(PHONEMES) + 2, np.int64),
    ],
    ids=["one too few", "negative", "too long", "an overflow", "too short"],
)
def test_durations_that_cannot_be(frames: NDArray[np.int64]) -> None:
    with pytest.raises(EngineError):
        plausible.check_durations(frames, PHONEMES, 1.0)


def test_durations_and_sound_agree() -> None:
    frames = np.full(len(PHONEMES) + 2, 3)
    plausible.check_durations(frames, PHONEMES, 1.0)
    plausible.check_agreement(tone(int(frames.sum())), frames, PHONEMES)
    with pytest.raises(EngineError, match="durations of"):
        plausible.check_agreement(tone(int(frames.sum()) + 5), frames, PHONEMES)


# -- units


def front(silent: NDArray[np.bool_], speech: NDArray[np.bool_] | None = None) -> Front:
    return Front(len(silent), edges_of(len(silent)), silent, None, speech)


def silence(frames: int, first: int, last: int) -> NDArray[np.bool_]:
    found = np.ones(frames, bool)
    found[first:last] = False
    return found


def test_a_front_is_held_against_its_unit() -> None:
    usual = front(silence(60, 10, 50))
    plausible.check_front(usual, SEGMENT, 1.0)
    with pytest.raises(EngineError, match="frames of sound"):
        plausible.check_front(front(silence(600, 10, 50)), SEGMENT, 1.0)
    with pytest.raises(EngineError, match="tells of 59"):
        plausible.check_front(Front(60, usual.edges, usual.silent[1:], None), SEGMENT, 1.0)
    with pytest.raises(EngineError, match="tells of 12 phonemes"):
        plausible.check_front(Front(60, usual.edges[2:], usual.silent, None), SEGMENT, 1.0)


def test_a_chunk_is_silent_only_where_its_front_says_so() -> None:
    unit = front(silence(60, 10, 50))
    none = np.zeros(6 * FRAME, np.float32)
    plausible.check_chunk(none, unit, 4, 10)
    plausible.check_chunk(none, unit, 6, 12)  # two frames of speech: a closed mouth
    plausible.check_chunk(tone(6), unit, 20, 26)
    with pytest.raises(EngineError, match="6 frames of speech are silence"):
        plausible.check_chunk(none, unit, 20, 26)
    with pytest.raises(EngineError, match="one value"):
        plausible.check_chunk(none + 1, unit, 20, 26)


def test_a_chunk_that_may_hold_speech_and_may_not_is_let_be_silent() -> None:
    unit = front(silence(60, 10, 50), speech=~silence(60, 30, 40))
    none = np.zeros(6 * FRAME, np.float32)
    plausible.check_chunk(none, unit, 20, 26)
    with pytest.raises(EngineError, match="frames of speech"):
        plausible.check_chunk(none, unit, 32, 38)


@pytest.mark.parametrize("change", ["short", "long", "no number"])
def test_a_chunk_of_numbers_as_long_as_was_asked_for(change: str) -> None:
    unit = front(silence(60, 10, 50))
    pcm = {
        "short": tone(6)[:-1],
        "long": tone(7),
        "no number": with_value(tone(6), 100, np.nan),
    }[change]
    for first in (0, 20):  # in silence too
        with pytest.raises(EngineError):
            plausible.check_chunk(pcm, unit, first, first + 6)
