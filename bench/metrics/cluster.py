"""What a Ray cluster costs beyond the daemon: a book by one worker, and by the daemon itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

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
    with (
        tempfile.TemporaryDirectory() as folder,
        ray_cluster.cluster(1, cpus=2, XDG_CACHE_HOME=folder) as cluster,
    ):
        for number in range(stage.effort.pairs):
            for which in sorted(taken, reverse=number % 2 == 1):
                stage.note(f"a book by the {which}, {number + 1} of {stage.effort.pairs}")
                book = written(stage, Path(folder), stage.effort.cluster_parts)
                out = Path(folder) / f"{which}-{number}.wav"
                flags = ["--on", "ray", "--cores", "2"] if which == "worker" else []
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
        )
    ]
