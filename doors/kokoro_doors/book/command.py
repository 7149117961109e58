# process: a command of kokoroctl.
"""kokoroctl book chapters: what would be read of a book."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from kokoro_client.cli import exits

from .parts import Book, BookError
from .plain import read_book

HELP = """\
List the chapters of a book: number, title, words, and about how long each would be.

Reads .epub, .txt, .md and .html. Footnotes and page numbers are left out."""

EPILOG: Final = f"""\
examples:
  kokoroctl book chapters novel.epub
  kokoroctl book chapters novel.epub --json

{exits.HELP}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["chapters"], help="list what would be read")
    parser.add_argument("file", metavar="FILE", type=Path, help=".epub, .txt, .md or .html")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, context: Any) -> int:
    try:
        book = read_book(args.file)
    except BookError as error:
        raise exits.CommandError(str(error)) from None
    for warning in book.warnings:
        exits.say_why(warning)
    sys.stdout.write(_json(book) if args.json else _table(book))
    return exits.OK


def _json(book: Book) -> str:
    chapters = [
        {
            "number": number,
            "title": chapter.title,
            "words": chapter.words,
            "expected_s": round(chapter.expected_s, 1),
        }
        for number, chapter in enumerate(book.chapters, 1)
    ]
    return json.dumps({"title": book.title, "chapters": chapters}) + "\n"


def _table(book: Book) -> str:
    lines = [
        f"{number:4}  {chapter.words:7} words  {_clock(chapter.expected_s)}"
        f"  {exits.one_line(chapter.title)}\n"
        for number, chapter in enumerate(book.chapters, 1)
    ]
    total = sum(chapter.expected_s for chapter in book.chapters)
    words = sum(chapter.words for chapter in book.chapters)
    return (
        "".join(lines) + f" all  {words:7} words  {_clock(total)}  {exits.one_line(book.title)}\n"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:3}:{minutes % 60:02}:{rest:02}"
