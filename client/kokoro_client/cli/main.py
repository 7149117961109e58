"""kokoroctl: find the command, load only its file, turn every failure into one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from .. import errors
from ..version import __version__
from ..wire.errors import WireError
from . import exits
from .context import Context

#: The file of each command and its line in the help.
OWN: Final = {
    "say": "speak text, a file, or standard input as it arrives",
    "voices": "list the voices",
    "status": "show what the daemon is doing",
    "pause": "be silent, whoever speaks, until `resume`",
    "resume": "go on after `pause`",
    "skip": "end what is being spoken; the next one begins",
    "stop": "end what is being spoken; --all: and all that waits",
    "back": "say the sentence that is heard again, or the one before it",
    "forward": "go on with the next sentence at once",
    "queue": "show what is being spoken and what waits, by which program",
    "metrics": "print every number of the status as Prometheus text",
    "reload": "have the daemon read its configuration and models again",
    "calibrate": "learn how a voice streams on this machine",
    "completions": "print a script that completes commands, flags, voices and models",
}

#: Commands that come with the package kokorod (entry points `kokoroctl.commands`).
DAEMONS: Final = {
    "setup": "fetch a Kokoro model, after asking",
    "models": "list, pull, import, verify, choose and remove models",
    "config": "show each setting and where it came from",
    "service": "start the daemon at login; stop, restart, look at it",
    "logs": "show the daemon's log; -f follows it",
    "doctor": "find out what is wrong and what to do",
    "explain": "show how a text is taken apart",
    "phonemes": "print a text as phonemes, for say --phonemes",
    "lexicon": "teach it how words are pronounced",
    "bench": "measure speed on this machine",
}

#: Commands of the package kokoro-doors; each is the folder of that name in kokoro_doors.
DOORS: Final = {
    "hook": "speak what a coding agent hands to its hooks",
    "mcp": "let an agent speak, by the Model Context Protocol",
    "speechd": "be a voice of speech-dispatcher, for screen readers",
    "gateway": "OpenAI's audio API, and a page, for programs of this machine",
    "wyoming": "speak for Home Assistant, by the Wyoming protocol",
    "book": "list the chapters of a book, or render it as sound",
}

#: Commands that share a file.
_GROUPS: Final = dict.fromkeys(
    ("pause", "resume", "skip", "stop", "back", "forward", "queue"), "speaker"
)

EXAMPLES: Final = f"""\
examples:
  kokoroctl say "Hello, world"
  kokoroctl say -v bf_emma -o hello.wav "Hello, world"
  some-llm | kokoroctl say -
  kokoroctl status --json

environment:
  KOKORO_HOME      folder of configuration, models, caches and logs
  KOKORO_SOCKET    the daemon's socket
  KOKORO_NO_START  1: never start a daemon

{exits.HELP}"""

_ENTRY_POINTS: Final = "kokoroctl.commands"


class SettledHelp(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # Left to itself it imports shutil, with four compressors, to learn the width.
        super().__init__(prog, width=80)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise exits.CommandError(f"{message}; see {self.prog} --help", exits.USAGE)


def entry(run: Callable[[], int] | None = None) -> int:
    """Run the command line, or what is given; whatever happens becomes an exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no such letter is no reason to fail.
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = main(sys.argv[1:]) if run is None else run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        status = exits.FAILED
        _mute_stdout()
    except KeyboardInterrupt:
        status = exits.INTERRUPTED
    except OSError as error:
        exits.say_why(error)
        status = exits.FAILED
        _mute_stdout()
    return status


def main(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit status."""
    for position, argument in enumerate(arguments, 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            exits.say_why(f"argument {position} is not valid UTF-8")
            return exits.USAGE
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return exits.OK if arguments else exits.USAGE
    if arguments[0] in ("-V", "--version"):
        print(f"kokoroctl {__version__}")
        return exits.OK
    return guarded(lambda: _run(arguments[0], arguments[1:]))


def guarded(run: Callable[[], int]) -> int:
    """run(), whose failures become a line and a status."""
    try:
        return run()
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else exits.USAGE
    except exits.CommandError as error:
        exits.say_why(error)
        return error.status
    except errors.KokoroError as error:
        exits.say_why(error)
        return exits.status_of(error)
    except WireError as error:  # of an address, in a command of the daemon's package
        exits.say_why(error.message)
        return exits.NO_DAEMON
    except Exception as error:
        # The daemon's package has one class for what is to be shown as a line; it
        # cannot be imported here, as it may not be installed.
        if not any(cls.__name__ == "KokorodError" for cls in type(error).__mro__):
            raise
        exits.say_why(error)
        return exits.FAILED


def parser_of(name: str, command: Any) -> argparse.ArgumentParser:
    """The parser of one command, whose file is `command`."""
    parser = _Parser(
        prog=f"kokoroctl {name}",
        description=command.HELP,
        epilog=getattr(command, "EPILOG", ""),
        formatter_class=SettledHelp,
    )
    command.add_arguments(parser)
    return parser


def _run(name: str, arguments: Sequence[str]) -> int:
    command = load(name)
    return int(command.run(parser_of(name, command).parse_args(arguments), Context()))


def load(name: str) -> Any:
    """The module of a command, or what stands for one. Raises CommandError if none does."""
    if name not in OWN:
        return _find(name)
    module = import_module(f".{_GROUPS.get(name, name)}", __package__)
    return module.COMMANDS[name] if name in _GROUPS else module


def _find(name: str) -> Any:
    if name in DOORS:
        # importlib.metadata takes a third of the time that a hook has.
        try:
            return import_module(f"kokoro_doors.{name}")
        except ModuleNotFoundError as error:
            if error.name != "kokoro_doors":
                raise
            raise exits.CommandError(
                f"`{name}` comes with another package; pip install kokoro-doors", exits.USAGE
            ) from None
    from importlib.metadata import entry_points

    for point in entry_points(group=_ENTRY_POINTS, name=name):
        return point.load()
    if name in DAEMONS:
        raise exits.CommandError(
            f"`{name}` comes with the daemon's package; pip install kokorod", exits.USAGE
        )
    raise exits.CommandError(
        f"no command `{name}`; the commands are {', '.join((*OWN, *DAEMONS, *DOORS))}", exits.USAGE
    )


def _help() -> str:
    width = max(map(len, (*OWN, *DAEMONS, *DOORS))) + 2
    own, daemons, doors = (
        "\n".join(f"  {name:{width}}{line}" for name, line in commands.items())
        for commands in (OWN, DAEMONS, DOORS)
    )
    return f"""\
usage: kokoroctl COMMAND [ARGUMENTS]

Speak through kokorod, the resident text-to-speech daemon.

commands:
{own}

commands of the package kokorod:
{daemons}

commands of the package kokoro-doors:
{doors}

  kokoroctl COMMAND --help tells more; kokoroctl --version prints the version.

{EXAMPLES}"""


def _mute_stdout() -> None:
    # Else the interpreter fails once more when it flushes at the end.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
