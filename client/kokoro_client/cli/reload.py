"""kokoroctl reload."""

from __future__ import annotations

import argparse

from . import exits
from .context import Context

HELP = "Have the daemon read its configuration and models again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace, context: Context) -> int:
    value = context.demand({"type": "reload"})
    told = value if isinstance(value, dict) else {}
    if told.get("reloaded") is False:
        raise exits.CommandError(f"nothing was changed: {told.get('message')}")
    print("reloaded")
    if waits := told.get("needs_restart"):
        names = ", ".join(map(str, waits)) if isinstance(waits, list) else waits
        print(exits.one_line(f"waits for `kokoroctl service restart`: {names}"))
    return exits.OK
