# pure: no socket, thread or clock.
"""Rules that raised: a bug of one rule must not end the speech of all.

Owns: how often each rule has raised in this process.
Invariants: a rule is told of once, so that a text cannot flood the log; it is counted each time.
Never: sees the text, or keeps the error, which may quote it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


def _untold(rule: str, error: str) -> None:
    """Nobody asked to be told."""


class Faults:
    """Counted on the speech thread; `value` may be called from any."""

    __slots__ = ("_times", "tell")

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        #: Told the name of the rule and of the error's type.
        self.tell: Callable[[str, str], None] = _untold

    def caught(self, rule: str, error: Exception) -> None:
        """`rule` raised `error`; what it looked at is read without it."""
        first = rule not in self._times
        self._times[rule] = self._times.get(rule, 0) + 1
        if first:
            self.tell(rule, type(error).__name__)

    def value(self) -> dict[str, int]:
        """Rule -> how often it raised; empty if none has. At most as long as the grammar."""
        return dict(self._times)


#: Of every reading in this process.
FAULTS: Final = Faults()
