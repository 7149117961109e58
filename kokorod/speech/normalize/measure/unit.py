# pure: no socket, thread or clock.
"""Units: how they are written, and their names in the singular and plural."""

from __future__ import annotations

from typing import Final

from ...tables import rows
from ..number_words import plural

_ROWS: Final = rows("units")

#: Symbol -> the unit in the singular; `_MANY` has the plurals that are not just an s.
UNITS: Final = {written: one for written, one, _ in _ROWS}

_MANY: Final = {one: many for _, one, many in _ROWS if many}

#: What may follow a slash: km/h, MB/s, $/kg.
PER: Final = dict(rows("rates"))


def unit_name(unit: str, power: str, per: str, single: bool) -> str:
    """The unit in words, in the singular or plural."""
    name = UNITS[unit]
    if power:
        name = f"{'square' if power[-1] in '²2' else 'cubic'} {name}"
    if not single:
        name = _plural(name)
    return f"{name} per {PER[per]}" if per else name


def _plural(name: str) -> str:
    if name in _MANY:
        return _MANY[name]
    if name.endswith("hertz"):
        return name
    head, middle, tail = name.partition(" per ")
    if middle:
        return f"{_plural(head)}{middle}{tail}"
    before, _, last = name.rpartition(" ")
    return f"{before} {_MANY.get(last) or plural(last)}".lstrip()
