# process: nothing is loaded until it is asked for.
"""For several doors: nodes of a Ray cluster that speak as this machine does.

kit.py          what a node needs for that: model, voices, lexicon, settings
node_home.py    on a node: a home made of a kit, once, each file verified
daemon.py       a daemon that a worker has for itself, and that ends with it
ray_cluster.py  the cluster: workers, what they are asked, what becomes of them

Ray is imported by ray_cluster.py alone, and only when a cluster is asked for.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from kokoro_client.cli.exits import USAGE, CommandError

#: The cluster that runs here, or is named by RAY_ADDRESS.
HERE: Final = "ray"

#: One that is reached by its client port.
_ELSEWHERE: Final = "ray://"


def check_place(where: str) -> None:
    """Whether there may be such a cluster. Raises CommandError."""
    if where != HERE and not (where.startswith(_ELSEWHERE) and len(where) > len(_ELSEWHERE)):
        raise CommandError(
            f"--on is {where!r}; allowed are `ray`, the cluster that runs here or is named by"
            " RAY_ADDRESS, and ray://HOST:PORT",
            USAGE,
        )
    if find_spec("ray") is None:
        raise CommandError("Ray is not installed; pip install 'kokoro-doors[ray]'")
