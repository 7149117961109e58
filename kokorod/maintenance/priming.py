# loop: runs on the one selector thread.
"""Priming: the weights of the session that speaks are kept in memory.

Owns:       one worker, begun with the first optimised copy, that alone uses the mapping.
Invariants: a request that comes stops the touching; with priming off nothing is mapped;
            whatever fails is a reason in `status`, never a failure.
Never:      waits for the thread, which may wait for the disk.

Without a copy the weights are in the process's own memory, and a keep-alive's inference
alone touches them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..config import LiveConfig
from ..engine.loading import Opened
from ..net.loop import Loop
from ..watch.log import Log
from ..worker import InboxFullError, Worker

if TYPE_CHECKING:
    from .weights import Weights

#: An open a reload, a touch a keep-alive: minutes apart, but a disk may hang for hours.
_INBOX: Final = 1_000

_NO_COPY: Final = (
    "the model speaks without its optimised copy, so its weights are no file that could be "
    "kept in memory; restart once the copy is there"
)


class Priming:
    def __init__(self, loop: Loop, live: LiveConfig, log: Log) -> None:
        self.mapped = 0  # bytes
        self.locked = 0
        self.touches = 0
        self.last_ms: float | None = None
        self.why = ""  # something is not as it was asked for
        self._loop = loop
        self._live = live
        self._log = log
        self._path: Path | None = None  # of the copy that speaks
        self._wanted: tuple[Path, bool] | None = None  # what the thread was told last
        self._stop = threading.Event()
        self._worker = Worker("priming", _INBOX, self._failed, goes_on=True)
        self._weights: Weights | None = None  # the thread's own

    # -- for the loop

    def begin(self, opened: Opened) -> None:
        """Another session speaks from now on."""
        from ..engine.optimised.copies import WEIGHTS

        self._path = opened.copy.graph.with_name(WEIGHTS) if opened.copy else None
        self.follow()

    def follow(self) -> None:
        """Do as the configuration says now."""
        config = self._live.config
        path = self._path if config.priming_mode else None
        wanted = None if path is None else (path, config.mlock_weights)
        if path is None:
            self.why = _NO_COPY if config.priming_mode else ""
        if wanted == self._wanted:
            return
        self.why = self.why if path is None else ""
        self._wanted = wanted
        self._do(lambda: self._open(wanted))

    def touch(self) -> None:
        """After a keep-alive: read what the system has dropped from memory."""
        if self._wanted is not None:
            self._stop.clear()
            self._do(self._touch)

    def make_way(self) -> None:
        """A request came: it is to have the disk and the processor."""
        self._stop.set()

    def close(self) -> None:
        """At the end of the process, which unmaps by itself."""
        self._stop.set()

    @property
    def locked_mb(self) -> float:
        return self.locked / 2**20

    def value(self) -> dict[str, Any]:
        """For `status`."""
        from .weights import lock_limit

        limit = lock_limit()
        return {
            "enabled": self._live.config.priming_mode,
            "mapped_mb": _mb(self.mapped),
            "locked_mb": _mb(self.locked),
            "lock_limit_mb": None if limit is None else _mb(limit),
            "touches": self.touches,
            "last_ms": self.last_ms,
            "why": self.why,
        }

    def _do(self, command: Callable[[], None]) -> None:
        self._worker.start()
        try:
            self._worker.do(command)
        except InboxFullError as error:  # a dead disk: speech goes on without it too
            self.why = f"the weights are not kept in memory: {error}"

    # -- on the thread

    def _failed(self, error: Exception) -> None:
        """Speech goes on without it."""
        why = f"the weights are not kept in memory: {type(error).__name__}: {error}"
        self._tell(why=why[:200])

    def _open(self, wanted: tuple[Path, bool] | None) -> None:
        from .weights import Weights

        if self._weights is not None:
            self._weights.close()
            self._weights = None
        why = ""
        if wanted is not None:
            path, lock = wanted
            weights = self._weights = Weights(path)
            why = weights.lock() if lock else ""
        self._tell(why=why)

    def _touch(self) -> None:
        if (weights := self._weights) is None:
            return
        began = time.monotonic()
        if weights.touch(self._stop.is_set):
            self._tell(ms=(time.monotonic() - began) * 1000)

    def _tell(self, why: str | None = None, ms: float | None = None) -> None:
        weights = self._weights
        mapped, locked = (weights.bytes, weights.locked) if weights else (0, 0)
        self._loop.post(lambda: self._told(mapped, locked, why, ms))

    # -- on the loop again

    def _told(self, mapped: int, locked: int, why: str | None, ms: float | None) -> None:
        self.mapped, self.locked = mapped, locked
        if why:
            self._log.warning("priming", why=why)
            self.why = why
        if ms is not None:
            self.touches += 1
            self.last_ms = round(ms, 1)
            self._log.debug("touched", ms=ms)


def _mb(size: int) -> float:
    return round(size / 2**20, 1)
