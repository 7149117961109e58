"""How many random examples a property is tried with: a part in `make test`, all in `make fuzz`."""

from __future__ import annotations

import os
from typing import Final

#: KOKORO_EVERY=1 asks for all.
ALL: Final = os.environ.get("KOKORO_EVERY") == "1"

#: A part of so much is tried else.
PART: Final = 3


def examples(full: int) -> int:
    """`full` of them, or a third."""
    return full if ALL else full // PART
