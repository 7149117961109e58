# process: a command of kokoroctl.
"""`kokoroctl phonemes`: what `say --phonemes` takes. Needs no daemon and no model."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from .. import config
from ..config import Config
from ..speech.frontend import make_front_end
from ..speech.markup.sources import open_source
from ..speech.reader import Reader
from ..speech.thread import ReadingOptions
from ..types import Markup, Sentence, TextState
from ..vocabulary import default_vocabulary
from . import OK, Context
from .explain import language_of_text

HELP = "print a text as phonemes, for say --phonemes"

EPILOG = """\
examples:
  kokoroctl phonemes "Hello, world"
  kokoroctl phonemes -l fr "Bonjour" | kokoroctl say -v ff_siwis --phonemes -

A line is a sentence. Pauses, voices and speeds that markup asks for are not in it.
"""

#: Marks after which `say --phonemes` begins another sentence by itself.
_ENDS: Final = ".!?…"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="default: standard input")
    parser.add_argument("-l", "--lang", help="language of the text (default: the voice's own)")
    parser.add_argument("--json", action="store_true", help="with spans and token ids")


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    text = " ".join(args.text) if args.text else sys.stdin.read()
    lang = language_of_text(args.lang, settings)
    sentences = [s for s in read(text, lang, settings) if s.phonemes]
    if args.json:
        ids = default_vocabulary()
        value = {
            "lang": lang,
            "phonemes": as_text(sentences),
            "sentences": [
                {
                    "start": s.start,
                    "end": s.end,
                    "source": text[s.start : s.end],
                    "phonemes": s.phonemes,
                    "tokens": [ids[symbol] for symbol in s.phonemes],
                }
                for s in sentences
            ],
        }
        print(json.dumps(value, indent=1, ensure_ascii=False))
    elif sentences:
        print(as_text(sentences))
    return OK


def read(text: str, lang: str, settings: Config) -> list[Sentence]:
    """The sentences of a text as the daemon reads them. Raises KokorodError."""
    front_end = make_front_end(
        settings.phonemes,
        settings.cache_folder,
        settings.lexicon_file,
        lambda why: print(why, file=sys.stderr),
    )
    options = ReadingOptions(lang)
    reader = Reader(
        open_source(Markup.AUTO, lang), lambda fragment: front_end.say(options, fragment)
    )
    reader.feed(text, final=True)
    sentences: list[Sentence] = []
    state = TextState.MORE
    while state is TextState.MORE:
        reading = reader.read()
        sentences += reading.sentences
        state = reading.state
    return sentences


def as_text(sentences: list[Sentence]) -> str:
    """A sentence a line; an empty line after one that no mark ends, as it would be lost."""
    lines = [s.phonemes if s.phonemes[-1] in _ENDS else f"{s.phonemes}\n" for s in sentences]
    return "\n".join(lines).rstrip()
