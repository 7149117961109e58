# loop: of asyncio or trio.
"""What runs the tasks that use kokoro_client.aio: asyncio or trio, whichever is asked from.

Both give the few things that a connection needs: a clock, tasks of its own beside those of the
program, waiting for another task, a socket, a thread, and a way in from other threads. anyio
has no task that outlives the one that began it and no way in without a portal, so it would
bring a dependency and not the two hard parts; programs that use anyio run on one of these.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from .on_asyncio import Asyncio

_T = TypeVar("_T")


class Task(Protocol):
    """One that nobody's cancellation ends but its own, and the end of the loop."""

    def cancel(self) -> None:
        """End it soon. Safe when it has ended."""

    async def ended(self) -> None:
        """Wait until it has ended, even if who waits is cancelled."""


class Waiter(Protocol):
    """Waited for once, by one task, in one loop."""

    def wake(self) -> None:
        """Safe to call twice."""

    async def wait(self) -> None: ...


class Backend(Protocol):
    """A running loop. Two are equal if they are the same loop."""

    @property
    def cancelled(self) -> type[BaseException]:
        """What is raised in a task that is cancelled; to be raised on."""

    def now(self) -> float:
        """Seconds of the loop's clock."""

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> Task:
        """A task beside those of the program."""

    def waiter(self) -> Waiter: ...

    def lock(self) -> AbstractAsyncContextManager[Any]:
        """For tasks of this loop, one at a time."""

    def timeout(self, seconds: float | None) -> AbstractAsyncContextManager[Any]:
        """Raises TimeoutError if what it holds takes longer."""

    def call_soon(self, call: Callable[[], object]) -> None:
        """From any thread. Raises RuntimeError if the loop has ended."""

    async def give_way(self) -> None:
        """Let other tasks run."""

    async def in_thread(self, call: Callable[..., _T], *arguments: Any) -> _T:
        """What `call` returns or raises; if who waits is cancelled it ends by itself."""

    async def receive(self, sock: socket.socket, size: int) -> bytes:
        """At most `size` bytes; b"" at the end. The socket does not block. Raises OSError."""

    async def send(self, sock: socket.socket, data: bytes) -> None:
        """All of it. Raises OSError."""


def current() -> Backend:
    """The one that runs the task which asks. Raises RuntimeError outside of a task."""
    if (trio := sys.modules.get("trio")) is not None:
        try:
            token = trio.lowlevel.current_trio_token()
        except RuntimeError:
            pass
        else:
            from .on_trio import Trio

            return Trio(token)
    return Asyncio(asyncio.get_running_loop())
