"""The client: one connection to the daemon, kept open, shared by every speech.

    from kokoro_client import Client

    with Client() as client:
        speech = client.speak("Hello, world.", voice="af_heart")
        for pcm in speech:              # bytes: 24 kHz, mono, signed 16-bit little-endian
            play(pcm)
        print(speech.stats)

        speech = client.speak("", final=False)
        for token in answer_of_an_llm():
            speech.append(token)
        speech.finish()

docs/client.md has more.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from . import errors
from .speech import Speech
from .transport import connection
from .transport.exchange import Exchange
from .transport.inbox import Inbox
from .transport.reach import Reach
from .transport.requests import checked, speak_request
from .version import __version__
from .wire import messages

if TYPE_CHECKING:
    from .playing import Playing

#: For the child of a fork.
_clients: WeakSet[Client] = WeakSet()


def _after_fork() -> None:
    for client in _clients:
        client._leave_to_parent()


os.register_at_fork(after_in_child=_after_fork)


def _start_daemon(path: Path, environ: Mapping[str, str]) -> None:
    from . import autostart  # with what only starting needs

    autostart.start(path, environ)


class Client:
    """A connection to the daemon, opened at the first use and again after a loss.

    Any number of threads may use it, and several speeches may run at once. A child of fork()
    may use it too: it opens a connection of its own; speeches stay with who began them.
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
        """socket: the daemon's address; None: KOKORO_SOCKET, else the one of KOKORO_HOME.
        start: start a daemon if none runs (never with KOKORO_NO_START=1).
        timeout: seconds to wait for a connection, for a new one's first sign of life, and for
        the answer to a question.
        name: which program this is, for the daemon's log and queue(); 64 characters at most.
        """
        self._reach = Reach.of(socket, start, timeout, environ, _start_daemon)
        self._hello = checked(messages.Hello, {"type": "hello", "id": 0, "client": name})
        self._opening = threading.Lock()
        self._exchange: Exchange | None = None
        #: Those before it, which live as long as a speech still hears from them.
        self._former: WeakSet[Exchange] = WeakSet()
        self._closed = False
        _clients.add(self)

    def speak(
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
        """Speak `text`, of any length; the audio comes while it is made.

        With final=False more text follows in Speech.append(). The other arguments are
        the fields of `speak` in docs/protocol.md.

        Raises BadRequestError for a value that is not allowed, NoDaemonError or a
        subclass if no daemon can be reached. What the daemon refuses (an unknown voice, a
        full queue) is raised by the Speech, or here if it is known already.
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
        exchange, inbox = begin()
        bounded = str(output) == "stream"
        return Speech(self, exchange, inbox, final, bounded, begin if final else None)

    def play(
        self,
        text: str,
        *,
        device: str | int | None = None,
        volume: int = 100,
        **speak: Any,
    ) -> Playing:
        """Speak `text` at the speaker, when its turn comes, without waiting for it.

        device: a name or part of it, an index, or None for the default output.
        volume: percent, 0 to 100.
        speak: the arguments of speak(), but for format and output.

        Raises what speak() raises, and NoDeviceError.
        """
        from .playing import Playing

        return Playing(self.speak(text, **speak, format="s16le", output="speaker"), device, volume)

    def status(self) -> Any:
        """What the daemon is and does; a nested dict (docs/protocol.md)."""
        return self._ask({"type": "status"})

    def voices(self) -> Any:
        """The voices it can speak with."""
        return self._ask({"type": "voices"})

    def metrics(self) -> Any:
        """Counters and times since its start."""
        return self._ask({"type": "metrics"})

    def warm(self) -> Any:
        """Have it make ready what the next request will need."""
        return self._ask({"type": "warm"})

    def reload(self) -> Any:
        """Have it read its configuration and models again."""
        return self._ask({"type": "reload"})

    def control(self, action: str, all: bool = False) -> Any:
        """pause, resume, skip, stop, back or forward: what is being spoken to the speaker."""
        # Not repeated after a loss: a second skip would skip another one.
        return self._ask({"type": "control", "action": str(action), "all": all}, tries=1)

    def back(self) -> Any:
        """Say the sentence that is heard at the speaker again, or the one before it."""
        return self.control("back")

    def forward(self) -> Any:
        """Go on with the next sentence of what is heard at the speaker."""
        return self.control("forward")

    def queue(self) -> Any:
        """What is being spoken to the speaker, then what waits for it; a list of dicts."""
        return self._ask({"type": "queue"})

    @property
    def welcome(self) -> messages.Welcome:
        """What the daemon said of itself when the connection was opened."""
        return self._connected().welcome(self._reach.timeout)

    def close(self) -> None:
        """Close the connection. What is still being spoken is cancelled."""
        with self._opening:
            self._closed = True
            if self._exchange is not None:
                self._exchange.close()
            for exchange in self._former:
                exchange.close()

    def _leave_to_parent(self) -> None:
        """After fork(): the next speak() opens a connection of this process."""
        self._opening = threading.Lock()  # another thread may have held it
        for exchange in (*self._former, self._exchange):
            if exchange is not None:
                exchange.leave_to_parent()
        self._former = WeakSet()
        self._exchange = None

    def _begin(
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
            return send(self._connected(gone, start))
        except errors.ConnectionLostError:
            # Lost since it was last used, and nothing of this was sent.
            return send(self._connected(None, start))

    def _ask(self, question: dict[str, Any], tries: int = 2) -> Any:
        return self._reach.ask(question, tries)

    def _connected(self, gone: Exchange | None = None, start: bool = True) -> Exchange:
        with self._opening:
            if self._closed:
                raise errors.KokoroError("the client is closed; make another")
            # `gone` may still bring what others wait for, but takes nothing new.
            if self._exchange in (None, gone) or not self._exchange.alive:
                sock = self._reach.open(start)
                if self._exchange is not None:
                    self._former.add(self._exchange)
                self._exchange = Exchange(sock, self._hello, self._reach.timeout)
            return self._exchange

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
