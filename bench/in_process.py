"""Kokoro in this process, with the daemon's own front end and synthesizer: no socket between."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.model import ModelFiles
from kokorod import config
from kokorod.commands.explain import explain
from kokorod.engine.kokoro import KokoroSynthesizer, open_session, session_options
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies
from kokorod.engine.styles import Voices
from kokorod.models.store import Store
from kokorod.types import Sentence

#: Language, voice: two of America and one of Britain.
VOICES: Final = (("en-us", "af_heart"), ("en-us", "am_michael"), ("en-gb", "bf_emma"))

SPEEDS: Final = (0.8, 1.0, 1.3)


def turn(number: int) -> tuple[str, str, float]:
    """Language, voice and speed of the text of that number: each three times in nine."""
    lang, voice = VOICES[number % 3]
    return lang, voice, SPEEDS[number // 3 % 3]


def open_synthesizer(files: ModelFiles) -> KokoroSynthesizer:
    """On a thread a physical core, as the daemon's cpu lane. Raises EngineError."""
    return KokoroSynthesizer(open_session(files.model, session_options(0)), Voices(files.voices))


def open_copy(files: ModelFiles, home: Path) -> KokoroSynthesizer:
    """The model's optimised copy, made below `home`: in parts, if it falls into parts."""
    store = Store(home / "models")
    model = store.import_files(files.model, files.voices, "measured")
    build(store, model, Copies(home / "cache"))
    plan = KokoroPlan(home / "models", "measured", 0, cache_folder=home / "cache")
    return open_kokoro(plan).synthesizer


def read(text: str, lang: str, home: Path, **settings: str) -> list[Sentence]:
    """As the daemon reads it; home: a folder for the dictionary's index; settings: KOKORO_*."""
    configured, _ = config.load({"HOME": str(home), **settings})
    return [explained.sentence for explained in explain(text, lang, configured)]
