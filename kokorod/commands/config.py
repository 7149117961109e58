# process: a command of kokoroctl.
"""`kokoroctl config`: every setting, its value, and where that came from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from kokoro_client.wire import address

from .. import config
from ..config import Origin
from ..doctor.settings import TODO, differing
from . import OK, Context

HELP = "show every setting, its value and where it came from"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=["path"], help="path: print where config.toml lies or would"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    # Asked for most if the file is at fault, so it must not need to be right.
    path = address.home_folder(context.environ) / "config.toml"
    if args.action == "path":
        print(json.dumps(str(path)) if args.json else path)
        return OK
    settings, origins = config.load(context.environ)
    if args.json:
        print(json.dumps([_described(origin) for origin in origins], indent=1))
        return OK
    rows = [(origin.name, _shown(origin), origin.source, origin.why) for origin in origins]
    # The last column is prose and needs no width; a long path must not push the others out.
    widths = [min(40, max(len(row[column]) for row in rows)) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[3]]))
    print(f"\nset them in {path}, or as KOKORO_<NAME> in the environment, which goes first")
    if others := differing(settings, context.ask):
        print("\n" + "\n".join(others) + f"\n{TODO}")
    return OK


def _shown(origin: Origin) -> str:
    if origin.value in ("", ()):
        return "(empty)"
    if isinstance(origin.value, tuple):
        return "; ".join(f"{name} = {value}" for name, value in origin.value)
    if isinstance(origin.value, bool):
        return str(origin.value).lower()
    if isinstance(origin.value, float):
        return f"{origin.value:g} {origin.unit}".rstrip()
    return f"{origin.value} {origin.unit}".rstrip()


def _described(origin: Origin) -> dict[str, object]:
    value = str(origin.value) if isinstance(origin.value, Path) else origin.value
    if isinstance(value, tuple):
        value = dict(value)
    return {
        "name": origin.name,
        "value": value,
        "unit": origin.unit,
        "source": origin.source,
        "why": origin.why,
    }
