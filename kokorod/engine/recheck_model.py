# process: runs in a child process.
"""Hashing the model in use whole: `python -m kokorod.engine.recheck_model MODELS NAME`.

A disk may change bytes and keep size and time, which stamps do not see: such a model speaks
otherwise, or ends who opens it. Hence once in a daemon's life, in a child of low priority.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ..errors import ModelDamagedError
from ..models import verification
from ..models.store import Store
from . import child
from .child import Child

#: A slow disk beside requests; who takes longer is stuck.
_PATIENCE_S: Final = 600.0


def start_rechecking_model(
    models_folder: Path, name: str, report: Callable[[child.Report], None]
) -> Child:
    """Hash a model in the background; one report.

    Done {"name"}: it is whole; Failed(answered=True): it is damaged, and no longer trusted by
    its stamps.
    """
    module = "kokorod.engine.recheck_model"
    checking = Child(module, [str(models_folder), name], _PATIENCE_S, report)
    checking.start()
    return checking


def recheck(models_folder: Path, name: str) -> None:
    """Hash its files whole. Raises ModelDamagedError, after which stamps do not vouch for it."""
    store = Store(models_folder)
    model = store.get(name)
    try:
        store.verify(model)
    except ModelDamagedError:
        verification.distrust(model)
        raise


def main(arguments: Sequence[str]) -> int:
    """In the child: the models' folder and the model's name."""

    def work() -> dict[str, Any]:
        folder, name = arguments
        recheck(Path(folder), name)
        return {"name": name}

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
