# pure: no socket, thread or clock.
"""Blends: a voice mixed from 2 to 4 others, written `af_heart:0.6,am_adam:0.4`.

A blend is a voice name like any other, wherever one may stand. Its sound is that of the
weighted mean of its voices' styles; its language is that of its first voice.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from .names import BUILT_IN

#: A mean of more voices is a mean of all: one can no longer be told from another.
MAX_PARTS: Final = 4

#: Characters; `accepted` names the voice in 256, and weights grow if they are spelled out.
MAX_SPEC: Final = 200

#: Weights are told to a ten-thousandth: finer cannot be heard, and one blend has one name.
_UNITS: Final = 10_000

_MAX_WEIGHT: Final = 1_000_000.0
_HOW: Final = "write it as af_heart:0.6,am_adam:0.4, 2 to 4 voices"


@dataclass(frozen=True, slots=True)
class Blend:
    """The voices and their weights, which sum to 1. str() is its one spelling."""

    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        return ",".join(f"{voice}:{weight:g}" for voice, weight in self.parts)


def is_blend(voice: str) -> bool:
    """Whether a voice name is written as a blend; no voice has these marks in its name."""
    return ":" in voice or "," in voice or "+" in voice


def parse(spec: str) -> Blend:
    """The blend that `spec` writes down; a part without a weight has 1.

    Raises ValueError with a sentence that says what is wrong and what is allowed.
    """
    if len(spec) > MAX_SPEC:
        raise ValueError(f"a blend has at most {MAX_SPEC} characters; {_HOW}")
    if "+" in spec:
        raise ValueError(
            f"{spec[:60]!r} is another program's blend; here it is {_ours(spec)[:60]!r}"
        )
    weights: dict[str, float] = {}
    for part in spec.split(","):
        voice, colon, written = (piece.strip() for piece in part.partition(":"))
        if not voice or is_blend(written):
            raise ValueError(f"{spec[:60]!r} is no blend; {_HOW}")
        if voice == BUILT_IN:
            raise ValueError(f"{BUILT_IN} cannot be mixed with others; {_HOW}")
        if voice in weights:
            raise ValueError(f"{voice} is in the blend twice; add its weights up")
        weights[voice] = _weight(voice, written) if colon else 1.0
    total = sum(weights.values())
    if not 2 <= len(weights) <= MAX_PARTS:
        raise ValueError(f"a blend of {len(weights)}; {_HOW}")
    if not total:
        raise ValueError(f"the weights of {spec[:60]!r} sum to 0; give one voice more")
    return Blend(_normalised(weights, total))


def _ours(spec: str) -> str:
    """af_heart(2)+am_adam(1), as other programs for Kokoro write it, in our form."""
    parts = [
        re.fullmatch(r"\s*([^()*]+?)\s*(?:[(*]\s*([\d.]+)\s*\)?)?\s*", p) for p in spec.split("+")
    ]
    return ",".join(f"{p[1]}:{p[2] or 1}" if p else "?" for p in parts)


def _weight(voice: str, written: str) -> float:
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= _MAX_WEIGHT:
        raise ValueError(f"{voice} has the weight {written[:20]!r}; allowed is a number from 0")
    return weight


def _normalised(weights: dict[str, float], total: float) -> tuple[tuple[str, float], ...]:
    units = {voice: round(_UNITS * weight / total) for voice, weight in weights.items()}
    # What rounding left over goes where it is heard least, so that they sum to 1 exactly.
    largest = max(units, key=units.__getitem__)
    units[largest] += _UNITS - sum(units.values())
    return tuple((voice, count / _UNITS) for voice, count in units.items())
