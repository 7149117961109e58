# pure: no socket or thread; the clock is an argument.
"""Silence before speech, for outputs that sleep and then swallow the first words: HDMI, Bluetooth.

Owns: when this process played last.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from ..errors import BadRequestError

#: The variable of the environment, in milliseconds.
LEAD_IN: Final = "KOKORO_LEAD_IN_MS"

#: The slowest receivers take 2 s to wake.
MAX_MS: Final = 2_000

#: Outputs go to sleep after 5 s of silence and more.
_REST_S: Final = 5.0


class LeadIn:
    """One for a process: what it played keeps the output awake."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._played: float | None = None

    def due_s(self, now: float) -> float:
        """Seconds of silence before a speech that begins now. Raises BadRequestError."""
        written = self._environ.get(LEAD_IN, "").strip() or "0"
        if not (written.isascii() and written.isdecimal() and int(written[:6]) <= MAX_MS):
            raise BadRequestError(
                f"{LEAD_IN} is {written[:40]!r}, allowed are 0 to {MAX_MS} milliseconds"
            )
        if self._played is not None and now - self._played < _REST_S:
            return 0.0
        return int(written) / 1000

    def played(self, now: float) -> None:
        """Sound was let out until now."""
        self._played = now
