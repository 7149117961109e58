"""`kokoroctl book render --json` as a user runs it; when it told what.

Owns:       the process, the thread that reads what it tells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bench.speaker import VOICE
from kokorod.commands.bench.hearing import NothingHeardError

#: 50,000 characters on one slow core, three times over.
_RENDER_S: Final = 4 * 3_600.0


class BookRender:
    def __init__(self, socket: Path, book: Path, out: Path, *flags: str, **environ: str) -> None:
        program = Path(sys.executable).with_name("kokoroctl")
        self.process = subprocess.Popen(
            [program, "book", "render", "--json", "-v", VOICE, book, "-o", out, *flags],
            env={**os.environ, "KOKORO_SOCKET": str(socket), "KOKORO_NO_START": "1", **environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: list[tuple[float, dict[str, Any]]] = []
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._read, name="book-render", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._thread.join()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def wait_begun(self) -> None:
        """It is known what speaks; the first part is begun."""
        self._begun.wait(_RENDER_S)

    def end(self) -> dict[str, Any]:
        """Its last event, `done`. Raises NothingHeardError if it did not get there."""
        self.process.wait(_RENDER_S)
        self._thread.join()
        if not self._told or self._told[-1][1]["event"] != "done":
            raise NothingHeardError("the book was not rendered to its end; why stands above")
        return self._told[-1][1]

    def seconds_a_part(self) -> float:
        """From the first part's end to the last one's."""
        at = [when for when, event in self._told if event["event"] == "part"]
        if len(at) < 2:
            raise NothingHeardError(f"{len(at)} parts tell no pace")
        return (at[-1] - at[0]) / (len(at) - 1)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._told.append((time.perf_counter(), json.loads(line)))
            self._begun.set()
        self._begun.set()
