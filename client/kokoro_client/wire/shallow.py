# pure: no socket, thread or clock.
"""A msgpack map that is nested no deeper than it may be: known before anything deeper is made.

What a request may hold is flat. msgpack's own limits bound a single array or map, not how many
there are in one another: 64 KiB of empty maps took 10 ms, and a thousand levels were built before
the schema could refuse them. So values are taken one after the other, each container by its
header, and there is a limit to them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgpack

#: Values in all, at 0.5 us each; the largest request has 15 keys.
_MOST_VALUES: Final = 2_048

_MAP, _ARRAY = 1, 2


def _kinds() -> bytes:
    """By a value's first byte: whether it is a map or an array."""
    kinds = bytearray(256)
    kinds[0x80:0x90] = bytes([_MAP]) * 16
    kinds[0x90:0xA0] = bytes([_ARRAY]) * 16
    kinds[0xDC] = kinds[0xDD] = _ARRAY
    kinds[0xDE] = kinds[0xDF] = _MAP
    return bytes(kinds)


_KINDS: Final = _kinds()


class NestedError(ValueError):
    """It is nested too deep, or has too many values."""


def unpack(body: bytes, depth: int, ext_hook: Callable[[int, bytes], Any]) -> Any:
    """The one value of `body`, at most `depth` maps and arrays in one another.

    Raises NestedError, and what msgpack raises for bytes that are none of it.
    """
    unpacker = msgpack.Unpacker(
        raw=False,
        # A string that is not UTF-8 reaches the schema, which knows the id of its request.
        unicode_errors="surrogateescape",
        ext_hook=ext_hook,
        max_buffer_size=max(len(body), 1),
        max_ext_len=0,
    )
    unpacker.feed(body)
    value = _Walk(body, unpacker).value(depth)
    if unpacker.tell() != len(body):
        raise ValueError("bytes are left over")
    return value


class _Walk:
    """Owns the unpacker, which stands before the next value, and how many may still come."""

    def __init__(self, body: bytes, unpacker: Any) -> None:
        self._body = body
        self._unpacker = unpacker
        self._left = _MOST_VALUES

    def value(self, depth: int) -> Any:
        kind = _KINDS[self._body[self._unpacker.tell()]]
        if not kind:
            return self._unpacker.unpack()
        if not depth:
            raise NestedError("is nested deeper than a request may be")
        if kind == _ARRAY:
            count = self._take(self._unpacker.read_array_header())
            return [self.value(depth - 1) for _ in range(count)]
        count = self._take(self._unpacker.read_map_header())
        return dict(self._pairs(count, depth - 1))

    def _take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise NestedError(f"holds more than {_MOST_VALUES} values")
        return count

    def _pairs(self, count: int, depth: int) -> list[tuple[str | bytes, Any]]:
        seen = set()
        pairs = []
        for _ in range(count):
            key = self.value(0)
            if not isinstance(key, str | bytes):
                raise ValueError("a key is no string")
            if key in seen:
                raise ValueError("a key occurs twice")
            seen.add(key)
            pairs.append((key, self.value(depth)))
        return pairs
