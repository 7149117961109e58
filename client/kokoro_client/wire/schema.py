# pure: no socket, thread or clock.
"""Checks of single values, from which messages.py builds every message's schema.

A check takes a value off the wire and returns it in the type the dataclass wants,
or raises ValueError with a sentence that says what is allowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import Any

Check = Callable[[Any], Any]


def integer(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        # bool is an int to Python, never to the wire.
        if type(value) is not int:
            raise ValueError(f"must be an integer, not {_kind(value)}")
        if not low <= value <= high:
            raise ValueError(f"is {value}, allowed is {low} to {high}")
        return value

    return check


def number(low: float, high: float) -> Check:
    def check(value: Any) -> float:
        if type(value) not in (int, float):
            raise ValueError(f"must be a number, not {_kind(value)}")
        # A NaN fails every comparison, so ask for what is allowed, not for what is not.
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"is {value:g}, allowed is {low:g} to {high:g}")
        return float(value)

    return check


def boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(f"must be true or false, not {_kind(value)}")
    return value


def text(max_chars: int) -> Check:
    def check(value: Any) -> str:
        if type(value) is not str:
            raise ValueError(f"must be a string, not {_kind(value)}")
        if len(value) > max_chars:
            raise ValueError(f"has {len(value)} characters, allowed are {max_chars}")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"is not valid Unicode at character {error.start}") from None
        return value

    return check


def binary(value: Any) -> bytes:
    if type(value) is not bytes:
        raise ValueError(f"must be binary, not {_kind(value)}")
    return value


def choice(kind: type[Enum]) -> Check:
    allowed = ", ".join(str(member.value) for member in kind)

    def check(value: Any) -> Enum:
        if type(value) is not str:
            raise ValueError(f"must be a string, not {_kind(value)}")
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"is {shown(value)}, allowed are {allowed}") from None

    return check


def mapping(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise ValueError(f"must be a map, not {_kind(value)}")
    return value


def optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def shown(value: object) -> str:
    """A value for a message, bounded. Only what is flat: repr() recurses into the rest."""
    if isinstance(value, str | bytes):
        return repr(value[:40])
    return repr(value) if isinstance(value, int | float | None) else f"a {_kind(value)}"


def _kind(value: Any) -> str:
    return "nil" if value is None else type(value).__name__
