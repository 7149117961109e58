# pure: no I/O, no threads.
"""Which part is given to which worker, and given again if it was lost.

Owns:       the parts that are to be spoken, in order; who has which; how often each was tried.
Invariants: a part is waiting, with one worker, or done; a worker has AHEAD at most; a part is
            tried MOST_TRIES times at most.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from heapq import heapify, heappop, heappush
from typing import Final

#: Of a worker: what it speaks, and what it speaks next while the answer is on its way. So what is
#: in flight, and in the memory of this process, is bounded by the workers.
AHEAD: Final = 2

#: Of a part: each time its worker or its node may have died for a reason of its own; a part that
#: ends its daemon ends three.
MOST_TRIES: Final = 4


class Spread:
    def __init__(self, keys: Iterable[str]) -> None:
        """keys: different ones, in the order in which they are wanted."""
        self._keys = list(dict.fromkeys(keys))
        self._order = {key: number for number, key in enumerate(self._keys)}
        self._waiting = list(range(len(self._keys)))
        heapify(self._waiting)
        self._given: dict[str, Hashable] = {}
        self._with: dict[Hashable, int] = {}
        self._tries: dict[str, int] = {}

    @property
    def over(self) -> bool:
        return not self._waiting and not self._given

    @property
    def left(self) -> int:
        """Parts that are not done."""
        return len(self._waiting) + len(self._given)

    def next(self, worker: Hashable) -> str | None:
        """The first part that nobody has, if the worker may have one more."""
        if not self._waiting or self._with.get(worker, 0) >= AHEAD:
            return None
        key = self._keys[heappop(self._waiting)]
        self._given[key] = worker
        self._with[worker] = self._with.get(worker, 0) + 1
        self._tries[key] = self._tries.get(key, 0) + 1
        return key

    def done(self, key: str) -> None:
        self._take(key)
        self._tries.pop(key)

    def failed(self, key: str) -> bool:
        """It is to be tried again. False: it was tried often enough."""
        self._take(key)
        heappush(self._waiting, self._order[key])
        return self._tries[key] < MOST_TRIES

    def lost(self, worker: Hashable) -> str | None:
        """What the worker had is to be tried again; a part of it that was tried often enough."""
        had = [key for key, who in self._given.items() if who == worker]
        worn = [key for key in had if not self.failed(key)]
        self._with.pop(worker, None)
        return worn[0] if worn else None

    def _take(self, key: str) -> None:
        self._with[self._given.pop(key)] -= 1
