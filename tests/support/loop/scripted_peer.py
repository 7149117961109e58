"""A daemon's end of a real Unix socket, played by a test: it answers what it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from kokoro_client.wire import frames

#: A test that waits longer than this has failed; far above what any machine needs.
PATIENCE_S = 30.0

WELCOME = {"type": "welcome", "id": 0, "version": 1, "daemon": "scripted", "sample_rate": 24_000}


class Peer:
    """One accepted connection, blocking."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE_S)
        self.sock = sock
        self._decoder = frames.FrameDecoder(frames.MAX_REQUEST)
        self._arrived: list[dict[str, Any]] = []

    def receive(self) -> dict[str, Any] | None:
        """The next request, or None if the client has hung up."""
        while not self._arrived:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._decoder.feed(data)
            self._arrived.extend(self._decoder.frames())
        return self._arrived.pop(0)

    def expect(self, kind: str) -> dict[str, Any]:
        """The next request, which must be a `kind`."""
        request = self.receive()
        assert request is not None, f"hung up instead of {kind}"
        assert request["type"] == kind, request
        return request

    def welcome(self) -> None:
        self.expect("hello")
        self.send({**WELCOME, "limits": {}})

    def send(self, payload: dict[str, Any]) -> None:
        self.sock.sendall(frames.encode(payload))

    def accept(self, speak: dict[str, Any], **fields: Any) -> None:
        self.send(
            {
                "type": "accepted",
                "id": speak["id"],
                "voice": "af_heart",
                "engine": "kokoro",
                "sample_rate": 24_000,
                **fields,
            }
        )

    def audio(self, speak: dict[str, Any], seq: int, pcm: bytes) -> None:
        self.send({"type": "audio", "id": speak["id"], "seq": seq, "pcm": pcm})

    def done(self, speak: dict[str, Any], **fields: Any) -> None:
        self.send({"type": "done", "id": speak["id"], **fields})


class ScriptedDaemon:
    """Listens at `path`; each connection is handed to the next of `scripts`.

    What a script raises is raised again when the `with` ends.
    """

    def __init__(self, path: Path, *scripts: Callable[[Peer], None]) -> None:
        self.path = path
        self._scripts = scripts
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(16)
        self._listener.settimeout(PATIENCE_S)
        self._failures: list[Exception] = []
        self._thread = threading.Thread(target=self._run, name="scripted-daemon")

    def _run(self) -> None:
        threads = []
        try:
            for script in self._scripts:
                sock, _ = self._listener.accept()
                thread = threading.Thread(target=self._play, args=(script, sock))
                thread.start()
                threads.append(thread)
        except Exception as error:  # noqa: BLE001 - shown by the test
            self._failures.append(error)
        finally:
            self._listener.close()
            for thread in threads:
                thread.join(PATIENCE_S)

    def _play(self, script: Callable[[Peer], None], sock: socket.socket) -> None:
        with sock:
            try:
                script(Peer(sock))
            except Exception as error:  # noqa: BLE001 - shown by the test
                self._failures.append(error)

    def __enter__(self) -> ScriptedDaemon:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.join(2 * PATIENCE_S)
        assert not self._thread.is_alive(), "a script has not ended"
        if self._failures and error is None:
            raise self._failures[0]
