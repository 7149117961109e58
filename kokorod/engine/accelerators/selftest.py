# process: runs in a child process; the verdicts are kept by whoever started it.
"""Is an accelerator fit to speak? `python -m kokorod.engine.accelerators.selftest ...` finds out.

Others saw silence on the second request, crashes, leaks, and a provider that was quietly
ignored. So a lane is tried in a process of its own before the daemon opens it: it must
load, be what was asked for, agree with the CPU in every run at every length, and be
faster for at least one. What came of it is kept for this model, system and onnxruntime.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import EngineError, KokorodError
from ...models.record import InstalledModel
from ...types import SAMPLE_RATE, Precision, Segment, Utterance
from .. import child
from ..child import Child
from ..optimised.comparison import PHRASE
from ..synthesizer import Run
from ..verdict_file import VerdictFile
from .hardware import Hardware

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..synthesizer import Synthesizer

#: Tokens: a notice, a sentence, the longest segment that is planned.
LENGTHS: Final = (12, 60, 150)

#: The first run of a length compiles it, and silence was seen on the second.
_RUNS: Final = 3

#: Less than this faster is not worth a second session's memory.
_FASTER: Final = 1.1

#: CoreML compiles a hundred parts of the graph; minutes, the first time.
_PATIENCE_S: Final = 1_200.0

#: The machine may have been busy: a refusal is looked at again after a month.
_REFUSED_S: Final = 30 * 86_400.0

#: Daemons in a row that ended without closing the lane, by a crash or a kill, after which it
#: is not opened. Before a supervisor gives up: systemd's limit is five starts a minute.
MOST_LEFT_OPEN: Final = 3

#: Lanes by models that are switched between; the oldest verdict goes.
_MOST: Final = 24
_MAX_FILE: Final = 256 * 1024

#: In the cache folder: the verdicts.
FILE: Final = "self-tests.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One length: what both needed for it, in seconds, and the sound it made."""

    tokens: int
    cpu_s: float
    lane_s: float
    sound_s: float

    @property
    def rtf(self) -> float:
        return self.lane_s / self.sound_s

    @property
    def gain(self) -> float:
        """How much faster than the CPU; below 1 it is slower."""
        return self.cpu_s / self.lane_s


@dataclass(frozen=True, slots=True)
class Verdict:
    """fit: the lane may be opened; why: it may not, for people; load_s: it took to open."""

    lane: str
    fit: bool
    why: str = ""
    load_s: float = 0.0
    trials: tuple[Trial, ...] = ()


class _UnfitError(Exception):
    pass


def examine(
    lane: str,
    cpu: Synthesizer,
    make: Callable[[], Synthesizer],
    clock: Callable[[], float] = time.perf_counter,
) -> Verdict:
    """Try the synthesizer that make() opens against the CPU's."""
    trials: list[Trial] = []
    began = clock()
    try:
        other = make()
    except KokorodError as error:
        return Verdict(lane, False, f"it cannot be opened: {error}")
    load_s = clock() - began
    try:
        for tokens in LENGTHS:
            trials.append(_try(tokens, cpu, other, clock))  # noqa: PERF401 - kept if one raises
    except _UnfitError as problem:
        return Verdict(lane, False, str(problem), load_s, tuple(trials))
    if max(trial.gain for trial in trials) < _FASTER:
        shown = ", ".join(f"{trial.gain:.2f} x at {trial.tokens} tokens" for trial in trials)
        why = f"it is not faster than the CPU: {shown}"
        return Verdict(lane, False, why, load_s, tuple(trials))
    return Verdict(lane, True, "", load_s, tuple(trials))


def _try(tokens: int, cpu: Synthesizer, other: Synthesizer, clock: Callable[[], float]) -> Trial:
    from .. import similarity

    segment = Segment(0, 0, 0, "", (PHRASE * (tokens // len(PHRASE) + 1))[:tokens])
    first, first_s = _run(cpu, segment, clock)
    second, second_s = _run(cpu, segment, clock)
    lane_s = []
    for number in range(1, _RUNS + 1):
        try:
            sound, seconds = _run(other, segment, clock)
        except EngineError as error:
            raise _UnfitError(f"run {number} of {tokens} tokens failed: {error}") from None
        problem = similarity.difference((first, second), sound, similarity.ACCELERATOR)
        if problem:
            raise _UnfitError(f"run {number} of {tokens} tokens gave {problem}")
        lane_s.append(seconds)
    fastest = max(min(lane_s[1:]), 1e-6)
    return Trial(tokens, min(first_s, second_s), fastest, len(first) / SAMPLE_RATE)


def _run(
    synthesizer: Synthesizer, segment: Segment, clock: Callable[[], float]
) -> tuple[NDArray[np.float32], float]:
    utterance = Utterance(synthesizer.voices()[0], 1.0, "en-us")
    began = clock()
    sound = synthesizer.synthesize(segment, utterance, Run())
    return sound.pcm, clock() - began


# -- what was found out before


def verdict_key(lane: str, model: InstalledModel, machine: Hardware) -> str:
    """Everything whose change may change the verdict."""
    import onnxruntime

    parts = (lane, model.model_sha256, machine.system, machine.chip, onnxruntime.__version__)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


class Verdicts:
    """The verdicts kept below `cache` (Config.cache_folder), in one small file."""

    def __init__(self, cache: Path) -> None:
        self._file = VerdictFile(cache / FILE, _MAX_FILE)

    def get(self, key: str, now: float) -> Verdict | None:
        """The verdict of that key, if it still holds; now: seconds of the wall clock."""
        entry: Any = self._load().get(key)
        try:
            verdict = _verdict(entry["verdict"])
            old = now - float(entry["at"])
        except (TypeError, KeyError, ValueError):
            return None
        return verdict if verdict.fit or 0 <= old < _REFUSED_S else None

    def put(self, key: str, verdict: Verdict, now: float) -> None:
        """Keep a verdict; if the disk takes none the test is made again next time."""
        entries = self._load()
        entries.pop(key, None)
        entries[key] = {"at": now, "verdict": dataclasses.asdict(verdict)}
        self._file.keep(dict(list(entries.items())[-_MOST:]))

    def open(self, key: str) -> int:
        """Note that a daemon has the lane open; how many in a row ended without close()."""
        entries = self._load()
        entry = entries.get(key)
        if not isinstance(entry, dict):
            return 0
        left = entry.get("left_open")
        before = left if type(left) is int and left > 0 else 0
        if before < MOST_LEFT_OPEN:
            entry["left_open"] = before + 1
            self._file.keep(entries)
        return before

    def close(self, keys: Iterable[str]) -> None:
        """Their daemon ends as it should: whatever ended others, it was not these lanes."""
        entries = self._load()
        for key in keys:
            if isinstance(entries.get(key), dict):
                entries[key]["left_open"] = 0
        self._file.keep(entries)

    def _load(self) -> dict[str, Any]:
        entries = self._file.load()
        return entries if isinstance(entries, dict) else {}


def _verdict(entry: dict[str, Any]) -> Verdict:
    """Raises TypeError, KeyError or ValueError if it is none."""
    trials = tuple(
        Trial(
            int(trial["tokens"]),
            float(trial["cpu_s"]),
            float(trial["lane_s"]),
            float(trial["sound_s"]),
        )
        for trial in entry["trials"]
    )
    if type(entry["fit"]) is not bool:
        raise ValueError("fit is true or false")
    return Verdict(
        str(entry["lane"]), entry["fit"], str(entry["why"]), float(entry["load_s"]), trials
    )


# -- in a child process


def start_selftest(
    models_folder: Path,
    model: str,
    cache: Path,
    precision: Precision,
    threads: int,
    lane: str,
    report: Callable[[Verdict | None, str], None],
) -> Child:
    """Examine a lane in the background.

    One report: (verdict, ""), which is to be kept, or (None, why there is none).
    """

    def on_outcome(outcome: child.Report) -> None:
        report(*judge(lane, outcome))

    arguments = [str(models_folder), model, str(cache), precision.value, str(threads), lane]
    trying = Child("kokorod.engine.accelerators.selftest", arguments, _PATIENCE_S, on_outcome)
    trying.start()
    return trying


def judge(lane: str, outcome: child.Report) -> tuple[Verdict | None, str]:
    """What a child's end says of the lane it tried."""
    match outcome:
        case child.Done():
            try:
                return _verdict(outcome.value), ""
            except (TypeError, KeyError, ValueError) as error:
                return None, f"its self-test answered nonsense: {error!r}"
        case child.Failed(answered=True):
            return None, outcome.why  # the model's fault, not the lane's
        case child.Failed():
            # A crash here would have been the daemon's.
            return Verdict(lane, False, f"its self-test failed: {outcome.why}"), ""
        case child.Stopped():
            return None, "its self-test was stopped"


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, model, cache folder, precision, threads and lane."""

    def work() -> dict[str, Any]:
        from ..loading import KokoroPlan, open_accelerator, open_here

        models, name, cache, precision, threads, lane = arguments
        plan = KokoroPlan(
            Path(models),
            name,
            int(threads),
            cache_folder=Path(cache),
            precision=Precision(precision),
        )
        cpu = open_here(plan).synthesizer
        verdict = examine(lane, cpu, lambda: open_accelerator(plan, lane))
        return dataclasses.asdict(verdict)

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
