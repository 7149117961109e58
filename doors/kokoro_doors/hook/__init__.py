"""kokoroctl hook: speaks what a coding agent hands to its hooks, and is gone at once.

quick.py     what has happened, handed over to a process that speaks, answered
payload.py   what the agent hands over, of whatever shape
choices.py   mute and quiet hours, kept in a file; which voice a session has
session.py   at most one speech a session
command.py   the command's other forms, and its help
speaking.py  the process that speaks it
answer.py    an answer in Markdown as a few sentences to be heard

Nothing is imported here, nor by the first four, that is not needed before the agent has its
answer: not argparse, pathlib or typing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .command import EPILOG, HELP, add_arguments, run

__all__ = ["EPILOG", "HELP", "add_arguments", "run"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import command

    return getattr(command, name)
