"""A book whose rendering is killed at random moments, and its daemon too: the same sound each time.

Not among the default tests: `make chaos`. KOKORO_CHAOS_KILLS: how many, 200 if not set.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

_KILLS = int(os.environ.get("KOKORO_CHAOS_KILLS", "200"))

_TEXT = "\n\n".join(
    f"# Part {n}\n\nThe boat came back {n} times. It sank.\n\nThen it was over." for n in range(6)
)


@pytest.mark.timeout(3600)
def test_a_rendering_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    book = tmp_path / "book.md"
    book.write_text(_TEXT)
    home = toy_home(tmp_path, noise=0.0)
    with speaking(home) as made:
        wait_until(lambda: made.ask("status")["startup"]["optimised_ms"], "the copy is there")
    with speaking(home) as daemon:  # it found a copy, and streams
        whole = tmp_path / "whole.wav"
        took_s = _render(daemon, book, whole)
        kills = rounds = 0
        while kills < _KILLS:
            out = tmp_path / "out.wav"
            rounds += 1
            while not out.exists() and kills < _KILLS:
                kills += _killed(daemon, book, out, chance, took_s)
            _render(daemon, book, out)
            assert out.read_bytes() == whole.read_bytes(), (rounds, kills)
            out.unlink()
            shutil.rmtree(tmp_path / "out.wav.work")
    print(f"{kills} kills, {rounds} books")


def _begin(daemon: DaemonProcess, book: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["kokoroctl", "book", "render", book, "-o", out],
        env=daemon.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _render(daemon: DaemonProcess, book: Path, out: Path) -> float:
    began = time.monotonic()
    process = _begin(daemon, book, out)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    return time.monotonic() - began


def _killed(
    daemon: DaemonProcess, book: Path, out: Path, chance: random.Random, took_s: float
) -> bool:
    """Whether the kill came before the end."""
    number = chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    process = _begin(daemon, book, out)
    try:
        process.wait(chance.uniform(0.1, took_s))
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (0, -signal.SIGKILL, 130, -signal.SIGTERM), said
    return process.returncode != 0
