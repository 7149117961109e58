"""The built-in voice speaks every language that a request may name."""

from __future__ import annotations

import contextlib
import threading

import numpy as np
import pytest

from kokorod.engine.espeak import EspeakSynthesizer
from kokorod.engine.synthesizer import Run, TerminatedError
from kokorod.errors import EngineError
from kokorod.types import Segment, Utterance
from kokorod.voices.languages import LANGUAGES


@pytest.fixture(scope="module")
def built_in() -> EspeakSynthesizer:
    return EspeakSynthesizer()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_has_a_voice_for_each_language(built_in: EspeakSynthesizer, lang: str) -> None:
    segment = Segment(0, 0, 9, "1, 2, 3.", "")
    sound = built_in.synthesize(segment, Utterance("built-in", 1.0, lang), Run())
    assert np.abs(sound.pcm).max() > 0.1


def test_british_english_is_not_american(built_in: EspeakSynthesizer) -> None:
    segment = Segment(0, 0, 9, "bath, car, hot", "")
    pcm = [
        built_in.synthesize(segment, Utterance("built-in", 1.0, lang), Run()).pcm
        for lang in ("en-us", "en-gb")
    ]
    assert len(pcm[0]) != len(pcm[1])


#: Texts over which espeak-ng 1.52 writes beyond its buffers.
@pytest.mark.parametrize(("text", "lang"), [("'s" * 68, "fr"), ("I." * 198, "es")])
def test_a_deadly_text_ends_its_own_run_alone(
    built_in: EspeakSynthesizer, text: str, lang: str
) -> None:
    # Whether it crashes hangs on what lies behind the buffer.
    with contextlib.suppress(EngineError):
        built_in.synthesize(Segment(0, 0, 9, text, ""), Utterance("built-in", 1.0, lang), Run())
    sound = built_in.synthesize(Segment(0, 0, 9, "un", ""), Utterance("built-in", 1.0, lang), Run())
    assert np.abs(sound.pcm).max() > 0.1


def test_a_run_that_is_terminated_ends_soon_and_the_next_is_whole(
    built_in: EspeakSynthesizer,
) -> None:
    utterance = Utterance("built-in", 1.0, "en-us")
    one = built_in.synthesize(Segment(0, 0, 9, "one two three", ""), utterance, Run())
    run = Run()
    timer = threading.Timer(0.05, run.terminate)
    timer.start()
    with pytest.raises(TerminatedError):
        built_in.synthesize(Segment(0, 0, 9, "a word " * 50_000, ""), utterance, run)
    timer.join()
    run.terminate()  # late: nothing of it is under way
    again = built_in.synthesize(Segment(0, 0, 9, "one two three", ""), utterance, Run())
    assert abs(len(again.pcm) - len(one.pcm)) < 600  # it varies by some samples
