# pure: no socket, thread or clock.
"""numpy keeps to the thread that calls it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

#: Of the libraries that numpy's wheels and distributions multiply with. Read once, when numpy is
#: imported.
_VARIABLES: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def keep_to_one(environ: MutableMapping[str, str]) -> None:
    """Of this process, if numpy is not imported yet, and of those that it starts.

    OpenBLAS's threads go round for some 50 ms after each product, on processors that onnxruntime's
    are to have: a voice's norms are one product in a unit, and its first chunk took 63 ms instead
    of 50 for it on two cores, one of 64 frames 325 instead of 281.
    """
    for variable in _VARIABLES:
        environ[variable] = "1"
