# pure: no socket, thread, clock or onnxruntime.
"""Which numbers a generator's norms are, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError

_KINDS = ("mean", "variance")


@dataclass(frozen=True)
class Layout:
    """The norms of a generator in their order: channels, kind and tensor of each."""

    channels: tuple[int, ...]
    kinds: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Layout:
        """From a line each: channels, kind and name. Raises EngineError."""
        lines = [line.split(" ", 2) for line in text.splitlines()]
        if not all(len(n) == 3 and n[0].isdecimal() and n[1] in _KINDS for n in lines):
            raise EngineError("the norms of a copy in parts cannot be read")
        return cls(
            tuple(int(n[0]) for n in lines), tuple(n[1] for n in lines), tuple(n[2] for n in lines)
        )

    def __str__(self) -> str:
        lines = zip(self.channels, self.kinds, self.names, strict=True)
        return "\n".join(f"{channels} {kind} {name}" for channels, kind, name in lines)

    @property
    def size(self) -> int:
        return sum(self.channels)

    @cached_property
    def variances(self) -> NDArray[np.bool_]:
        """bool [size]: which numbers are variances."""
        return np.repeat([kind == "variance" for kind in self.kinds], self.channels)

    def spread(self, values: str) -> NDArray[np.float32]:
        """float32 [size] of one value for each norm. Raises EngineError."""
        try:
            return np.repeat(np.array(values.split(), np.float32), self.channels)
        except ValueError:
            raise EngineError("a graph's constant norms are not as many as its norms") from None

    def same_as(self, other: Layout) -> bool:
        """The same norms, in whatever order."""
        return self._sorted() == other._sorted()

    def places_in(self, other: Layout) -> NDArray[np.int64]:
        """int64 [size]: where each of these numbers lies in the other, if same_as(other)."""
        starts = np.concatenate([[0], np.cumsum(other.channels)])
        at = {name: int(starts[place]) for place, name in enumerate(other.names)}
        pieces = [
            np.arange(at[name], at[name] + channels)
            for name, channels in zip(self.names, self.channels, strict=True)
        ]
        return np.concatenate(pieces).astype(np.int64)

    def _sorted(self) -> list[tuple[str, str, int]]:
        return sorted(zip(self.names, self.kinds, self.channels, strict=True))
