"""A sound device that a test plays, and a player for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from kokoro_client.sound.playback import WRITE_S
from kokoro_client.sound.player import Player

RATE = 1_000
PATIENCE_S = 30.0


class Device:
    """A device of 40 frames, which takes them when the test lets it, or at once if it `runs`."""

    CAPACITY = 40

    def __init__(self, runs: bool = True) -> None:
        self.heard = bytearray()
        self.calls: list[str] = []
        self.fails = 0
        self.opened = 0
        self.names: list[object] = []
        self.wrote = threading.Event()
        self.runs = runs
        self._held = b""

    def __call__(self, sample_rate: int, name: object, anew: bool) -> Device:
        assert sample_rate == RATE
        self.opened += 1
        self.names.append(name)
        self._held = b""
        return self

    def take(self, frames: int = CAPACITY) -> None:
        """Play some of what it holds."""
        self.heard += self._held[: frames * 2]
        self._held = self._held[frames * 2 :]

    @property
    def write_available(self) -> int:
        if self.runs:
            self.take()
        return self.CAPACITY - len(self._held) // 2

    def start(self) -> None:
        self.calls.append("start")

    def write(self, data: bytes) -> bool:
        assert self.calls[-1] == "start"
        assert len(data) <= WRITE_S * RATE * 2
        if self.fails:
            self.fails -= 1
            raise RuntimeError("unplugged\nwith details")
        assert len(data) // 2 <= self.CAPACITY - len(self._held) // 2, "it would have to wait"
        self._held += data
        self.wrote.set()
        return False

    def abort(self) -> None:
        self.calls.append("abort")
        self._held = b""

    def close(self) -> None:
        self.calls.append("close")


def a_player(device: Device, **options: Any) -> Player:
    return Player(RATE, open_stream=device, **options)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
