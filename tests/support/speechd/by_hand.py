"""The output module in a process of its own, with a test in the place of speech-dispatcher."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kokoro_doors.speechd import protocol
from support.daemon.process import PATIENCE_S, DaemonProcess

#: Of an event's lines: the sound is one line, whatever is in it.
Event = tuple[str, bytes]


class ByHand:
    """Owns the process; takes its answers apart."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kokoro_doors.speechd.module", "kokoro.conf"],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in = self.process.stdin
        self._out = self.process.stdout.fileno()
        self._rest = b""

    def send(self, *lines: str) -> None:
        self.send_bytes("".join(f"{line}\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    def end(self) -> None:
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self.process.wait()

    def line(self, patience_s: float = PATIENCE_S) -> bytes:
        """The next line of its answers; b"" at their end."""
        deadline = time.monotonic() + patience_s
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            assert select.select([self._out], [], [], max(0.0, left))[0], "no answer"
            if not (data := os.read(self._out, 65536)):
                return b""
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def ask(self, *lines: str) -> list[str]:
        """Send a command; the lines of its one reply."""
        self.send(*lines)
        replies = [self.line().decode()]
        while replies[-1][3:4] == "-":
            replies.append(self.line().decode())
        return replies

    def block(self, command: str, *lines: str) -> list[str]:
        """A command with lines: both replies."""
        return [self.ask(command)[-1], self.ask(*lines, ".")[-1]]

    def set(self, **values: Any) -> None:
        lines = [f"{key}={value}" for key, value in values.items()]
        assert self.block("SET", *lines)[-1].startswith("203")

    def begin(self, command: str, text: str) -> None:
        assert self.block(command, text) == ["202 OK RECEIVING MESSAGE", "200 OK SPEAKING"]

    def event(self) -> Event:
        """The next one: its name and what it holds: PCM, a mark."""
        name, held = "", b""
        while True:
            line = self.line()
            assert line[:1] == b"7", line
            code, mark, rest = line[:3].decode(), line[3:4], line[4:]
            if mark == b" ":
                return rest.decode(), held
            name = code
            if name == "700":
                held = rest
            elif rest.startswith(b"AUDIO\0"):
                assert len(line) <= 10_000
                held = protocol.unescaped(rest[len(b"AUDIO\0") :])

    def events(self) -> Iterator[Event]:
        """Those of a message, to its last."""
        while True:
            event = self.event()
            yield event
            if event[0] in ("END", "STOP", "PAUSE"):
                return

    def say(self, command: str, text: str) -> list[Event]:
        self.begin(command, text)
        return list(self.events())


def names_of(events: list[Event]) -> list[str]:
    """Their order, with a sound of several events as one."""
    names: list[str] = []
    for name, _ in events:
        if name != "AUDIO" or names[-1:] != ["AUDIO"]:
            names.append(name)
    return names


def sound_of(events: list[Event]) -> bytes:
    return b"".join(held for name, held in events if name == "AUDIO")


@contextmanager
def by_hand(daemon: DaemonProcess, folder: Path) -> Iterator[ByHand]:
    """folder: of its cache."""
    module = ByHand({**daemon.environ, "XDG_CACHE_HOME": str(folder)})
    try:
        assert module.ask("INIT")[-1] == "299 OK LOADED SUCCESSFULLY"
        replies = module.block("AUDIO", "audio_output_method=server")
        assert replies == ["207 OK RECEIVING AUDIO SETTINGS", "203 OK AUDIO INITIALIZED"]
        yield module
    finally:
        module.end()
