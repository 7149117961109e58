"""The command line of `say`: its flags, and which of them exclude each other."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
from typing import Final, TextIO

from ...sound.formats import SoundFormat
from ...wire.choices import MAX_SPEED, MIN_SPEED, Markup, Priority
from .. import exits
from . import loudspeaker, macos

HELP = """\
Speak TEXT, files, or standard input.

With `-`, or without TEXT if standard input is no terminal, text is spoken as it
arrives: the first sentence is heard while the rest is still being written."""

EPILOG = f"""\
examples:
  kokoroctl say "Hello, world"
  some-llm | kokoroctl say -
  kokoroctl say --no-wait --priority notification --as backup "The backup is done"
  kokoroctl say -f preface.md -f chapter.txt --progress
  kokoroctl say -v af_heart -s 1.2 -o hello.mp3 "Hello, world"
  kokoroctl say -f talk.md --follow
  kokoroctl say -f talk.md -o talk.flac --srt talk.srt
  kokoroctl say --raw "Hello" | aplay -q -t raw -f S16_LE -r 24000 -c 1
  kokoroctl say --raw "Hello" | ffplay -nodisp -autoexit -f s16le -ar 24000 -i -

Files are spoken in the order given, each as a text of its own, read by its ending, with a
short pause between two. TEXT and -f exclude each other; `-f -` is standard input.

The loudspeaker speaks with one voice at a time, whoever asked: --priority says what waits
for what (docs/protocol.md), `kokoroctl queue` shows it, and `kokoroctl pause`, `resume`,
`skip` and `stop` work from anywhere.

--json prints a JSON object a line: {{"event": "accepted", ...}}, a "segment" for each
piece of speech, and "done" with the figures.

docs/saying.md tells all of it.

{exits.HELP}"""

#: Words a minute at speed 1: the built-in voice's by definition, and about what Kokoro's
#: voices do (docs/saying.md says how exact that is).
NORMAL_RATE: Final = 175

#: A line of a player's display, and less than what every format's field holds.
_TITLE_CHARS: Final = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to say; - is standard input")
    _add_text(parser.add_argument_group("the text"))
    _add_speech(parser.add_argument_group("how it is spoken"))
    _add_sound(parser.add_argument_group("where the sound goes"))
    _add_telling(parser.add_argument_group("what is told meanwhile"))
    _add_daemon(parser.add_argument_group("the daemon"))
    macos.add_arguments(parser.add_argument_group("as macOS' say has them"))


def _add_text(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-f",
        "--file",
        "--input-file",
        metavar="FILE",
        action="append",
        help="say what the file holds; may be repeated; - is standard input",
    )
    group.add_argument(
        "--selection",
        action="store_true",
        help="say what is selected in any window, else what lies in the clipboard",
    )
    group.add_argument(
        "--encoding",
        metavar="NAME",
        type=_encoding,
        help="how letters are written in what is read, e.g. windows-1252; default: UTF-8, or"
        " UTF-16 and UTF-32 by their first bytes",
    )
    group.add_argument(
        "--markup",
        choices=[markup.value for markup in Markup],
        help="how the text is written; default: markdown for .md files, SSML if it begins"
        " with <speak>, else plain",
    )
    group.add_argument(
        "--markdown", action="store_const", const="markdown", dest="markup", help="it is Markdown"
    )
    group.add_argument(
        "--phonemes", action="store_true", help="it is in Kokoro's alphabet: həlˈO wˈɜɹld"
    )


def _encoding(name: str) -> str:
    """Raises ArgumentTypeError for what Python has no codec of text for."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding:
        raise argparse.ArgumentTypeError(
            f"no encoding {name[:40]!r}; e.g. windows-1252, macroman, shift_jis, gb18030"
        )
    return found.name


def _add_speech(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-v",
        "--voice",
        "--blend",
        default="",
        help="a name that `kokoroctl voices` lists, or a blend: af_heart:0.6,am_adam:0.4;"
        " ? lists them as macOS' say does",
    )
    group.add_argument("-s", "--speed", type=float, help="0.5 to 2; 1 is normal")
    group.add_argument(
        "-r",
        "--rate",
        type=float,
        metavar="WORDS",
        help=f"the same in words a minute, about; {NORMAL_RATE} is normal",
    )
    group.add_argument("-l", "--lang", default="", help="e.g. en-us; default: the voice's own")


def _add_sound(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o",
        "--output",
        "--output-file",
        metavar="FILE",
        help="write a file, play nothing: .wav, .flac, .ogg, .opus or .mp3; - is standard output",
    )
    group.add_argument(
        "--format",
        choices=[format.value for format in SoundFormat],
        help="the format of -o, whatever its ending; default: by the ending, else wav",
    )
    group.add_argument("--title", help="the title in the file of -o; default: the file's name")
    group.add_argument(
        "--raw",
        "--pipe",
        action="store_true",
        help="write PCM to standard output: 24 kHz, mono, s16le",
    )
    group.add_argument(
        "--fallback-file", metavar="FILE", help="if there is no sound device, write this"
    )
    loudspeaker.add_arguments(group)


def _add_telling(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--progress",
        action="store_true",
        help="show how far it has come and what is left, on a terminal",
    )
    group.add_argument(
        "-i",
        "--follow",
        "--interactive",
        action="store_true",
        help="show the text and highlight each word while it is heard, on a terminal",
    )
    group.add_argument("--srt", metavar="FILE", help="write captions as SubRip; - is stdout")
    group.add_argument("--vtt", metavar="FILE", help="write captions as WebVTT")
    group.add_argument(
        "--timings", metavar="FILE", help="write each word with its place and times as JSON"
    )
    group.add_argument("--json", action="store_true", help="print events as lines of JSON")


def _add_daemon(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--priority",
        choices=[priority.value for priority in Priority],
        default=Priority.TEXT.value,
        help="default: text",
    )
    group.add_argument(
        "--ttfa-ms",
        type=int,
        metavar="MS",
        help="what the first sound may take, 50 to 60000; longer sounds better",
    )
    group.add_argument(
        "--cache",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether recent phrases may be spoken from memory, and this one kept",
    )
    group.add_argument("--no-start", action="store_true", help="start no daemon")


def refuse_contradictions(args: argparse.Namespace) -> None:
    """Raises CommandError(USAGE) for flags that cannot both be meant."""
    for wrong, message in (
        (args.text and args.file, "give TEXT or -f FILE, not both"),
        (
            args.selection and (args.text or args.file),
            "give TEXT, -f FILE or --selection, only one of them",
        ),
        (args.raw and args.output, "give --raw or -o, not both"),
        (
            args.json and (args.raw or args.output == "-"),
            "--json and sound cannot both go to standard output",
        ),
        (
            [args.output, args.srt, args.vtt, args.timings].count("-") + args.raw + args.json > 1,
            "only one thing can go to standard output",
        ),
        (
            (args.raw or args.output == "-") and sys.stdout is not None and sys.stdout.isatty(),
            "sound is not written to a terminal; redirect it",
        ),
        (args.speed is not None and args.rate is not None, "give -s or -r, not both"),
        (args.phonemes and args.markup, "phonemes have no markup; leave --markup out"),
        (
            args.follow and (args.output or args.raw),
            "--follow goes with the loudspeaker; leave -o and --raw out",
        ),
        (args.follow and args.progress, "give --follow or --progress, not both"),
        (
            args.follow and (args.json or "-" in (args.srt, args.vtt, args.timings)),
            "only one thing can go to standard output",
        ),
        (
            args.follow and not _movable(sys.stdout),
            "--follow needs a terminal with a cursor that can be moved",
        ),
        (args.format and not args.output, "--format is for -o FILE"),
        (args.title is not None and not args.output, "--title is for -o FILE"),
        (
            len(args.title or "") > _TITLE_CHARS,
            f"--title is longer than {_TITLE_CHARS} characters",
        ),
    ):
        if wrong:
            raise exits.CommandError(message, exits.USAGE)
    loudspeaker.refuse_contradictions(args)


def _movable(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM", "") != "dumb"


def speed_of(args: argparse.Namespace) -> float:
    """The factor that -s or -r asks for. Raises CommandError(USAGE) for a wrong rate."""
    if args.rate is None:
        return 1.0 if args.speed is None else float(args.speed)
    speed = float(args.rate) / NORMAL_RATE
    if not MIN_SPEED <= speed <= MAX_SPEED:
        low, high = round(NORMAL_RATE * MIN_SPEED + 0.5), round(NORMAL_RATE * MAX_SPEED)
        raise exits.CommandError(
            f"-r {args.rate:g} is no pace it can keep; allowed are {low} to {high} words a minute",
            exits.USAGE,
        )
    return speed
