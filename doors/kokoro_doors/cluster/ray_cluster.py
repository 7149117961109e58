# process: waits for a Ray cluster.
"""A Ray cluster as workers that are started, asked and lost.

Owns:       this process's connection to the cluster, what was put into its object store;
            sys.stdout until it is closed: Ray writes there what happens to nodes.
Never:      starts a cluster; who has one has decided where it listens.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ray
from ray import exceptions

from kokoro_client.cli.exits import CommandError, one_line

from . import HERE
from .kit import Kit

#: For a piece of a model to come from another node, over the slowest network.
_FETCH_S: Final = 600.0

#: Which Ray sets to handlers of its own.
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class LostError(Exception):
    """A worker ended, or its node; what it was asked is not answered."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The files of a kit in the cluster's object store, in pieces; sent to a node when read."""

    files: tuple[tuple[Any, ...], ...]

    def pieces(self, number: int) -> Iterator[bytes]:
        """On a node."""
        for piece in self.files[number]:
            yield ray.get(piece, timeout=_FETCH_S)


def ship(kit: Kit) -> Shipped:
    """Put its files into the object store, for as long as this process is connected.

    Raises OSError.
    """
    return Shipped(tuple(tuple(map(ray.put, file.pieces())) for file in kit.files))


class RayCluster:
    def __init__(self, where: str, cores: int, gpu: bool, environ: Mapping[str, str]) -> None:
        """Connect; in the main thread. where: `ray`, or ray://HOST:PORT. cores: of a worker;
        gpu: one a worker.

        Raises CommandError.
        """
        self._cores = cores
        self._gpu = gpu
        address = where if where != HERE else environ.get("RAY_ADDRESS") or "auto"
        self._stack = contextlib.ExitStack()
        quiet = self._stack.enter_context(Path(os.devnull).open("w"))  # noqa: SIM115
        self._stack.enter_context(contextlib.redirect_stdout(quiet))
        handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        try:
            ray.init(
                address=address,
                log_to_driver=False,
                logging_level=logging.ERROR,
                namespace="kokorod",
            )
        except Exception as error:  # noqa: BLE001 - of many kinds, some of them of other packages
            self._stack.close()
            raise CommandError(
                f"no Ray cluster can be reached at {address}: {one_line(error)[:300]}; `ray status`"
                " shows one, `ray start --head` begins one, --on ray://HOST:10001 names one"
            ) from None
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def capacity(self) -> int:
        """How many workers its nodes have room for, if nobody else uses them."""
        room = 0
        for node in ray.nodes():
            if node["Alive"]:
                has = node["Resources"]
                room += int(has.get("GPU", 0) if self._gpu else has.get("CPU", 0) // self._cores)
        return room

    def start(self, worker: Callable[..., Any], *arguments: Any) -> Any:
        """An actor, which begins when there is room."""
        actor = ray.remote(worker).options(
            **({"num_cpus": 0, "num_gpus": 1} if self._gpu else {"num_cpus": self._cores}),
            # Who watches the parts starts another: Ray's own would wait for a node for ever.
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy="SPREAD",
        )
        return actor.remote(*arguments)

    def ask(self, actor: Any, what: str, *arguments: Any) -> Any:
        """What the answer will be; see wait() and answer()."""
        return getattr(actor, what).remote(*arguments)

    def wait(self, asked: Sequence[Any], timeout_s: float) -> list[Any]:
        """Those that are answered, or never will be; empty after timeout_s."""
        # Not fetched: each comes when it is read, so that one at a time lies here.
        done, _ = ray.wait(list(asked), num_returns=1, timeout=timeout_s, fetch_local=False)
        if done:  # and what else has come meanwhile
            done, _ = ray.wait(list(asked), num_returns=len(asked), timeout=0, fetch_local=False)
        return list(done)

    def answer(self, asked: Any) -> Any:
        """Raises LostError."""
        try:
            return ray.get(asked, timeout=_FETCH_S)
        except exceptions.RayError as error:
            raise LostError(_why(error)) from None

    def end(self, actor: Any) -> None:
        """At once."""
        ray.kill(actor)

    def close(self) -> None:
        try:
            ray.shutdown()
        finally:
            self._stack.close()


def _why(error: Exception) -> str:
    """The line of what happened; Ray's messages are many."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return one_line(f"{type(error).__name__}: {lines[0] if lines else ''}")[:300]


def node_name() -> str:
    """On a node: which it is."""
    return f"{os.uname().nodename} ({ray.get_runtime_context().get_node_id()[:8]})"
