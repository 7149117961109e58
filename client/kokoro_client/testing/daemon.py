# worker: a thread with an event loop of its own.
"""A daemon that speaks the protocol and makes toy sound, for tests.

    with FakeDaemon() as daemon, Client(daemon.socket) as client:
        assert b"".join(client.speak("Hi.")) == pcm_of("Hi.")
        assert daemon.spoken[0].text == "Hi."

It keeps the order, the turns at the speaker and the answers of the real one, not its limits and
priorities: at the speaker whoever came first is heard first.

Owns:       the thread, the socket and its folder, what was spoken.
Invariants: everything but `spoken` is touched by the thread alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ..wire import frames, messages
from ..wire.choices import SAMPLE_RATE, Control, Ending, Output
from ..wire.errors import ErrorCode, WireError
from .speaking import Peer, Request, Speaker, Spoken

_T = TypeVar("_T")

#: It answers at once; a test that waits longer has found a bug.
_PATIENCE_S: Final = 30.0

#: Bytes of answers that a client leaves unread before it is dropped, as the daemon does.
_MOST_UNREAD: Final = 64 * 2**20

VOICES: Final = ("af_heart", "am_adam", "bf_emma")


class FakeDaemon:
    def __init__(self, socket: Path | None = None, voices: Sequence[str] = VOICES) -> None:
        """socket: where it listens; None: in a temporary folder."""
        self._folder = None if socket else tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp")
        self.socket = socket or Path(self._folder.name if self._folder else "") / "s"
        self.voices = tuple(voices)
        #: In the order of their arrival; a failed request is there, too.
        self.spoken: list[Spoken] = []
        self._loop = asyncio.new_event_loop()  # closed by the thread, or by close()
        self._peers: set[Peer] = set()
        self._speaker = Speaker()
        self._refusals: deque[messages.Error] = deque()
        self._closing = asyncio.Event()
        self._sounds = asyncio.Event()
        self._sounds.set()
        self._thread = threading.Thread(target=self._run, name="fake-kokorod", daemon=True)
        self._listens = threading.Event()

    @property
    def environ(self) -> dict[str, str]:
        """For a program under test: with these it finds this daemon and starts none."""
        return {"KOKORO_SOCKET": str(self.socket), "KOKORO_NO_START": "1"}

    def refuse(
        self,
        code: ErrorCode | str,
        message: str = "refused by the test",
        *,
        retry_after_ms: int | None = None,
    ) -> None:
        """The next speak is answered by this error; call it twice for two."""
        error = messages.Error(code=ErrorCode(code), message=message, retry_after_ms=retry_after_ms)
        self._do(lambda: self._refusals.append(error))

    def hold(self) -> None:
        """No sound is made from now on, as by a daemon that is busy."""
        self._do(self._sounds.clear)

    def release(self) -> None:
        """Sound is made again."""
        self._do(self._sounds.set)

    def drop(self) -> None:
        """Hang up on every client, as a daemon that crashes does; the next one is welcome."""
        self._do(self._hang_up)

    def close(self) -> None:
        """End it. Safe to call twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join(_PATIENCE_S)
        elif not self._loop.is_closed():
            self._loop.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listens.wait(_PATIENCE_S):
            raise RuntimeError(f"the fake daemon does not listen at {self.socket}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # The thread.

    def _do(self, step: Callable[[], _T]) -> _T:
        async def run() -> _T:
            return step()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_PATIENCE_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_closed())

    async def _until_closed(self) -> None:
        server = await asyncio.start_unix_server(self._serve, self.socket)
        self._listens.set()
        await self._closing.wait()
        server.close()
        self._hang_up()
        self.socket.unlink(missing_ok=True)

    def _hang_up(self) -> None:
        for peer in self._peers:
            peer.writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(writer)
        self._peers.add(peer)
        decoder = frames.FrameDecoder(frames.MAX_REQUEST)
        try:
            while data := await reader.read(65_536):
                decoder.feed(data)
                for payload in decoder.frames():
                    self._answer(peer, payload)
                # It reads on while its client does not: who sends a long text may take no
                # sound until all of it has left.
                if writer.transport.get_write_buffer_size() > _MOST_UNREAD:
                    break
        except (OSError, WireError):
            pass
        finally:
            self._peers.discard(peer)
            for request in list(peer.requests.values()):
                self._end(request, Ending.CANCELLED)
            writer.close()

    def _answer(self, peer: Peer, payload: dict[str, Any]) -> None:
        try:
            self._take(peer, messages.parse_request(payload))
        except WireError as error:
            peer.send(messages.Error(code=error.code, message=error.message, id=error.request_id))

    def _take(self, peer: Peer, asked: messages.Request) -> None:
        match asked:
            case messages.Hello():
                peer.client = asked.client
                peer.send(
                    messages.Welcome(
                        id=asked.id, version=1, daemon="fake", sample_rate=SAMPLE_RATE, limits={}
                    )
                )
            case messages.Speak():
                self._speak(peer, asked)
            case messages.Append():
                if (request := peer.requests.get(asked.id)) is not None:
                    request.add(asked.text, asked.final)
            case messages.Cancel():
                if (request := peer.requests.get(asked.id)) is not None:
                    self._end(request, Ending.CANCELLED)
            case messages.Played():
                if (request := peer.requests.get(asked.id)) is not None:
                    request.played(asked.at_s, asked.seeks)
                    if asked.final:
                        self._end(
                            request, Ending.FINISHED if request.rendered else Ending.CANCELLED
                        )
            case _:
                peer.send(messages.Result(id=asked.id, value=self._value(asked)))

    def _value(self, asked: messages.Request) -> Any:
        match asked:
            case messages.ControlSpeaker():
                return self._control(asked.action, asked.all)
            case messages.Queue():
                return [request.described() for request in self._speaker.waiting]
            case messages.Voices():
                return [_voice(name) for name in self.voices]
            case messages.Metrics():
                return f"kokorod_requests_total {len(self.spoken)}\n"
            case messages.Reload():
                return {"reloaded": True}
            case messages.Warm():
                return {}
            case messages.Calibrate():
                return {"voice": asked.voice or self.voices[0], "state": "none"}
        return {
            "state": "ready",
            "version": "fake",
            "engine": "kokoro",
            "voice": self.voices[0],
            "voices": len(self.voices),
            "requests": {"total": len(self.spoken), "active": self._active()},
            "lanes": [],
        }

    def _active(self) -> int:
        return sum(len(peer.requests) for peer in self._peers)

    def _speak(self, peer: Peer, speak: messages.Speak) -> None:
        voice = speak.voice or self.voices[0]
        spoken = Spoken(
            speak.text,
            voice,
            speak.speed,
            speak.lang,
            speak.priority.value,
            speak.markup.value,
            speak.output.value,
            peer.client,
        )
        self.spoken.append(spoken)
        if self._refusals:
            peer.send(self._refusals.popleft().replace(id=speak.id))
            return
        parts = [part.partition(":")[0] for part in voice.split(",")]
        if unknown := [part for part in parts if part not in self.voices]:
            message = f"no voice {unknown[0]!r}; `voices` lists them"
            peer.send(messages.Error(code=ErrorCode.UNKNOWN_VOICE, message=message, id=speak.id))
            return
        request = Request(peer, speak, spoken)
        peer.requests[speak.id] = request
        peer.send(
            messages.Accepted(id=speak.id, voice=voice, engine="kokoro", sample_rate=SAMPLE_RATE)
        )
        if speak.output is Output.SPEAKER:
            self._speaker.join(request)
        request.task = self._loop.create_task(self._sound(request))

    async def _sound(self, request: Request) -> None:
        while request.ending is None:
            await request.arrived.wait()
            request.arrived.clear()
            for sentence in request.next_sentences():
                await self._sounds.wait()
                request.say(sentence)
                await request.peer.writer.drain()
            if request.final:
                if request.speak.output is Output.SPEAKER and request.samples:
                    request.render()
                else:
                    self._end(request, Ending.FINISHED)
                return

    def _control(self, action: Control, everything: bool) -> dict[str, Any]:
        stopped = self._speaker.control(action, everything)
        for request in stopped:
            self._end(request, Ending.STOPPED)
        playing = bool(self._speaker.waiting)
        value = {"stopped": len(stopped), "paused": self._speaker.paused, "playing": playing}
        moves = action in (Control.BACK, Control.FORWARD)
        return {**value, "moved": playing} if moves else value

    def _end(self, request: Request, ending: Ending) -> None:
        if request.ending is not None:
            return
        request.ending = request.spoken.ending = ending
        request.arrived.set()
        request.peer.requests.pop(request.speak.id, None)
        self._speaker.leave(request)
        request.peer.send(request.done(ending))
        if request.task is not None and ending is not Ending.FINISHED:
            with contextlib.suppress(RuntimeError):
                request.task.cancel()


def _voice(name: str) -> dict[str, str]:
    lang = "en-gb" if name.startswith("b") else "en-us"
    gender = "male" if name[1:2] == "m" else "female"
    return {"name": name, "lang": lang, "gender": gender, "engine": "kokoro", "grade": ""}
