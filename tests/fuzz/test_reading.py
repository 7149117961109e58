"""Texts of pieces put together by chance, as many as there is time for: `make fuzz`.

espeak-ng is in a process of its own, as in the daemon: a text may end that, and is counted.

FUZZ_S is how long, in seconds; FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from support.fuzzing import LANGUAGES, read, some_document
from support.phonemizing import cache_folder

from kokorod.safety.isolated import DiedError
from kokorod.speech.normalize.faults import FAULTS
from kokorod.speech.phonemes.espeak import Espeak
from kokorod.speech.phonemes.espeak_process import EspeakProcess
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.vocabulary import alphabet

FUZZ_S = float(os.environ.get("FUZZ_S", "60"))
SEED = int(os.environ.get("FUZZ_SEED", str(random.SystemRandom().randrange(10**6))))


@pytest.mark.timeout(FUZZ_S + 60)
def test_no_text_raises(tmp_path: Path) -> None:
    source = random.Random(SEED)
    espeak = Espeak(library=EspeakProcess(tmp_path / "espeak"))
    phonemes = Phonemizer(alphabet(), cache_folder(), espeak=espeak)
    until = time.monotonic() + FUZZ_S
    read_in = Counter[str]()
    while time.monotonic() < until:
        lang = source.choice(LANGUAGES)
        text, markup = some_document(source)
        try:
            read(text, lang, markup, phonemes)
        except DiedError:
            read_in["espeak-ng ended"] += 1
            continue
        except Exception as error:
            raise AssertionError(f"{text!r} in {lang}, {markup}; FUZZ_SEED={SEED}") from error
        assert FAULTS.value() == {}, f"{text!r} in {lang}, {markup}; FUZZ_SEED={SEED}"
        read_in[lang] += 1
    print(f"{read_in.total()} texts in {FUZZ_S:g} s, seed {SEED}: {dict(read_in)}")
