"""One speak request as its caller sees it: audio to iterate, text to append, an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol, TypeVar

from . import errors
from .transport import speech_state
from .transport.exchange import Exchange
from .transport.inbox import Inbox
from .transport.requests import check_text
from .transport.speech_state import GONE, SpeechState
from .wire.messages import Accepted, Audio, SegmentInfo

_T = TypeVar("_T")


class _Begin(Protocol):
    def __call__(self, gone: Exchange, *, start: bool) -> tuple[Exchange, Inbox]:
        """Send it all over a connection that is not `gone`. start: a daemon may be started."""


class Speech(SpeechState[Exchange, Inbox, _Begin]):
    """What Client.speak() returns. Iterate it for PCM, in order, until it ends.

    Dropping the last reference before the end cancels it, as leaving its `with` does.
    One thread takes the audio; any thread may append and cancel.
    """

    def __iter__(self) -> Iterator[bytes]:
        """Frames of PCM: mono, in the format asked for. A frame has at most 1 MiB.

        Raises the KokoroError that ended the request.
        """
        for event in self.events():
            if isinstance(event, Audio):
                yield event.pcm

    def events(self) -> Iterator[SegmentInfo | Audio]:
        """A SegmentInfo before the Audio of each segment. Raises as __iter__ does.

        With output="speaker" they end when all sound has come; the speech itself ends
        after played(..., final=True).
        """
        while (event := self._take()) is not None:
            self._begin = None  # what was heard is not to be heard again
            yield event

    def append(self, text: str, final: bool = False) -> None:
        """More text, which is spoken as if it had stood behind the text so far.

        Raises BadRequestError after finish() or for text that is not valid Unicode,
        the errors of iteration if the request has failed, AnswerTimeoutError if
        the daemon takes no text. Does nothing once the speech has ended.
        """
        if self._final:
            raise errors.BadRequestError("no text can follow finish(); start another speech")
        check_text(text)
        self._final = final
        self._exchange.append(self._inbox, text, final, speech_state.SILENCE_S)

    def finish(self) -> None:
        """No more text follows; the last sentence can be spoken. Safe to call twice."""
        if not self._final:
            self.append("", final=True)

    def wait(self, timeout: float | None = speech_state.SILENCE_S) -> dict[str, Any]:
        """Wait for the end without taking audio, and return the stats.

        For after cancel(), and after played(..., final=True). Raises the error that ended
        the request.
        """
        return self._unless_gone(lambda: self._exchange.await_end(self._inbox, timeout)).stats

    @property
    def accepted(self) -> Accepted | None:
        """What the daemon made of the request; waits for it. None: ended before that."""
        return self._unless_gone(
            lambda: self._exchange.await_accepted(self._inbox, speech_state.SILENCE_S)
        )

    def _take(self) -> SegmentInfo | Audio | None:
        return self._unless_gone(lambda: self._exchange.take(self._inbox, self._timeout))

    def _unless_gone(self, attempt: Callable[[], _T]) -> _T:
        """attempt(); if the daemon went before it began, at the one that comes after it."""
        while True:
            try:
                return attempt()
            except GONE as gone:
                begin, start = self._hand_on(gone)
                try:
                    self._handed_on(*begin(self._exchange, start=start))
                except errors.NoDaemonError:
                    raise gone from None  # none comes after it
            if self._begin is None:  # cancelled meanwhile by another thread
                self._exchange.cancel(self._inbox)

    def __enter__(self) -> Speech:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()

    def __del__(self) -> None:
        if self._inbox.end is None:
            self._exchange.cancel(self._inbox)
