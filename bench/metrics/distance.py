"""How far the sound that streams is from the one that the model would make in one go.

Phrases that no norm was learned from (tools/norms/phrases.txt has none of them), half of one to
four words, half sentences, in eight voices. Each is said exactly; then its norms are predicted
and told, and it is generated again, in one go and in chunks.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any, Final

import numpy as np

from bench.in_process import open_copy, read
from bench.listen import texts
from bench.metric import Metric, at_most
from bench.model import ROOT
from bench.stage import Stage
from kokorod.engine.norms.distance import distance
from kokorod.engine.parts import PartsSynthesizer
from kokorod.engine.plan import LEAD, TAIL
from kokorod.engine.synthesizer import FRAME, Front, Run
from kokorod.errors import EngineError
from kokorod.types import Segment, Utterance
from kokorod.voices.languages import language_of_voice

#: Four of America and four of Britain, half of them men.
VOICES: Final = (
    "af_heart",
    "af_bella",
    "am_michael",
    "am_puck",
    "bf_emma",
    "bf_isabella",
    "bm_george",
    "bm_lewis",
)

#: Frames of a unit's chunks, as they grow; the last one is said again and again.
_CHUNKS: Final = (6, 12, 24, 48)

#: Every so many phrases are said in chunks, too.
_CHUNKED: Final = 6


def held_out(count: int) -> list[str]:
    """Short phrases and sentences in turn, none of which a norm was learned from."""
    lines = (ROOT / "tools" / "norms" / "phrases.txt").read_text("utf-8").splitlines()
    learned = {_plain(line.split("\t")[-1]) for line in lines}
    kinds = []
    for name in ("phrases.txt", "sentences.txt"):
        all_of = (texts.HERE / name).read_text("utf-8").splitlines()
        new = [line for line in all_of if line and _plain(line) not in learned]
        half = -(-count // 2)
        kinds.append(new[:: max(1, len(new) // half)][:half])
    return [text for pair in zip(*kinds, strict=True) for text in pair][:count]


def measure(stage: Stage) -> list[Metric]:
    phrases = held_out(stage.effort.distance_phrases)
    stage.note(f"{len(phrases)} phrases in {len(VOICES)} voices")
    off: dict[str, list[float]] = defaultdict(list)
    borders: list[float] = []
    worst = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        synthesizer = open_copy(stage.files, Path(folder))
        if not isinstance(synthesizer, PartsSynthesizer):
            raise EngineError("the model does not fall into parts: it speaks whole")
        for number, text in enumerate(phrases):
            for voice in VOICES:
                lang = language_of_voice(voice)
                said = " ".join(s.phonemes for s in read(text, lang, Path(folder)))
                segment, utterance = Segment(0, 0, 0, "", said), Utterance(voice, 1.0, lang)
                exact, sound = synthesizer.exact(segment, utterance, Run())
                norms = synthesizer.predictors.predict(voice, synthesizer.features_of(exact))
                told = synthesizer.told(exact, norms)
                whole = synthesizer.chunk(told, 0, told.frames, Run())
                off[voice].append(distance(sound, whole))
                worst = max(worst, (off[voice][-1], f"{voice}: {text}"))
                if number % _CHUNKED < 2:  # one of each kind
                    borders.append(_borders(synthesizer, told, whole))
    values = [db for of in off.values() for db in of]
    by_voice = ", ".join(f"{voice} {mean(of):.2f}" for voice, of in off.items())
    short, long = (mean(db for of in off.values() for db in of[kind::2]) for kind in (0, 1))
    return [
        Metric(
            name="streamed sound from the exact one, mean",
            unit="dB",
            value=mean(values),
            asked=(at_most(1.2),),
            samples=dict(off),
            note=f"one to four words {short:.2f}, sentences {long:.2f}; {by_voice}",
        ),
        Metric(
            name="the same, worst",
            unit="dB",
            value=worst[0],
            asked=(at_most(3.0),),
            samples={"kokorod": values},
            note=worst[1],
        ),
        Metric(
            name="chunks from the whole with the same norms",
            unit="",
            value=max(borders),
            asked=(at_most(1e-4),),
            samples={"kokorod": borders},
        ),
    ]


def _borders(synthesizer: PartsSynthesizer, front: Front, whole: Any) -> float:
    """The largest difference of a sample between chunks and the whole, where the daemon makes
    any: of the pads it leaves out all but LEAD and TAIL frames.
    """
    sounding = np.flatnonzero(~front.silent)
    first = max(0, int(sounding[0]) - LEAD)
    last = min(int(sounding[-1]) + 1 + TAIL, front.frames)
    edges = [first]
    while edges[-1] < last:
        step = _CHUNKS[min(len(edges), len(_CHUNKS)) - 1]
        edges.append(min(edges[-1] + step, last))
    made = np.concatenate([synthesizer.chunk(front, a, b, Run()) for a, b in pairwise(edges)])
    return float(np.abs(made - whole[FRAME * first : FRAME * last]).max())


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").strip()
