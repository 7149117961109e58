# process: a command of kokoroctl.
"""kokoroctl hook: sees what has happened, hands it to a process of its own, answers.

The agent waits for this: it asks nothing of the daemon, reads no Markdown, and returns in
milliseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import sys
import time
from collections.abc import Mapping
from importlib.machinery import PathFinder
from typing import Any, Final, NoReturn

from kokoro_client.cli import exits
from kokoro_client.wire.address import home_folder

from . import choices
from .payload import MAX_BYTES, Event, Payload, PayloadError, parse

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

#: Agents write at once and close; one that does not is answered all the same.
_READ_S: Final = 2.0

_MUTE: Final = ("mute", "unmute", "quiet", "status")

#: The daemon's name for a program has 64 characters.
_NAME_CHARS: Final = 48


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", metavar="WHAT", help=f"{', '.join(_MUTE)}, or the JSON object"
    )
    parser.add_argument("hours", nargs="?", metavar="HOURS", help="of quiet: HH:MM-HH:MM, or off")
    parser.add_argument(
        "--sentences",
        type=int,
        default=choices.SENTENCES,
        metavar="N",
        help=f"of an answer that are spoken; default: {choices.SENTENCES}",
    )
    parser.add_argument(
        "--code",
        choices=("announce", "skip"),
        default="announce",
        metavar="HOW",
        help="announce (default) or skip",
    )
    parser.add_argument(
        "--voices",
        default=",".join(choices.VOICES),
        metavar="NAMES",
        help="with commas; each session has one of them",
    )
    parser.add_argument("-s", "--speed", type=float, default=1.0, help="0.5 to 2; 1 is normal")
    parser.add_argument(
        "--priority",
        choices=["message", "text", "notification"],
        default="text",
        help="of answers, default: text; that it needs you is a message",
    )
    parser.add_argument("--wait", action="store_true", help="speak it here, and show why not")
    # Status 2 of a hook would keep the agent from ending its turn.
    parser.error = _refuse  # type: ignore[method-assign]


def run(args: argparse.Namespace, context: Any) -> int:
    environ: Mapping[str, str] = context.environ
    if args.what in _MUTE:
        return _choose(args.what, args.hours, environ)
    try:
        payload = parse(_read() if args.what is None else args.what)
    except PayloadError as error:
        _answer()
        raise exits.CommandError(str(error)) from None
    order = _order(payload, args)
    if order.get("answer") and PathFinder.find_spec("markdown_it") is None:
        _answer()
        raise exits.CommandError(
            "markdown-it-py is missing, which reads answers; pip install 'kokoro-doors[hook]'"
        )
    if payload.event is Event.PROMPT:
        from .session import Session

        Session(payload.session, environ).end_speech()
    elif order and not choices.read(environ).silent_at(_minute()):
        if args.wait:
            from .speaking import speak

            speak(order, environ)
        else:
            _hand_over(order, environ)
    _answer()
    return exits.OK


def _order(payload: Payload, args: argparse.Namespace) -> dict[str, Any]:
    """What the process that speaks is told; empty if there is nothing to say."""
    answers = payload.event is Event.ANSWER
    if payload.event in (Event.OTHER, Event.PROMPT) or not payload.text.strip():
        return {}
    voices = [name for name in args.voices.split(",") if name]
    return {
        "session": payload.session,
        "text": payload.text,
        "answer": answers,
        "sentences": args.sentences,
        "code": args.code,
        "voice": choices.voice_of(payload.session, voices),
        "speed": args.speed,
        "priority": args.priority if answers else "message",
        "name": f"hook {os.path.basename(payload.folder)}"[:_NAME_CHARS].strip(),  # noqa: PTH119 - pathlib is not loaded for it
    }


def _hand_over(order: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Start the process that speaks, with a session of its own and no terminal.

    The order is a file without a name: a pipe would hold less than an answer has.
    """
    fd = _nameless_file(environ)
    quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    actions = [(os.POSIX_SPAWN_DUP2, fd, 0), quiet, (os.POSIX_SPAWN_DUP2, 1, 2)]
    command = [sys.executable, "-P", "-m", f"{__package__}.speaking"]
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(json.dumps(order, ensure_ascii=False).encode("utf-8", "replace"))
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsid=True)
        except NotImplementedError:  # it does so by itself
            os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    finally:
        os.close(fd)


def _nameless_file(environ: Mapping[str, str]) -> int:
    """In memory if the system has that; else in a folder of the user's."""
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):  # forbidden in some containers
            return os.memfd_create("order", os.MFD_CLOEXEC)
    folder = home_folder(environ) / "hook"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"order-{os.getpid()}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    path.unlink()
    return fd


def _read() -> bytes:
    """Standard input, to its end or as much as came in time."""
    if sys.stdin is None or sys.stdin.isatty():
        raise exits.CommandError(
            "standard input is a terminal; this is called by an agent, see docs/agents.md"
        )
    data = b""
    deadline = time.monotonic() + _READ_S
    while len(data) <= MAX_BYTES and select.select([0], [], [], deadline - time.monotonic())[0]:
        part = os.read(0, MAX_BYTES)
        data += part
        if not part or time.monotonic() >= deadline:
            break
    return data


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


def _answer() -> None:
    print("{}", flush=True)


def _minute() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


def _refuse(message: str) -> NoReturn:
    raise exits.CommandError(f"{message}; see kokoroctl hook --help")
