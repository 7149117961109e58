"""The exit codes of kokoroctl and what is said with them."""

from __future__ import annotations

import sys
from typing import Final

from .. import errors

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
NO_DAEMON: Final = 3
BUSY: Final = 4
ENDED_EARLY: Final = 5
INTERRUPTED: Final = 130

HELP: Final = """\
exit codes:
  0    ok
  1    failed
  2    the command line, or a value in it, is not allowed
  3    no daemon, or not one of yours
  4    the daemon is busy; try again later
  5    not heard to its end: stopped, or replaced by other speech at the speaker
  130  interrupted
"""


class CommandError(Exception):
    """Ends the command: one line on standard error, and a status."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


def status_of(error: errors.KokoroError) -> int:
    match error:
        case errors.NoDaemonError():
            return NO_DAEMON
        case errors.BusyError():
            return BUSY
        case errors.BadRequestError():
            return USAGE
    return FAILED


def say_why(message: object) -> None:
    """One line on standard error, whatever the message holds."""
    if sys.stderr is not None:
        print(f"kokoroctl: {one_line(message)}", file=sys.stderr)


def one_line(text: object) -> str:
    """`text` without line breaks or anything that a terminal would act on."""
    joined = " ".join(str(text).split())
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in joined
    )
