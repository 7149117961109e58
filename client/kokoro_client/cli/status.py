"""kokoroctl status."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Final

from . import exits
from .context import Context

HELP = "Show what the daemon is doing."

#: More would scroll out of a small terminal; --json has it all.
MAX_LINES: Final = 20

#: The first lines: a name, and the keys told on it if the daemon has them.
_FIRST: Final = {
    "daemon": ("state", "version", "pid", "uptime_s"),
    "engine": ("engine", "model", "voice", "voices"),
    "note": ("note",),
    "problem": ("problem",),
}

#: Then lists, a line an item: the key, the line's name, and how many.
_LISTS: Final = (("attention", "look at", 4), ("lanes", "lane", 5))

#: Values that say by themselves what they are.
_PLAIN: Final = {"state", "engine", "note", "problem", "name", "why", "phase"}

#: Between two looks with --watch: as often as a reader can follow.
_WATCH_S: Final = 1.0

_UNITS: Final = {"_ms": "ms", "_s": "s", "_mb": "MB"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print all of it as one JSON object")
    parser.add_argument(
        "--watch", action="store_true", help="show it anew every second, until Ctrl-C"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    while True:
        value = context.demand({"type": "status"})
        if args.json:
            import json

            print(json.dumps(value, indent=None if args.watch else 2), flush=True)
        elif args.watch and sys.stdout.isatty():
            print("\n".join(["\033[H\033[2J", *lines(value)]), flush=True)
        else:
            print("\n".join(lines(value)), flush=True)
        if not args.watch:
            return exits.OK
        time.sleep(_WATCH_S)


def lines(value: Any) -> list[str]:
    """The status for people: what is there, whatever the daemon's release; at most 20 lines."""
    if not isinstance(value, dict):
        return [_shown(value)]
    left = dict(value)
    rows = []
    for name, keys in _FIRST.items():
        told = {key: left.pop(key) for key in keys if key in left}
        if text := _told(told):
            rows.append((name, text))
    for key, name, most in _LISTS:
        items = left.pop(key, [])
        if isinstance(items, list):
            rows += [(name, text) for item in items[:most] if (text := _shown(item))]
    rows += [(_name(key), text) for key, item in left.items() if (text := _shown(item, key))]
    if len(rows) > MAX_LINES:
        rows[MAX_LINES - 1 :] = [("...", "more with --json")]
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:{width}}  {text}" for name, text in rows]


def _told(values: dict[str, Any], unit: str = "") -> str:
    return ", ".join(
        text if key in _PLAIN else f"{_name(key)} {text}"
        for key, item in values.items()
        if (text := _shown(item, f"{key}{unit}"))
    )


def _name(key: object) -> str:
    name = str(key)
    for ending in _UNITS:
        name = name.removesuffix(ending)
    return exits.one_line(name.replace("_", " "))


def _shown(value: Any, key: object = "") -> str:
    """A value with the unit that its key names; empty for what is not there."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return _told(value, next((unit for unit in _UNITS if str(key).endswith(unit)), ""))
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_shown, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    unit = next((f" {unit}" for ending, unit in _UNITS.items() if str(key).endswith(ending)), "")
    if isinstance(value, float):
        return f"{value:.0f}{unit}" if abs(value) >= 100 else f"{value:.3g}{unit}"
    return exits.one_line(value) + unit
