# loop: of asyncio or trio; what plays is threads of its own.
"""A speech at the speaker, waited for in an event loop."""

from __future__ import annotations

import contextlib
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .. import errors
from ..wire.choices import Ending
from .backend import current
from .wakeup import Wakeup

if TYPE_CHECKING:
    from ..playing import Playing as Threaded
    from ..sound.player import State


class Playing:
    """What aio.Client.play() returns. It plays by itself; leaving its `async with` stops it."""

    def __init__(self, threaded: Threaded) -> None:
        self._threaded = threaded
        self._backend = current()
        self._over = Wakeup()
        self._is_over = False
        self._ending: Ending | None = None
        self._failure: errors.KokoroError | None = None
        threading.Thread(target=self._watch, name="kokoro-playing-ends", daemon=True).start()

    def pause(self) -> None:
        """Be silent at once; it keeps its turn. Client.control("pause") is for any program's."""
        self._threaded.pause()

    def resume(self) -> None:
        """Go on where it was paused."""
        self._threaded.resume()

    def stop(self) -> None:
        """Silence, at once and for good; the next in the queue has the turn. Never waits."""
        self._threaded.stop()

    async def wait(self, timeout: float | None = None) -> Ending | None:
        """How it ended: wait for that. None after `timeout` seconds.

        A task that is cancelled while it waits stops it. Raises what ended it otherwise.
        """
        try:
            await self._over.wait_for(lambda: self._is_over, timeout)
        except self._backend.cancelled:
            self.stop()
            raise
        if self._failure is not None:
            raise errors.again(self._failure)
        return self._ending

    @property
    def voice(self) -> str:
        """The voice that really speaks."""
        return self._threaded.speech.voice

    @property
    def state(self) -> State:
        """Whether it waits for its turn, plays, is paused, has ended."""
        return self._threaded.state

    @property
    def position(self) -> float:
        """Seconds of its sound that have been heard."""
        return self._threaded.position

    @property
    def volume(self) -> int:
        """Percent of the amplitude, 0 to 100; may be set while it plays."""
        return self._threaded.volume

    @volume.setter
    def volume(self, percent: int) -> None:
        self._threaded.volume = percent

    @property
    def stats(self) -> dict[str, Any]:
        """The daemon's (docs/protocol.md, `done`), with played_s, underruns, starved."""
        return self._threaded.stats

    def _watch(self) -> None:
        try:
            self._ending = self._threaded.wait()
        except errors.KokoroError as error:
            self._failure = error

        def tell() -> None:
            self._is_over = True
            self._over.notify()

        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            self._backend.call_soon(tell)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
