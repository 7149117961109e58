# process: a part of `kokoroctl bench`.
"""A daemon of the benchmark's own: nobody else speaks with it, and it ends with it.

Owns:       the process, a folder for its socket and log.
Invariants: once entered it is ready and, if that is waited for, has done what it does
            by itself after a start; once left it has ended and the folder is gone.
Never:      touches a daemon it did not start.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psutil

from ...engine.child import end
from .line import Line, LineError

#: To load the model, on a slow disk.
_START_S: Final = 120.0

#: To build an optimised graph and to test accelerators, on a slow machine.
_QUIET_S: Final = 300.0

#: The daemon drains for 5 s and then ends by itself.
_STOP_S: Final = 15.0

_LOOK_S: Final = 0.05

#: Quiet is: this part of one core, for so many looks of _IDLE_LOOK_S in a row.
_IDLE_PERCENT: Final = 5.0
_IDLE_LOOK_S: Final = 0.25
_IDLE_LOOKS: Final = 4


class PrivateDaemon:
    def __init__(
        self,
        environ: Mapping[str, str],
        program: Sequence[str] = ("-m", "kokorod"),
        wait_until_quiet: bool = True,
    ) -> None:
        """environ: all of its environment but KOKORO_SOCKET; program: for the interpreter."""
        # Short: a socket's path has at most 103 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kokoro-"))
        self.socket = self._folder / "socket"
        self._log = self._folder / "log"
        self._program = program
        self._waits_until_quiet = wait_until_quiet
        self._environ = {**environ, "KOKORO_SOCKET": str(self.socket)}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready and quiet. Raises LineError with its log's end."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_S
        while self._state() not in ("ready", "stopping"):
            self._check(deadline, f"the daemon is not ready after {_START_S:g} s")
            time.sleep(_LOOK_S)
        if self._waits_until_quiet:
            self._wait_quiet()

    def stop(self) -> None:
        """End it as a supervisor would."""
        process, self._process = self._process, None
        if process is not None:
            end(process, _STOP_S)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def status(self) -> Any:
        with Line(self.socket) as line:
            return line.ask("status")

    def log_end(self) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-10:])
        except OSError:
            return ""

    def _state(self) -> str:
        try:
            return str(self.status()["state"])
        except LineError:
            return ""

    def _wait_quiet(self) -> None:
        # Work it does by itself after a start must not be measured with a request's.
        deadline = time.monotonic() + _QUIET_S
        process = psutil.Process(self.pid)
        process.cpu_percent()
        quiet = 0
        while quiet < _IDLE_LOOKS:
            self._check(deadline, f"the daemon is still at work {_QUIET_S:g} s after its start")
            time.sleep(_IDLE_LOOK_S)
            # What a child of low priority does costs the daemon itself nothing.
            busy = process.cpu_percent() >= _IDLE_PERCENT or self.status()["startup"]["phase"]
            quiet = 0 if busy else quiet + 1

    def _check(self, deadline: float, problem: str) -> None:
        assert self._process is not None
        if (status := self._process.poll()) is not None:
            problem = f"the daemon ended with status {status}"
        elif time.monotonic() < deadline:
            return
        raise LineError(f"{problem}; its log ends with:\n{self.log_end()}")
