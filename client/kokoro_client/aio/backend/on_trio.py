# loop: of trio.
"""A run of trio, as backend.Backend has it."""

from __future__ import annotations

import math
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import trio

_T = TypeVar("_T")


class _Task:
    """A system task: no nursery of the program has to be open as long as it runs."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._scope = trio.CancelScope()
        self._ended = trio.Event()
        trio.lowlevel.spawn_system_task(self._run, name="kokoro-client")

    def cancel(self) -> None:
        self._scope.cancel()

    async def ended(self) -> None:
        with trio.CancelScope(shield=True):
            await self._ended.wait()

    async def _run(self) -> None:
        try:
            with self._scope:
                await self._work()
        except Exception:  # noqa: BLE001 - what is raised here would end the whole program
            sys.excepthook(*sys.exc_info())
        finally:
            self._ended.set()


class _Waiter:
    def __init__(self) -> None:
        self._event = trio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()


@dataclass(frozen=True, slots=True)
class Trio:
    token: trio.lowlevel.TrioToken

    @property
    def cancelled(self) -> type[BaseException]:
        return trio.Cancelled

    def now(self) -> float:
        return trio.current_time()

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> _Task:
        return _Task(work)

    def waiter(self) -> _Waiter:
        return _Waiter()

    def lock(self) -> AbstractAsyncContextManager[Any]:
        return trio.Lock()

    @asynccontextmanager
    async def timeout(self, seconds: float | None) -> AsyncIterator[None]:
        with trio.move_on_after(math.inf if seconds is None else max(0.0, seconds)) as scope:
            yield
        if scope.cancelled_caught:
            raise TimeoutError

    def call_soon(self, call: Callable[[], object]) -> None:
        self.token.run_sync_soon(call)  # its RunFinishedError is a RuntimeError

    async def give_way(self) -> None:
        await trio.lowlevel.checkpoint()

    async def in_thread(self, call: Callable[..., _T], *arguments: Any) -> _T:
        return await trio.to_thread.run_sync(call, *arguments, abandon_on_cancel=True)

    async def receive(self, sock: socket.socket, size: int) -> bytes:
        while True:
            await trio.lowlevel.wait_readable(sock)
            try:
                return sock.recv(size)
            except BlockingIOError:
                continue  # ready for another reader, or for nobody

    async def send(self, sock: socket.socket, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            await trio.lowlevel.wait_writable(sock)
            try:
                rest = rest[sock.send(rest) :]
            except BlockingIOError:
                continue
