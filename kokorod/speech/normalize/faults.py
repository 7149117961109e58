# pure: no socket, thread or clock.
"""Rules that raised: a bug of one rule must not end the speech of all.

Owns:       how often each rule has raised in this process.
Invariants: every error is counted and told, with the name of the rule.
Never:      sees the text, or keeps the error: its message may quote it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


def _untold(rule: str, error: Exception) -> None:
    """Nobody asked to be told."""


class RuleFaults:
    """Counted on the speech thread; `value` may be called from any."""

    __slots__ = ("_times", "tell")

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        #: Called each time on the speech thread. A log line names the rule and the error's type;
        #: never its message. A text may meet a fault at every word: bound the lines.
        self.tell: Callable[[str, Exception], None] = _untold

    def caught(self, rule: str, error: Exception) -> None:
        """`rule` raised `error`; what it looked at is read without it."""
        self._times[rule] = self._times.get(rule, 0) + 1
        self.tell(rule, error)

    def value(self) -> dict[str, int]:
        """Rule -> how often it raised; empty if none has. At most as long as the grammar."""
        return dict(self._times)


#: Of every reading in this process.
FAULTS: Final = RuleFaults()
