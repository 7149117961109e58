"""What programs that nobody here wrote hear is what was asked for: LiveKit, Pipecat, OpenAI's
package for Node, wyoming-bench. `make strangers` alone, because they are 800 MB.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from support import toy as sounds
from support.daemon.process import DaemonProcess
from support.gateway import Gateway, gateway
from support.speaker.at_speaker import streamed, tokens_of

PROGRAMS = Path(__file__).parent / "programs"

#: As PATIENCE_S of conftest.py; a machine that is busy takes minutes.
pytestmark = pytest.mark.timeout(900)

TEXT = "Three small ships came in from the sea. Nobody knew them, and nobody asked."


def phonemes(pcm: bytes) -> str:
    return sounds.phonemes_of(sounds.decode(np.frombuffer(pcm, "<i2")).tokens)


@pytest.fixture(scope="module")
def wanted(toy: DaemonProcess) -> str:
    return sounds.phonemes_of(tokens_of(streamed(toy, TEXT)))


@pytest.mark.parametrize("format", ["pcm", "wav"])
def test_livekit(stranger: Callable[..., bytes], door: Gateway, wanted: str, format: str) -> None:
    said = stranger("python", str(PROGRAMS / "livekit_says.py"), door.url, format, TEXT)
    assert phonemes(said) == wanted


def test_livekit_decodes_what_it_asks_for_by_itself(
    stranger: Callable[..., bytes], toy: DaemonProcess, door: Gateway
) -> None:
    said = stranger("python", str(PROGRAMS / "livekit_says.py"), door.url, "mp3", TEXT)
    # mp3 adds silence at both ends: its decoder's delay, and what fills the last of its frames.
    assert 0 <= len(said) // 2 - len(streamed(toy, TEXT)) <= 4 * 576


def test_pipecat(stranger: Callable[..., bytes], door: Gateway, wanted: str) -> None:
    said = stranger("python", str(PROGRAMS / "pipecat_says.py"), door.url, TEXT)
    assert phonemes(said) == wanted


def test_openai_for_node(
    stranger: Callable[..., bytes], there: Path, door: Gateway, wanted: str
) -> None:
    program = shutil.copy(PROGRAMS / "openai_says.mjs", there)  # beside its package
    assert phonemes(stranger("node", program, door.url, TEXT)) == wanted


@pytest.fixture(scope="module")
def wyoming(toy: DaemonProcess) -> Iterator[str]:
    with gateway(toy.environ, command="wyoming") as door:
        yield door.url.removeprefix("tcp://")


def test_wyoming_bench_whole_and_streaming(stranger: Callable[..., bytes], wyoming: str) -> None:
    told = stranger("wyoming-bench", "tts", wyoming, "--mode", "both", "--rounds", "3", "--verbose")
    assert b"error" not in told.lower(), told.decode()
    assert b"streaming" in told
