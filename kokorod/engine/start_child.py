# process: a child of starts.py.
"""Opens a model as a lane does, to see whether that ends the process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..types import Precision
from .loading import KokoroPlan, open_here


def main() -> None:
    models, model, threads, cache, precision, streaming = sys.argv[1:]
    open_here(
        KokoroPlan(
            Path(models),
            model,
            int(threads),
            cache_folder=Path(cache),
            precision=Precision(precision),
            streaming=bool(streaming),
        )
    )
    os._exit(0)


if __name__ == "__main__":
    main()
