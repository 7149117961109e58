"""Texts spoken to their end: was all of it heard, and nothing between?"""

from __future__ import annotations

from typing import Final

from bench.figure import Figure, at_most
from bench.sink.likeness import Likeness, compare
from bench.sink.relay import Relay
from bench.stage import Stage
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.types import SAMPLE_RATE

#: The longest text sounds for two minutes.
_END_S: Final = 400.0

#: Characters of what is heard to the end, most often first.
_CHARS: Final = (60, 400, 2_000)


def measure(stage: Stage) -> list[Figure]:
    gaps: dict[str, list[float]] = {}
    mistakes: list[str] = []
    seconds = 0.0
    relay = Relay(stage.kokorod.socket)
    try:
        for chars, times in zip(_CHARS, stage.effort.spoken_out, strict=True):
            stage.note(f"{chars:,} characters to their end, {times} times")
            found = [_listen(stage, relay, text) for text in stage.unique(chars, times)]
            if found:
                gaps[f"{chars} characters"] = [float(len(one.breaks)) for one in found]
            seconds += sum(one.matched for one in found) / SAMPLE_RATE
            mistakes += [line for one in found for line in _lines(one)]
    finally:
        relay.close()
    return [
        Figure(
            name="gaps and lost samples in what was heard",
            unit="",
            value=sum(sum(of) for of in gaps.values()),
            asked=(at_most(0),),
            samples=gaps,
            note="; ".join([f"{seconds:.0f} s heard as they were sent", *mistakes[:3]]),
            details={"seconds": round(seconds, 1), "mistakes": mistakes[:20]},
        )
    ]


def _listen(stage: Stage, relay: Relay, text: str) -> Likeness:
    stage.sink.wait_silence()
    relay.pcm()
    started = stage.kokoroctl.say(text, relay.socket)
    started.wait(_END_S)
    stage.sink.wait_for_path()
    sent, heard = relay.pcm(), stage.sink.monitor.recording().pcm
    stage.kokorod.wait_idle()
    likeness = compare(sent, heard)
    if likeness.begin is None:
        raise NothingHeardError(
            f"of {len(sent) / SAMPLE_RATE:.1f} s that were sent, nothing was heard unchanged"
        )
    return likeness


def _lines(likeness: Likeness) -> list[str]:
    def ms(samples: int) -> str:
        return f"{samples / SAMPLE_RATE * 1000:.0f} ms"

    return [
        f"at {one.at / SAMPLE_RATE:.2f} s: {ms(one.extra)} put in, {ms(one.lost)} lost"
        for one in likeness.breaks
    ]
