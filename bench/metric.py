"""A metric as measured, and what was asked of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Of(StrEnum):
    """What a limit is about."""

    VALUE = "value"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound that counts as reached when it is met exactly. least: a lower bound."""

    of: Of
    bound: float
    least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.least else value <= self.bound

    def shown(self, unit: str) -> str:
        sign = ">=" if self.least else "<="
        return f"{sign} {self.bound:g} {'x' if self.of is Of.RATIO else unit}".rstrip()


def at_most(bound: float) -> Limit:
    return Limit(Of.VALUE, bound)


def at_least(bound: float) -> Limit:
    return Limit(Of.VALUE, bound, least=True)


def ratio_at_most(bound: float) -> Limit:
    return Limit(Of.RATIO, bound)


def ratio_at_least(bound: float) -> Limit:
    return Limit(Of.RATIO, bound, least=True)


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the table.

    value    of kokorod, in `unit`; compared: the same of `against`, if there is one
    asked    every limit must hold
    samples  what the two were computed from, by whose they are; never empty
    note     what a reader has to know beside it
    """

    name: str
    unit: str
    value: float
    asked: tuple[Limit, ...]
    samples: Mapping[str, Sequence[float]]
    compared: float | None = None
    against: str = ""
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.samples or not all(self.samples.values()):
            raise ValueError(f"{self.name}: nothing was measured")

    @property
    def ratio(self) -> float | None:
        return self.value / self.compared if self.compared else None

    @property
    def reached(self) -> bool:
        for limit in self.asked:
            value = self.value if limit.of is Of.VALUE else self.ratio
            if value is None or not limit.holds(value):
                return False
        return True

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": _rounded(self.value),
            "compared": None if self.compared is None else _rounded(self.compared),
            "against": self.against or None,
            "ratio": None if self.ratio is None else _rounded(self.ratio),
            "asked": [limit.shown(self.unit) for limit in self.asked],
            "reached": self.reached,
            "note": self.note,
            "details": dict(self.details),
            "samples": {whose: [_rounded(v) for v in of] for whose, of in self.samples.items()},
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least `percent` % of them do not exceed.

    Raises ValueError if there are none: no sample is no metric.
    """
    if not values:
        raise ValueError("a percentile of nothing")
    ordered = sorted(values)
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
