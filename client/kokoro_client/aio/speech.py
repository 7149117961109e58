# loop: of asyncio or trio.
"""One speak request as a task sees it: audio to iterate, text to append, an end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from .. import errors
from ..transport import speech_state
from ..transport.requests import check_text
from ..transport.speech_state import GONE, SpeechState
from ..wire.messages import Accepted, Audio, SegmentInfo
from .exchange import Exchange, Inbox

_T = TypeVar("_T")


class _Begin(Protocol):
    async def __call__(self, gone: Exchange, *, start: bool) -> tuple[Exchange, Inbox]:
        """Send it all over a connection that is not `gone`. start: a daemon may be started."""


class Speech(SpeechState[Exchange, Inbox, _Begin]):
    """What Client.speak() returns. Iterate it for PCM, in order, until it ends.

    Dropping the last reference before the end cancels it, as leaving its `async with` does,
    and the cancellation of a task that waits for it.
    """

    def __aiter__(self) -> Self:
        """Frames of PCM: mono, in the format asked for. A frame has at most 1 MiB.

        Raises the KokoroError that ended the request.
        """
        return self

    async def __anext__(self) -> bytes:
        while (event := await self._next()) is not None:
            if isinstance(event, Audio):
                return event.pcm
        raise StopAsyncIteration

    def events(self) -> AsyncIterator[SegmentInfo | Audio]:
        """A SegmentInfo before the Audio of each segment. Raises as __anext__ does.

        With output="speaker" they end when all sound has come; the speech itself ends
        after played(..., final=True).
        """
        return _Events(self)

    async def append(self, text: str, final: bool = False) -> None:
        """More text, which is spoken as if it had stood behind the text so far.

        Raises BadRequestError after finish() or for text that is not valid Unicode,
        the errors of iteration if the request has failed, AnswerTimeoutError if
        the daemon takes no text. Does nothing once the speech has ended.
        """
        if self._final:
            raise errors.BadRequestError("no text can follow finish(); start another speech")
        check_text(text)
        self._final = final
        await self._or_cancel(
            self._exchange.append(self._inbox, text, final, speech_state.SILENCE_S)
        )

    async def finish(self) -> None:
        """No more text follows; the last sentence can be spoken. Safe to call twice."""
        if not self._final:
            await self.append("", final=True)

    async def wait(self, timeout: float | None = speech_state.SILENCE_S) -> dict[str, Any]:
        """Wait for the end without taking audio, and return the stats.

        For after cancel(), and after played(..., final=True). Raises the error that ended
        the request.
        """
        end = await self._unless_gone(lambda: self._exchange.await_end(self._inbox, timeout))
        return end.stats

    @property
    def accepted(self) -> Accepted | None:
        """What the daemon made of the request. None: ended before that."""
        return self._inbox.accepted

    async def settle(self) -> None:
        """Wait until the daemon has accepted it. Raises what it refuses."""
        await self._unless_gone(
            lambda: self._exchange.await_accepted(self._inbox, speech_state.SILENCE_S)
        )

    async def _next(self) -> SegmentInfo | Audio | None:
        event = await self._unless_gone(lambda: self._exchange.take(self._inbox, self._timeout))
        if event is not None:
            self._begin = None  # what was heard is not to be heard again
        return event

    async def _unless_gone(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """attempt(); if the daemon went before it began, at the one that comes after it."""
        while True:
            try:
                return await self._or_cancel(attempt())
            except GONE as gone:
                begin, start = self._hand_on(gone)
                try:
                    self._handed_on(*await begin(self._exchange, start=start))
                except errors.NoDaemonError:
                    raise gone from None  # none comes after it
            if self._begin is None:  # cancelled meanwhile by another task
                self._exchange.cancel(self._inbox)

    async def _or_cancel(self, waiting: Awaitable[_T]) -> _T:
        """`waiting`; a task that is cancelled meanwhile wants no more of this."""
        try:
            return await waiting
        except self._exchange.backend.cancelled:
            self.cancel()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()

    def __del__(self) -> None:
        if self._inbox.end is None:
            self._exchange.cancel_soon(self._inbox)


class _Events:
    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SegmentInfo | Audio:
        event = await self._speech._next()
        if event is None:
            raise StopAsyncIteration
        return event
