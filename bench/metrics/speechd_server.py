"""A real speech-dispatcher with our output module, heard at the null sink's monitor."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Final

from bench.metric import Metric, at_most, percentile
from bench.screen_reader import BEFORE_S, kept_keys, marked
from bench.stage import Stage
from bench.systems.speech_dispatcher import Event, SpeechDispatcher
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.errors import EngineError

#: Characters of what is stopped: two minutes, so that it never ends by itself.
_CHARS: Final = 2_000

#: Seconds of sound before the stop.
_SHORTEST: Final = 0.5
_LONGEST: Final = 2.5

#: It must be sounding when the command comes, else silence has come before it.
_SOUNDING_S: Final = 0.02

#: What a stop leaves behind is no pause between two sentences.
_SILENCE_S: Final = 1.0

_WAIT_S: Final = 40.0
_LOOK_S: Final = 0.05

_BURST: Final = 500


def measure(stage: Stage, daemon: Path) -> list[Metric]:
    """daemon: its socket."""
    server = SpeechDispatcher(daemon, stage.sink.server.environ)
    try:
        server.speak("<speak>It is ready.</speak>")
        server.wait_for("END", 0.0)
        return [
            _stop(stage, server),
            _marks(stage, server),
            _keys(stage, server),
            *_burst(stage, server),
        ]
    finally:
        server.close()


def _stop(stage: Stage, server: SpeechDispatcher) -> Metric:
    stage.note(f"{stage.effort.controls} stops through speech-dispatcher")
    taken: list[float] = []
    for _ in range(stage.effort.controls):
        stage.sink.wait_silence()
        began = server.speak(f"<speak>{stage.texts.next(_CHARS)}</speak>")
        stage.sink.monitor.wait(lambda heard, at=began: heard.first_sound(at), _WAIT_S, "a sound")  # type: ignore[misc]
        time.sleep(stage.random.uniform(_SHORTEST, _LONGEST))
        _wait_sounding(stage)
        told = server.stop()
        ended = stage.sink.monitor.wait(
            lambda heard, at=told: heard.end_of_sound(at, _SILENCE_S),  # type: ignore[misc]
            _WAIT_S,
            "silence",
        )
        taken.append((ended - told) * 1000)
    return Metric(
        name="speechd: STOP to silence at the monitor",
        unit="ms",
        value=median(taken),
        asked=(at_most(50.0),),
        samples={"from STOP to the last sound, ms": taken},
        note=f"{min(taken):.0f} to {max(taken):.0f} ms",
    )


def _marks(stage: Stage, server: SpeechDispatcher) -> Metric:
    """Each mark stands at the onset of a word behind a pause."""
    stage.note("marks through speech-dispatcher")
    errors: list[float] = []
    for number in range(stage.effort.trials):
        stage.sink.wait_silence()
        began = server.speak(marked(number))
        server.wait_for("END", began)
        stage.sink.wait_for_path()
        heard = stage.sink.monitor.recording()
        for event in _marks_since(server, began):
            onset = heard.first_sound(event.at - BEFORE_S)
            if onset is None:
                raise NothingHeardError("no word was heard behind a mark")
            errors.append((event.at - onset) * 1000)
    return Metric(
        name="speechd: marks against the sound at the monitor, median error",
        unit="ms",
        value=median(map(abs, errors)),
        asked=(at_most(25.0),),
        samples={"mark told after its word's onset, ms": errors},
        note=f"{min(errors):.0f} to {max(errors):.0f} ms",
    )


def _marks_since(server: SpeechDispatcher, began: float) -> list[Event]:
    found = [e for e in server.events if e.name == "INDEX MARK" and e.at >= began]
    own = [event for event in found if event.mark.isdigit()]  # the server has marks of its own
    if not own:
        raise EngineError("speech-dispatcher told no mark")
    return own


def _keys(stage: Stage, server: SpeechDispatcher) -> Metric:
    def press(key: str) -> None:
        server.wait_for("END", server.key(key))

    keys = kept_keys(stage, server.echoes, press, max(20, stage.effort.trials * 5))
    stage.note("keys through speech-dispatcher")
    taken: list[float] = []
    for key in keys:
        stage.sink.wait_silence()
        began = server.key(key)
        heard = stage.sink.monitor.wait(
            lambda heard, at=began: heard.first_sound(at),  # type: ignore[misc]
            _WAIT_S,
            "a key",
        )
        taken.append((heard - began) * 1000)
    return Metric(
        name="speechd: KEY to its sound at the monitor, kept, p95",
        unit="ms",
        value=percentile(taken, 95),
        asked=(),
        samples={"KEY to sound, ms": taken},
        note=f"median {median(taken):.0f} ms, the server's and PulseAudio's buffers included",
    )


def _burst(stage: Stage, server: SpeechDispatcher) -> list[Metric]:
    """As a held-down arrow key makes them."""
    stage.note(f"{_BURST} messages through speech-dispatcher, each stopped by the next")
    before = server.module_mb
    for number in range(_BURST):
        server.speak(f"<speak>Line {number} of the text.</speak>")
        server.stop()
    told = time.monotonic()
    last = server.speak("<speak>The last one is heard.</speak>")
    server.wait_for("END", told)
    grown = server.module_mb - before
    stage.sink.wait_for_path()
    if stage.sink.monitor.recording().first_sound(last) is None:
        raise NothingHeardError("the last of the messages was not heard")
    ends = [e for e in server.events if e.name == "END" and e.at >= told]
    return [
        Metric(
            name=f"speechd: memory after {_BURST} SPEAK and STOP through the server",
            unit="MB",
            value=grown,
            asked=(at_most(10.0),),
            samples={"grown, MB": [grown]},
        ),
        Metric(
            name=f"speechd: messages heard to their end after {_BURST} SPEAK and STOP",
            unit="",
            value=float(len(ends)),
            asked=(at_most(1.0),),
            samples={"ends": [float(len(ends))]},
            note="the last one alone",
        ),
    ]


def _wait_sounding(stage: Stage) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not stage.sink.monitor.recording().sounding(time.monotonic(), _SOUNDING_S):
        if time.monotonic() > deadline:
            raise NothingHeardError(f"a text of two minutes was silent for {_WAIT_S:g} s")
        time.sleep(_LOOK_S)
