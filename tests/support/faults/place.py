"""A place at which the project touches a disk, and what must hold if that fails there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokoro_client import errors
from kokorod.errors import KokorodError

#: What a place may raise, told to people in a line.
TYPED: Final[tuple[type[Exception], ...]] = (KokorodError, errors.KokoroError)


class UnclearError(AssertionError):
    """What is told of a fault is not fit for people."""


@dataclass(frozen=True)
class Place:
    """prepare: in a fresh folder; act: may fail as `raises` has it; again: without faults, after
    act() in the same folder, and looks at what is there then.
    """

    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    again: Callable[[Path], object]
    raises: tuple[type[Exception], ...]


PLACES: Final[dict[str, Place]] = {}


def place(
    name: str,
    act: Callable[[Path], object],
    again: Callable[[Path], object] | None = None,
    *,
    prepare: Callable[[Path], object] = lambda folder: None,
    raises: tuple[type[Exception], ...] = TYPED,
) -> None:
    PLACES[name] = Place(prepare, act, again or act, raises)
