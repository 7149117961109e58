# worker: a lane's thread.
"""A start that cannot loop: what is being opened is noted on disk until it is open.

A file that ends the process which opens it would end every start. A note that is still there tells
of starts that ended so, or were killed; after a few, a child opens it first, and if that is ended
by a signal the optimised copy is given up, then the model.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from ..errors import KokorodError, ModelDamagedError
from ..safety import own_files
from ..types import Precision

#: Starts that ended over it: a kill or a power cut is no fault of a file's, twice is odd.
_MOST: Final = 2

#: Loading 350 MB from a slow disk, and a first inference.
_PATIENCE_S: Final = 120.0

_NOTE: Final = "opening"
_CHILD: Final = "kokorod.engine.start_child"


class Plan(Protocol):
    """What is to be opened: loading.py's KokoroPlan."""

    @property
    def models_folder(self) -> Path: ...
    @property
    def model(self) -> str: ...
    @property
    def threads(self) -> int: ...
    @property
    def cache_folder(self) -> Path | None: ...
    @property
    def precision(self) -> Precision: ...
    @property
    def streaming(self) -> bool: ...


class _EndsProcessError(ModelDamagedError):
    """It would end this process too."""


@contextlib.contextmanager
def noted(cache: Path) -> Iterator[int]:
    """How many starts have ended over what is opened within; forgotten when it is done."""
    path = cache / _NOTE
    ended = _ended(path)
    _write(path, ended + 1)
    try:
        yield ended
    except _EndsProcessError:
        _write(path, ended)  # the next start is as careful
        raise
    except BaseException:
        _forget(path)
        raise
    _forget(path)


def _write(path: Path, ended: int) -> None:
    with contextlib.suppress(OSError):  # on a disk that takes no writing nothing is noted
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = own_files.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"%d\n" % ended)


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _ended(path: Path) -> int:
    try:
        return int(own_files.read(path, 8))
    except (OSError, ValueError):
        return 0


def check(plan: Plan, ended: int) -> None:
    """After too many starts that ended over it: does opening it end a process?

    Raises ModelDamagedError if it does, with the optimised copy and without.
    """
    if ended < _MOST or plan.cache_folder is None:
        return
    status = _opened_in_child(plan)
    if status >= 0:
        return  # whatever else is wrong is told by opening it here
    _discard_copy(plan)
    status = _opened_in_child(plan)
    if status < 0:
        raise _EndsProcessError(
            f"the model {plan.model or 'in use'} ends the process that opens it "
            f"({signal.Signals(-status).name}); run `kokoroctl models remove`, then pull or import "
            "it again"
        )


def _opened_in_child(plan: Plan) -> int:
    """The status of a process that opens it as a lane does; below 0: a signal ended it."""
    command = [
        *(sys.executable, "-P", "-m", _CHILD),
        *(str(plan.models_folder), plan.model, str(plan.threads), str(plan.cache_folder)),
        *(plan.precision.value, "1" if plan.streaming else ""),
    ]
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    except OSError:
        return 0


def _discard_copy(plan: Plan) -> None:
    from ..models.store import Store
    from .optimised.copies import Copies

    assert plan.cache_folder is not None
    copies = Copies(plan.cache_folder, plan.precision)
    with contextlib.suppress(KokorodError):
        if (copy := copies.find(Store(plan.models_folder).chosen(plan.model)).copy) is not None:
            copies.discard(copy)
