"""What kokoroctl gains if the daemon is installed: one module a command.

kokoroctl finds them through the entry-point group `kokoroctl.commands` (name -> module).
Each module has what Command names. A KokorodError from run() is shown as one line, and
the command then ends with FAILED.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final, Protocol

# Exit codes, as `kokoroctl --help` lists them.
OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2


class Context(Protocol):
    """What kokoroctl hands to a command."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that decides home folder, socket and settings."""

    @property
    def interactive(self) -> bool:
        """Standard input and standard error are terminals: a question will be seen."""

    def ask(self, request: dict[str, Any]) -> object | None:
        """Send one request, e.g. {"type": "reload"}, to the daemon that runs.

        Returns the value of its `result`, None if no daemon runs; never starts one.
        Raises an exception with a message for people if the daemon refuses.
        """


class Command(Protocol):
    """A module of this package."""

    HELP: str  # one line, for `kokoroctl --help`

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace, context: Context) -> int:
        """The exit code: OK, FAILED or USAGE."""
