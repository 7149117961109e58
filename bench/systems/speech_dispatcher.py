"""A real speech-dispatcher whose only voice is our output module, and one client of it.

Owns:       the server's process, a home folder for it, one connection that speaks SSIP.
Invariants: moments are of time.monotonic(), as the monitor's; replies come in the order of the
            commands; events are stamped when their last line was read.
Never:      asks or changes the user's own speech-dispatcher.
"""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from kokorod.engine.child import end
from kokorod.errors import EngineError

#: A server that loads its module answers in a second; the first speech takes the model.
_ANSWER_S: Final = 60.0
_STOP_S: Final = 5.0
_LOOK_S: Final = 0.02

_CONFIG: Final = """\
LogLevel 1
AudioOutputMethod "pulse"
DefaultLanguage "en"
AddModule "kokoro" "sd_kokoro" "kokoro.conf"
DefaultModule kokoro
"""

_MODULE: Final = "kokoro_doors.speechd.module"


@dataclass(frozen=True, slots=True)
class Event:
    """BEGIN, END, CANCELED, PAUSED, RESUMED, or INDEX MARK with the mark's name."""

    name: str
    mark: str
    at: float


def missing() -> str:
    """What this machine lacks; empty if nothing."""
    return "" if shutil.which("speech-dispatcher") else "speech-dispatcher"


class SpeechDispatcher:
    def __init__(self, daemon: Path, environ: Mapping[str, str]) -> None:
        """daemon: its socket; environ: of a program that plays at the sink."""
        # Short: a socket's path has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kokoro-spd-"))
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.Queue[str] = queue.Queue()
        self.events: list[Event] = []  # of this bench's few hundred messages
        try:
            self._start(
                {
                    **environ,
                    "HOME": str(self._folder),
                    "XDG_CONFIG_HOME": str(self._folder / "config"),
                    "XDG_CACHE_HOME": str(self._folder / "cache"),
                    "XDG_DATA_HOME": str(self._folder / "share"),
                    "KOKORO_SOCKET": str(daemon),
                }
            )
            self._connect()
        except BaseException:
            self.close()
            raise

    @property
    def module_mb(self) -> float:
        """Memory of the output module's process."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children(recursive=True):
            if _MODULE in child.cmdline():
                return float(child.memory_info().rss / 1e6)
        raise EngineError("speech-dispatcher does not run the module")

    def echoes(self) -> int:
        """How many sounds the module keeps."""
        folder = self._folder / "cache" / "kokorod" / "speechd"
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    def speak(self, text: str) -> float:
        """Ask for a message: when."""
        self.ask("SPEAK")
        began = time.monotonic()
        self.ask(f"{text}\r\n.")
        return began

    def key(self, name: str) -> float:
        began = time.monotonic()
        self.ask(f"KEY {name}")
        return began

    def stop(self) -> float:
        began = time.monotonic()
        self.ask("STOP self")
        return began

    def ask(self, line: str) -> str:
        """The last line of the reply, which must be a good one."""
        assert self._socket is not None
        self._socket.sendall(f"{line}\r\n".encode())
        try:
            reply = self._replies.get(timeout=_ANSWER_S)
        except queue.Empty:
            raise EngineError(f"speech-dispatcher did not answer in {_ANSWER_S:g} s") from None
        if not reply.startswith("2"):
            raise EngineError(f"speech-dispatcher says {reply!r} to {line.split()[0]}")
        return reply

    def wait_for(self, name: str, after: float) -> Event:
        """The first event of that name that came after a moment."""
        deadline = time.monotonic() + _ANSWER_S
        while time.monotonic() < deadline:
            for event in list(self.events):
                if event.name == name and event.at >= after:
                    return event
            time.sleep(_LOOK_S)
        raise EngineError(f"speech-dispatcher did not tell {name} in {_ANSWER_S:g} s")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            end(self._process, _STOP_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, environ: dict[str, str]) -> None:
        kokoroctl = str(Path(sys.executable).with_name("kokoroctl"))
        subprocess.run(
            [kokoroctl, "speechd", "install", "--no-default"],
            env=environ,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        config = self._folder / "config" / "speech-dispatcher"
        (config / "speechd.conf").write_text(_CONFIG)
        path = self._folder / "ssip"
        places = ("-S", path, "-C", config, "-L", self._folder, "-P", self._folder / "pid")
        self._process = subprocess.Popen(
            ["speech-dispatcher", "-s", "-t", "0", "-c", "unix_socket", *map(str, places)],
            env=environ,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _ANSWER_S
        while not path.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise EngineError("speech-dispatcher did not start")
            time.sleep(_LOOK_S)

    def _connect(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(self._folder / "ssip"))
        threading.Thread(target=self._read, args=(self._socket,), daemon=True).start()
        self.ask("SET self CLIENT_NAME bench:bench:main")
        self.ask("SET self OUTPUT_MODULE kokoro")
        self.ask("SET self SSML_MODE on")
        self.ask("SET self NOTIFICATION ALL on")

    def _read(self, connection: socket.socket) -> None:
        with connection.makefile("r", encoding="utf-8", newline="\r\n") as lines:
            told: list[str] = []
            try:
                for line in lines:
                    told.append(line.rstrip("\r\n"))
                    if told[-1][3:4] == "-":
                        continue
                    if told[-1].startswith("7"):
                        mark = told[2][4:] if len(told) > 3 else ""
                        self.events.append(Event(told[-1][4:], mark, time.monotonic()))
                    else:
                        self._replies.put(told[-1])
                    told = []
            except OSError:
                return  # closed
