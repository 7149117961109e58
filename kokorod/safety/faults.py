# worker: told by every thread.
"""Errors that were met and contained: counted, and told without the text.

A rule, a dictionary, a library behind it, a run of a synthesizer, an answer may raise what
nobody thought of. What was asked for is then done more plainly, or the request is given up. The
daemon and the other requests go on.

Owns:       the counts.
Invariants: whoever contains an error says so here; nothing is contained in silence; what
            breaks the loop or the scheduler itself is not contained (see broken()).
Never:      holds or tells any of the text: an error's message may quote it.
"""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import BrokenInvariantError

#: Kinds of fault counted apart; a text cannot make the table grow without end.
_MAX_KINDS: Final = 200

#: The package: a fault is named by the last of its own lines that was on the way.
_ROOT: Final = Path(__file__).resolve().parents[1]

#: Half done, its steps leave a state that no request may go on with.
_DECIDES: Final = _ROOT / "schedule"

#: What is given what was decided: what they raise themselves has left some of it undone.
_PERFORMS: Final = ((_ROOT / "perform.py", "perform"), (_ROOT / "perform.py", "_step_over"))


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
        return worth_telling(self.times)


def worth_telling(times: int) -> bool:
    """The first time, the tenth, the hundredth: what comes at every word, or from who tries on
    and on, does not fill the log.
    """
    return str(times).rstrip("0") == "1"


class Faults:
    """See the module for what it owns and must not do."""

    def __init__(self, tell: Callable[[Fault], None] | None = None) -> None:
        """tell: called with each; None: whatever is caught is raised again, for tests and tools."""
        self._tell = tell
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()

    @property
    def total(self) -> int:
        return self._counts.total()

    def contain(self, place: str, error: Exception) -> None:
        """Say that an error was contained in `place`; raises it if it is no request's."""
        if broken(error):
            raise error
        self.caught(place, error)

    def caught(self, place: str, error: Exception) -> None:
        """An error was contained in `place`."""
        if self._tell is None:
            raise error
        kind = (place, type(error).__name__, _line_of(error))
        with self._lock:
            if kind not in self._counts and len(self._counts) >= _MAX_KINDS:
                kind = (place, type(error).__name__, "")
            self._counts[kind] += 1
            times = self._counts[kind]
        self._tell(Fault(*kind, times=times))


def why(what: str, error: Exception) -> str:
    """The line for people of what was contained, e.g. "the run failed (ValueError); ..."."""
    return f"{what} ({type(error).__name__}); see the daemon's log"


def broken(error: Exception) -> bool:
    """The error is no request's: what decides for all of them was left half done."""
    if isinstance(error, (BrokenInvariantError, AssertionError)):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    own = [(path, f.name) for f in frames if (path := Path(f.filename)).is_relative_to(_ROOT)]
    if own and own[-1] in _PERFORMS:
        return True
    return any(path.is_relative_to(_DECIDES) for path, _ in own)


def trace_of(error: Exception) -> list[str]:
    """Where it came from and its type, a line each; never its message, which may quote a text."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        *(f"{_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames),
        type(error).__name__,
    ]


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name


def _line_of(error: Exception) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(_ROOT):
            return f"{_place(frame.filename)}:{frame.lineno}"
    return ""
