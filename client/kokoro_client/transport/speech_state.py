"""What a speech knows of itself, whether a thread or a task waits for it.

It tells the player whose turn it is, and decides whether a speech that has not begun is handed
to the daemon that comes after the one that went. The two Speech classes add what waits.

Owns:       the exchange and inbox of now, and how often it was handed on.
Invariants: what was heard or cancelled is not begun anew; the connection does not keep this.
Never:      waits.
"""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from .. import errors
from ..wire.choices import Ending, Turn
from ..wire.messages import Accepted, Done, Seek
from .inbox import Answers

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
GONE: Final = (errors.ShuttingDownError, errors.ConnectionLostError)


class _Connection(Protocol):
    def cancel(self, inbox: Any) -> None: ...

    def played(self, inbox: Any, at_s: float, final: bool, seeks: int) -> None: ...


_Exchange = TypeVar("_Exchange", bound=_Connection)
_Inbox = TypeVar("_Inbox", bound=Answers[Any])
_Begin = TypeVar("_Begin")


class SpeechState(ABC, Generic[_Exchange, _Inbox, _Begin]):
    def __init__(
        self,
        client: object,
        exchange: _Exchange,
        inbox: _Inbox,
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

    def cancel(self) -> None:
        """End it: iteration stops, the daemon drops the rest. Never waits, never raises."""
        self._begin = None
        self._exchange.cancel(self._inbox)

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
    @abstractmethod
    def accepted(self) -> Accepted | None:
        """What the daemon made of the request. None: ended before that."""

    @property
    def voice(self) -> str:
        """The voice that really speaks; known once it is `accepted`."""
        return accepted.voice if (accepted := self.accepted) else ""

    @property
    def engine(self) -> str:
        """`kokoro` or `built-in`; known once it is `accepted`."""
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
        player that cannot goes without. Both are called in the thread of the connection (with
        asyncio, in its loop), which they must not hold up. Client.play() does all of this.
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

    @property
    def _timeout(self) -> float | None:
        # While text is still to come, or the user has paused the speaker, silence
        # is no failure: the caller decides how long to wait.
        return SILENCE_S if self._final and self._bounded else None

    def _hand_on(self, gone: errors.KokoroError) -> tuple[_Begin, bool]:
        """How it is begun anew, and whether a daemon may be started for it. Raises `gone` if it
        is not to be.
        """
        begin = self._begin
        if begin is None or not self._may_repeat(gone):
            raise gone
        crashed = isinstance(gone, errors.ConnectionLostError)
        self._repeats += 1
        self._crashes += crashed
        # A daemon that had accepted it may have died of it. Another that runs is asked
        # once more; none is started for it.
        return begin, not crashed or self._inbox.accepted is None

    def _handed_on(self, exchange: _Exchange, inbox: _Inbox) -> None:
        self._exchange, self._inbox = exchange, inbox
        if self._told is not None:
            self._watch()

    def _may_repeat(self, gone: errors.KokoroError) -> bool:
        if self._begin is None or self._repeats >= REPEATS:
            return False
        return not isinstance(gone, errors.ConnectionLostError) or self._crashes < CRASHES

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
        elif isinstance(inbox.end, GONE) and self._may_repeat(inbox.end):
            told(Turn.WAIT)
        else:
            told(None)
