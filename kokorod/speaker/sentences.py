# pure: no socket, thread or clock.
"""Where the sentences of a request begin in its sound, and where a listener goes from one.

Owns:       the beginnings of its last KEPT sentences, and how many sentences on a listener wants
            that are not known yet.
Invariants: beginnings rise; all times are seconds of the request's sound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

#: A client keeps five minutes that were heard and has at most one ahead: a sentence or two a
#: second, and nobody goes back further.
KEPT: Final = 1_024

#: Whoever has heard less of a sentence wants the one before it: as with the tracks of a player.
AGAIN_S: Final = 1.0


class Sentences:
    def __init__(self) -> None:
        self._begins: deque[float] = deque(maxlen=KEPT)
        self._end_s = 0.0  # of those that are known
        self._wanted = 0

    def learn(self, begins: Sequence[float], end_s: float) -> float | None:
        """More of them are known, up to end_s: where a listener who went ahead goes now."""
        new = [at_s for at_s in begins if not self._begins or at_s > self._begins[-1]]
        self._begins.extend(new)
        moved = end_s > self._end_s
        self._end_s = max(self._end_s, end_s)
        if not self._wanted or not moved:
            return None
        if len(new) < self._wanted:
            self._wanted -= len(new)
            return self._end_s
        at_s, self._wanted = new[self._wanted - 1], 0
        return at_s

    def back(self, heard_s: float) -> float:
        """The beginning of what is heard, or of the one before if that has just begun."""
        self._wanted = 0
        before = [at_s for at_s in self._begins if at_s <= heard_s][-2:]
        if len(before) == 2 and heard_s - before[1] < AGAIN_S:
            return before[0]
        return before[-1] if before else 0.0

    def forward(self, heard_s: float) -> float:
        """The beginning of the next one; the end of what is known if that is not."""
        for at_s in self._begins:
            if at_s > heard_s:
                return at_s
        self._wanted += 1
        return self._end_s
