# pure: no socket, thread or clock.
"""Which of the measured setups to use, and the lines that say so to the daemon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .survey import Measured, Setup

#: Fewer threads within 5 % of the fastest leave the rest of the machine alone.
_AS_FAST: Final = 1.05

#: A variant that sounds worse must save at least a fifth of the time.
_WORTH_IT: Final = 0.8

#: Above this the next segment is not surely there when the last one ends.
STUTTERS: Final = 0.8

#: Spectral correlation with fp32: fp16 0.999, int8 0.916. A model that is no known
#: release sounds as it sounds.
_SOUNDS_WORSE: Final = {"fp16": 1, "int8": 2}


@dataclass(frozen=True, slots=True)
class Advice:
    """setup: what to use; why: sentences for people."""

    setup: Setup
    why: tuple[str, ...]


def advise(measured: Sequence[Measured]) -> Advice:
    """The best of them; there must be one."""
    models = list(dict.fromkeys(m.setup.model for m in measured))
    candidates = [_best_threads([m for m in measured if m.setup.model == n]) for n in models]
    candidates.sort(key=lambda m: (_rank(m.setup), m.rtf))
    best, why = candidates[0], []
    for other in candidates[1:]:
        worse = _rank(other.setup) > _rank(best.setup)
        if other.rtf < best.rtf * (_WORTH_IT if worse else 1.0):
            best = other
    fastest = min((m for m in measured if m.setup.model == best.setup.model), key=lambda m: m.rtf)
    if best is not fastest:
        why.append(
            f"with threads = {best.setup.threads} it is within 5 % of the fastest, "
            f"{fastest.setup.threads}, which would keep the machine busier"
        )
    for other in candidates:
        if other is best:
            continue
        if other.rtf < best.rtf:
            why.append(
                f"{other.setup.model} is {1 - other.rtf / best.rtf:.0%} faster, "
                "too little for what it loses in sound"
            )
        else:
            why.append(f"{other.setup.model} takes {other.rtf / best.rtf:.2f} x as long")
    if best.rtf > STUTTERS:
        why.append(
            f"a second of speech takes {best.rtf:.2f} s: long texts will stutter here; "
            "save them to a file instead"
        )
    return Advice(best.setup, tuple(why))


def config_lines(setup: Setup) -> list[str]:
    """For config.toml."""
    return [f'model = "{setup.model}"', f"threads = {setup.threads}"]


def _best_threads(measured: Sequence[Measured]) -> Measured:
    limit = min(m.rtf for m in measured) * _AS_FAST
    return min((m for m in measured if m.rtf <= limit), key=lambda m: m.setup.threads)


def _rank(setup: Setup) -> int:
    return _SOUNDS_WORSE.get(setup.variant, 0)
