"""kokoroctl voices."""

from __future__ import annotations

import argparse
from typing import Any

from . import exits
from .context import Context

HELP = "List the voices the daemon can speak with."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace, context: Context) -> int:
    value = context.demand({"type": "voices"})
    if args.json:
        import json

        print(json.dumps(value, indent=2))
    else:
        for line in lines(value):
            print(line)
    return exits.OK


def lines(value: Any) -> list[str]:
    """A voice a line, in columns: name, language, gender, engine."""
    voices = value.get("voices") if isinstance(value, dict) else value
    rows = [
        [exits.one_line(voice.get(key, "")) for key in ("name", "lang", "gender", "engine")]
        for voice in (voices if isinstance(voices, list) else [])
        if isinstance(voice, dict)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
