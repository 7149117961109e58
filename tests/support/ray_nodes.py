"""The process in which a cluster of Ray lives: see ray_cluster.py."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, Final

from ray._private import node as ray_node
from ray.cluster_utils import Cluster

#: Of each node's object store: Ray's least is 75 MB.
_STORE_BYTES: Final = 100 * 2**20

#: A node that is gone is known in seconds, and not in half a minute; one that is slow to answer,
#: as all are on a busy machine, is not taken for gone.
_CONFIG: Final = {
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 4,
    "health_check_timeout_ms": 60_000,
}

#: Ports that Ray would wait for 15 s to be chosen by processes that a busy machine begins later.
_PORTS: Final = (
    *("metrics_agent_port", "metrics_export_port"),
    *("dashboard_agent_listen_port", "runtime_env_agent_port"),
)

#: Ray gives a node 30 s to begin, by this clock.
_SLOWER: Final = 8

#: And so long to be known to the others.
_KNOWN_S: Final = 240.0


def main(nodes: int, cpus: int) -> None:
    ray_node.time = SimpleNamespace(  # type: ignore[attr-defined]
        **{**vars(time), "monotonic": lambda: time.monotonic() / _SLOWER}
    )
    made = Cluster(shutdown_at_exit=True)
    running = []
    for number in range(nodes):
        # Of the head: what dead nodes are known by. Nothing that shows, scales or collects logs.
        head: dict[str, Any] = {"_system_config": _CONFIG, "no_monitor": True}
        node = made.add_node(
            wait=False,
            num_cpus=cpus,
            node_ip_address="127.0.0.1",
            object_store_memory=_STORE_BYTES,
            include_dashboard=False,
            include_log_monitor=False,
            **_free_ports(),
            **({} if number else head),
        )
        made._wait_for_node(node, _KNOWN_S)
        running.append(node)
    print(made.address, flush=True)
    for line in sys.stdin:
        made.remove_node(running[int(line)], allow_graceful=False)
    made.shutdown()


def _free_ports() -> dict[str, int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in _PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return dict(zip(_PORTS, (one.getsockname()[1] for one in sockets), strict=True))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
