"""Enter to sound: a command line's process starts, and the null sink gives out a sound.

Beside stackvox, and beside the daemon's own first sound: what kokoroctl adds to it.
"""

from __future__ import annotations

from statistics import median
from typing import Final

from bench.metric import Metric, at_most, ratio_at_most
from bench.sink.room import in_turns
from bench.stage import Stage

#: Characters -> what must be reached beside stackvox.
ASKED: Final = {12: 0.45, 60: 0.20, 400: 0.16, 2_000: 0.14}

#: What a process, a connection and a device may add to the daemon's first sound.
_ADDED_MS: Final = 150.0

#: What the README's first command may take once all is set up, and for how long a text.
_MAKE_SAY_S: Final = 0.5
_SHORT: Final = 12

#: A short text is long over then.
_END_S: Final = 20.0

_DAEMON: Final = "the daemon's first sound"


def measure(stage: Stage) -> list[Metric]:
    ours, theirs = stage.kokoroctl, stage.stackvox
    metrics = [measure_path(stage)]
    added_ms: dict[str, list[float]] = {}

    def of_daemon(text: str) -> float:
        heard = stage.kokorod.speak(text, to_end=False)
        return heard.first_sound_s

    systems = [
        (theirs.name, lambda text: stage.sink.seconds_to_sound(theirs, text)),
        (ours.name, lambda text: stage.sink.seconds_to_sound(ours, text)),
        (_DAEMON, of_daemon),
    ]
    for chars, bound in ASKED.items():
        stage.note(f"enter to sound, {chars:,} characters")
        taken = in_turns(systems, stage.unique(chars, stage.effort.trials))
        metrics.append(
            Metric(
                name=f"enter to sound, {chars:,} characters",
                unit="s",
                value=median(taken[ours.name]),
                compared=median(taken[theirs.name]),
                against=theirs.name,
                asked=(ratio_at_most(bound),),
                samples=taken,
            )
        )
        # The same text, one after the other: what is left is what `say` adds.
        pairs = zip(taken[ours.name], taken[_DAEMON], strict=True)
        added_ms[f"{chars} characters"] = [(own - daemon) * 1000 for own, daemon in pairs]
    medians = {of: median(ms) for of, ms in added_ms.items()}
    metrics.append(
        Metric(
            name="enter to sound, beyond the daemon's first sound",
            unit="ms",
            value=max(medians.values()),
            asked=(at_most(_ADDED_MS),),
            samples=added_ms,
            note="the worst of " + ", ".join(f"{ms:.0f} ms at {of}" for of, ms in medians.items()),
        )
    )
    return metrics


def measure_make_say(stage: Stage) -> list[Metric]:
    """The README's first command, called twice: make, a shell, kokoroctl, the sound."""
    stage.note("make say, called again")

    def seconds_to_sound(text: str) -> float:
        stage.sink.wait_silence()
        started = stage.kokoroctl.make_say(text)
        heard = stage.sink.first_sound(started, "make say")
        started.wait(_END_S)
        stage.kokorod.wait_idle()
        return heard - started.began

    unheard, *texts = stage.unique(_SHORT, stage.effort.trials + 1)
    seconds_to_sound(unheard)  # make may find something to install
    new, again = [], []
    for text in texts:
        new.append(seconds_to_sound(text))
        again.append(seconds_to_sound(text))
    return [
        Metric(
            name=f"make say, called again: to the first sound, {_SHORT} characters",
            unit="s",
            value=median(again),
            asked=(at_most(_MAKE_SAY_S),),
            samples={"the same text": again, "another text": new},
            note=f"a text that was not said before: {median(new):.3f} s",
        )
    ]


def measure_path(stage: Stage) -> Metric:
    """What every moment at the monitor contains: nothing is taken off for it."""
    stage.note("the delay of the sound's path")
    delays_ms = [s * 1000 for s in stage.sink.path_delays(stage.effort.clicks)]
    return Metric(
        name="delay of the sound server and its monitor",
        unit="ms",
        value=median(delays_ms),
        asked=(),
        samples={"a click that the server holds": delays_ms},
        note=f"{min(delays_ms):.1f} to {max(delays_ms):.1f} ms; contained in what follows",
    )
