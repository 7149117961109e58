# process: a command of kokoroctl.
"""kokoroctl book: what would be read of a book, and the book as sound."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from kokoro_client.cli import exits

from . import chapters
from .parts import BookError
from .plain import read_book
from .render.choices import FORMATS

HELP = """\
List the chapters of a book, or render it as files of sound.

Reads .epub, .pdf, .txt, .md, .html, .srt and .vtt. Footnotes, references to them and page numbers
are left out.
`render` may be stopped anywhere; the same command goes on where it was."""

EPILOG: Final = f"""\
examples:
  kokoroctl book chapters novel.epub
  kokoroctl book render novel.epub -o novel.m4b            # one file, its chapters marked
  kokoroctl book render novel.epub -o novel/               # a .flac a chapter
  kokoroctl book render novel.epub -o novel/ --chapters 3-7,9 --voice bf_emma --srt
  kokoroctl book render novel.epub -o novel.m4b --on ray   # on a cluster, docs/scale.md

docs/books.md tells more.

{exits.HELP}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listing = actions.add_parser("chapters", help="number, words, about how long, title")
    _add_file(listing)
    listing.add_argument("--json", action="store_true", help="one JSON object")

    render = actions.add_parser("render", help="the book as sound; goes on where it was stopped")
    _add_file(render)
    render.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        required=True,
        help="a file (.m4b, .m4a, .epub, .opus, .ogg, .flac, .mp3, .wav), or a folder",
    )
    render.add_argument("--format", choices=FORMATS, help="of the files in a folder; default: flac")
    render.add_argument(
        "--chapters", metavar="RANGES", help="like 3-7,9 or 12-; default: all of them"
    )
    render.add_argument(
        "-v",
        "--voice",
        default="",
        metavar="NAME",
        help="one of `kokoroctl voices`, or a blend",
    )
    render.add_argument(
        "-s", "--speed", type=float, default=1.0, metavar="FACTOR", help="0.5 to 2; 1 is normal"
    )
    render.add_argument("-l", "--lang", default="", metavar="CODE", help="default: the voice's own")
    render.add_argument(
        "--cast", metavar="FILE", type=Path, help="who says which quotation, and in which voice"
    )
    render.add_argument(
        "--substitutions", metavar="FILE", type=Path, help="what is said instead of what is written"
    )
    render.add_argument(
        "--loudness",
        type=_loudness,
        metavar="LUFS",
        help="-30 to -10: how loud each file is; -19 is usual; default: as it was spoken",
    )
    for kind, name in (("srt", "SubRip"), ("vtt", "WebVTT")):
        render.add_argument(
            f"--{kind}",
            dest="captions",
            action="append_const",
            const=kind,
            help=f"captions in {name} beside each file",
        )
    render.add_argument(
        "--words", action="store_true", help="an .epub shows each word, not each sentence"
    )
    render.add_argument(
        "--work", metavar="FOLDER", type=Path, help="what is spoken is kept here; default: OUT.work"
    )
    _add_cluster(render)
    render.add_argument("--json", action="store_true", help="what is done, an object a line")
    render.add_argument("--no-start", action="store_true", help="start no daemon if none runs")


def _add_cluster(render: argparse.ArgumentParser) -> None:
    render.add_argument(
        "--on",
        metavar="CLUSTER",
        help="speak on many machines: `ray`, the Ray cluster that runs here or is named by "
        "RAY_ADDRESS, or ray://HOST:PORT",
    )
    render.add_argument(
        "--cores", type=_count, metavar="N", help="of a worker of the cluster; default: 2"
    )
    render.add_argument("--gpu", action="store_true", help="a worker has a GPU of the cluster")
    render.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="of the cluster, at most; default: as many as it has room for",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; it must be 1 or more")
    return number


def _loudness(text: str) -> float:
    lufs = float(text)
    if not -30.0 <= lufs <= -10.0:
        raise argparse.ArgumentTypeError(f"is {text}; allowed are -30 to -10, and -19 is usual")
    return lufs


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a book, see above")
    parser.add_argument("--alt", action="store_true", help="read the texts that stand for pictures")


def run(args: argparse.Namespace, context: Any) -> int:
    if args.what == "render":
        from .render.run import render  # a list of chapters needs no client

        return render(args, context)
    try:
        book = read_book(args.file, args.alt)
    except BookError as error:
        raise exits.CommandError(str(error)) from None
    for warning in book.warnings:
        exits.say_why(warning)
    sys.stdout.write(chapters.as_json(book) if args.json else chapters.as_table(book))
    return exits.OK
