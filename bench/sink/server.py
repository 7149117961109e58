"""A sound server of the bench's own, whose only device is a null sink.

Owns:       the process, the folder with its sockets and ALSA's configuration.
Invariants: the sink takes what kokorod sends as it is (24 kHz, mono, s16le), so that
            its monitor gives back the same samples; it takes none of them back to mix
            them anew, of which a monitor hears only a part.
Never:      touches a server it did not start, or the user's configuration.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kokorod.engine.child import end
from kokorod.errors import KokorodError
from kokorod.types import SAMPLE_RATE

SINK: Final = "bench"

#: It starts within 0.2 s; a machine under load takes longer.
_START_S: Final = 20.0
_STOP_S: Final = 5.0
_LOOK_S: Final = 0.01

#: What ALSA's plugin for PulseAudio is called, in one of the library folders.
_PLUGIN: Final = "alsa-lib/libasound_module_pcm_pulse.so"
_LIBRARIES: Final = ("/usr/lib", "/usr/lib64", "/usr/local/lib")

#: The system's own configuration first: what PortAudio looks through when it starts is
#: part of what is measured.
_ASOUND: Final = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


class NoSoundServerError(KokorodError):
    """It is not installed or does not start."""


class SoundServer:
    def __init__(self) -> None:
        """Start it. Raises NoSoundServerError that names the packages that are missing."""
        if missing := missing_packages():
            raise NoSoundServerError(
                f"missing: {', '.join(missing)}; on Debian and Ubuntu: "
                f"apt-get install {' '.join(missing)}"
            )
        # Short: a socket's path has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kokoro-sink-"))
        self.controls = self._folder / "controls"
        native = self._folder / "native"
        (self._folder / "asound.conf").write_text(_ASOUND)
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("PULSE_", "ALSA_", "KOKORO_"))
        }
        private = {
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_STATE_PATH": str(self._folder),
            "PULSE_COOKIE": str(self._folder / "cookie"),
        }
        #: Of a program that plays here or listens.
        self.environ: Mapping[str, str] = {
            **inherited,
            **private,
            "PULSE_SERVER": f"unix:{native}",
            "ALSA_CONFIG_PATH": str(self._folder / "asound.conf"),
        }
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "pulseaudio",
                    "--daemonize=no",
                    "--use-pid-file=no",
                    "--exit-idle-time=-1",
                    "--realtime=no",
                    "--high-priority=no",
                    "-n",
                    f"--load=module-native-protocol-unix auth-anonymous=1 socket={native}",
                    f"--load=module-cli-protocol-unix socket={self.controls}",
                    f"--load=module-null-sink sink_name={SINK} rate={SAMPLE_RATE} channels=1"
                    " format=s16le norewinds=1",
                ],
                env={**inherited, **private},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_it_listens((native, self.controls))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        end(self._process, _STOP_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_it_listens(self, paths: tuple[Path, ...]) -> None:
        deadline = time.monotonic() + _START_S
        while not all(map(_listens, paths)):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = (self._folder / "log").read_text(errors="replace").strip()
                why = "ended" if ended else f"does not listen after {_START_S:g} s"
                raise NoSoundServerError(f"pulseaudio {why}; it said:\n{said[-1000:]}")
            time.sleep(_LOOK_S)


def missing_packages() -> list[str]:
    """Debian's names of what this machine lacks."""
    return [
        package
        for package, there in (
            ("pulseaudio", shutil.which("pulseaudio")),
            ("pulseaudio-utils", shutil.which("parec")),
            ("libportaudio2", ctypes.util.find_library("portaudio")),
            ("libasound2-plugins", _plugin()),
        )
        if not there
    ]


def _plugin() -> bool:
    return any(
        next(Path(folder).glob(pattern), None) is not None
        for folder in _LIBRARIES
        for pattern in (_PLUGIN, f"*/{_PLUGIN}")
    )


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
        except OSError:
            return False
    return True
