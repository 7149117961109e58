"""Our output module of speech-dispatcher, with a bench in the place of the server.

Owns:       the module's process, a folder for its cache.
Invariants: moments are of time.perf_counter(): when a command's last byte was written, when the
            first byte of an event was there.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from kokoro_doors.speechd import protocol
from kokorod.errors import EngineError

#: An answer that takes longer is none.
_ANSWER_S: Final = 60.0


class SpeechdModule:
    def __init__(self, socket: Path) -> None:
        """socket: of a daemon that runs."""
        self._folder = tempfile.TemporaryDirectory(prefix="kokoro-bench-")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kokoro_doors.speechd.module"],
            env={
                **os.environ,
                "KOKORO_SOCKET": str(socket),
                "XDG_CACHE_HOME": self._folder.name,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        self._rest = b""
        self._send("INIT\n")
        self._until(b"299 OK")
        self._send("AUDIO\naudio_output_method=server\n.\n")
        self._until(b"203 OK")

    @property
    def memory_mb(self) -> float:
        return float(psutil.Process(self._process.pid).memory_info().rss / 1e6)

    def echoes(self) -> int:
        """How many sounds it keeps."""
        folder = Path(self._folder.name) / "kokorod" / "speechd"
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    def begin(self, command: str, text: str) -> float:
        """Ask for a message: when."""
        self._send(f"{command}\n")
        self._until(b"202 OK")
        began = time.perf_counter()
        self._send(f"{text}\n.\n")
        self._until(b"200 OK")
        return began

    def seconds_to_sound(self, command: str, text: str) -> float:
        """From the message to its first event of sound; waits for its end."""
        began = self.begin(command, text)
        self._until(b"705-bits")
        taken = time.perf_counter() - began
        self._until(b"702 END")
        return taken

    def heard(self, text: str) -> tuple[bytes, list[int]]:
        """A message's whole sound, and the samples at which its marks are, but the server's own."""
        self.begin("SPEAK", text)
        pcm, marks = bytearray(), []
        while (line := self._line()) != b"702 END":
            if line.startswith(b"705-AUDIO\0"):
                pcm += protocol.unescaped(line[len(b"705-AUDIO\0") :])
            elif line.startswith(b"700-"):
                marks.append(len(pcm) // 2)
        return bytes(pcm), marks

    def stop(self) -> None:
        self._send("STOP\n")
        self._until(b"703 STOP")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._folder.cleanup()

    def _send(self, text: str) -> None:
        os.write(self._in, text.encode())

    def _until(self, begins: bytes) -> None:
        """Read lines until one begins so."""
        while not self._line().startswith(begins):
            pass

    def _line(self) -> bytes:
        deadline = time.monotonic() + _ANSWER_S
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._out], [], [], left)[0]:
                raise EngineError(f"the module said nothing for {_ANSWER_S:g} s")
            if not (data := os.read(self._out, 65_536)):
                raise EngineError("the module has ended")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line
