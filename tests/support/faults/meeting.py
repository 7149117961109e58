"""Run as a program, with disk.c loaded: every step of each place fails in turn.

    python -m support.faults.meeting STATE FOLDER EVERY [NAME ...]

Each place is prepared in a folder of its own, and done once more without faults. Prints a line of
JSON each. EVERY: of many steps, each such one; the first and the last are always among them.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kokoro_client.testing import FakeDaemon
from support import package_index
from support.faults import KINDS, DiskFaults

from . import command_places, daemon_places, engine_places, model_places
from .command_places import CommandFailedError
from .place import PLACES, Place, UnclearError

#: Steps of a place that are all tried.
_FEW = 8

#: Each of them adds to PLACES.
ROOMS = (daemon_places, model_places, engine_places, command_places)


def meet(
    faults: DiskFaults, where: Place, folder: Path, at: int, kind: int, onwards: bool
) -> tuple[str, int]:
    """What became of a fault, and the steps that were taken."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    where.prepare(folder)
    faults.arm(at, kind, onwards=onwards)
    try:
        where.act(folder)
        became = "done"
    except where.raises as error:
        became = "told"
        line = str(error)
        if not isinstance(error, CommandFailedError) and ("\n" in line.strip() or not line.strip()):
            raise UnclearError(repr(line)) from None
    finally:
        steps = faults.disarm()
    if at and not faults.failed:
        became = "not met"
    where.again(folder)
    return became, steps


def tried(steps: int, every: int) -> Iterator[int]:
    for at in range(1, steps + 1):
        if steps <= _FEW or at in (1, steps) or at % every == 0:
            yield at


def run(name: str, faults: DiskFaults, below: Path, every: int) -> int:
    """Each fault of a place; how many had no good end."""
    where, failures = PLACES[name], 0
    folder = below / "".join(c for c in name if c.isalnum())[:24]
    for kind in KINDS:
        began = time.monotonic()
        ends: Counter[str] = Counter()
        _, steps = meet(faults, where, folder, 0, kind, onwards=False)
        for number, at in enumerate(tried(steps, every)):
            for onwards in (False, True) if number % 4 == 0 else (False,):
                try:
                    ends[meet(faults, where, folder, at, kind, onwards)[0]] += 1
                except Exception as error:  # noqa: BLE001 - all of them are told
                    failures += 1
                    tell(
                        place=name,
                        kind=errno.errorcode[kind],
                        step=at,
                        onwards=onwards,
                        at=faults.where,
                        error=f"{type(error).__name__}: {error}"[:500],
                        trace=traceback.format_exc()[-1_500:],
                    )
        took = round(time.monotonic() - began, 2)
        tell(place=name, kind=errno.errorcode[kind], steps=steps, ends=dict(ends), took_s=took)
    shutil.rmtree(folder, ignore_errors=True)
    return failures


def tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def main(state: str, below: str, every: str, *names: str) -> int:
    os.environ.pop("LD_PRELOAD", None)  # children are not what is tried here
    os.environ.update(package_index.pip_settings(None), no_proxy="*")
    with FakeDaemon() as daemon:
        os.environ.update(daemon.environ)
        faults = DiskFaults(Path(state))
        return sum(run(n, faults, Path(below), int(every)) for n in names or PLACES)


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
