"""Texts spoken to their end: was all of it heard, and nothing between?

Asked of the monitor, sample by sample, and of `say` itself, which counts its underruns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.metric import Metric, at_most
from bench.sink.relay import Relay
from bench.sink.similarity import Similarity, compare
from bench.stage import Stage
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.types import SAMPLE_RATE

#: The longest text sounds for two minutes.
_END_S: Final = 400.0

#: In results; the first are enough to go and look.
_MOST_SHOWN: Final = 20

#: Characters of what is heard to the end, most often first.
_CHARS: Final = (60, 400, 2_000)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text, heard to its end.

    similarity   of what was heard to what was sent
    underruns  times that the device ran empty though there was sound to play, as `say` counts
    starved    times that no sound had come in time, as `say` counts
    """

    similarity: Similarity
    underruns: int
    starved: int


def measure(stage: Stage) -> list[Metric]:
    spoken: dict[str, list[Spoken]] = {}
    relay = Relay(stage.kokorod.socket)
    try:
        for chars, times in zip(_CHARS, stage.effort.spoken_out, strict=True):
            if times:
                stage.note(f"{chars:,} characters to their end, {times} times")
                texts = stage.unique(chars, times)
                spoken[f"{chars} characters"] = [_listen(stage, relay, text) for text in texts]
    finally:
        relay.close()
    every = [one for of in spoken.values() for one in of]
    seconds = sum(one.similarity.matched for one in every) / SAMPLE_RATE
    mistakes = [line for one in every for line in _lines(one.similarity)]
    return [
        Metric(
            name="gaps and lost samples in what was heard",
            unit="",
            value=float(len(mistakes)),
            asked=(at_most(0),),
            samples=_counts(spoken, lambda one: len(one.similarity.breaks)),
            note="; ".join([f"{seconds:.0f} s heard as they were sent", *mistakes[:3]]),
            details={"seconds": round(seconds, 1), "mistakes": mistakes[:_MOST_SHOWN]},
        ),
        Metric(
            name="underruns that the player counted",
            unit="",
            value=float(sum(one.underruns for one in every)),
            asked=(at_most(0),),
            samples=_counts(spoken, lambda one: one.underruns),
            note=f"{sum(one.starved for one in every)} times no sound had come in time",
        ),
    ]


def _counts(
    spoken: Mapping[str, Sequence[Spoken]], count: Callable[[Spoken], int]
) -> dict[str, list[float]]:
    return {of: [float(count(one)) for one in several] for of, several in spoken.items()}


def _listen(stage: Stage, relay: Relay, text: str) -> Spoken:
    stage.sink.wait_silence()
    relay.pcm()
    out = stage.kokoroctl.say(text, "--json", socket=relay.socket).wait(_END_S)
    stage.sink.wait_for_path()
    sent, heard = relay.pcm(), stage.sink.monitor.recording().pcm
    stage.kokorod.wait_idle()
    similarity = compare(sent, heard)
    if similarity.begin is None:
        raise NothingHeardError(
            f"of {len(sent) / SAMPLE_RATE:.1f} s that were sent, nothing was heard unchanged"
        )
    stats = json.loads(out.splitlines()[-1])["stats"]
    return Spoken(similarity, int(stats["underruns"]), int(stats["starved"]))


def _lines(similarity: Similarity) -> list[str]:
    def ms(samples: int) -> str:
        return f"{samples / SAMPLE_RATE * 1000:.0f} ms"

    return [
        f"at {one.at / SAMPLE_RATE:.2f} s: {ms(one.extra)} put in, {ms(one.lost)} lost"
        for one in similarity.breaks
    ]
