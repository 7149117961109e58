"""A loudspeaker that can be heard by a program: PulseAudio with null sinks, and their monitors.

Owns:       a PulseAudio of its own, in a folder of its own; one recorder a sink.
Invariants: nobody else's sound server is asked or heard; all of it ends by its pid.

If PulseAudio is missing the tests fail: .ci/run installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support import toy
from support.daemon.process import PATIENCE_S, wait_until

RATE = toy.SAMPLE_RATE

#: ALSA's whole configuration: the only devices of PortAudio are these.
_ALSA = """\
pcm.!default {{ type pulse server "unix:{socket}" }}
ctl.!default {{ type pulse server "unix:{socket}" }}
"""
_ALSA_SINK = """\
pcm.{name} {{ type pulse server "unix:{socket}" device "{name}" hint.show on }}
"""


#: Amplitude below which it is silence: the toy hisses like Kokoro, by a step or two.
_HISS = 16


def loud(pcm: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Which samples are more than hiss."""
    return np.abs(pcm) > _HISS


class Recording:
    """What has come out of one sink since it was started, or cleared. Silence grows as well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0

    @property
    def pcm(self) -> NDArray[np.int16]:
        with self._path.open("rb") as file:
            file.seek(self._start * 2)
            data = file.read()
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2")

    def __len__(self) -> int:
        return self._path.stat().st_size // 2 - self._start

    def clear(self) -> None:
        """Forget what was heard so far."""
        self._start += len(self)

    def wait_sound(self, seconds: float = 0.05) -> None:
        """Until so much has been recorded that is not silence."""
        wait_until(lambda: loud(self.pcm).sum() >= seconds * RATE, "sound at the monitor")

    def wait_silence(self, seconds: float = 0.5) -> None:
        """Until it ends in so much silence, behind some sound."""

        def silent() -> bool:
            pcm = self.pcm
            sound = np.flatnonzero(loud(pcm))
            return len(sound) > 0 and len(pcm) - sound[-1] >= seconds * RATE

        wait_until(silent, "silence behind the sound")

    def wait_more(self, seconds: float = 0.3) -> None:
        """Until so much more has been recorded, be it silence."""
        goal = len(self) + round(seconds * RATE)
        wait_until(lambda: len(self) >= goal, "the recorder")


class NullSink:
    """The sound server. `environ` leads PortAudio there, `sinks` are recorded by name."""

    def __init__(self, names: Sequence[str] = ("null",)) -> None:
        for program in ("pulseaudio", "parec", "pactl"):
            assert shutil.which(program), (
                f"{program} is not installed; on Debian: apt-get install pulseaudio "
                "pulseaudio-utils libportaudio2 libasound2-plugins"
            )
        self._folder = Path(tempfile.mkdtemp(prefix="kk-", dir="/tmp"))
        self.socket = self._folder / "native"
        self._names = list(names)
        self._processes: list[subprocess.Popen[bytes]] = []
        alsa = self._folder / "alsa.conf"
        alsa.write_text(
            _ALSA.format(socket=self.socket)
            + "".join(_ALSA_SINK.format(name=name, socket=self.socket) for name in self._names)
        )
        self.environ = {
            "ALSA_CONFIG_PATH": str(alsa),
            "PULSE_SERVER": f"unix:{self.socket}",
            "XDG_RUNTIME_DIR": str(self._folder),
        }
        self.server = self._start_server()
        self._ask("set-default-sink", self._names[0])
        self.sinks = {name: self._record(name) for name in self._names}

    @property
    def sink(self) -> Recording:
        """The first, which is the default."""
        return self.sinks[self._names[0]]

    def _start_server(self) -> subprocess.Popen[bytes]:
        # Without rewinds: what a null sink has taken is in its monitor, as a card has played it.
        modules = [f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}"]
        modules += [
            f"module-null-sink sink_name={name} rate={RATE} channels=1 format=s16le norewinds=1"
            for name in self._names
        ]
        log = (self._folder / "log").open("ab")
        with log:
            server = self._run(
                ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                 "--high-priority=no", "--realtime=no", *(f"--load={m}" for m in modules)],
                stderr=log,
            )  # fmt: skip
        wait_until(lambda: self.socket.exists() or server.poll() is not None, "PulseAudio's socket")
        assert server.poll() is None, (self._folder / "log").read_text()
        return server

    def remove(self, name: str) -> None:
        """Pull out a loudspeaker; the next of them is the default then."""
        for line in self._ask("list", "short", "modules").splitlines():
            number, module, arguments = line.split("\t")[:3]
            if module == "module-null-sink" and f"sink_name={name} " in arguments:
                self._ask("unload-module", number)

    def _ask(self, *question: str) -> str:
        return subprocess.run(
            ["pactl", *question],
            env={**os.environ, **self.environ},
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        ).stdout

    def _record(self, name: str) -> Recording:
        # Its latency is longer than a player's block, so that the player's counts.
        path = self._folder / f"{name}.pcm"
        with path.open("wb") as file:
            self._run(
                ["parec", "--raw", f"--device={name}.monitor", f"--rate={RATE}", "--channels=1",
                 "--format=s16le", "--latency-msec=100"],
                stdout=file,
            )  # fmt: skip
        # It has to listen before anything is said.
        recording = Recording(path)
        wait_until(lambda: len(recording) > 0, f"the recorder of {name}")
        return recording

    def _run(self, command: list[str], **streams: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env={
                **os.environ,
                **self.environ,
                "HOME": str(self._folder),
                "PULSE_RUNTIME_PATH": str(self._folder),
                "PULSE_STATE_PATH": str(self._folder),
            },
            stdin=subprocess.DEVNULL,
            **streams,
        )
        self._processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE_S)
        shutil.rmtree(self._folder)


@contextmanager
def null_sink(*names: str) -> Iterator[NullSink]:
    speaker = NullSink(names or ("null",))
    try:
        yield speaker
    finally:
        speaker.stop()
