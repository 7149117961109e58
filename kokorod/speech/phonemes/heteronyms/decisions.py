# pure: no socket, thread or clock.
"""A decision list: rows of a condition and a form; the first row that holds decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .conditions import Condition
from .forms import Form


@dataclass(frozen=True, slots=True)
class Row:
    """name: as `kokoroctl explain` shows it, with the word before it."""

    name: str
    condition: Condition
    form: Form


Rows = Sequence[Row]
