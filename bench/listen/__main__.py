"""The command line of `make listen`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from statistics import mean
from typing import Any, Final

import soundfile

from bench import model, report
from bench.listen import chapter, texts
from bench.listen.ear import Ear, HeardSound
from bench.listen.words import Compared, compare, error_rate, plain
from bench.metric import Metric, at_least, at_most
from bench.systems.kokoro_onnx import KokoroOnnx
from bench.systems.kokorod import Kokorod
from kokoro_client import KokoroError
from kokoro_client.wire.choices import MAX_TTFA_MS
from kokorod.commands.bench import machine
from kokorod.errors import KokorodError
from kokorod.speech.normalize import normalize
from kokorod.types import SAMPLE_RATE

_FORMAT: Final = 1

#: Metrics that are no matter of degree: how their names begin.
_FAULTS: Final = ("short phrases", "a chapter")

#: Chunks may be so much under whole sentences, DNSMOS.
_CHUNKS_MOS: Final = -0.03

#: Speaks a text into a file.
Say = Callable[[str, Path], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """One text as both systems said it; whole: as ours says it sentence by sentence, exactly."""

    said: str
    ours: HeardSound
    theirs: HeardSound
    whole: HeardSound | None = None


class Room:
    """Both systems and the ears; they end with it. whole: ours a second time, without chunks."""

    def __init__(self, files: model.ModelFiles, cache: Path, *, whole: bool) -> None:
        self._whole: Kokorod | None = None
        self._exit = ExitStack()
        try:
            self._ear = Ear(cache)
            self._exit.callback(self._ear.close)
            self._kokorod = Kokorod(files, phonemes="kokoro")
            self._exit.callback(self._kokorod.close)
            if whole:
                self._whole = Kokorod(files, phonemes="kokoro", KOKORO_STREAMING="false")
                self._exit.callback(self._whole.close)
            self._rival = KokoroOnnx(files)
            self._exit.callback(self._rival.close)
            self._folder = Path(self._exit.enter_context(tempfile.TemporaryDirectory()))
        except BaseException:
            self._exit.close()
            raise
        self.names = (self._kokorod.name, self._rival.name)

    def close(self) -> None:
        self._exit.close()

    def hear(self, said: str, *, mos: bool) -> Heard:
        def say(text: str, path: Path) -> None:
            _write(path, self._kokorod.say(text))

        def exactly(text: str, path: Path) -> None:
            assert self._whole
            # Nobody waits for the first sound: it is cut by its text alone.
            _write(path, self._whole.say(text, MAX_TTFA_MS))

        def rival(text: str, path: Path) -> None:
            self._rival.speak(text, keep=path)

        whole = self._take(exactly, said, mos) if self._whole is not None and mos else None
        return Heard(said, self._take(say, said, mos), self._take(rival, said, mos), whole)

    def hear_chapter(self) -> str:
        return chapter.heard(self._kokorod, self._ear, self._folder)

    def _take(self, say: Say, said: str, mos: bool) -> HeardSound:
        path = self._folder / "said.wav"
        say(said, path)
        return self._ear.hear(path, mos=mos)


def _write(path: Path, pcm: Any) -> None:
    soundfile.write(path, pcm, SAMPLE_RATE, subtype="PCM_16")


def main(arguments: Sequence[str]) -> int:
    """0: all was heard, and neither a phrase nor the chapter lost a word; 1: not so; 2: usage."""
    parser = argparse.ArgumentParser(
        prog="make listen ARGS=...",
        description="Hear what kokorod says beside kokoro-onnx on the same weights.",
        epilog="docs/benchmarks.md says what the metrics mean.",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help=f"of {', '.join(texts.KINDS)} (default: all of them)",
    )
    parser.add_argument("--short", action="store_true", help="10 phrases, a minute; not kept")
    parser.add_argument("--model", type=Path, help="a model file (default: Kokoro's own)")
    parser.add_argument("--voices", type=Path, help="its voices")
    parser.add_argument(
        "--out",
        type=Path,
        default=model.ROOT / "bench" / "results",
        help="folder for the results (default: bench/results)",
    )
    args = parser.parse_args(arguments)
    # So that what was started ends, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    if wrong := set(args.what) - set(texts.KINDS):
        parser.error(f"nothing is called {', '.join(sorted(wrong))}: {', '.join(texts.KINDS)}")
    wanted = texts.read(os.environ, short=args.short, kinds=args.what or texts.KINDS)
    if wanted.note:
        print(wanted.note, file=sys.stderr)
    began = time.localtime()
    try:
        files = model.find(os.environ, args.model, args.voices)
        speech = bool(wanted.sentences or wanted.paragraphs)
        room = Room(files, model.cache_folder(os.environ), whole=speech)
        try:
            metrics = _listen(room, wanted)
        finally:
            room.close()
    except (KokorodError, KokoroError, OSError) as error:
        print(f"nothing was heard: {error}", file=sys.stderr)
        return 1
    print(report.table(metrics))
    if not args.short:
        content = {
            "format": _FORMAT,
            "began": time.strftime("%Y-%m-%dT%H:%M:%S", began),
            "took_s": round(time.time() - time.mktime(began)),
            "what": ["listen", *args.what],
            "model": files.name,
            "machine": machine.facts(),
            "figures": [metric.as_json() for metric in metrics],
        }
        path = report.write(args.out, time.strftime("%Y-%m-%d", began), "listen", content)
        print(f"written to {path}")
    return 0 if all(f.reached for f in metrics if f.name.startswith(_FAULTS)) else 1


def _listen(room: Room, wanted: texts.Texts) -> list[Metric]:
    metrics: list[Metric] = []
    heard: list[list[Heard]] = []
    for name, said in (("sentences", wanted.sentences), ("paragraphs", wanted.paragraphs)):
        if said:
            heard.append(_hear(room, said, mos=True))
            metrics += _of_speech(f"{len(said)} {name}", heard[-1], room.names)
    if len(heard) > 1:
        together = [one for of in heard for one in of]
        metrics += _of_speech(f"all {len(together)}", together, room.names)
    if wanted.phrases:
        metrics.append(_of_phrases(_hear(room, wanted.phrases, mos=False), room.names))
    if wanted.chapter:
        metrics.append(_of_chapter(" ".join(wanted.chapter), room.hear_chapter()))
    return metrics


def _hear(room: Room, said: Sequence[str], *, mos: bool) -> list[Heard]:
    heard = []
    for text in said:
        heard.append(room.hear(text, mos=mos))
        ours, theirs = spoken(heard[-1].ours.text), spoken(heard[-1].theirs.text)
        if ours != spoken(text) or theirs != spoken(text):
            print(f"  {text} | {heard[-1].ours.text} | {heard[-1].theirs.text}", file=sys.stderr)
    return heard


def _of_speech(what: str, heard: list[Heard], names: tuple[str, str]) -> list[Metric]:
    """Word errors and DNSMOS."""
    ours = [compare(spoken(h.said), spoken(h.ours.text)) for h in heard]
    theirs = [compare(spoken(h.said), spoken(h.theirs.text)) for h in heard]
    ours_mos = [h.ours.mos or 0.0 for h in heard]
    theirs_mos = [h.theirs.mos or 0.0 for h in heard]
    whole_mos = [h.whole.mos or 0.0 for h in heard if h.whole is not None]
    return [
        Metric(
            name=f"word errors, {what}",
            unit="%",
            value=error_rate(ours),
            compared=error_rate(theirs),
            against=names[1],
            asked=(at_most(ceil(1000 * error_rate(theirs)) / 1000),),
            samples=_by(names, [c.errors for c in ours], [c.errors for c in theirs]),
            details={"differ": _differing(heard, ours, theirs)},
        ),
        Metric(
            name=f"DNSMOS, {what}",
            unit="MOS",
            value=mean(ours_mos),
            compared=mean(theirs_mos),
            against=names[1],
            asked=(at_least(floor(1000 * mean(theirs_mos)) / 1000),),
            samples=_by(names, ours_mos, theirs_mos),
        ),
        Metric(
            name=f"DNSMOS, {what}: chunks less whole sentences run exactly",
            unit="MOS",
            value=mean(ours_mos) - mean(whole_mos),
            asked=(at_least(_CHUNKS_MOS),),
            samples={names[0]: ours_mos, "whole": whole_mos},
        ),
    ]


def _of_phrases(heard: list[Heard], names: tuple[str, str]) -> Metric:
    """First or last words lost and words added, of phrases that the other system says right."""
    ours = [compare(spoken(h.said), spoken(h.ours.text)) for h in heard]
    theirs = [compare(spoken(h.said), spoken(h.theirs.text)) for h in heard]
    faults = [int(a.cut_or_added and not b.errors) for a, b in zip(ours, theirs, strict=True)]
    reverse = [int(b.cut_or_added and not a.errors) for a, b in zip(ours, theirs, strict=True)]
    return Metric(
        name=f"short phrases: of {len(heard)} cut or added to, though the other's are right",
        unit="",
        value=sum(faults),
        compared=sum(reverse),
        against=names[1],
        asked=(at_most(0),),
        samples=_by(names, faults, reverse),
        note=f"word errors {error_rate(ours):.1f} % and {error_rate(theirs):.1f} %",
        details={"differ": _differing(heard, ours, theirs)},
    )


def _of_chapter(said: str, heard: str) -> Metric:
    """Words that nothing was heard for; one that was heard as another is not lost."""
    found = compare(spoken(said), spoken(heard))
    return Metric(
        name=f"a chapter of an EPUB, {len(found.said)} words: lost",
        unit="",
        value=len(found.lost),
        asked=(at_most(0),),
        samples={"lost": [float(len(found.lost))]},
        note=f"word errors {error_rate([found]):.1f} %",
        details={"lost": [found.said[at] for at in found.lost], "heard": heard},
    )


def spoken(text: str) -> tuple[str, ...]:
    """As plain(), with figures read out: a recogniser writes 10% for ten percent."""
    return plain(" ".join(token.text for token in normalize(text) if not token.punctuation))


def _by(
    names: tuple[str, str], ours: Sequence[float], theirs: Sequence[float]
) -> dict[str, list[float]]:
    return {names[0]: [float(v) for v in ours], names[1]: [float(v) for v in theirs]}


def _differing(
    heard: list[Heard], ours: list[Compared], theirs: list[Compared]
) -> list[dict[str, str]]:
    """What was not heard alike, or not as said."""
    return [
        {"said": h.said, "kokorod": h.ours.text, "kokoro-onnx": h.theirs.text}
        for h, a, b in zip(heard, ours, theirs, strict=True)
        if a.errors or b.errors
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
