"""Every command in one parser, for completions and the manual. Loads them all: 0.3 s."""

from __future__ import annotations

import argparse

from ..version import __version__
from . import exits
from .main import DAEMONS, DOORS, EXAMPLES, OWN, SettledHelp, load


def whole_parser() -> argparse.ArgumentParser:
    """kokoroctl with a subparser for each command; without those that are not installed."""
    whole = argparse.ArgumentParser(
        prog="kokoroctl",
        description="Speak through kokorod, the resident text-to-speech daemon.",
        epilog=EXAMPLES,
        formatter_class=SettledHelp,
    )
    whole.add_argument(
        "-V", "--version", action="version", version=__version__, help="print the version"
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, line in {**OWN, **DAEMONS, **DOORS}.items():
        try:
            command = load(name)
        except exits.CommandError:
            continue  # of another package
        command.add_arguments(
            commands.add_parser(
                name,
                help=line,
                description=command.HELP,
                epilog=getattr(command, "EPILOG", ""),
                formatter_class=SettledHelp,
            )
        )
    return whole
