"""The built-in voice speaks every language that a request may name."""

from __future__ import annotations

import numpy as np
import pytest

from kokorod.engine.espeak import EspeakSynthesizer
from kokorod.engine.synthesizer import Run
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
