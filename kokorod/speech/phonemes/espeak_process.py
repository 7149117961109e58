# process: EspeakProcess is used by the speech thread; main() runs in the child.
"""espeak-ng for phonemes in a process of its own: it writes beyond its buffers at some texts
that anybody may send ('s 68 times in French), which then ends that process and no other.

Owns:       the process; the texts that ended one, so that none ends two.
Invariants: the texts of a question come back in one exchange, of 0.1 ms.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ...safety import numpy_threads
from ...safety.isolated import Answer, DiedError, Isolated, nursery
from .espeak_library import EspeakLibrary, clean

#: 60 words take a millisecond; a machine that sleeps or swaps may take long.
_PATIENCE_S: Final = 10.0

#: Questions that ended a worker, remembered by their hash.
_MOST_DEADLY: Final = 1_000


class EspeakProcess:
    """What EspeakLibrary has, asked of a child."""

    def __init__(self, folder: Path) -> None:
        """folder: for the library's copies, in the daemon's home."""
        self._isolated = Isolated(__name__, [str(folder)])
        self._deadly: dict[bytes, None] = {}
        with contextlib.suppress(Exception):  # told to the first who asks
            self._isolated.begin()

    def raw(self, lines: Sequence[str], name: str) -> list[str]:
        """See EspeakLibrary. Raises DiedError too."""
        return self._ask("raw", lines, name)

    def tied(self, texts: Sequence[str], name: str) -> list[str]:
        """See EspeakLibrary. Raises DiedError too."""
        return self._ask("tied", texts, name)

    def _ask(self, how: str, texts: Sequence[str], name: str) -> list[str]:
        question = json.dumps([how, name, list(texts)]).encode()
        hashed = hashlib.blake2b(question, digest_size=16).digest()
        if hashed in self._deadly:
            raise DiedError("it crashed over the same text before")
        try:
            answer = json.loads(self._isolated.ask(question, _PATIENCE_S))
        except DiedError as error:
            if not error.over_it:
                raise
            if len(self._deadly) >= _MOST_DEADLY:
                del self._deadly[next(iter(self._deadly))]
            self._deadly[hashed] = None
            raise
        return [str(said) for said in answer]


def _make() -> Answer:
    library = EspeakLibrary(in_child=True)

    def answer(question: bytes, cancelled: Callable[[], bool]) -> bytes:
        how, name, texts = json.loads(question)
        asked = library.raw if how == "raw" else library.tied
        return json.dumps(asked(texts, name)).encode()

    return answer


def main() -> None:
    folder = Path(sys.argv[1])
    clean(folder)
    if folder.is_dir():
        tempfile.tempdir = str(folder)
    numpy_threads.keep_to_one(os.environ)  # one thread in all, which makes its forks safe
    with contextlib.suppress(ImportError):  # else told to who asks
        from phonemizer.backend import EspeakBackend  # noqa: F401 - once, for every worker
    nursery(_make)


if __name__ == "__main__":
    main()
