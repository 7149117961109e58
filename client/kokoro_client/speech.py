"""One speak request as its caller sees it: audio to iterate, text to append, an end."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar

from . import errors
from .transport.exchange import Exchange
from .transport.inbox import Inbox
from .transport.requests import check_text
from .wire.choices import Ending, Turn
from .wire.messages import Accepted, Audio, Done, Seek, SegmentInfo

#: Longest silence from the daemon while it has all the text: the queue ahead may hold
#: minutes of other people's speech on a slow machine, hardly five.
SILENCE_S: Final = 300.0

#: How often a speech that has not begun is handed to the next daemon. A restart takes
#: two.
REPEATS: Final = 3

#: How often it is handed on by a daemon that went without a word: it may have died of this
#: very text, and the next one may too.
CRASHES: Final = 1

#: The daemon that was asked is no more; another may come.
_GONE: Final = (errors.ShuttingDownError, errors.ConnectionLostError)

_T = TypeVar("_T")


class _Begin(Protocol):
    def __call__(self, gone: Exchange, *, start: bool) -> tuple[Exchange, Inbox]:
        """Send it all over a connection that is not `gone`. start: a daemon may be started."""


class Speech:
    """What Client.speak() returns. Iterate it for PCM, in order, until it ends.

    Dropping the last reference before the end cancels it, as leaving its `with` does.
    One thread takes the audio; any thread may append and cancel.
    """

    def __init__(
        self,
        client: object,
        exchange: Exchange,
        inbox: Inbox,
        final: bool,
        bounded: bool,
        begin: _Begin | None = None,
    ) -> None:
        """client: only kept alive, and with it the connection, while this is in use.
        begin: sends it all again, elsewhere than over the exchange that is gone.
        """
        self._client = client
        self._exchange = exchange
        self._inbox = inbox
        self._final = final
        self._bounded = bounded
        self._begin = begin
        self._repeats = 0
        self._crashes = 0
        self._told: Callable[[Turn | None], None] | None = None
        self._seek: Callable[[float, int], None] | None = None
        self._sought: Seek | None = None

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
        self._exchange.append(self._inbox, text, final, SILENCE_S)

    def finish(self) -> None:
        """No more text follows; the last sentence can be spoken. Safe to call twice."""
        if not self._final:
            self.append("", final=True)

    def cancel(self) -> None:
        """End it: iteration stops, the daemon drops the rest. Never waits, never raises."""
        self._begin = None
        self._exchange.cancel(self._inbox)

    def wait(self, timeout: float | None = SILENCE_S) -> dict[str, Any]:
        """Wait for the end without taking audio, and return the stats.

        For after cancel(), and after played(..., final=True). Raises the error that ended
        the request.
        """
        return self._unless_gone(lambda: self._exchange.await_end(self._inbox, timeout)).stats

    @property
    def stats(self) -> dict[str, Any]:
        """What the daemon measured (docs/protocol.md, `done`); empty before the end."""
        return self._inbox.end.stats if isinstance(self._inbox.end, Done) else {}

    @property
    def cancelled(self) -> bool:
        """True once the daemon has ended it early, for whatever reason."""
        return isinstance(self._inbox.end, Done) and self._inbox.end.cancelled

    @property
    def ending(self) -> Ending | None:
        """How it ended; None before that, and if it failed."""
        return self._inbox.end.ending if isinstance(self._inbox.end, Done) else None

    @property
    def accepted(self) -> Accepted | None:
        """What the daemon made of the request; waits for it. None: ended before that."""
        return self._unless_gone(lambda: self._exchange.await_accepted(self._inbox, SILENCE_S))

    @property
    def voice(self) -> str:
        """The voice that really speaks; waits until the daemon has said so."""
        return accepted.voice if (accepted := self.accepted) else ""

    @property
    def engine(self) -> str:
        """`kokoro` or `built-in`; waits until the daemon has said so."""
        return accepted.engine if (accepted := self.accepted) else ""

    @property
    def note(self) -> str:
        """Why it is not what was asked for, for people; else empty."""
        return accepted.note if (accepted := self.accepted) else ""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return accepted.sample_rate if (accepted := self.accepted) else 0

    def on_turn(
        self,
        told: Callable[[Turn | None], None],
        seek: Callable[[float, int], None] | None = None,
    ) -> None:
        """With output="speaker": call `told` now and at each change, with what to do.

        None: be silent, it has ended. seek(at_s, number): go on from at_s seconds of it; a
        player that cannot goes without. Both are called in the thread of the connection, which
        they must not hold up. Client.play() does all of this.
        """
        self._told = told
        self._seek = seek
        self._watch()

    def played(self, at_s: float, final: bool = False, seeks: int | None = None) -> None:
        """With output="speaker": `at_s` seconds of it have been heard. Never waits.

        final: no more will be; the turn is free. seeks: the number of the last seek that was
        done; None: of the last one that came, as whoever cannot seek says.
        """
        inbox = self._inbox
        if seeks is None:
            seeks = inbox.seek.number if inbox.seek is not None else 0
        self._exchange.played(inbox, at_s, final, seeks)

    def _watch(self) -> None:
        # The connection holds the inbox, and must not hold this.
        here = weakref.ref(self)

        def look() -> None:
            if (speech := here()) is not None:
                speech._look_whose_turn()

        self._inbox.watch(look)

    def _look_whose_turn(self) -> None:
        inbox, told = self._inbox, self._told
        if told is None:
            return
        if inbox.end is None:
            if inbox.seek is not self._sought:
                self._sought = inbox.seek
                if self._seek is not None and inbox.seek is not None:
                    self._seek(inbox.seek.at_s, inbox.seek.number)
            if inbox.turn is not None:
                told(inbox.turn)
        elif isinstance(inbox.end, _GONE) and self._may_repeat(inbox.end):
            told(Turn.WAIT)
        else:
            told(None)

    def _may_repeat(self, gone: errors.KokoroError) -> bool:
        if self._begin is None or self._repeats >= REPEATS:
            return False
        return not isinstance(gone, errors.ConnectionLostError) or self._crashes < CRASHES

    @property
    def _timeout(self) -> float | None:
        # While text is still to come, or the user has paused the speaker, silence
        # is no failure: the caller decides how long to wait.
        return SILENCE_S if self._final and self._bounded else None

    def _take(self) -> SegmentInfo | Audio | None:
        return self._unless_gone(lambda: self._exchange.take(self._inbox, self._timeout))

    def _unless_gone(self, attempt: Callable[[], _T]) -> _T:
        """attempt(); if the daemon went before it began, at the one that comes after it."""
        while True:
            try:
                return attempt()
            except _GONE as gone:
                begin = self._begin
                if begin is None or not self._may_repeat(gone):
                    raise
                crashed = isinstance(gone, errors.ConnectionLostError)
                self._repeats += 1
                self._crashes += crashed
                # A daemon that had accepted it may have died of it. Another that runs is asked
                # once more; none is started for it.
                start = not crashed or self._inbox.accepted is None
                try:
                    self._exchange, self._inbox = begin(self._exchange, start=start)
                except errors.NoDaemonError:
                    raise gone from None  # none comes after it
                if self._told is not None:
                    self._watch()
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
