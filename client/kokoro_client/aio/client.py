# loop: of asyncio or trio.
"""The client for asyncio and trio: one connection to the daemon, shared by every speech.

    from kokoro_client.aio import Client

    async with Client() as client:
        speech = await client.speak("Hello, world.", voice="af_heart")
        async for pcm in speech:        # bytes: 24 kHz, mono, signed 16-bit little-endian
            await play(pcm)
        print(speech.stats)

docs/client.md has more.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakSet

from .. import errors
from ..transport import connection
from ..transport.reach import Reach
from ..transport.requests import checked, speak_request
from ..version import __version__
from ..wire import messages
from .backend import Backend, current
from .exchange import Exchange, Inbox
from .playing import Playing
from .speech import Speech

if TYPE_CHECKING:
    from .. import client as threaded
    from ..playing import Playing as ThreadedPlaying

#: For the child of a fork.
_clients: Final[WeakSet[Client]] = WeakSet()


def _after_fork() -> None:
    for client in _clients:
        client._leave_to_parent()


os.register_at_fork(after_in_child=_after_fork)


def _start_daemon(path: Path, environ: Mapping[str, str]) -> None:
    from .. import autostart  # with what only starting needs

    autostart.start(path, environ)


class Client:
    """A connection to the daemon, opened at the first use and again after a loss.

    Any number of tasks of one event loop may use it at once; in another loop, and in a child of
    fork(), it opens a connection of its own. Speeches stay with who began them.
    """

    def __init__(
        self,
        socket: str | os.PathLike[str] | None = None,
        *,
        start: bool = True,
        timeout: float = connection.TIMEOUT_S,
        name: str = f"kokoro-client {__version__}",
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """The arguments are those of kokoro_client.Client."""
        self._reach = Reach.of(socket, start, timeout, environ, _start_daemon)
        self._name = name
        self._hello = checked(messages.Hello, {"type": "hello", "id": 0, "client": name})
        self._backend: Backend | None = None
        self._opening: AbstractAsyncContextManager[Any] | None = None
        self._exchange: Exchange | None = None
        #: Those before it, which live as long as a speech still hears from them.
        self._former: WeakSet[Exchange] = WeakSet()
        self._player: threaded.Client | None = None
        self._closed = False
        _clients.add(self)

    async def speak(
        self,
        text: str,
        *,
        voice: str = "",
        speed: float = 1.0,
        lang: str = "",
        format: str = "s16le",
        priority: str = "text",
        phonemes: bool = False,
        markup: str = "auto",
        timings: bool = False,
        cache: bool = True,
        ttfa_ms: int | None = None,
        output: str = "stream",
        final: bool = True,
    ) -> Speech:
        """Speak `text`, of any length, once the daemon has accepted it.

        With final=False more text follows in Speech.append(). The other arguments are
        the fields of `speak` in docs/protocol.md.

        Raises BadRequestError for a value that is not allowed, what the daemon refuses, and
        NoDaemonError or a subclass if no daemon can be reached.
        """
        request, rest = speak_request(
            text,
            final,
            voice=voice,
            speed=speed,
            lang=lang,
            format=str(format),
            priority=str(priority),
            phonemes=phonemes,
            markup=str(markup),
            timings=timings,
            cache=cache,
            ttfa_ms=ttfa_ms,
            output=str(output),
        )
        begin = partial(self._begin, request, rest, final)
        exchange, inbox = await begin()
        bounded = str(output) == "stream"
        speech = Speech(self, exchange, inbox, final, bounded, begin if final else None)
        await speech.settle()
        return speech

    async def play(
        self,
        text: str,
        *,
        device: str | int | None = None,
        volume: int = 100,
        **speak: Any,
    ) -> Playing:
        """Speak `text` at the speaker, when its turn comes, once the daemon has accepted it.

        The arguments are those of kokoro_client.Client.play(), which threads of its own do.
        Raises what speak() raises, and NoDeviceError.
        """
        if self._player is None:
            from ..client import Client as Threaded

            self._player = Threaded(
                self._reach.path,
                start=self._reach.start,
                timeout=self._reach.timeout,
                name=self._name,
                environ=self._reach.environ,
            )
        player = self._player

        def begin() -> ThreadedPlaying:
            playing = player.play(text, device=device, volume=volume, **speak)
            _ = playing.speech.accepted  # raises what the daemon refuses
            return playing

        return Playing(await current().in_thread(begin))

    async def status(self) -> Any:
        """What the daemon is and does; a nested dict (docs/protocol.md)."""
        return await self._ask({"type": "status"})

    async def voices(self) -> Any:
        """The voices it can speak with."""
        return await self._ask({"type": "voices"})

    async def metrics(self) -> Any:
        """Counters and times since its start."""
        return await self._ask({"type": "metrics"})

    async def warm(self) -> Any:
        """Have it make ready what the next request will need."""
        return await self._ask({"type": "warm"})

    async def reload(self) -> Any:
        """Have it read its configuration and models again."""
        return await self._ask({"type": "reload"})

    async def control(self, action: str, all: bool = False) -> Any:
        """pause, resume, skip, stop, back or forward: what is being spoken to the speaker."""
        # Not repeated after a loss: a second skip would skip another one.
        return await self._ask({"type": "control", "action": str(action), "all": all}, tries=1)

    async def back(self) -> Any:
        """Say the sentence that is heard at the speaker again, or the one before it."""
        return await self.control("back")

    async def forward(self) -> Any:
        """Go on with the next sentence of what is heard at the speaker."""
        return await self.control("forward")

    async def queue(self) -> Any:
        """What is being spoken to the speaker, then what waits for it; a list of dicts."""
        return await self._ask({"type": "queue"})

    async def welcome(self) -> messages.Welcome:
        """What the daemon said of itself when the connection was opened."""
        return await (await self._connected()).welcome(self._reach.timeout)

    async def close(self) -> None:
        """Close the connection. What is still being spoken is cancelled."""
        self._closed = True
        for exchange in (self._exchange, *self._former):
            if exchange is not None:
                await exchange.close()
        if self._player is not None:
            await current().in_thread(self._player.close)

    def _leave_to_parent(self) -> None:
        """After fork(): the next use opens a connection of this process."""
        for exchange in (*self._former, self._exchange):
            if exchange is not None:
                exchange.leave_to_parent()
        self._former = WeakSet()
        self._exchange = self._backend = None

    async def _begin(
        self,
        request: messages.Speak,
        rest: str,
        final: bool,
        gone: Exchange | None = None,
        *,
        start: bool = True,
    ) -> tuple[Exchange, Inbox]:
        """Send a request over a connection that is not `gone`. start: may start a daemon."""

        def send(exchange: Exchange) -> tuple[Exchange, Inbox]:
            return exchange, exchange.start(lambda id: request.replace(id=id), rest, final)

        try:
            return send(await self._connected(gone, start))
        except errors.ConnectionLostError:
            # Lost since it was last used, and nothing of this was sent.
            return send(await self._connected(None, start))

    async def _ask(self, question: dict[str, Any], tries: int = 2) -> Any:
        return await current().in_thread(self._reach.ask, question, tries)

    async def _connected(self, gone: Exchange | None = None, start: bool = True) -> Exchange:
        backend, opening = self._entered()
        async with opening:
            if self._closed:
                raise errors.KokoroError("the client is closed; make another")
            # `gone` may still bring what others wait for, but takes nothing new.
            if self._exchange in (None, gone) or not self._exchange.alive:
                sock = await backend.in_thread(self._reach.open, start)
                if self._exchange is not None:
                    self._former.add(self._exchange)
                self._exchange = Exchange(sock, self._hello, self._reach.timeout)
            return self._exchange

    def _entered(self) -> tuple[Backend, AbstractAsyncContextManager[Any]]:
        """The loop that is asked from, and what lets one of its tasks open a connection."""
        backend = current()
        if backend != self._backend or self._opening is None:
            if self._exchange is not None:
                self._exchange.close_soon()
            self._backend, self._exchange, self._opening = backend, None, backend.lock()
        return backend, self._opening

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        if (exchange := getattr(self, "_exchange", None)) is not None and exchange.alive:
            exchange.close_soon()
