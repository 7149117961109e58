# loop: of asyncio.
"""Waiting for something that another task, or the connection, makes true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Wakeup:
    """Notified by whoever made a condition true; each waiter looks for itself."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Let all who wait look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `condition` is true; False after `timeout` s."""
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.add(waiter)
                    try:
                        await waiter
                    finally:
                        self._waiters.discard(waiter)
        except TimeoutError:
            return condition()
        return True
