"""`kokoroctl explain`: how a text is read, stage by stage. Needs no daemon and no model."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from typing import Any, Final

from kokorod import config
from kokorod.config import Config
from kokorod.engine.vocabulary import default_vocabulary
from kokorod.speech.lexicon import Lexicon
from kokorod.speech.normalize import normalize
from kokorod.speech.phonemes import (
    Phonemizer,
    Reading,
    language,
    language_of_voice,
    vocabulary,
)
from kokorod.speech.phonemes.assembly import assemble
from kokorod.speech.plan import Script
from kokorod.speech.sentences import SentenceSplitter
from kokorod.speech.token import Token
from kokorod.types import Segment, Sentence, TextState

from . import OK, Context

HELP = "show how a text is read: normalized, phonemes, tokens, segments"

#: The longest segment, and a budget as a lane of usual speed has it: 150 tokens.
_CAP: Final = 150


@dataclass(frozen=True, slots=True)
class Explained:
    """One sentence: what was written, each token with its reading, what is spoken."""

    written: str
    readings: list[tuple[Token, Reading]]
    sentence: Sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="default: standard input")
    parser.add_argument("-l", "--lang", help="language of the text (default: the voice's own)")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    text = " ".join(args.text) if args.text else sys.stdin.read()
    lang = language_of_text(args.lang, settings)
    explained = explain(text, lang, settings)
    # Marks alone have no sound: the daemon leaves them out too.
    segments = _segments([e.sentence for e in explained if e.sentence.words], settings)
    if args.json:
        print(json.dumps(_value(text, explained, segments), ensure_ascii=False, indent=1))
    else:
        _print(explained, segments)
    return OK


def language_of_text(asked: str | None, settings: Config) -> str:
    """The language asked for, else the configured one, else the configured voice's."""
    voice = settings.voice_called(settings.voice)
    return language(asked or settings.lang or language_of_voice(voice))


def explain(text: str, lang: str, settings: Config) -> list[Explained]:
    """Each sentence of `text`, read as the daemon reads it.

    Raises ConfigError for a wrong lexicon, UnknownLanguageError where an extra is missing.
    """
    lexicon = Lexicon(settings.lexicon_file, vocabulary())
    lexicon.refresh()
    phonemizer = Phonemizer(vocabulary(), settings.cache_folder, lexicon)
    splitter = SentenceSplitter(lang)
    splitter.feed(text, final=True)
    explained = []
    while (span := splitter.next()) is not None:
        written = text[span[0] : span[1]]
        readings = phonemizer.explain(normalize(written, lang=lang, base=span[0]), lang)
        sentence = assemble([t for t, _ in readings], [r for _, r in readings])
        explained.append(Explained(written, readings, sentence))
    return explained


def _segments(sentences: list[Sentence], settings: Config) -> list[Segment]:
    script = Script(sentence_pause_s=settings.sentence_pause_ms / 1000)
    script.add(sentences, TextState.END)
    segments = []
    while script.runnable:
        segments.append(script.next(10 * _CAP, _CAP))
    return segments


def _value(text: str, explained: list[Explained], segments: list[Segment]) -> dict[str, Any]:
    ids = default_vocabulary()
    return {
        "source": text,
        "normalized": " ".join(e.sentence.spoken for e in explained),
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
                        "phonemes": reading.phonemes,
                        "from": reading.source.value,
                    }
                    for token, reading in e.readings
                ],
            }
            for e in explained
        ],
        "phonemes": " ".join(e.sentence.phonemes for e in explained if e.sentence.phonemes),
        "tokens": [[ids[symbol] for symbol in e.sentence.phonemes] for e in explained],
        "segments": [
            {"start": s.start, "end": s.end, "phonemes": s.phonemes, "tokens": len(s.phonemes)}
            for s in segments
        ],
    }


def _print(explained: list[Explained], segments: list[Segment]) -> None:
    for number, item in enumerate(explained, 1):
        print(f"{number}  written     {item.written}")
        print(f"   normalized  {item.sentence.spoken}")
        print(f"   phonemes    {item.sentence.phonemes}")
        rows = [
            (token.text, reading.phonemes or "-", reading.source.value)
            for token, reading in item.readings
            if not token.mark
        ]
        width = max((len(row[0]) for row in rows), default=0)
        said = max((len(row[1]) for row in rows), default=0)
        for spoken, phonemes, source in rows:
            print(f"     {spoken:<{width}}  {phonemes:<{said}}  {source}")
    lengths = ", ".join(str(len(segment.phonemes)) for segment in segments)
    print(f"tokens of each segment: {lengths or 'none, nothing to say'}")
