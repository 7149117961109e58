"""How far from where a word is heard the daemon says that it begins."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from bench.in_process import open_copy, read, turn
from bench.listen import texts
from bench.listen.ear import ENVIRONMENT, Ear
from bench.listen.words import plain
from bench.metric import Metric, at_least, at_most, percentile
from bench.model import cache_folder
from bench.stage import Stage
from kokorod.engine.edges import SILENT
from kokorod.engine.synthesizer import FRAME, Run
from kokorod.errors import EngineError
from kokorod.types import SAMPLE_RATE, Segment, Sentence, Utterance

_MS: Final = SAMPLE_RATE // 1000

#: A pause is a silence of at least so long.
_PAUSE: Final = 40 * _MS

#: How far around the word's edge its pause is looked for.
_REACH: Final = 300 * _MS

#: Beside the levels: how loud the frames are that a front says hold no speech.
_SILENT: Final = "silent"

#: -50 dB of the peak: what a first sound is looked for with before what is generated. A voice's
#: breath is softer.
_FAINT: Final = 10 ** (-50 / 20)

#: Of the loudest sample of what is near: where an onset is taken to be. 5 % is where it stands
#: out, -60 dB is breath.
_LEVELS: Final = {"5 % of the peak": 0.05, "-60 dB": 1e-3}


def measure(stage: Stage) -> list[Metric]:
    """First words, words after a pause, and Whisper's word times as a second witness; how long
    after a request's first sample its sound begins, of sentences and short phrases."""
    lines = texts.lines_of(texts.HERE / "sentences.txt")[: stage.effort.edge_sentences]
    phrases = texts.lines_of(texts.HERE / "phrases.txt")[: stage.effort.edge_sentences]
    stage.note(f"onsets of words in {len(lines)} sentences and {len(phrases)} phrases")
    off: dict[str, list[float]] = defaultdict(list)
    fronts: dict[str, list[float]] = defaultdict(list)
    begun: list[float] = []
    ear = Ear(cache_folder(os.environ)) if ENVIRONMENT.exists() else None
    try:
        with tempfile.TemporaryDirectory() as folder:
            synthesizer = open_copy(stage.files, Path(folder))
            for number, line in enumerate(lines):
                sentence, segment, utterance = _asked(number, line, Path(folder))
                sound = synthesizer.synthesize(segment, utterance, Run())
                if sound.edges is None:
                    raise EngineError("the model tells no durations, so its words have no edges")
                for name, found in onsets(sentence, sound.pcm, sound.edges).items():
                    off[name] += found
                if synthesizer.streams(utterance):
                    front = synthesizer.front(segment, utterance, Run())
                    for name, found in onsets(sentence, sound.pcm, front.edges).items():
                        fronts[name] += found
                    fronts[_SILENT] += loudest(sound.pcm, front.silent)
                    begun.append(begins(sound.pcm, front.silent))
                if ear is not None:
                    path = Path(folder) / "said.wav"
                    soundfile.write(path, sound.pcm, SAMPLE_RATE)
                    heard = ear.hear(path, words=True).words
                    off["Whisper"] += against(sentence, line, sound.edges, heard)
            for number, line in enumerate(phrases if begun else ()):
                _, segment, utterance = _asked(number, line, Path(folder))
                pcm = synthesizer.synthesize(segment, utterance, Run()).pcm
                begun.append(begins(pcm, synthesizer.front(segment, utterance, Run()).silent))
    finally:
        if ear is not None:
            ear.close()
    found = [_metric("onset of a word: median error", dict(off))]
    if fronts:
        found.append(_metric("onset of a word, told by the front: median error", dict(fronts)))
        found.append(
            Metric(
                name="from a request's first sample to its sound: the least",
                unit="ms",
                value=min(begun),
                asked=(at_least(0),),
                samples={"-50 dB": begun},
                note=f"median {percentile(begun, 50):.0f} ms of {len(begun)}",
            )
        )
    return found


def _asked(number: int, line: str, home: Path) -> tuple[Sentence, Segment, Utterance]:
    """A line as the daemon reads it, in the voice and at the speed of its number."""
    lang, voice, speed = turn(number)
    (sentence,) = read(line, lang, home)
    return sentence, Segment(0, 0, len(line), "", sentence.phonemes), Utterance(voice, speed, lang)


def begins(pcm: Any, silent: Any) -> float:
    """ms from the first sample that is generated to the first one over -50 dB of the peak, which
    may lie before it."""
    level = np.abs(pcm)
    sound = int((level > _FAINT * float(level.max())).argmax())
    return (sound - FRAME * int((~silent).argmax())) / _MS


def loudest(pcm: Any, silent: Any) -> list[float]:
    """dB under the peak of what is loudest in each frame that is said to hold no speech."""
    frames = np.abs(pcm.reshape(len(silent), -1)).max(axis=1)
    return list(20 * np.log10(frames[silent] / max(float(frames.max()), 1e-9) + 1e-6))


def onsets(sentence: Sentence, pcm: Any, edges: Any) -> dict[str, list[float]]:
    """ms from the sound to the edge, early if below 0, of words that follow a silence."""
    found: dict[str, list[float]] = {level: [] for level in _LEVELS}
    first = sentence.words[0]
    places = [(0, first)]
    for word, after in pairwise(sentence.words):
        if any(c in SILENT and c != " " for c in sentence.phonemes[word.last : after.first]):
            places.append((int(edges[word.last - 1]), after))
    for begin, word in places:
        edge = int(edges[word.first])
        near = np.abs(pcm[max(begin, edge - _REACH) : edge + _REACH // 2])
        own = np.abs(pcm[max(edge - _PAUSE, 0) : int(edges[word.last])])
        for name, level in _LEVELS.items():
            loud = np.flatnonzero(near > level * float(own.max(initial=0.0)))
            gaps = np.diff(loud, prepend=0 if word is first else loud[:1])
            if len(loud) and gaps.max() >= _PAUSE:
                onset = max(begin, edge - _REACH) + int(loud[gaps.argmax()])
                found[name].append((edge - onset) / _MS)
    return found


def against(
    sentence: Sentence, text: str, edges: Any, heard: tuple[tuple[str, float, float], ...]
) -> list[float]:
    """ms from Whisper's word to the edge, if it heard the very words that were written."""
    said = [plain(text[w.start - sentence.start : w.end - sentence.start]) for w in sentence.words]
    if said != [plain(word) for word, _, _ in heard]:
        return []
    return [
        1000 * (int(edges[word.first]) / SAMPLE_RATE - start)
        for word, (_, start, _) in zip(sentence.words, heard, strict=True)
    ]


def _metric(name: str, off: dict[str, list[float]]) -> Metric:
    silent = off.pop(_SILENT, [])
    main = next(iter(_LEVELS))
    notes = [
        f"{level}: median {percentile(of, 50):+.0f}, |median| {percentile(_absolute(of), 50):.0f}, "
        f"95 % {percentile(_absolute(of), 95):.0f} ms of {len(of)}"
        for level, of in off.items()
        if of
    ]
    if silent:
        notes.append(f"the loudest frame said to be silent: {max(silent):.0f} dB")
    return Metric(
        name=name,
        unit="ms",
        value=percentile(_absolute(off[main]), 50),
        asked=(at_most(20),),
        samples={name: of for name, of in off.items() if of},
        note="; ".join(notes),
        details={"95_percent_ms": percentile(_absolute(off[main]), 95), "asked_ms": 50},
    )


def _absolute(values: list[float]) -> list[float]:
    return [abs(value) for value in values]
