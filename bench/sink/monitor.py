"""The ear at the null sink: its monitor, recorded all the time.

Owns:       parec's process, the thread that reads from it, what was recorded since forget().
Invariants: blocks are stamped when they are read; the thread alone adds to them.
Never:      keeps more than LONGEST_S.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np

from bench.sink.recording import Recording
from bench.sink.server import SINK, NoSoundServerError, SoundServer
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.engine.child import end
from kokorod.types import SAMPLE_RATE

#: Of one recording; the longest text takes half of it. 29 MB.
LONGEST_S: Final = 600.0

#: What the sink gives out at once, and so how exact a moment is.
BLOCK_MS: Final = 5

#: parec begins within 0.1 s.
_START_S: Final = 20.0
_STOP_S: Final = 5.0

#: Between two looks at what was recorded. They cost processor time that the measured
#: do not get; moments are told by the blocks, not by when somebody looks.
_LOOK_S: Final = 0.03

_SAMPLE_BYTES: Final = 2

_T = TypeVar("_T")


class Monitor:
    def __init__(self, server: SoundServer) -> None:
        """Begin to record. Raises NoSoundServerError."""
        self._lock = threading.Lock()
        self._pcm = bytearray()
        self._starts: list[int] = []
        self._arrivals: list[float] = []
        self._process = subprocess.Popen(
            [
                "parec",
                "--raw",
                "--format=s16le",
                f"--rate={SAMPLE_RATE}",
                "--channels=1",
                f"--latency-msec={BLOCK_MS}",
                f"--device={SINK}.monitor",
            ],
            env=dict(server.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._thread = threading.Thread(target=self._read, name="bench-monitor", daemon=True)
        self._thread.start()
        try:
            self.wait(lambda heard: True if len(heard.starts) else None, _START_S, "a block")
        except NothingHeardError:
            self.close()
            raise NoSoundServerError("parec records nothing; its words stand above") from None

    def close(self) -> None:
        end(self._process, _STOP_S)
        self._thread.join(_STOP_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def forget(self) -> None:
        """What comes from now on is a new recording."""
        with self._lock:
            self._pcm = bytearray()
            self._starts, self._arrivals = [], []

    def recording(self) -> Recording:
        """Since forget(), as far as it has come."""
        with self._lock:
            return Recording(
                np.frombuffer(bytes(self._pcm), "<i2"),
                np.array(self._starts, np.int64),
                np.array(self._arrivals, np.float64),
            )

    def wait(self, look: Callable[[Recording], _T | None], timeout_s: float, wanted: str) -> _T:
        """What `look` finds in the recording, soon after it is there.

        Raises NothingHeardError that names what was `wanted` after `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            heard = self.recording()
            found = look(heard) if len(heard.starts) else None
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise NothingHeardError(f"{wanted} was not heard within {timeout_s:g} s")
            time.sleep(_LOOK_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while data := self._process.stdout.read(65536):
            arrived = time.monotonic()
            data = rest + data
            rest = data[len(data) - len(data) % _SAMPLE_BYTES :]
            with self._lock:
                if len(self._pcm) > LONGEST_S * SAMPLE_RATE * _SAMPLE_BYTES:
                    continue
                self._starts.append(len(self._pcm) // _SAMPLE_BYTES)
                self._arrivals.append(arrived)
                self._pcm += data[: len(data) - len(rest)]
