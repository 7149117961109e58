# loop: reads the clock.
"""How far the start has come: seconds since the process was begun, for `status` and the log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Startup:
    """began: of time.monotonic(). The steps are None until they are reached.

    bound      clients can connect, and queue
    session    the model is loaded, its first inference still to come
    ready      it is known what can speak
    optimised  the model's optimised copy is there
    """

    began: float
    bound_s: float | None = None
    session_s: float | None = None
    ready_s: float | None = None
    optimised_s: float | None = None

    def uptime_s(self) -> float:
        return time.monotonic() - self.began

    def reached_session(self, at: float) -> None:
        """at: of time.monotonic(). After ready, another session is no step of the start."""
        if self.ready_s is None:
            self.session_s = at - self.began

    def reached_ready(self) -> None:
        if self.ready_s is None:
            self.ready_s = self.uptime_s()

    def reached_optimised(self) -> None:
        """Again if a copy was made anew."""
        self.optimised_s = self.uptime_s()

    def value(self) -> dict[str, Any]:
        """For `status`, in milliseconds."""
        return {
            "bound_ms": _ms(self.bound_s),
            "session_ms": _ms(self.session_s),
            "ready_ms": _ms(self.ready_s),
            "optimised_ms": _ms(self.optimised_s),
        }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
