"""An interactive shell on a terminal of its own: keys in, what is shown out."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from support.daemon.process import PATIENCE_S


class Shell:
    """Owns the process and its terminal; ends it by its pid alone."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._keyboard, terminal = pty.openpty()
        self._process = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**environ, "TERM": "dumb", "HOME": str(folder), "COLUMNS": "200"},
            cwd=folder,
            start_new_session=True,
        )
        os.close(terminal)
        self.shown = ""

    def type(self, keys: str) -> None:
        self.shown = ""
        os.write(self._keyboard, keys.encode())

    def wait_for(self, text: str) -> None:
        """Until `text` is on the screen since type()."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.shown:
            assert time.monotonic() < deadline, f"no {text!r} in {self.shown!r}"
            if select.select([self._keyboard], [], [], 1.0)[0]:
                self.shown += os.read(self._keyboard, 65536).decode(errors="replace")

    def press_until(self, key: str, text: str) -> None:
        """Press `key`, again and again, until `text` is on the screen.

        What a shell asks for while one types has a time limit, which a busy machine can miss.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            os.write(self._keyboard, key.encode())
            again = time.monotonic() + PATIENCE_S / 10
            while time.monotonic() < again:
                if select.select([self._keyboard], [], [], 1.0)[0]:
                    self.shown += os.read(self._keyboard, 65536).decode(errors="replace")
                if text in self.shown:
                    return
            assert time.monotonic() < deadline, f"no {text!r} in {self.shown!r}"

    def __enter__(self) -> Shell:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._keyboard)
