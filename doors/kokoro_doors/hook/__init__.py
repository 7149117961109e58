"""kokoroctl hook: speaks what a coding agent hands to its hooks, and is gone at once.

payload.py   what the agent hands over, of whatever shape
choices.py   mute and quiet hours, kept in a file; which voice a session has
command.py   the command: sees what has happened, hands it over, answers
speaking.py  the process that speaks it
answer.py    an answer in Markdown as a few sentences to be heard
session.py   at most one speech a session

Nothing is imported here that is not needed before the agent has its answer.
"""

from __future__ import annotations

from .command import EPILOG, HELP, add_arguments, run

__all__ = ["EPILOG", "HELP", "add_arguments", "run"]
