# loop: of asyncio.
"""A loop of asyncio, as backend.Backend has it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


class _Task:
    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def cancel(self) -> None:
        self._task.cancel()

    async def ended(self) -> None:
        cancelled: asyncio.CancelledError | None = None
        while not self._task.done():
            try:
                await asyncio.wait([self._task])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled


class _Waiter:
    def __init__(self, future: asyncio.Future[None]) -> None:
        self._future = future

    def wake(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self) -> None:
        await self._future


@dataclass(frozen=True, slots=True)
class Asyncio:
    loop: asyncio.AbstractEventLoop

    @property
    def cancelled(self) -> type[BaseException]:
        return asyncio.CancelledError

    def now(self) -> float:
        return self.loop.time()

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> _Task:
        return _Task(self.loop.create_task(work(), name="kokoro-client"))

    def waiter(self) -> _Waiter:
        return _Waiter(self.loop.create_future())

    def lock(self) -> AbstractAsyncContextManager[Any]:
        return asyncio.Lock()

    def timeout(self, seconds: float | None) -> AbstractAsyncContextManager[Any]:
        return asyncio.timeout(seconds)

    def call_soon(self, call: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(call)

    async def give_way(self) -> None:
        await asyncio.sleep(0)

    async def in_thread(self, call: Callable[..., _T], *arguments: Any) -> _T:
        return await asyncio.to_thread(call, *arguments)

    async def receive(self, sock: socket.socket, size: int) -> bytes:
        return await self.loop.sock_recv(sock, size)

    async def send(self, sock: socket.socket, data: bytes) -> None:
        await self.loop.sock_sendall(sock, data)
