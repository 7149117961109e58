# process: `serve run`, of Ray.
"""The gateway on a Ray cluster: replicas, each with a daemon of its own, as many as are asked for.

    serve run kokoro_doors.gateway.on_ray:build cores=2 most=8

speaks with the model, the lexicon and the settings of the daemon of this machine. Of build():

    cores  of a replica (default 2); gpu=true: one GPU in their place
    most   replicas (default 4); the least is one
    host   under which it is asked for, if that is not this machine's loopback; wants the token
           in KOKORO_GATEWAY_TOKEN
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

import ray
from ray import serve
from starlette.types import ASGIApp

from kokoro_client import Client
from kokoro_client.cli.exits import USAGE, CommandError

from ..cluster.kit import kit_of
from ..cluster.ray_cluster import ship
from .replica import open_engine
from .settings import HOST, MAX_STREAMS, Settings, checked

#: Requests that a replica has under way, in the mean, before another is begun. A session speaks
#: one after the other, and the second waits for a few seconds.
_QUEUED: Final = 2

_KNOWN: Final = ("cores", "gpu", "most", "host")


def build(args: Mapping[str, Any]) -> serve.Application:
    """Raises CommandError and KokoroError."""
    if strangers := sorted(set(args) - set(_KNOWN)):
        raise CommandError(f"no argument {strangers[0]}; allowed are {', '.join(_KNOWN)}", USAGE)
    cores, most = int(args.get("cores", 2)), int(args.get("most", 4))
    gpu = str(args.get("gpu", "false")).lower() in ("1", "true", "yes")
    settings = checked(
        Settings(host=str(args.get("host", HOST)), token=os.environ.get("KOKORO_GATEWAY_TOKEN", ""))
    )
    with Client(name="gateway on a cluster") as client:
        kit = kit_of(client, os.environ)
    ray.init(ignore_reinit_error=True)
    shipped = ship(kit)  # the store holds the model for as long as `serve run` does
    threads = 0 if gpu else cores

    def engine() -> ASGIApp:
        """In the replica. Serve takes a function alone for what makes an application."""
        return open_engine(kit, shipped, threads, settings)

    class Engine:
        def check_health(self) -> None:
            from kokoro_doors.gateway import replica

            replica.check()

    return (
        serve.deployment(serve.ingress(engine)(Engine))
        .options(
            name="kokoro",
            max_ongoing_requests=MAX_STREAMS,
            ray_actor_options={"num_cpus": 0, "num_gpus": 1} if gpu else {"num_cpus": cores},
            autoscaling_config={
                "min_replicas": 1,
                "max_replicas": most,
                "target_ongoing_requests": _QUEUED,
            },
        )
        .bind()
    )
