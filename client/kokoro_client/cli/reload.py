"""kokoroctl reload."""

from __future__ import annotations

import argparse

from . import exits
from .context import Context
from .status import lines

HELP = "Have the daemon read its configuration and models again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace, context: Context) -> int:
    value = context.demand({"type": "reload"})
    print("\n".join(lines(value)) if value else "reloaded")
    return exits.OK
