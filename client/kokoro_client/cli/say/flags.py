"""The command line of `say`: its flags, and which of them exclude each other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from ...wire.messages import Markup, Priority
from .. import exits

HELP = """\
Speak TEXT, a file, or standard input.

With `-`, or without TEXT where standard input is no terminal, text is spoken as it
arrives: the first sentence is heard while the rest is still being written."""

EPILOG = f"""\
examples:
  kokoroctl say "Hello, world"
  kokoroctl say -v af_heart -s 1.2 -o hello.wav "Hello, world"
  kokoroctl say -f chapter.txt
  some-llm | kokoroctl say -
  kokoroctl say --raw "Hello" | aplay -t raw -f S16_LE -r 24000

--json prints a JSON object a line: {{"event": "accepted", ...}}, a "segment" for each
piece of speech, and "done" with the figures.

{exits.HELP}"""

#: Suffixes of formats that are not written; anything else gets WAV.
_OTHER_FORMATS: Final = {".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to say; - is standard input")
    _add_text(parser.add_argument_group("the text"))
    _add_speech(parser.add_argument_group("how it is spoken"))
    _add_sound(parser.add_argument_group("where the sound goes"))
    _add_telling(parser.add_argument_group("what is told meanwhile"))
    parser.add_argument("--no-start", action="store_true", help="start no daemon")


def _add_text(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-f", "--file", metavar="FILE", help="say what the file holds (UTF-8)")
    group.add_argument(
        "--markup",
        choices=[markup.value for markup in Markup],
        help="how the text is written; default: markdown for .md files, SSML where it begins"
        " with <speak>, else plain",
    )
    group.add_argument(
        "--markdown", action="store_const", const="markdown", dest="markup", help="it is Markdown"
    )


def _add_speech(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-v", "--voice", default="", help="a name that `kokoroctl voices` lists")
    group.add_argument("-s", "--speed", type=float, default=1.0, help="0.5 to 2; 1 is normal")
    group.add_argument("-l", "--lang", default="", help="e.g. en-us; default: the voice's own")
    group.add_argument(
        "--priority",
        choices=[priority.value for priority in Priority],
        default=Priority.TEXT.value,
        help="default: text",
    )


def _add_sound(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-o", "--output", metavar="FILE.wav", help="write a file, play nothing")
    group.add_argument(
        "--raw", action="store_true", help="write PCM to standard output: 24 kHz, mono, s16le"
    )
    group.add_argument(
        "--fallback-file", metavar="FILE.wav", help="where there is no sound device, write this"
    )


def _add_telling(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--json", action="store_true", help="print events as lines of JSON")


def refuse_contradictions(args: argparse.Namespace) -> None:
    """Raises CommandError(USAGE) for flags that cannot both be meant."""
    if args.text and args.file:
        raise exits.CommandError("give TEXT or -f FILE, not both", exits.USAGE)
    if args.raw and args.output:
        raise exits.CommandError("give --raw or -o, not both", exits.USAGE)
    if args.json and (args.raw or args.output == "-"):
        raise exits.CommandError("--json and sound cannot both go to standard output", exits.USAGE)
    if (args.raw or args.output == "-") and sys.stdout is not None and sys.stdout.isatty():
        raise exits.CommandError("sound is not written to a terminal; redirect it", exits.USAGE)
    for name in (args.output, args.fallback_file):
        if name and Path(name).suffix.lower() in _OTHER_FORMATS:
            raise exits.CommandError(f"only .wav is written, not {name}", exits.USAGE)
