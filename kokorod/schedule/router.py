# pure: no socket, thread or clock.
"""Which lane a segment goes to: the one that is predicted to be done with it first.

The same rule for every segment, long or short. Before a lane has been measured the priors
speak: under SHORT characters the CPU, which begins at once; over LONG the accelerator,
which is made for it; between them whichever is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .cost import Cost

SHORT: Final = 200
LONG: Final = 1_000

#: Runs after which a lane's own cost is believed rather than the priors.
MEASURED: Final = 3


@dataclass(frozen=True, slots=True)
class Option:
    """A lane that could take the segment. busy_s: until its present run is done; 0: idle."""

    name: str
    accelerator: bool
    cost: Cost
    runs: int
    busy_s: float


def choose(options: Sequence[Option], frames: float, characters: int) -> str | None:
    """The lane for a segment of `frames` of a request of `characters`.

    None: the best one is busy, and waiting for it is quicker than another.
    """
    if not options:
        return None
    if any(option.runs < MEASURED for option in options):
        options = _by_prior(options, characters)
        idle = [option for option in options if not option.busy_s]
        return idle[0].name if idle else None
    best = min(options, key=lambda option: option.busy_s + option.cost.seconds(frames))
    return None if best.busy_s else best.name


def _by_prior(options: Sequence[Option], characters: int) -> list[Option]:
    if characters < SHORT:
        return [o for o in options if not o.accelerator] or list(options)
    if characters > LONG:
        return [o for o in options if o.accelerator] or list(options)
    return sorted(options, key=lambda option: option.accelerator)
