"""A book whose rendering is killed at random moments, and its daemon too: the same sound each time.

Not among the default tests: `make chaos`. KOKORO_CHAOS_KILLS: how many, 200 if not set.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokoro_client import errors

_KILLS = int(os.environ.get("KOKORO_CHAOS_KILLS", "200"))

#: Of kills: those that are aimed at what follows the last part, which is a tenth of a run of a toy;
#: those after which the daemon is killed too; and, once all parts were there, those after which it
#: is let run to its end.
_AIMED = 0.1
_DAEMON_TOO = 0.05
_ENOUGH = 0.6

#: Of KOKORO_CHAOS_KILLS, for each phase of a run: by chance it is a fifth at least.
_LEAST = 0.05

_TEXT = "\n\n".join(
    f"# Part {n}\n\nThe boat came back {n} times. It sank.\n\nThen {n} were over."
    for n in range(10)
)
_PARTS = 30


@dataclass(frozen=True, slots=True)
class Target:
    """What is rendered. took_s: of a run that nobody kills; join_s: what of it follows the last
    part; made: the files that are there then."""

    name: str
    flags: tuple[str, ...] = ()
    took_s: float = 0.0
    join_s: float = 0.0
    made: tuple[tuple[str, bytes], ...] = ()


def _targets() -> Iterator[Target]:
    yield Target("book.wav")
    yield Target("chapters", ("--format", "flac", "--loudness", "-19", "--srt"))
    if shutil.which("ffmpeg"):
        yield Target("book.m4b")


class Book:
    """Rendered in a folder of its own."""

    def __init__(self, daemon: DaemonProcess, folder: Path, target: Target) -> None:
        folder.mkdir()
        self.text = folder / "book.md"
        self.text.write_text(_TEXT)
        self.target = target
        self.folder = folder
        self._daemon = daemon

    def begin(self) -> subprocess.Popen[bytes]:
        out = self.folder / self.target.name
        return subprocess.Popen(
            ["kokoroctl", "book", "render", self.text, "-o", out, *self.target.flags],
            env=self._daemon.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def phase(self) -> str:
        """How far it is."""
        parts = self._parts()
        return "beginning" if not parts else "speaking" if parts < _PARTS else "joining"

    def wait_spoken(self, process: subprocess.Popen[bytes]) -> None:
        wait_until(lambda: self._parts() == _PARTS or process.poll() is not None, "all parts")

    def made(self) -> tuple[tuple[str, bytes], ...]:
        """All that is there but the book and its work folder: nothing half-written, too."""
        work = self.folder / f"{self.target.name}.work"
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return tuple(
            (str(path.relative_to(self.folder)), path.read_bytes())
            for path in paths
            if path != self.text and work not in path.parents
        )

    def _parts(self) -> int:
        folder = self.folder / f"{self.target.name}.work" / "parts"
        return len([p for p in folder.glob("*.json") if not p.name.startswith(".")])


@pytest.mark.timeout(3600)
def test_a_rendering_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    home = toy_home(tmp_path, noise=0.0, copied=True)
    kills: Counter[str] = Counter()
    rounds = 0
    with speaking(home) as daemon:  # it found a copy, and streams
        targets = [_whole(daemon, tmp_path, target) for target in _targets()]
        while sum(kills.values()) < _KILLS:
            target = targets[rounds % len(targets)]
            rounds += 1
            book = Book(daemon, tmp_path / f"round-{rounds}", target)
            while sum(kills.values()) < _KILLS and (phase := _killed(daemon, book, chance)):
                kills[f"{phase} {target.name}"] += 1
                if phase == "joining" and chance.random() < _ENOUGH:
                    break
            _end(book.begin())
            assert book.made() == target.made, (rounds, kills)
            shutil.rmtree(book.folder)
    print(f"{sum(kills.values())} kills, {rounds} books: {dict(sorted(kills.items()))}")
    phases: Counter[str] = Counter()
    for name, count in kills.items():
        phases[name.split()[0]] += count
    least = int(_LEAST * _KILLS)
    assert all(phases[phase] >= least for phase in ("beginning", "speaking", "joining")), phases


def _whole(daemon: DaemonProcess, folder: Path, target: Target) -> Target:
    """The same with what comes of an unbroken run."""
    book = Book(daemon, folder / f"whole-{target.name}", target)
    began = time.monotonic()
    process = book.begin()
    book.wait_spoken(process)
    spoken = time.monotonic()
    _end(process)
    ended = time.monotonic()
    assert book.phase() == "joining"
    return Target(target.name, target.flags, ended - began, ended - spoken, book.made())


def _end(process: subprocess.Popen[bytes]) -> None:
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said


def _killed(daemon: DaemonProcess, book: Book, chance: random.Random) -> str:
    """How far it was when it was killed; empty if it had ended before."""
    aimed = chance.random() < _AIMED
    process = book.begin()
    if aimed:
        book.wait_spoken(process)
    try:
        process.wait(chance.uniform(0.0, book.target.join_s if aimed else book.target.took_s))
    except subprocess.TimeoutExpired:
        process.kill()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (0, -signal.SIGKILL), said
    if chance.random() < _DAEMON_TOO:
        _kill_daemon(daemon)
    return book.phase() if process.returncode else ""


def _kill_daemon(daemon: DaemonProcess) -> None:
    """The next rendering starts another."""
    # If there is none, the one before was killed, and nobody has asked since.
    with contextlib.suppress(errors.NoDaemonError):
        os.kill(int(daemon.ask("status")["pid"]), signal.SIGKILL)
