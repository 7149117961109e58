# worker: called by worker threads; the counters are read by the loop.
"""Sessions are made once: who needs one that exists gets it, who comes meanwhile waits.

Owns:       nothing for long: a session lives as long as a lane uses it.
Invariants: of one key at most one is being made; those who wait get what came of it,
            the failure too; a failure is not kept, the next one tries again.
Never:      holds its lock while a session is made: lanes with another key go on.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class _Making(Generic[V]):
    def __init__(self) -> None:
        self.done = threading.Event()
        self.value: V | None = None
        self.error: BaseException | None = None


class Sessions(Generic[V]):
    """Values by key; V is a synthesizer, or whatever holds a session.

    created   were made
    hits      were there, or were being made for another, or a lane shares them
    misses    had to be made, those that failed included
    """

    def __init__(self) -> None:
        self.created = 0
        self.hits = 0
        self.misses = 0
        self._lock = threading.Lock()
        # Weak: a lane that closes gives its memory back, whoever asked first.
        self._made: weakref.WeakValueDictionary[Hashable, V] = weakref.WeakValueDictionary()
        self._making: dict[Hashable, _Making[V]] = {}

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of `key`, made by the first who asks. Raises what make() raises."""
        with self._lock:
            value = self._made.get(key)
            if value is not None:
                self.hits += 1
                return value
            making = self._making.get(key)
            if making is not None:
                self.hits += 1
            else:
                self.misses += 1
                mine = self._making[key] = _Making()
        if making is not None:
            making.done.wait()
            if making.error is not None:
                raise making.error
            assert making.value is not None
            return making.value
        try:
            made = mine.value = make()
        except BaseException as error:
            mine.error = error
            raise
        finally:
            with self._lock:
                # Another may have begun since, if this one was forgotten meanwhile.
                if self._making.get(key) is mine:
                    del self._making[key]
                    if mine.value is not None:
                        self._made[key] = mine.value
                if mine.value is not None:
                    self.created += 1
            mine.done.set()
        return made

    def shared(self) -> None:
        """Count a lane that takes what another lane has."""
        with self._lock:
            self.hits += 1

    def forget(self) -> None:
        """Have every one made anew, as for a new model; those in use stay with their lanes."""
        with self._lock:
            self._made.clear()
            self._making.clear()

    def __len__(self) -> int:
        return len(self._made)
