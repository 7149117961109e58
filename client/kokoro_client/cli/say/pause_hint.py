# worker: a timer's thread.
"""Says why nothing is heard when the speaker is paused: who paused it may be long gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from ... import errors
from .. import exits
from ..speaker import is_paused

#: Of silence, before the daemon is asked. A first sound takes less.
_SILENT_S: Final = 1.0


class PauseHint:
    """Asks once, unless something is heard by then."""

    def __init__(self, status: Callable[[], Any], heard_s: Callable[[], float]) -> None:
        """heard_s: seconds of sound that have been heard."""
        self._status = status
        self._heard_s = heard_s
        self._before_s = heard_s()
        self._timer = threading.Timer(_SILENT_S, self._look)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        if self._heard_s() > self._before_s:
            return
        with suppress(errors.KokoroError):  # who waits for the speech hears of it
            if is_paused(self._status()):
                exits.say_why("the speaker is paused; `kokoroctl resume` lets it go on")
