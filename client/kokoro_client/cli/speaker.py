"""kokoroctl pause, resume, skip, stop, back, forward and queue: what is spoken to the speaker."""

from __future__ import annotations

import argparse
from typing import Any, Final

from . import exits
from .context import Context

_ANYBODY: Final = """
It is for what is being spoken to the speaker, whichever program asked for it, and
works from any terminal and from a hotkey."""


_BACK: Final = """\
Say the sentence that is being heard again, or the one before it in its first second.

Nothing is spoken anew for it: the program that plays keeps the last five minutes."""

_NOTHING: Final = "nothing is being spoken"


class _Control:
    """One of the actions as a command."""

    def __init__(self, action: str, help: str, done: str) -> None:
        self._action = action
        self._done = done
        self.HELP = help + "\n" + _ANYBODY
        self.EPILOG = exits.HELP

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        if self._action == "stop":
            parser.add_argument("--all", action="store_true", help="and all that waits to be heard")

    def run(self, args: argparse.Namespace, context: Context) -> int:
        everything = getattr(args, "all", False)
        value = context.demand({"type": "control", "action": self._action, "all": everything})
        print(self._told(value if isinstance(value, dict) else {}))
        return exits.OK

    def _told(self, value: dict[str, Any]) -> str:
        stopped = value.get("stopped")
        if self._action in ("skip", "stop"):
            return f"{self._done} {stopped}" if stopped else _NOTHING
        return self._done if value.get("moved", True) else _NOTHING


class _Queue:
    HELP = """\
Show what is being spoken to the speaker, then what waits, in the order of its turns.

The columns: play, pause or wait; the program and its process; the priority; the length
of the text, which itself is not told; seconds heard, of seconds made so far."""
    EPILOG = exits.HELP

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the list as JSON")

    def run(self, args: argparse.Namespace, context: Context) -> int:
        value = context.demand({"type": "queue"})
        if args.json:
            import json

            print(json.dumps(value, indent=2))
        else:
            for line in lines(value):
                print(line)
            if is_paused(context.demand({"type": "status"})):
                print("the speaker is paused; `kokoroctl resume` lets it go on")
        return exits.OK


def is_paused(status: Any) -> bool:
    """Whether the speaker is, by a daemon's status of whatever release."""
    speaker = status.get("speaker") if isinstance(status, dict) else None
    return isinstance(speaker, dict) and speaker.get("state") == "paused"


def lines(value: Any) -> list[str]:
    """A request a line, in columns, whatever the daemon's release."""
    places = value if isinstance(value, list) else []
    rows = [_row(place) for place in places if isinstance(place, dict)]
    if not rows:
        return [_NOTHING]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _row(place: dict[str, Any]) -> list[str]:
    pid = place.get("pid")
    played_s, sound_s = (_tenths(place.get(key)) for key in ("played_s", "sound_s"))
    return [
        exits.one_line(place.get("turn") or "?"),
        exits.one_line(place.get("client") or "?") + (f" ({exits.one_line(pid)})" if pid else ""),
        exits.one_line(place.get("priority") or "?"),
        f"{exits.one_line(place.get('characters', '?'))} characters",
        f"{played_s} of {sound_s} s",
    ]


def _tenths(seconds: Any) -> str:
    return f"{seconds:.1f}" if isinstance(seconds, float | int) else "?"


#: By the name of the command.
COMMANDS: Final[dict[str, Any]] = {
    "pause": _Control("pause", "Be silent, until `kokoroctl resume`; who comes waits.", "paused"),
    "resume": _Control("resume", "Go on where `kokoroctl pause` broke off.", "resumed"),
    "skip": _Control("skip", "End what is being spoken; the next one begins.", "skipped"),
    "stop": _Control("stop", "End what is being spoken.", "stopped"),
    "back": _Control("back", _BACK, "went back"),
    "forward": _Control("forward", "Go on with the next sentence at once.", "went forward"),
    "queue": _Queue(),
}
