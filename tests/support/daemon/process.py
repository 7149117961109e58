"""A real kokorod in a process of its own, with a home and a socket of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kokoro_client import errors
from kokoro_client.transport import connection
from support.phonemizing import with_dictionary

#: A wait that takes longer has failed; far above what the slowest machine needs.
PATIENCE_S = 60.0

#: Between two looks, seconds: at first, and in a long wait.
LOOK_S = 0.004
MOST_LOOK_S = 0.02

_BIN = Path(sys.executable).parent


def wait_until(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """The first true value of `condition`."""
    began = time.monotonic()
    while not (value := condition()):
        waited_s = time.monotonic() - began
        assert waited_s < patience_s, f"waited {patience_s:g} s for {what}"
        # What takes long is looked at less often: a look at a daemon takes 2 ms of two processors.
        time.sleep(min(LOOK_S * (1 + 10 * waited_s), MOST_LOOK_S))
    return value


class DaemonProcess:
    """Owns the process and its folders; ends it by its pid alone."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        """settings: KOKORO_* variables beside home and socket."""
        self.home = home
        # A path below pytest's own folder can be too long for a socket.
        self._folder = Path(tempfile.mkdtemp(prefix="kk-", dir="/tmp"))
        self.socket = self._folder / "s"
        self.log_path = self._folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        inherited = {key: at for key, at in os.environ.items() if not key.startswith("KOKORO_")}
        self.environ = {
            **inherited,
            "PATH": f"{_BIN}:{os.environ.get('PATH', '')}",
            "KOKORO_HOME": str(home),
            "KOKORO_SOCKET": str(self.socket),
            "KOKOROD_STRICT": "1",  # what would be logged as a harmless bug ends the daemon
            **(settings or {}),
        }

    def start(self, *flags: str) -> DaemonProcess:
        """Run `kokorod`, whose log goes to `log_path`. Does not wait."""
        return self._start([_BIN / "kokorod", *flags])

    def start_after(self, source: str) -> DaemonProcess:
        """The same, with Python source run before it: another interval, a probe that raises."""
        main = "from kokorod.__main__ import main\nmain()\n"
        return self._start([sys.executable, "-c", f"{source}\n{main}"])

    def _start(self, command: Sequence[str | Path]) -> DaemonProcess:
        with_dictionary(self.home)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=self.environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def wait_ready(self) -> DaemonProcess:
        """Wait until it knows what speaks."""
        known = ("ready", "asleep")  # asleep: it was ready, and has rested since
        wait_until(lambda: self._state() in known, f"ready; its log: {self.log}")
        return self

    def ask(self, kind: str, **fields: Any) -> Any:
        return connection.ask(self.socket, {"type": kind, **fields}, PATIENCE_S)

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as a supervisor would; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def clean_up(self) -> None:
        """End it, whatever the test left of it, and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"it did not end on SIGTERM; its log: {self.log}") from None
        self.end_started()
        shutil.rmtree(self._folder)

    def end_started(self) -> None:
        """End a daemon that a client has started here, if there is one."""
        try:
            pid = int(self.ask("status")["pid"])
        except errors.NoDaemonError:
            return
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.socket.exists(), "the end of the daemon that was started")

    def _state(self) -> str:
        assert self.alive, f"it ended with {self.process and self.process.poll()}: {self.log}"
        try:
            value = self.ask("status")
        except (errors.NoDaemonError, errors.ConnectionLostError):
            return ""
        return str(value["state"])
