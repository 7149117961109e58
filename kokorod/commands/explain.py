# process: a command of kokoroctl.
"""`kokoroctl explain`: how a text is read, stage by stage. Needs no daemon and no model."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .. import config
from ..config import Config
from ..schedule.script import Script
from ..speech.lexicon import Lexicon
from ..speech.markup.sources import open_source
from ..speech.phonemes.assembly import assemble
from ..speech.phonemes.phonemizer import Phonemizer
from ..speech.phonemes.reading import Reading
from ..speech.token import Token
from ..speech.tokenize import tokens_of
from ..types import CodeBlocks, Markup, Segment, Sentence, TextState
from ..vocabulary import alphabet, default_vocabulary
from ..voices.languages import language, language_of_voice
from . import OK, Context

HELP = "show how a text is read: normalized, phonemes, tokens, segments"

#: The longest segment, and a budget as a lane of usual speed has it: 150 tokens.
_CAP: Final = 150

#: Columns for what was written: a URL is one token's source.
_WIDEST: Final = 24


@dataclass(frozen=True, slots=True)
class Explained:
    """One sentence: what was written, each token with its reading, what is spoken."""

    written: str
    readings: list[tuple[Token, Reading]]
    sentence: Sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="default: standard input")
    parser.add_argument("-l", "--lang", help="language of the text (default: the voice's own)")
    parser.add_argument("--markdown", action="store_true", help="the text is Markdown or HTML")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    text = " ".join(args.text) if args.text else sys.stdin.read()
    lang = language_of_text(args.lang, settings)
    markup = Markup.MARKDOWN if args.markdown else Markup.AUTO
    explained = explain(text, lang, settings, markup)
    segments = _segments([e.sentence for e in explained], settings)
    if args.json:
        print(json.dumps(_value(text, explained, segments), ensure_ascii=False, indent=1))
    else:
        _print(text, explained, segments)
    return OK


def language_of_text(asked: str | None, settings: Config) -> str:
    """The language asked for, else the configured one, else the configured voice's."""
    voice = settings.voice_called(settings.voice)
    return language(asked or settings.lang or language_of_voice(voice))


def explain(
    text: str, lang: str, settings: Config, markup: Markup = Markup.AUTO
) -> list[Explained]:
    """Each sentence of `text`, read as the daemon reads it.

    Raises ConfigError for a wrong lexicon, UnknownLanguageError if an extra is missing,
    SsmlError for SSML that cannot be read.
    """
    lexicon = Lexicon(settings.lexicon_file, alphabet())
    lexicon.refresh()
    phonemizer = Phonemizer(alphabet(), settings.cache_folder, lexicon)
    code, thoughts = CodeBlocks(settings.code_blocks), settings.thoughts == "say"
    source = open_source(markup, lang, code, thoughts=thoughts)
    source.feed(text, final=True)
    explained = []
    while (fragment := source.next()) is not None:
        start, end = fragment.source_span(0, len(fragment.text))
        own = fragment.lang or lang
        readings = phonemizer.explain(
            tokens_of(fragment, lang=own, emoji="name" if settings.emoji == "name" else "drop"), own
        )
        sentence = assemble([t for t, _ in readings], [r for _, r in readings])
        pause_s = sentence.pause_s if fragment.pause_s is None else fragment.pause_s
        sentence = replace(
            sentence,
            start=start,
            end=end,
            pause_s=pause_s,
            voice=fragment.voice,
            rate=fragment.rate,
        )
        if not sentence.words:  # marks alone have no sound: the daemon leaves them out too
            sentence = replace(sentence, spoken="", phonemes="")
        explained.append(Explained(text[start:end], readings, sentence))
    return explained


def _segments(sentences: list[Sentence], settings: Config) -> list[Segment]:
    script = Script(sentence_pause_s=settings.sentence_pause_ms / 1000)
    script.add(sentences, TextState.END)
    segments = []
    while script.runnable:
        segments.append(script.next(10 * _CAP, _CAP))
    return [segment for segment in segments if segment.phonemes]  # others are pauses


def _value(text: str, explained: list[Explained], segments: list[Segment]) -> dict[str, Any]:
    ids = default_vocabulary()
    return {
        "source": text,
        "normalized": " ".join(e.sentence.spoken for e in explained if e.sentence.spoken),
        "sentences": [
            {
                "start": e.sentence.start,
                "end": e.sentence.end,
                "source": e.written,
                "normalized": e.sentence.spoken,
                "phonemes": e.sentence.phonemes,
                "words": [
                    {
                        "start": token.start,
                        "end": token.end,
                        "spoken": token.text,
                        "rule": token.rule,
                        "phonemes": reading.phonemes,
                        "from": reading.source.value,
                        "row": reading.row,
                    }
                    for token, reading in e.readings
                ],
            }
            for e in explained
        ],
        "phonemes": " ".join(e.sentence.phonemes for e in explained if e.sentence.phonemes),
        "tokens": [_tokens(e.sentence, ids) for e in explained],
        "segments": [
            {"start": s.start, "end": s.end, "phonemes": s.phonemes, "tokens": len(s.phonemes)}
            for s in segments
        ],
    }


def _tokens(sentence: Sentence, ids: Mapping[str, int]) -> list[int]:
    return [ids[symbol] for symbol in sentence.phonemes]


def _print(text: str, explained: list[Explained], segments: list[Segment]) -> None:
    ids = default_vocabulary()
    for number, item in enumerate(explained, 1):
        sentence = item.sentence
        print(f"{number}  source      {' '.join(item.written.split())}")
        print(f"   normalized  {sentence.spoken}")
        print(f"   phonemes    {sentence.phonemes}")
        print(f"   tokens      {' '.join(map(str, _tokens(sentence, ids)))}")
        if asked := _asked(sentence):
            print(f"   markup      {asked}")
        rows = [
            (
                _written(text, token),
                token.text,
                token.rule or "-",
                reading.phonemes or "-",
                f"{reading.source.value} ({reading.row})" if reading.row else reading.source.value,
            )
            for token, reading in item.readings
            if not token.punctuation
        ]
        if rows:
            print()
            _table([("WRITTEN", "SAID", "RULE", "PHONEMES", "FROM"), *rows])
            print()
    for number, segment in enumerate(segments, 1):
        length = len(segment.phonemes)
        print(f"segment {number}: {length} tokens, characters {segment.start} to {segment.end}")
    if not segments:
        print("no segment: nothing to say")


def _written(text: str, token: Token) -> str:
    """What a token was read from, short and on one line."""
    written = " ".join(text[token.start : token.end].split())
    return written if len(written) <= _WIDEST else f"{written[: _WIDEST - 1]}…"


def _asked(sentence: Sentence) -> str:
    """What markup asks for beside the text."""
    asked = [f"voice {sentence.voice}"] if sentence.voice else []
    asked += [f"rate {sentence.rate:g}"] if sentence.rate != 1.0 else []
    asked += [f"pause {sentence.pause_s:g} s"] if sentence.pause_s is not None else []
    return ", ".join(asked)


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True))
        print(f"   {'  '.join(cells)}".rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: combining marks take none, wide characters two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
