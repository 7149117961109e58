"""The baseline at the loudspeaker: stackvox's daemon and its own command line.

Owns:       its daemon, the folder with its socket; a virtual environment that is kept.
Invariants: it has this run's model, voices, onnxruntime and kokoro-onnx; it reaches no
            network once it is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil

from bench.model import ModelFiles, cache_folder
from bench.sink.room import CommandFailedError, Started
from bench.sink.server import SoundServer
from bench.speaker import VOICE
from kokorod.engine.child import end
from kokorod.errors import KokorodError

VERSION: Final = "0.15.0"

#: A virtual environment with onnxruntime and numpy; a slow registry takes minutes.
_INSTALL_S: Final = 900.0

_START_S: Final = 120.0
_STOP_S: Final = 15.0
_LOOK_S: Final = 0.05

#: It finishes the sentence that is being synthesized when it is cancelled.
_IDLE_S: Final = 120.0
_IDLE_LOOK_S: Final = 0.2
_IDLE_PERCENT: Final = 5.0


class NoStackvoxError(KokorodError):
    """It cannot be installed or does not start."""


class Stackvox:
    def __init__(self, files: ModelFiles, server: SoundServer) -> None:
        """Install it if it is not, start its daemon. Raises NoStackvoxError."""
        self.name = f"stackvox {VERSION}"
        self._program = _installed(cache_folder(os.environ))
        # Short: a socket's path has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="stackvox-"))
        self._socket = self._folder / "daemon.sock"
        # It takes whatever lies there under these names for Kokoro's files.
        (self._folder / "kokoro-v1.0.onnx").symlink_to(files.model)
        (self._folder / "voices-v1.0.bin").symlink_to(files.voices)
        self._environ = {
            **server.environ,
            "HOME": str(self._folder),
            "STACKVOX_CACHE_DIR": str(self._folder),
            "STACKVOX_NO_UPDATE_CHECK": "1",
        }
        log = self._folder / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [str(self._program), "serve", "--voice", VOICE],
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + _START_S
        while self._tell("ping") != "ok":
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace").strip()[-1000:]
                self.close()
                raise NoStackvoxError(f"stackvox's daemon does not answer; it said:\n{said}")
            time.sleep(_LOOK_S)

    @property
    def pid(self) -> int:
        return self._process.pid

    def say(self, text: str) -> Started:
        return Started.run([str(self._program), "say", "--voice", VOICE, text], self._environ)

    def hush(self, started: Started) -> None:
        started.wait(_STOP_S)
        if (answer := self._tell("cancel")) != "ok":
            raise CommandFailedError(f"stackvox did not cancel: {answer or 'no answer'}")
        self._wait_idle()

    def close(self) -> None:
        end(self._process, _STOP_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tell(self, command: str) -> str:
        """One line to its socket, one back; empty if it does not answer."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(_STOP_S)
            try:
                sock.connect(str(self._socket))
                sock.sendall(json.dumps({"command": command}).encode() + b"\n")
                return sock.recv(1024).decode(errors="replace").strip()
            except OSError:
                return ""

    def _wait_idle(self) -> None:
        process = psutil.Process(self.pid)
        process.cpu_percent()
        deadline = time.monotonic() + _IDLE_S
        while time.monotonic() < deadline:
            time.sleep(_IDLE_LOOK_S)
            if process.cpu_percent() < _IDLE_PERCENT:
                return
        raise CommandFailedError(f"stackvox is still at work {_IDLE_S:g} s after a cancel")


def _installed(cache: Path) -> Path:
    """Its program, in a virtual environment of its own, with our engine's versions."""
    same = {name: metadata.version(name) for name in ("onnxruntime", "kokoro-onnx")}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = "-".join(["stackvox", VERSION, python, *same.values()])
    folder = cache / name
    done = folder / "installed"
    if not done.is_file():
        print(f"installing stackvox {VERSION} (once)", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        cache.mkdir(parents=True, exist_ok=True)
        wanted = [f"stackvox=={VERSION}", *(f"{n}=={v}" for n, v in same.items())]
        _run([sys.executable, "-m", "venv", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        _run([*pip, "--quiet", "install", *wanted])
        done.touch()
    return folder / "bin" / "stackvox"


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip()[-1000:]
        raise NoStackvoxError(
            f"stackvox {VERSION} cannot be installed; pip said:\n{said}"
        ) from None
    except subprocess.TimeoutExpired:
        raise NoStackvoxError(
            f"stackvox {VERSION} was not installed within {_INSTALL_S:g} s; is there a registry?"
        ) from None
