# pure: no socket, thread or clock.
"""Errors met while a text is read, and contained: counted, and told without the text.

A rule, a dictionary, a library behind it or a reader of markup may raise what nobody
thought of. What it was asked for is then read plainly: the token, else the sentence, else
the request is given up. The daemon and the other requests go on.

Owns:       the counts.
Invariants: whoever contains an error says so here; nothing is contained in silence.
Never:      holds or tells any of the text: an error's message may quote it.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Kinds of fault counted apart; a text cannot make the table grow without end.
_MAX_KINDS: Final = 200

#: The package: a fault is named by the last of its own lines that was on the way.
_ROOT: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Fault:
    """place: what was asked for; error: the type raised; line: of our source, on the way
    there; times: how often it has been met, this time included."""

    place: str
    error: str
    line: str
    times: int

    @property
    def worth_telling(self) -> bool:
        """The first time, the tenth, the hundredth: a text may meet it at every word."""
        return str(self.times).rstrip("0") == "1"


class Faults:
    """See the module for what it owns and must not do."""

    def __init__(self, tell: Callable[[Fault], None] | None = None) -> None:
        """tell: called with each; None: whatever is caught is raised again, for tests and tools."""
        self._tell = tell
        self._counts: Counter[tuple[str, str, str]] = Counter()

    @property
    def total(self) -> int:
        return self._counts.total()

    def caught(self, place: str, error: Exception) -> None:
        """An error was contained in `place`."""
        if self._tell is None:
            raise error
        kind = (place, type(error).__name__, _line_of(error))
        if kind not in self._counts and len(self._counts) >= _MAX_KINDS:
            kind = (place, type(error).__name__, "")
        self._counts[kind] += 1
        self._tell(Fault(*kind, times=self._counts[kind]))


def _line_of(error: Exception) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT):
            return f"{path.relative_to(_ROOT)}:{frame.lineno}"
    return ""
