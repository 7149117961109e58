"""kokoroctl completions: a script for the shell, made from the commands' own parsers."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import signal
from pathlib import Path
from typing import Any, Final

from .. import errors
from . import exits
from .context import Context
from .samples import LANGUAGES
from .whole import whole_parser

HELP = "Print a script that completes kokoroctl's commands, flags, voices and models."

EPILOG = f"""\
examples:
  kokoroctl completions bash > ~/.local/share/bash-completion/completions/kokoroctl
  kokoroctl completions zsh > ~/.zfunc/_kokoroctl        # a folder of $fpath
  kokoroctl completions fish > ~/.config/fish/completions/kokoroctl.fish

docs/completions.md tells more. The script is made anew after an update.

{exits.HELP}"""

_SHELLS: Final = ("bash", "zsh", "fish")

#: A key press that is not answered by then is better not answered.
_WORDS_S: Final = 2.0

_VOICES: Final = frozenset({"voice", "sample", "blend"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", nargs="?", choices=_SHELLS, help="whose script")
    # What the scripts ask while a person types.
    parser.add_argument("--words", choices=("voices", "models"), help=argparse.SUPPRESS)


def run(args: argparse.Namespace, context: Context) -> int:
    if args.words:
        return _print_words(args.words, context)
    if args.shell is None:
        raise exits.CommandError(f"for which shell? {', '.join(_SHELLS)}", exits.USAGE)
    try:
        import shtab
    except ImportError:
        raise exits.CommandError(
            "shtab is missing; pip install 'kokoro-client[completions]'"
        ) from None
    whole = whole_parser()
    _mark(whole, shtab)
    print(shtab.complete(whole, args.shell))
    return exits.OK


def _mark(parser: argparse.ArgumentParser, shtab: Any) -> None:
    """Say of each argument what completes it, if that is no choice of its own."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _mark(below, shtab)
        elif action.choices is not None:
            pass
        elif action.type is Path or str(action.metavar).startswith("FILE"):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.dest in _VOICES:
            action.complete = shtab.cmd(_asking("voices"))  # type: ignore[attr-defined]
        elif action.dest == "lang":
            action.choices = list(LANGUAGES)
        elif parser.prog.startswith("kokoroctl models") and not action.option_strings:
            action.complete = shtab.cmd(_asking("models"))  # type: ignore[attr-defined]


def _asking(kind: str) -> str:
    return f"kokoroctl completions --words {kind} 2>/dev/null"


def _print_words(kind: str, context: Context) -> int:
    """Nothing if no daemon runs, and nothing when it takes too long."""
    # The default of SIGALRM ends the process, whatever it waits for.
    signal.setitimer(signal.ITIMER_REAL, _WORDS_S)
    try:
        words = _voices(context) if kind == "voices" else _models()
    except errors.KokoroError:
        return exits.FAILED
    for word in words:
        print(exits.one_line(word))
    return exits.OK


def _voices(context: Context) -> list[str]:
    value = context.ask({"type": "voices"}) or []
    return [str(voice["name"]) for voice in value]


def _models() -> list[str]:
    from .main import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = main(["models", "list", "--json"])
    return (
        [model["name"] for model in json.loads(said.getvalue())["installed"]] if not status else []
    )
