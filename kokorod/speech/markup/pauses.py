# pure: no socket, thread or clock.
"""How long SSML's break is silent, in a document of SSML and as a tag in plain text."""

from __future__ import annotations

import re
from typing import Final

from .fragments import MAX_PAUSE_S

#: Silences of a break by its strength, in seconds.
BREAKS: Final = {
    "none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2,
}  # fmt: skip

_TIME: Final = re.compile(r"\+?(\d{1,7}(?:\.\d{1,6})?|\.\d{1,6})(ms|s)")


def break_s(time: str) -> float | None:
    """Seconds of 500ms or 1.5s, at most MAX_PAUSE_S; None if it is no length."""
    found = _TIME.fullmatch(time.strip())
    if found is None:
        return None
    return min(float(found[1]) / (1000 if found[2] == "ms" else 1), MAX_PAUSE_S)
