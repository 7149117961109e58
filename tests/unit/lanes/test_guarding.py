"""Which voices are compared with their exact sound, and when."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, cast

import pytest

from kokorod.config import Config, LiveConfig, load
from kokorod.engine import child
from kokorod.engine.norms.verdicts import Verdict, Verdicts
from kokorod.engine.optimised.copies import Copy
from kokorod.lanes.guarding import AGAIN, Guarding
from kokorod.models.record import InstalledModel
from kokorod.watch.log import Level, Log

KOKORO = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"


class OfTheseVoices:
    """In place of the pool: which voices stream."""

    def __init__(self, *voices: str) -> None:
        self.voices = set(voices)

    def streams(self, lane: str, utterance: Any) -> bool:
        return utterance.voice in self.voices


def config(home: Path) -> Config:
    return load({"KOKORO_HOME": str(home), "KOKORO_VOICE": "af_heart"})[0]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy("key", tmp_path / "graph.onnx", 1, parts=True)


def guarding(home: Path, copy: Copy, *voices: str, sha256: str = KOKORO) -> Guarding:
    log = Log(Level.ERROR, io.StringIO())
    made = Guarding(LiveConfig(config(home)), cast(Any, OfTheseVoices(*voices)), log)
    made.begin(InstalledModel("m", home / "m.onnx", None, 1, sha256, 0, ""), copy)
    return made


def done(voice: str, distance_db: float = 1.0) -> child.Report:
    return child.Done(
        {"voice": voice, "distance_db": distance_db, "worst_db": distance_db}, seconds=1.0
    )


def test_the_configured_voice_comes_first_and_others_once_they_were_spoken(
    tmp_path: Path, copy: Copy
) -> None:
    voices = guarding(tmp_path, copy, "af_heart", "bm_george", "af_bella")
    voices.spoken("bm_george")
    assert voices.due() == "af_heart"
    assert not voices.took("af_heart", copy, done("af_heart"))
    assert voices.due() == "bm_george"
    assert not voices.took("bm_george", copy, done("bm_george"))
    assert voices.due() == ""  # nobody spoke with af_bella
    assert set(voices.value()) == {"af_heart", "bm_george"}


def test_a_voice_is_compared_again_after_many_requests(tmp_path: Path, copy: Copy) -> None:
    voices = guarding(tmp_path, copy, "af_heart")
    voices.took("af_heart", copy, done("af_heart"))
    for _ in range(AGAIN - 1):
        voices.spoken("af_heart")
    assert voices.due() == ""
    voices.spoken("af_heart")
    assert voices.due() == "af_heart"


def test_verdicts_are_kept_for_the_next_start(tmp_path: Path, copy: Copy) -> None:
    guarding(tmp_path, copy, "af_heart").took("af_heart", copy, done("af_heart"))
    assert guarding(tmp_path, copy, "af_heart").due() == ""
    kept = Verdicts(config(tmp_path).cache_folder).of("key")
    assert kept == {"af_heart": Verdict("af_heart", 1.0, 1.0)}


def test_a_voice_that_is_far_off_is_told(tmp_path: Path, copy: Copy) -> None:
    voices = guarding(tmp_path, copy, "af_heart")
    assert voices.took("af_heart", copy, done("af_heart", 3.0))
    assert voices.value() == {"af_heart": {"distance_db": 3.0, "set_aside": True}}


def test_what_came_of_another_copy_counts_no_more(tmp_path: Path, copy: Copy) -> None:
    voices = guarding(tmp_path, copy, "af_heart")
    other = Copy("other", tmp_path / "graph.onnx", 1, parts=True)
    assert not voices.took("af_heart", other, done("af_heart", 3.0))
    assert voices.due() == "af_heart"


def test_a_comparison_that_fails_is_not_begun_over_and_over(tmp_path: Path, copy: Copy) -> None:
    voices = guarding(tmp_path, copy, "af_heart")
    voices.took("af_heart", copy, child.Failed("no memory", answered=True))
    voices.spoken("af_heart")
    assert voices.due() == ""


def test_what_speaks_whole_has_nothing_to_compare(tmp_path: Path, copy: Copy) -> None:
    assert guarding(tmp_path, copy).due() == ""
    assert guarding(tmp_path, copy, "af_heart", sha256="of another model").due() == ""


def test_voices_that_are_counted_are_bounded(tmp_path: Path, copy: Copy) -> None:
    voices = guarding(tmp_path, copy, *(names := [f"v{number}" for number in range(1_000)]))
    for name in names:
        voices.spoken(name)
    assert len(voices._spoken) <= 80
