# worker: a thread that looks at the loop.
"""Ends the process when its loop hangs: then nobody is answered, and no signal is either.

Owns:       its thread.
Invariants: the loop has been in one turn for LIMIT_S of which this thread was awake: a machine
            that slept, or a process that was stopped, is no hang.
Never:      wakes the loop.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .log import Log

#: No turn takes a second; a dead disk under the log takes some.
LIMIT_S: Final = 30.0

#: Between looks.
EVERY_S: Final = 5.0


class Watchdog:
    def __init__(self, busy_since: Callable[[], float | None], log: Log) -> None:
        """busy_since: of time.monotonic(), when the present turn of the loop began."""
        self._busy_since = busy_since
        self._log = log
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """On the loop's thread, once."""
        self._watched = threading.get_ident()
        self._thread.start()

    def _watch(self) -> None:
        stalled, seen = 0.0, None
        while stalled < LIMIT_S:
            time.sleep(EVERY_S)
            since = self._busy_since()
            # Not by the clock alone: it went on while the process was stopped.
            stalled = stalled + EVERY_S if since is not None and since == seen else 0.0
            seen = since
        self._log.error("loop_hangs", seconds=stalled, where=self._place())
        os._exit(os.EX_SOFTWARE)

    def _place(self) -> str:
        frame = sys._current_frames().get(self._watched)
        return "" if frame is None else f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
