# loop: of asyncio or trio.
"""Waiting for something that another task, or the connection, makes true."""

from __future__ import annotations

from collections.abc import Callable

from .backend import Waiter, current


class Wakeup:
    """Notified by whoever made a condition true; each waiter looks for itself."""

    def __init__(self) -> None:
        self._waiters: set[Waiter] = set()

    def notify(self) -> None:
        """Let all who wait look again."""
        for waiter in self._waiters:
            waiter.wake()

    async def wait_for(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `condition` is true; False after `timeout` s."""
        backend = current()
        try:
            async with backend.timeout(timeout):
                while not condition():
                    waiter = backend.waiter()
                    self._waiters.add(waiter)
                    try:
                        await waiter.wait()
                    finally:
                        self._waiters.discard(waiter)
        except TimeoutError:
            return condition()
        return True


class Flag:
    """Set by one, waited for by another, and unset again."""

    def __init__(self) -> None:
        self._is_set = False
        self._wakeup = Wakeup()

    def set(self) -> None:
        self._is_set = True
        self._wakeup.notify()

    def clear(self) -> None:
        self._is_set = False

    async def wait(self, timeout: float | None = None) -> bool:
        """Until it is set; False after `timeout` s."""
        return await self._wakeup.wait_for(lambda: self._is_set, timeout)
