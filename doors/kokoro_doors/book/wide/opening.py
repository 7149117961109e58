# process: a command of kokoroctl.
"""From `--on` to what speaks a book's parts on a cluster."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from kokoro_client import Client
from kokoro_client.cli.exits import USAGE, CommandError

from ... import cluster
from ..render.plan import Manner, Part
from ..render.work import Work
from .speaking import Staff, WideSpeaker

#: Of a worker. A session takes 500 MB however many cores it has, and gains less by each.
CORES: Final = 2


def check(args: argparse.Namespace) -> None:
    """Raises CommandError if what is asked for cannot be."""
    if args.on is not None:
        cluster.check_place(args.on)
    elif args.cores is not None or args.workers is not None or args.gpu:
        raise CommandError("--cores, --gpu and --workers are of a cluster; say --on", USAGE)


def open_speaker(
    args: argparse.Namespace,
    environ: Mapping[str, str],
    client: Client,
    work: Work,
    manner: Manner,
    markup: str,
    parts: Sequence[Part],
    on_note: Callable[[str], None],
    on_workers: Callable[[int], None],
) -> WideSpeaker:
    """Raises CommandError, KokoroError and OSError."""
    from ...cluster.kit import kit_of
    from ...cluster.ray_cluster import LostError, RayCluster, ship  # with Ray
    from .worker import Worker

    cores = args.cores or CORES
    kit = kit_of(client, environ)
    found = RayCluster(args.on, cores, args.gpu, environ)
    try:
        shipped = ship(kit)
        start = partial(found.start, Worker, None, kit, shipped, 0 if args.gpu else cores)
        named = "a worker with a GPU" if args.gpu else f"a worker of {cores} cores"
        staff = Staff(start, LostError, args.workers, named)
        return WideSpeaker(found, staff, work, manner, markup, parts, on_note, on_workers)
    except BaseException:
        found.close()
        raise
