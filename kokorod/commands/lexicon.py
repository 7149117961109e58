# process: a command of kokoroctl.
"""`kokoroctl lexicon`: teach it how words are pronounced, in lexicon.toml of the home folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .. import config
from ..config import Config
from ..errors import ConfigError
from ..speech.lexicon import BOTH_ENGLISH, EVERY, SECTIONS, Entry, parse, read
from ..speech.lexicon_file import add_entry, remove_entry
from ..speech.phonemes.phonemizer import Phonemizer
from ..vocabulary import alphabet
from ..voices.languages import ENGLISH, language, language_of_voice
from . import FAILED, OK, USAGE, Context

HELP = "teach it how words are pronounced"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    add = actions.add_parser("add", help="say a word so from now on")
    add.add_argument("word", metavar="WORD", help="one word, or several in quotes")
    add.add_argument("phonemes", nargs="?", metavar="PHONEMES", help="in Kokoro's alphabet: wˈɪn")
    add.add_argument(
        "--like", metavar="WORDS", help='words that sound so: "sequel", or koo-ber-NET-eez'
    )
    _add_lang(add)

    remove = actions.add_parser("remove", help="say a word as before")
    remove.add_argument("word", metavar="WORD")
    _add_lang(remove)

    listing = actions.add_parser("list", help="every entry")
    listing.add_argument("--json", action="store_true", help="for programs")


def _add_lang(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        choices=SECTIONS,
        help="for texts in this language; en: both accents, all: every one"
        " (default: the language that the daemon speaks)",
    )


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    path = settings.home / "lexicon.toml"
    if args.action == "list":
        return _list(path, args.json)
    section = args.lang or _usual_section(settings)
    if args.action == "remove":
        return _remove(path, section, args.word)
    if bool(args.phonemes) == bool(args.like):
        print("give phonemes or --like, one of the two", file=sys.stderr)
        return USAGE
    return _add(path, section, args, settings)


def _usual_section(settings: Config) -> str:
    voice = settings.voice_called(settings.voice)
    own = language(settings.lang or language_of_voice(voice))
    return BOTH_ENGLISH if own in ENGLISH else own


def _add(path: Path, section: str, args: argparse.Namespace, settings: Config) -> int:
    symbols = alphabet()
    entry = parse(args.word, {"like": args.like} if args.like else args.phonemes, symbols)
    said = entry.phonemes
    if entry.like:
        phonemizer = Phonemizer(symbols, settings.cache_folder)
        said = phonemizer.respell(entry.like, _spoken_in(section))
        if not said:
            raise ConfigError(f"{entry.like!r} has no sound; write it with letters")
    # The whole file is checked first: the daemon would refuse the new entry with the old fault.
    read(path, symbols)
    known = add_entry(path, section, entry)
    print(f"{entry.word} is {'now' if known else ''} said {said} in {section}".replace("  ", " "))
    return OK


def _spoken_in(section: str) -> str:
    return "en-us" if section in (EVERY, BOTH_ENGLISH) else section


def _remove(path: Path, section: str, word: str) -> int:
    if remove_entry(path, section, word):
        print(f"{word} is said as before in {section}")
        return OK
    held = [name for name, entries in read(path, alphabet()).items() if word in entries]
    where = f"; it is in {', '.join(held)}: give --lang" if held else ""
    print(f"no entry {word!r} in {section}{where}", file=sys.stderr)
    return FAILED


def _list(path: Path, as_json: bool) -> int:
    sections = read(path, alphabet())
    rows = [(name, entry) for name, entries in sections.items() for entry in entries.values()]
    if as_json:
        print(json.dumps([_described(*row) for row in rows], ensure_ascii=False, indent=1))
        return OK
    if not rows:
        print(f"no entries; `kokoroctl lexicon add WORD PHONEMES` writes one to {path}")
        return OK
    width = max(len(entry.word) for _, entry in rows)
    for name, entry in rows:
        said = f"like {entry.like}" if entry.like else entry.phonemes
        print(f"{name:<6} {entry.word:<{width}}  {said}")
    return OK


def _described(section: str, entry: Entry) -> dict[str, str]:
    said = {"like": entry.like} if entry.like else {"phonemes": entry.phonemes}
    return {"lang": section, "word": entry.word, **said}
