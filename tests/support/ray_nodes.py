"""The process in which a cluster of Ray lives: see ray_cluster.py."""

from __future__ import annotations

import sys
from typing import Any

from ray.cluster_utils import Cluster

#: Of each node's object store: Ray's least is 75 MB.
_STORE_BYTES = 100 * 2**20

#: Ray gives a node 30 s to begin, which a busy machine does not.
_TRIES = 5

#: A node that is gone is known in seconds, and not in half a minute.
_CONFIG = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}


def _added(made: Cluster, **arguments: Any) -> Any:
    for tries_left in reversed(range(_TRIES)):
        try:
            return made.add_node(
                node_ip_address="127.0.0.1",
                object_store_memory=_STORE_BYTES,
                include_dashboard=False,
                **arguments,
            )
        except Exception as error:
            if not tries_left or "timed out" not in str(error):
                raise
    raise AssertionError


def main(nodes: int, cpus: int) -> None:
    made = Cluster(shutdown_at_exit=True)
    running = []
    for number in range(nodes):
        head: dict[str, Any] = {"_system_config": _CONFIG}
        running.append(_added(made, num_cpus=cpus, **({} if number else head)))
    print(made.address, flush=True)
    for line in sys.stdin:
        made.remove_node(running[int(line)], allow_graceful=False)
    made.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
