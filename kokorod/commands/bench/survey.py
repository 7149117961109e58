# process: a part of `kokoroctl bench`.
"""One setup of a daemon measured: first sound, pace and memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .hearing import play
from .line import Line
from .memory import PeakMemory, rss_mb
from .texts import Texts

#: Characters: a word or two, a sentence, a paragraph, a page.
LENGTHS: Final = (12, 60, 400, 2_000)

#: Spoken to the end, for pace and memory: its segments reach the longest there are.
_WHOLE: Final = 2_000

#: The daemon learns what a run costs from its own runs; it must not be measured guessing.
_WARM_UP: Final = (60, 400)

#: Memory is looked at again so long after the last sample.
AFTER_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What is tried: a model of the store and the threads of one inference."""

    model: str
    variant: str
    threads: int


@dataclass(frozen=True, slots=True)
class Measured:
    """first_sound_s: median by characters; rtf: seconds for a second of sound."""

    setup: Setup
    first_sound_s: dict[int, float]
    rtf: float
    underruns: int
    peak_mb: float
    after_mb: float

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.setup.model,
            "variant": self.setup.variant or None,
            "threads": self.setup.threads,
            "first_sound_s": {str(n): round(s, 4) for n, s in self.first_sound_s.items()},
            "rtf": round(self.rtf, 4),
            "underruns": self.underruns,
            "peak_mb": round(self.peak_mb, 1),
            "after_mb": round(self.after_mb, 1),
        }


def measure(
    setup: Setup, socket: Path, pid: int, texts: Texts, trials: int, note: Callable[[str], None]
) -> Measured:
    """Speak to the daemon at `socket`, whose process is `pid`.

    Raises NothingHeardError and LineError.
    """
    with Line(socket) as line:
        for chars in _WARM_UP:
            line.speak(texts.next(chars))
        first_sound_s = {}
        for chars in LENGTHS:
            times = []
            for _ in range(trials):
                times.append(line.speak(texts.next(chars), to_end=False).first_sound_s)
                line.wait_idle()
            first_sound_s[chars] = statistics.median(times)
            note(f"first sound of {chars} characters: {first_sound_s[chars]:.3f} s")
        with PeakMemory(pid) as peak:
            heard = line.speak(texts.next(_WHOLE))
        time.sleep(AFTER_S)
    rtf = heard.last_sample_s / heard.sound_s
    note(f"{heard.sound_s:.0f} s of sound in {heard.last_sample_s:.1f} s")
    return Measured(
        setup=setup,
        first_sound_s=first_sound_s,
        rtf=rtf,
        underruns=play(heard.frames).count,
        peak_mb=peak.peak_mb,
        after_mb=rss_mb(pid),
    )
