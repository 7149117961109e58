# process: run by a developer, when the model or the phrases change.
"""Rows to fit predictors of norms to: what the front says of a phrase, and its norms.

    python -m tools.norms.rows HOME OUT [--most ROWS] [VOICE...]       # about 1 s a phrase

HOME is a daemon's with the model in use and its optimised copy made (`kokoroctl models
optimise`). Every voice says the phrases of its language in phrases.txt, and those of other
languages English ones too; each in an order of its own, so that all phrases are said by some
voice long before one voice has said them all: what a phrase does to the norms is mostly the same
in every voice. A row that is there already is not made again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path
from zlib import crc32

import numpy as np

from kokorod import config
from kokorod.commands.phonemes import read
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.norms.phrases import is_compared
from kokorod.engine.parts import PartsSynthesizer
from kokorod.engine.synthesizer import Run
from kokorod.types import Segment, Utterance
from kokorod.voices.languages import ENGLISH, language_of_voice

PHRASES = Path(__file__).with_name("phrases.txt")

#: Numbers of English phrases that a voice of another language says too begin here.
_FROM = 100

#: From one phrase of a voice to its next. The lists have other divisors: all are said.
_STEP = 37


def phrases(lang: str) -> list[tuple[float, str]]:
    """Speed and text of each; lang: en for both kinds of English."""
    lines = [n for n in PHRASES.read_text("utf-8").splitlines() if n and not n.startswith("#")]
    parts = [line.split("\t") for line in lines]
    return [(float(speed), text) for of, speed, text in parts if of == lang]


def planned(voice: str) -> Iterator[tuple[int, float, str, str]]:
    """Number, speed, language and text of what a voice says, in its own order."""
    lang = language_of_voice(voice)
    for at, (speed, text) in _in_order(voice, phrases("en" if lang in ENGLISH else lang)):
        yield at, speed, lang, text
    if lang not in ENGLISH:
        for at, (speed, text) in _in_order(voice, phrases("en")):
            yield _FROM + at, speed, "en-us", text


def phrase_of(voice: str, number: int) -> str:
    """A name for the text of a row: the same for all voices that say it."""
    lang = language_of_voice(voice)
    if lang in ENGLISH:
        return f"en {number}"
    return f"{lang} {number}" if number < _FROM else f"en {number - _FROM}"


def _in_order(voice: str, said: list[tuple[float, str]]) -> Iterator[tuple[int, tuple[float, str]]]:
    begin = crc32(voice.encode())
    for number in range(len(said)):
        at = (begin + _STEP * number) % len(said)
        if not is_compared(at):  # by those it is judged
            yield at, said[at]


def main(home: Path, out: Path, most: int, voices: Sequence[str]) -> None:
    """most: rows of each voice."""
    settings, _ = config.load({"KOKORO_HOME": str(home)})
    plan = KokoroPlan(settings.models_folder, "", 0, cache_folder=settings.cache_folder)
    synthesizer = open_kokoro(plan).synthesizer
    if not isinstance(synthesizer, PartsSynthesizer):
        sys.exit("the model has no copy in parts: run `kokoroctl models optimise`")
    out.mkdir(parents=True, exist_ok=True)
    (out / "layout.txt").write_text(str(synthesizer.layout))
    names = voices or synthesizer.voices()
    # In rounds: every voice says a phrase before one says the next, so that what is there when
    # it is stopped serves all of them alike.
    rounds = zip_longest(*(islice(planned(voice), most) for voice in names))
    for voice, (at, speed, lang, text) in chain.from_iterable(
        ((v, said) for v, said in zip(names, each, strict=True) if said) for each in rounds
    ):
        path = out / voice / f"{at:03}.npz"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            _write_row(synthesizer, path, Utterance(voice, speed, lang), text, settings)


def _write_row(
    synthesizer: PartsSynthesizer,
    path: Path,
    utterance: Utterance,
    text: str,
    settings: config.Config,
) -> None:
    said = " ".join(s.phonemes for s in read(text, utterance.lang, settings) if s.phonemes)
    known = "".join(symbol for symbol in said if symbol in synthesizer.vocabulary)
    front, _ = synthesizer.exact(Segment(0, 0, 0, "", known), utterance, Run())
    part = path.with_suffix(".part.npz")
    np.savez(part, features=synthesizer.features_of(front), norms=synthesizer.norms_of(front))
    part.replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--most", type=int, default=10**6, help="rows of each voice")
    parser.add_argument("voices", nargs="*", metavar="VOICE")
    args = parser.parse_args()
    main(args.home, args.out, args.most, args.voices)
