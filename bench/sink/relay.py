"""The daemon's socket once more, which notes what audio passes.

Owns:       a listening socket, one thread a connection, the audio of the last one.
Invariants: what comes in at one side goes out at the other, unchanged and in order.
Never:      is in the way when times are measured: for those clients ask the daemon itself.
"""

from __future__ import annotations

import contextlib
import selectors
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from kokoro_client.wire import frames
from kokoro_client.wire.messages import Audio, parse_answer

#: Clients of one bench come one after the other.
_BACKLOG: Final = 4
_CHUNK: Final = 65536


class Relay:
    def __init__(self, daemon: Path) -> None:
        self._daemon = daemon
        # Short: a socket's path has at most 103 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kokoro-relay-"))
        self.socket = self._folder / "socket"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen(_BACKLOG)
        self._pcm: list[bytes] = []
        threading.Thread(target=self._accept, name="bench-relay", daemon=True).start()

    def pcm(self) -> Any:
        """int16 [samples]: the audio since it was asked last, in the order it passed."""
        passed, self._pcm = self._pcm, []
        return np.frombuffer(b"".join(passed), "<i2")

    def close(self) -> None:
        # Closing alone does not wake the thread that accepts.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        decoder = frames.FrameDecoder(frames.MAX_ANSWER)
        with client, socket.socket(socket.AF_UNIX) as daemon:
            daemon.connect(str(self._daemon))
            selector = selectors.DefaultSelector()
            selector.register(client, selectors.EVENT_READ, daemon)
            selector.register(daemon, selectors.EVENT_READ, client)
            while selector.get_map():
                for key, _ in selector.select():
                    source: Any = key.fileobj
                    try:
                        data = source.recv(_CHUNK)
                        key.data.sendall(data)
                    except OSError:
                        return
                    if not data:
                        selector.unregister(source)
                        with contextlib.suppress(OSError):
                            key.data.shutdown(socket.SHUT_WR)
                    elif source is daemon:
                        self._note(decoder, data)

    def _note(self, decoder: frames.FrameDecoder, data: bytes) -> None:
        decoder.feed(data)
        for payload in decoder.frames():
            answer = parse_answer(payload)
            if isinstance(answer, Audio):
                self._pcm.append(answer.pcm)
