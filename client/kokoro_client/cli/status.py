"""kokoroctl status."""

from __future__ import annotations

import argparse
from typing import Any, Final

from . import exits
from .context import Context

HELP = "Show what the daemon is doing."

#: More would scroll; --json has it all.
_MAX_LINES: Final = 20
_MAX_WIDTH: Final = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print all of it as one JSON object")


def run(args: argparse.Namespace, context: Context) -> int:
    value = context.demand({"type": "status"})
    if args.json:
        import json

        print(json.dumps(value, indent=2))
    else:
        print("\n".join(lines(value)))
    return exits.OK


def lines(value: Any) -> list[str]:
    """The status as at most 20 lines: one for each key, nested maps on one line."""
    if not isinstance(value, dict):
        return [_shown(value)]
    width = max((len(str(key)) for key in value), default=0)
    shown = [
        f"{str(key).replace('_', ' '):{width}}  {_shown(item)}"[:_MAX_WIDTH]
        for key, item in value.items()
    ]
    if len(shown) > _MAX_LINES:
        shown[_MAX_LINES - 1 :] = ["(more with --json)"]
    return shown


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{str(key).replace('_', ' ')} {_shown(item)}" for key, item in value.items()
        )
    if isinstance(value, list | tuple):
        return "; ".join(map(_shown, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return exits.one_line(value) or "-"
