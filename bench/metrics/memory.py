"""Memory that must not grow: with more lanes, and with more requests."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench import toy
from bench.home import Home
from bench.metric import Metric, at_most, ratio_at_most
from bench.model import ModelFiles
from bench.speaker import VOICE
from bench.stage import Stage
from kokoro_client import Client
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.commands.bench.memory import rss_mb
from kokorod.commands.bench.private_daemon import PrivateDaemon
from kokorod.commands.bench.survey import AFTER_S

#: Enough that every lane is given segments.
_LANE_CHARS: Final = 400
_LANE_TEXTS: Final = 6
_LANE_ROUNDS: Final = 3

_SHORTEST: Final = 20
_LONGEST: Final = 2_000

#: Looks at the memory in a run of requests; the first quarter is warming up.
_LOOKS: Final = 40


def measure_lanes(stage: Stage) -> list[Metric]:
    """Resident memory at rest after work: three lanes of one model, and one."""
    rss: dict[str, list[float]] = {}
    for lanes in ("cpu", "cpu,cpu-2,cpu-3"):
        stage.note(f"memory with lanes {lanes}")
        with (
            closing(Home(stage.files)) as home,
            PrivateDaemon(home.environ()) as first,
        ):
            first.stop()  # what is made once has been made
            with PrivateDaemon(home.environ(KOKORO_LANES=lanes)) as daemon:
                rss[lanes] = [_after_work(stage, daemon) for _ in range(_LANE_ROUNDS)]
                _require_all_worked(daemon.status()["lanes"], lanes.split(","))
    one, three = rss.values()
    return [
        Metric(
            name="RSS of three lanes on one model",
            unit="MB",
            value=max(three),
            compared=max(one),
            against="one lane",
            asked=(ratio_at_most(1.6),),
            samples={"three": three, "one": one},
            note="at rest, 2 s after texts at once; every lane had worked",
        )
    ]


def measure_slope(stage: Stage) -> list[Metric]:
    """Resident memory over many requests of 20 to 2,000 characters."""
    metrics = []
    with tempfile.TemporaryDirectory() as folder:
        files_of_toy = toy.build(Path(folder))
        for name, files, count in (
            ("toy model", lambda: files_of_toy, stage.effort.many),
            ("model", lambda: stage.files, stage.effort.several),
        ):
            stage.note(f"memory over {count} requests, {name}")
            samples = _rss_over(stage, files, count)
            metrics.append(
                Metric(
                    name=f"RSS over {count:,} requests, {name}: growth",
                    unit="%",
                    value=growth_percent(samples),
                    asked=(at_most(2),),
                    samples={"MB": samples},
                    note=f"from {samples[len(samples) // 4]:.0f} to {samples[-1]:.0f} MB; line"
                    " through the last three quarters of the run",
                )
            )
    return metrics


def growth_percent(samples: Sequence[float]) -> float:
    """How much the line through the last three quarters of the samples rises, of their mean."""
    kept = samples[len(samples) // 4 :]
    mean_x, mean_y = (len(kept) - 1) / 2, sum(kept) / len(kept)
    spread = sum((x - mean_x) ** 2 for x in range(len(kept)))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(kept)) / spread
    return slope * (len(kept) - 1) / mean_y * 100


def _rss_over(stage: Stage, files: Callable[[], ModelFiles], count: int) -> list[float]:
    samples = []
    each = max(1, count // _LOOKS)
    with (
        closing(Home(files())) as home,
        PrivateDaemon(home.environ()) as daemon,
        Client(daemon.socket, start=False) as client,
    ):
        for number in range(count):
            # As many short ones as long ones, by orders of magnitude.
            span = math.log(_LONGEST / _SHORTEST)
            chars = int(_SHORTEST * math.exp(stage.random.uniform(0, span)))
            _listen(client, stage.texts.next(chars))
            if number % each == each - 1:
                time.sleep(AFTER_S)
                samples.append(rss_mb(daemon.pid))
    return samples


def _listen(client: Client, text: str) -> None:
    pieces = sum(1 for _ in client.speak(text, voice=VOICE, cache=False))
    if not pieces:
        raise NothingHeardError("a request was answered without sound")


def _after_work(stage: Stage, daemon: PrivateDaemon) -> float:
    """Some texts at once, each from a client of its own; then the memory at rest."""
    failures: list[BaseException] = []

    def speak(text: str) -> None:
        try:
            with Client(daemon.socket, start=False) as client:
                _listen(client, text)
        except Exception as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)

    texts = list(stage.unique(_LANE_CHARS, _LANE_TEXTS))
    threads = [threading.Thread(target=speak, args=(text,), daemon=True) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    time.sleep(AFTER_S)
    return rss_mb(daemon.pid)


def _require_all_worked(lanes: list[dict[str, Any]], wanted: Sequence[str]) -> None:
    runs = {lane["name"]: lane.get("runs", 0) for lane in lanes}
    if idle := [name for name in wanted if not runs.get(name)]:
        raise NothingHeardError(f"{', '.join(idle)} did not run anything: {runs}")
