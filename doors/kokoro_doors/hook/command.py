# process: a command of kokoroctl.
"""kokoroctl hook, with whatever flags; what is done is in quick.py."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from kokoro_client.cli import exits

from . import choices
from .quick import CODES, PRIORITIES, Options, hand_over

HELP = """\
Speak what a coding agent hands to its hooks: its answer, or that it needs you.

Reads one JSON object, from standard input or as the argument, answers {} and returns; a
process of its own speaks. A new answer of a session ends the old one; each session has a
voice of its own."""

EPILOG: Final = f"""\
examples:
  kokoroctl hook                      # the command of a hook; docs/agents.md has the lines
  kokoroctl hook --sentences 1 --voices af_heart,bm_george
  kokoroctl hook mute                 # silence, until `kokoroctl hook unmute`
  kokoroctl hook quiet 22:00-07:30    # silence at night; `quiet off` ends it
  kokoroctl hook status
  echo '{{"hook_event_name": "Stop", "last_assistant_message": "Done."}}' | kokoroctl hook --wait

{exits.HELP}"""

_MUTE: Final = ("mute", "unmute", "quiet", "status")

_USUAL: Final = Options()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", metavar="WHAT", help=f"{', '.join(_MUTE)}, or the JSON object"
    )
    parser.add_argument("hours", nargs="?", metavar="HOURS", help="of quiet: HH:MM-HH:MM, or off")
    parser.add_argument(
        "--sentences",
        type=int,
        default=_USUAL.sentences,
        metavar="N",
        help=f"of an answer that are spoken; default: {_USUAL.sentences}",
    )
    parser.add_argument(
        "--code",
        choices=CODES,
        default=_USUAL.code,
        metavar="HOW",
        help="announce (default) or skip",
    )
    parser.add_argument(
        "--voices",
        default=_USUAL.voices,
        metavar="NAMES",
        help="with commas; each session has one of them",
    )
    parser.add_argument(
        "-s", "--speed", type=float, default=_USUAL.speed, help="0.5 to 2; 1 is normal"
    )
    parser.add_argument(
        "--priority",
        choices=PRIORITIES,
        default=_USUAL.priority,
        help="of answers, default: text; that it needs you is a message",
    )
    parser.add_argument("--wait", action="store_true", help="speak it here, and show why not")
    # Status 2 of a hook would keep the agent from ending its turn.
    parser.error = _refuse  # type: ignore[method-assign]


def run(args: argparse.Namespace, context: Any) -> int:
    environ: Mapping[str, str] = context.environ
    if args.what in _MUTE:
        return _choose(args.what, args.hours, environ)
    hand_over(
        Options(**{name: getattr(args, name) for name in Options._fields}), environ, wait=args.wait
    )
    return exits.OK


def _choose(what: str, hours: str | None, environ: Mapping[str, str]) -> int:
    chosen = choices.read(environ)
    if what != "status":
        if what != "quiet":
            chosen = chosen._replace(muted=what == "mute")
        elif hours is None:
            raise exits.CommandError("which hours? HH:MM-HH:MM, or off", exits.USAGE)
        else:
            quiet = "" if hours == "off" else hours
            if quiet:
                try:
                    choices.minutes_of(quiet)
                except choices.ChoiceError as error:
                    raise exits.CommandError(str(error), exits.USAGE) from None
            chosen = chosen._replace(quiet=quiet)
        choices.write(chosen, environ)
    print("muted" if chosen.muted else "not muted")
    print(f"quiet hours: {chosen.quiet or 'none'}")
    return exits.OK


def _refuse(message: str) -> NoReturn:
    raise exits.CommandError(f"{message}; see kokoroctl hook --help")
