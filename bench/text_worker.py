"""The front end in a process of its own. Prints JSON.

python -m bench.text_worker SEED...       1 MB of text for each seed, to checked tokens
python -m bench.text_worker open FOLDER   the dictionary, whose index is in FOLDER
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from kokorod.commands.bench.memory import rss_mb
from kokorod.commands.bench.texts import Texts
from kokorod.speech.frontend import KokoroFrontEnd
from kokorod.speech.markup.sources import open_source
from kokorod.speech.phonemes.dictionary import open_dictionary
from kokorod.speech.reader import Reader
from kokorod.speech.thread import ReadingOptions
from kokorod.types import Markup, TextState
from kokorod.vocabulary import default_vocabulary

MEGABYTE: Final = 1_000_000

#: Sentences in a row that have something to be normalized.
_MOST_ODD: Final = 4
_ODD: Final = (
    "It cost ${n}.{d} on March {d}, 20{d}.",
    "Dr. {name} met {n} people at {h}:30 p.m. on Elm St.",
    "The rate fell by {d}.{d}% to {n:,} km/h.",
    "See https://example.com/{word}/{n} or ask {word}@example.org.",
    "{name} isn't {word}'s neighbor, is {name} VIII?",
    "Call get_{word}_{word} {n} times (v1.{d}.2), then stop...",
    "The {rare}, {rare} and {rare} of {name} were {rare}.",
    "{name} had no {rare} {rare}, and its {rare} was {rare}.",
    "“{word} and {word},” said {name} of the FBI, “are {d}/{h} of it.”",
)
_SYLLABLES: Final = "ka mo ri tel vin dor sha bel qua zen ost lin fra gu neth wy".split()


def rare_words(folder: Path) -> list[str]:
    """The dictionary's own words: more of them than any cache keeps."""
    dictionary = open_dictionary("us", folder)
    words = [word for word, _ in dictionary.words() if word.isalpha() and word.islower()]
    dictionary.close()
    return words


def megabyte(seed: int, rare: list[str], chars: int = MEGABYTE) -> str:
    """Unique text: prose, numbers, rare words, names that no dictionary has."""
    draw = random.Random(seed)
    texts = Texts(seed)
    parts: list[str] = []
    size = 0
    while size < chars:
        part = texts.next(draw.randint(200, 500))
        if draw.random() < 0.5:
            part += " " + odd(draw, part, rare)
        parts.append(part)
        size += len(part) + 2
    return "\n\n".join(parts)[:chars]


def odd(draw: random.Random, prose: str, rare: list[str]) -> str:
    words = [word.strip(".,").lower() for word in prose.split()]
    said = []
    for _ in range(draw.randint(1, _MOST_ODD)):
        text = draw.choice(_ODD).format(
            n=draw.randint(2, 9999),
            d=draw.randint(10, 28),
            h=draw.randint(1, 12),
            name="".join(draw.choice(_SYLLABLES) for _ in range(3)).capitalize(),
            word=draw.choice(words),
            rare="{}",
        )
        said.append(text.format(*(draw.choice(rare) for _ in range(text.count("{}")))))
    return " ".join(said)


def read(front_end: KokoroFrontEnd, text: str, ids: dict[str, int]) -> dict[str, float]:
    """Seconds to the first sentence's tokens and to the last one's, and what it computed."""
    began, computed = time.perf_counter(), time.process_time()
    reader = Reader(
        open_source(Markup.AUTO, "en-us"),
        lambda fragment: front_end.say(ReadingOptions("en-us"), fragment),
    )
    reader.feed(text, final=True)
    first_s, tokens = 0.0, 0
    while True:
        front_end.begin()
        reading = reader.read()
        for sentence in reading.sentences:
            tokens += len([ids[symbol] for symbol in sentence.phonemes])
            first_s = first_s or time.perf_counter() - began
        if reading.state is not TextState.MORE:
            break
    return {
        "first_s": first_s,
        "all_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - computed,
        "tokens": tokens,
    }


def time_text(seeds: list[int]) -> list[dict[str, float]]:
    ids = dict(default_vocabulary())
    with tempfile.TemporaryDirectory() as folder:
        front_end = KokoroFrontEnd(Path(folder), Path(folder) / "lexicon.toml", print)
        rare = rare_words(Path(folder))
        read(front_end, megabyte(seeds[0] + 1_000_003, rare, 20_000), ids)  # warm
        return [read(front_end, megabyte(seed, rare), ids) for seed in seeds]


def time_opening(folder: Path) -> dict[str, float]:
    """What the dictionary adds to a start, its index being there."""
    rss, began = rss_mb(os.getpid()), time.perf_counter()
    dictionary = open_dictionary("us", folder)
    opened_ms = (time.perf_counter() - began) * 1000
    dictionary.lookup("hello")
    return {"ms": opened_ms, "mb": rss_mb(os.getpid()) - rss}


if __name__ == "__main__":
    if sys.argv[1] == "open":
        print(json.dumps(time_opening(Path(sys.argv[2]))))
    else:
        print(json.dumps(time_text([int(seed) for seed in sys.argv[1:]])))
