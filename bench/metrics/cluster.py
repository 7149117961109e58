"""What a Ray cluster costs beyond the daemon: a book by one worker, and by the daemon itself."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import psutil

from bench import toy
from bench.metric import Metric, ratio_at_most
from bench.metrics.book import PARAGRAPH_CHARS, written
from bench.stage import Stage
from bench.systems.book_render import BookRender
from kokorod.errors import EngineError


def measure(stage: Stage) -> list[Metric]:
    toy.importable()
    from support import ray_cluster

    if not ray_cluster.installed():
        raise EngineError(ray_cluster.MISSING)
    daemon = stage.kokorod
    taken: dict[str, list[float]] = {"daemon": [], "worker": []}
    idle: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ray_cluster.cluster(1, cpus=2, XDG_CACHE_HOME=folder) as cluster,
    ):
        for number in range(stage.effort.pairs):
            # The same book for both: how long paragraphs are decides more than what is measured.
            book = written(stage, Path(folder) / f"book-{number}.txt", stage.effort.cluster_parts)
            for which in sorted(taken, reverse=number % 2 == 1):
                stage.note(f"a book by the {which}, {number + 1} of {stage.effort.pairs}")
                out = Path(folder) / f"{which}-{number}.wav"
                flags = ["--on", "ray", "--cores", "2"] if which == "worker" else []
                began, used_s = time.monotonic(), _processor_s(cluster.processes())
                with BookRender(
                    daemon.socket,
                    book,
                    out,
                    *flags,
                    RAY_ADDRESS=cluster.address,
                    **ray_cluster.ENVIRON,
                ) as render:
                    render.end()
                    taken[which].append(render.seconds_a_part())
                if which == "daemon":
                    more_s = _processor_s(cluster.processes()) - used_s
                    idle.append(100 * more_s / (time.monotonic() - began))
                out.unlink()
    return [
        Metric(
            name=f"book on a cluster, a paragraph of {PARAGRAPH_CHARS} characters, one worker",
            unit="s",
            value=median(taken["worker"]),
            compared=median(taken["daemon"]),
            against="daemon",
            asked=(ratio_at_most(1.05),),
            samples=taken,
            note="the same books by both, the cluster there for both",
        ),
        Metric(
            name="processor time of a cluster of one node that does nothing",
            unit="% of a core",
            value=median(idle),
            asked=(),
            samples={"%": idle},
        ),
    ]


def _processor_s(pids: Iterable[int]) -> float:
    seconds = 0.0
    for pid in set(pids):
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system
    return seconds
