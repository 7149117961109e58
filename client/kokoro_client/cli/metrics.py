"""kokoroctl metrics."""

from __future__ import annotations

import argparse

from . import exits
from .context import Context

HELP = "Print every number of the status as Prometheus text."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace, context: Context) -> int:
    print(context.demand({"type": "metrics"}), end="")
    return exits.OK
