# pure: no socket, thread or clock.
"""A list of words with a value each, sorted, every word written as what it has not of the last.

Names that stand beside each other share most of their letters, so the list takes half of what
the words would. In blocks of 16: a word is found by a search for its block and a walk through it.

    u32 count of blocks, u32 offset of each block from the start, then the records:
    u8 letters shared with the word before (0 at the start of a block), u8 length of the rest,
    the rest, u8 length of the value, value
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from mmap import mmap
from typing import Final

_BLOCK: Final = 16
_OFFSET: Final = struct.Struct("<I")

#: Lengths are a byte each.
LONGEST: Final = 255


def pack(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The list as bytes. Of pairs with the same word the first counts.

    Raises ValueError if a word or a value is longer than LONGEST bytes.
    """
    records = bytearray()
    starts: list[int] = []
    last, count = b"", 0
    for word, value in sorted(pairs, key=lambda pair: pair[0]):
        if count and word == last:
            continue
        if count % _BLOCK == 0:
            starts.append(len(records))
            last = b""
        shared = _shared(last, word)
        rest = word[shared:]
        records += bytes((shared, len(rest))) + rest + bytes((len(value),)) + value
        last = word
        count += 1
    shift = _OFFSET.size * (1 + len(starts))
    head = b"".join(_OFFSET.pack(n) for n in (len(starts), *(shift + at for at in starts)))
    return head + bytes(records)


def _shared(a: bytes, b: bytes) -> int:
    """How many bytes both begin with."""
    most = min(len(a), len(b))
    return next((i for i in range(most) if a[i] != b[i]), most)


class FrontCoded:
    """Finds words in a list that `pack` made."""

    def __init__(self, data: mmap | bytes, start: int, end: int) -> None:
        """data: bytes of which the list is from `start` to `end`; nothing there: no words."""
        self._data = data
        self._start = start
        self._end = end
        self._blocks = _OFFSET.unpack_from(data, start)[0] if end > start else 0

    def find(self, word: bytes) -> bytes | None:
        """The word's value; None: it is not in the list."""
        low, high = 0, self._blocks
        while low < high:
            middle = (low + high) // 2
            at = self._block(middle)
            if self._data[at + 2 : at + 2 + self._data[at + 1]] <= word:
                low = middle + 1
            else:
                high = middle
        return self._walk(low - 1, word) if low else None

    def _block(self, index: int) -> int:
        return self._start + int(_OFFSET.unpack_from(self._data, self._place(index))[0])

    def _place(self, index: int) -> int:
        return self._start + _OFFSET.size * (1 + index)

    def _walk(self, block: int, word: bytes) -> bytes | None:
        data = self._data
        at = self._block(block)
        end = self._block(block + 1) if block + 1 < self._blocks else self._end
        found = b""
        while at < end:
            rest = at + 2 + data[at + 1]
            found = found[: data[at]] + data[at + 2 : rest]
            value = rest + 1 + data[rest]
            if found == word:
                return data[rest + 1 : value]
            at = value
        return None
