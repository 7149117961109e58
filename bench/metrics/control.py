"""Stop, pause and resume from another process: how long until it is heard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from bench.metric import Metric, at_most
from bench.stage import Stage
from kokorod.commands.bench.hearing import NothingHeardError

#: Characters of what is being spoken: two minutes, so that it never ends by itself.
_CHARS: Final = 2_000

#: Seconds of sound before the command.
_SHORTEST: Final = 0.5
_LONGEST: Final = 2.5

#: It must be sounding when the command comes, else silence has come before it.
_SOUNDING_S: Final = 0.02

#: What a stop leaves behind is no pause between two sentences.
_SILENCE_S: Final = 1.0

_WAIT_S: Final = 20.0

#: A moment that falls into a pause is drawn anew so much later.
_LOOK_S: Final = (0.05, 0.2)

_ASKED_MS: Final = 50.0

_TOLD = "from the daemon being told"
_PROCESS = "from the start of kokoroctl's process"


def measure_stop(stage: Stage) -> list[Metric]:
    taken: dict[str, list[float]] = {_TOLD: [], _PROCESS: []}
    stage.note(f"{stage.effort.controls} stops of each kind")
    for _ in range(stage.effort.controls):
        for how in taken:
            with _speaking(stage):
                taken[how].append(_silence_after(stage, _tell(stage, "stop", how)))
    return [_metric("stop to silence", taken)]


def measure_pause(stage: Stage) -> list[Metric]:
    silence: dict[str, list[float]] = {_TOLD: [], _PROCESS: []}
    sound: dict[str, list[float]] = {_TOLD: [], _PROCESS: []}
    stage.note(f"{stage.effort.controls} pauses of each kind")
    for _ in range(stage.effort.controls):
        for how in silence:
            with _speaking(stage):
                silence[how].append(_silence_after(stage, _tell(stage, "pause", how)))
                stage.sink.monitor.forget()
                sound[how].append(_sound_after(stage, _tell(stage, "resume", how)))
    return [_metric("pause to silence", silence), _metric("resume to sound", sound)]


def _metric(name: str, taken: dict[str, list[float]]) -> Metric:
    value = median(taken[_TOLD])
    process = median(taken[_PROCESS])
    return Metric(
        name=f"{name}, {_TOLD}",
        unit="ms",
        value=value,
        asked=(at_most(_ASKED_MS),),
        samples=taken,
        note=f"{min(taken[_TOLD]):.0f} to {max(taken[_TOLD]):.0f} ms; {process:.0f} ms {_PROCESS}",
        details={"median_ms_from_process_start": round(process, 1)},
    )


@contextmanager
def _speaking(stage: Stage) -> Iterator[None]:
    """A long text under way, at a moment when something sounds; ended on leaving."""
    (text,) = stage.unique(_CHARS, 1)
    stage.sink.wait_silence()
    started = stage.kokoroctl.say(text)
    try:
        stage.sink.first_sound(started, stage.kokoroctl.name)
        _wait_sounding(stage)
        yield
    finally:
        stage.kokoroctl.hush(started)


def _wait_sounding(stage: Stage) -> None:
    time.sleep(stage.random.uniform(_SHORTEST, _LONGEST))
    deadline = time.monotonic() + _WAIT_S
    while not stage.sink.monitor.recording().sounding(time.monotonic(), _SOUNDING_S):
        if time.monotonic() > deadline:
            raise NothingHeardError(f"a text of two minutes was silent for {_WAIT_S:g} s")
        time.sleep(stage.random.uniform(*_LOOK_S))


def _tell(stage: Stage, action: str, how: str) -> float:
    """When it was told."""
    if how == _PROCESS:
        command = stage.kokoroctl.run(action)
        command.wait(_WAIT_S)
        return command.began
    began = time.monotonic()
    stage.kokorod.client.control(action)
    return began


def _silence_after(stage: Stage, began: float) -> float:
    """Milliseconds until the last sound."""
    ended = stage.sink.monitor.wait(
        lambda heard: heard.end_of_sound(began, _SILENCE_S), _WAIT_S, "silence"
    )
    return (ended - began) * 1000


def _sound_after(stage: Stage, began: float) -> float:
    """Milliseconds until the first sound."""
    heard = stage.sink.monitor.wait(
        lambda heard: heard.first_sound(began), _WAIT_S, "a sound after resume"
    )
    return (heard - began) * 1000
