"""espeak-ng in a process of its own: the same phonemes, and texts that end it end no other."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.daemon.process import wait_until

from kokorod.safety.isolated import DiedError
from kokorod.speech.phonemes.espeak import Espeak
from kokorod.speech.phonemes.espeak_process import EspeakProcess
from kokorod.vocabulary import alphabet


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EspeakProcess]:
    process = EspeakProcess(tmp_path_factory.mktemp("cache") / "espeak")
    yield process
    process._isolated.close()


def test_it_says_what_the_library_says(process: EspeakProcess) -> None:
    here, there = Espeak(), Espeak(library=process)
    words = ["I", "am", "of", "the", "mind", "नमस्ते", "naïve", "zyxxy"]
    for lang in ("en-us", "fr", "es"):
        assert there.words(words, lang) == here.words(words, lang)
    text = "Nobody couldn't find it?\nnaïve cafés…"
    assert there.raw(text, "en-us", alphabet()) == here.raw(text, "en-us", alphabet())


#: Texts over which espeak-ng 1.52 writes beyond its buffers, with its language.
DEADLY = [("'s" * 68, "fr"), ("I." * 198, "es"), ("U.S." * 99, "it")]


@pytest.mark.parametrize(("text", "lang"), DEADLY)
def test_a_deadly_text_ends_its_own_question_alone(
    process: EspeakProcess, text: str, lang: str
) -> None:
    espeak = Espeak(library=process)
    # Whether it crashes hangs on what lies behind the buffer.
    with contextlib.suppress(DiedError):
        espeak.words([text], lang)
    assert espeak.words(["un"], lang)[0]


@pytest.mark.parametrize("text", ["⅞-नम", "½-नम", ">-नमस्ते"])
def test_a_hyphen_that_joins_nothing_is_left_out(process: EspeakProcess, text: str) -> None:
    for lang in ("es", "fr", "hi"):
        Espeak(library=process).words([text], lang)


def test_nothing_is_left_of_its_copies(process: EspeakProcess) -> None:
    Espeak(library=process).words(["un"], "fr")
    folder = Path(process._isolated._command[-2])
    assert list(folder.iterdir()) == []


def test_a_nursery_that_was_killed_is_started_again(process: EspeakProcess) -> None:
    espeak = Espeak(library=process)
    espeak.words(["un"], "fr")
    assert process._isolated._process is not None
    for _ in range(3):  # whoever asks next pays for no kill
        os.killpg(process._isolated._process.pid, signal.SIGKILL)
        assert espeak.words(["deux"], "fr")[0]
    assert espeak.words(["trois"], "fr")[0]


def test_a_pause_after_many_deaths_is_held_against_no_text(
    process: EspeakProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    espeak, isolated = Espeak(library=process), process._isolated
    monkeypatch.setattr(isolated, "_deaths", deque([time.monotonic()] * 40, maxlen=40))
    with pytest.raises(DiedError, match="too many"):
        espeak.words(["sept"], "fr")
    monkeypatch.undo()
    assert espeak.words(["sept"], "fr")[0]


def test_a_worker_that_hangs_is_ended(
    process: EspeakProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    espeak = Espeak(library=process)
    espeak.words(["un"], "fr")
    _worker(process).suspend()
    monkeypatch.setattr("kokorod.speech.phonemes.espeak_process._PATIENCE_S", 0.5)
    with pytest.raises(DiedError):
        espeak.words(["quatre"], "fr")
    monkeypatch.undo()
    assert espeak.words(["cinq"], "fr")[0]


def test_both_processes_end_with_who_started_them(tmp_path: Path) -> None:
    source = (
        "import sys, pathlib\n"
        "from kokorod.speech.phonemes.espeak_process import EspeakProcess\n"
        "process = EspeakProcess(pathlib.Path(sys.argv[1]))\n"
        "process.tied(['un'], 'fr-fr')\n"
        "print(process._isolated._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", source, str(tmp_path / "espeak")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert started.stdout is not None
    nursery = psutil.Process(int(started.stdout.readline()))
    both = [nursery, *nursery.children()]
    assert len(both) == 2
    started.kill()
    started.communicate()
    wait_until(lambda: not any(map(_lives, both)), "the end of both")


def test_when_many_have_died_no_more_are_tried(tmp_path: Path) -> None:
    process = EspeakProcess(tmp_path / "espeak")
    try:
        assert process.tied(["un"], "fr-fr")
        process._isolated._deaths.extend([time.monotonic()] * 40)
        with pytest.raises(DiedError, match="too many"):
            process.tied(["deux"], "fr-fr")
        process._isolated._deaths.extend([time.monotonic() - 61] * 40)
        assert process.tied(["trois"], "fr-fr")
    finally:
        process._isolated.close()


def _worker(process: EspeakProcess) -> psutil.Process:
    assert process._isolated._process is not None
    (worker,) = psutil.Process(process._isolated._process.pid).children()
    return worker


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
