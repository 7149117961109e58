"""Command lines that speak, heard at the null sink's monitor.

Owns:       the sound server and its monitor; of a command line its process and its pipes.
Invariants: a trial begins in silence; a moment is of CLOCK_MONOTONIC, and sound counts
            when the sink gives it out, whichever program made it.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from bench.sink.monitor import Monitor
from bench.sink.recording import Recording
from bench.sink.server import SINK, SoundServer
from bench.speaker import REST_S
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.errors import KokorodError
from kokorod.types import SAMPLE_RATE

#: Before a trial it must have been silent so long.
QUIET_S: Final = 0.3

#: The slowest system took 3.5 s to its first sound on two cores; ten times that.
_SOUND_S: Final = 40.0
_HUSH_S: Final = 60.0

#: Of the click that tells the delay of the path itself.
_CLICK_S: Final = 0.2


#: A system's name, and the seconds that it takes for a text.
Measured = tuple[str, Callable[[str], float]]


class CommandFailedError(KokorodError):
    """A command line that was to speak ended with an error."""


@dataclass(frozen=True, slots=True)
class Started:
    """A command line under way. began: just before its process was made."""

    process: subprocess.Popen[str]
    began: float

    @classmethod
    def run(
        cls, command: Sequence[str], environ: dict[str, str], terminal: int | None = None
    ) -> Started:
        """terminal: a descriptor if it is to write instead of to pipes."""
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if terminal is None else terminal,
            stderr=subprocess.PIPE if terminal is None else terminal,
            encoding="utf-8",
            errors="replace",
        )
        return cls(process, began)

    def failed(self) -> bool:
        return self.process.poll() not in (None, 0)

    def words(self) -> str:
        """What it wrote; waits for its end."""
        out, err = self.process.communicate(timeout=_HUSH_S)
        return (err or out or "").strip()[-1000:]

    def wait(self, timeout_s: float) -> str:
        """Wait for its end; its standard output. Raises CommandFailedError."""
        try:
            out, err = self.process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise CommandFailedError(f"a command did not end in {timeout_s:g} s") from None
        if self.process.returncode != 0:
            said = (err or "").strip()[-1000:]
            raise CommandFailedError(f"a command ended with {self.process.returncode}: {said}")
        return out or ""


class AtSink(Protocol):
    """One system: its daemon is warm, its command line speaks to the null sink."""

    name: str

    def say(self, text: str) -> Started:
        """Start the command line; the text is one it has never seen."""

    def hush(self, started: Started) -> None:
        """End it in the middle; returns when the daemon is idle."""

    def close(self) -> None: ...


class Sink:
    def __init__(self) -> None:
        """Raises NoSoundServerError."""
        self.server = SoundServer()
        try:
            self.monitor = Monitor(self.server)
        except BaseException:
            self.server.close()
            raise

    def close(self) -> None:
        self.monitor.close()
        self.server.close()

    def wait_silence(self) -> None:
        """Until nothing has sounded for QUIET_S, from now on."""
        self.monitor.forget()
        samples = round(QUIET_S * SAMPLE_RATE)
        deadline = time.monotonic() + _HUSH_S
        while time.monotonic() < deadline:
            time.sleep(QUIET_S / 3)
            heard = self.monitor.recording()
            if len(heard.pcm) < samples:
                continue
            if heard.last_sound() is None:
                return
            self.monitor.forget()
        raise NothingHeardError(f"there was no silence within {_HUSH_S:g} s")

    def first_sound(self, started: Started, name: str) -> float:
        """When the first sample sounded that is not silence. Raises CommandFailedError."""

        def look(heard: Recording) -> float | None:
            if started.failed():
                raise CommandFailedError(f"{name} ended with an error: {started.words()}")
            return heard.first_sound(started.began)

        return self.monitor.wait(look, _SOUND_S, f"the first sound of {name}")

    def seconds_to_sound(self, system: AtSink, text: str) -> float:
        """From the start of the system's process to its first sound."""
        self.wait_silence()
        started = system.say(text)
        try:
            return self.first_sound(started, system.name) - started.began
        finally:
            system.hush(started)

    def wait_for_path(self) -> None:
        """Until what the server has been given has been recorded, too."""
        time.sleep(QUIET_S)

    def path_delays(self, clicks: int) -> list[float]:
        """Seconds from the moment the server is told to play a click to hearing it.

        What every metric here contains of the path itself: the server plays a sample it
        already holds, so nobody's buffer lies between.
        """
        delays = []
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as controls:
            click = Path(folder) / "click.wav"
            _write_click(click)
            controls.connect(str(self.server.controls))
            controls.sendall(f"load-sample click {click}\n".encode())
            for _ in range(clicks):
                self.wait_silence()
                began = time.monotonic()
                controls.sendall(f"play-sample click {SINK}\n".encode())
                heard = self.monitor.wait(
                    # From a little before: a delay of nothing must not be missed.
                    lambda heard, began=began: heard.first_sound(began - QUIET_S),  # type: ignore[misc]
                    _SOUND_S,
                    "a click",
                )
                delays.append(heard - began)
        return delays


def in_turns(systems: Sequence[Measured], texts: Iterable[str]) -> dict[str, list[float]]:
    """Each measures each text, in turns: A B C, C B A, so that a drift hits all."""
    taken: dict[str, list[float]] = {name: [] for name, _ in systems}
    for number, text in enumerate(texts):
        for name, measure in systems if number % 2 == 0 else reversed(systems):
            taken[name].append(measure(text))
            time.sleep(REST_S)
    return taken


def _write_click(path: Path) -> None:
    # A square wave of 500 Hz: loud from its first sample on.
    wave_s16 = np.where(np.arange(round(_CLICK_S * SAMPLE_RATE)) // 24 % 2, 8_000, -8_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(wave_s16.astype("<i2").tobytes())
