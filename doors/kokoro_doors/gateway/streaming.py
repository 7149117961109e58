# loop: of asyncio.
"""Answers that are sent while they are made, and ended when their client goes away."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from kokoro_client.cli.exits import one_line
from kokoro_client.errors import KokoroError

from .failures import RefusedError, refusal_of

_T = TypeVar("_T")


class GoneError(Exception):
    """The client has hung up; there is nobody to answer."""


async def unless_gone(receive: Receive, doing: Awaitable[_T]) -> _T:
    """Await it; if the client goes away first, cancel it. Raises GoneError then."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    work = asyncio.ensure_future(doing)
    leaving = asyncio.ensure_future(gone())
    try:
        await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise GoneError
        return work.result()
    finally:
        for task in (work, leaving):
            task.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


class Streamed(Response):
    """The pieces as they come. What fails before the first is answered by an error."""

    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        media_type: str,
        on_end: Callable[[bool], None] = lambda whole: None,
    ) -> None:
        """on_end: told whether all of it has been sent."""
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._parts = pieces
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = whole = False

        async def started(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await unless_gone(receive, self._send(started))
            whole = True
        except GoneError:
            pass
        except (KokoroError, RefusedError) as error:
            if not begun:
                raise refusal_of(error) if isinstance(error, KokoroError) else error from None
            # The answer breaks off: a client sees that its end is missing.
            print(f"kokoroctl gateway: broken off: {one_line(error)}", file=sys.stderr)
        finally:
            self._on_end(whole)

    async def _send(self, send: Send) -> None:
        async with aclosing(self._parts) as pieces:
            first = await anext(pieces, b"")
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def while_there(request: Request, doing: Awaitable[_T]) -> _T:
    """unless_gone() for an answer that is sent whole. The body must have been read."""
    return await unless_gone(request.receive, doing)
