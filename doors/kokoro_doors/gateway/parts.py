# loop: of asyncio.
"""What every route is given: the settings, the daemon's client, the counters.

Owns:       the two clients, one that starts a daemon to speak and one that only asks; what is at
            the speaker, until it has been heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from starlette.requests import Request

from kokoro_client.aio import Client, Playing
from kokoro_client.errors import KokoroError, UnknownVoiceError

from .asked import Asked
from .counters import Counters
from .settings import Settings

NAME: Final = "gateway"

_Begun = TypeVar("_Begun")


async def begun(speak: Callable[..., Awaitable[_Begun]], asked: Asked, **fields: Any) -> _Begun:
    """What Client.speak() or play() returns, of a voice that is there. Raises what they raise."""
    try:
        return await speak(asked.text, **asked.speak(), **fields)
    except UnknownVoiceError:
        if asked.instead is None:
            raise
    return await speak(asked.text, **asked.speak() | {"voice": asked.instead}, **fields)


class Parts:
    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self.settings = settings
        self.environ = environ
        self.counters = Counters()
        self.client = Client(name=NAME, environ=environ)
        #: For questions that are no reason to start a daemon.
        self.looking = Client(name=NAME, environ=environ, start=False)
        #: At the speaker; speaker.py bounds them.
        self.playing: set[asyncio.Task[None]] = set()
        #: Each takes a processor for a second.
        self.explaining = asyncio.Semaphore(2)

    def counted(self) -> Count:
        return Count(self.counters)

    def keep(self, playing: Playing) -> None:
        """Let it be heard, whether or not anybody waits for it."""

        async def over() -> None:
            with contextlib.suppress(KokoroError):  # nobody is there who could be told
                await playing.wait()

        task = asyncio.create_task(over())
        self.playing.add(task)
        task.add_done_callback(self.playing.discard)

    async def close(self) -> None:
        """What is being said ends."""
        for task in list(self.playing):
            task.cancel()
        await asyncio.gather(*self.playing, return_exceptions=True)
        await self.client.close()
        await self.looking.close()


class Count:
    """A speech under way; set `whole` when all of it has been sent."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self.whole = False

    def __enter__(self) -> Self:
        self._counters.streams += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._counters.streams -= 1
        self._counters.left += not self.whole


def parts_of(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts
