"""The player: what the device is given, when it stops, and what is said where it fails."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client import errors
from kokoro_client import player as player_module
from kokoro_client.player import QUEUE_S, TAIL_S, WRITE_S, Player, State, open_device

RATE = 1_000
PATIENCE_S = 30.0


class Device:
    """A device whose every write waits for the test, unless it `runs` freely."""

    def __init__(self, runs: bool = True, fails: bool = False) -> None:
        self.heard = bytearray()
        self.calls: list[str] = []
        self.writing = threading.Event()
        self._fails = fails
        self._go = threading.Semaphore(0)
        self._runs = runs

    def __call__(self, sample_rate: int) -> Device:
        assert sample_rate == RATE
        return self

    def let_write(self) -> None:
        self._go.release()

    def start(self) -> None:
        self.calls.append("start")

    def write(self, data: bytes) -> bool:
        assert self.calls == ["start"]
        self.writing.set()
        if not self._runs:
            assert self._go.acquire(timeout=PATIENCE_S)
        if "abort" in self.calls:
            raise RuntimeError("aborted")
        if self._fails:
            raise RuntimeError("unplugged\nwith details")
        assert len(data) <= WRITE_S * RATE * 2
        self.heard += data
        return False

    def stop(self) -> None:
        self.calls.append("stop")

    def abort(self) -> None:
        self.calls.append("abort")
        self._go.release()

    def close(self) -> None:
        self.calls.append("close")


@given(st.lists(st.binary(max_size=50).map(lambda pcm: pcm * 2), max_size=30))
def test_all_that_is_fed_is_heard_in_order(pieces: list[bytes]) -> None:
    device = Device()
    player = Player(RATE, device)
    for piece in pieces:
        player.feed(piece)
    player.finish()
    fed = b"".join(pieces)
    tail = bytes(round(TAIL_S * RATE) * 2) if pieces else b""
    assert bytes(device.heard) == fed + tail
    assert player.state is State.FINISHED
    assert player.played_frames == len(fed) // 2
    player.close()
    assert device.calls == ["start", "stop", "close"][0 if pieces else 2 :]


def test_finished_means_that_the_device_has_taken_the_last_frame() -> None:
    device = Device(runs=False)
    player = Player(RATE, device)
    player.feed(b"\1\2")
    ended = threading.Thread(target=player.finish)
    ended.start()
    assert device.writing.wait(PATIENCE_S)
    assert player.state is State.PLAYING
    assert player.played_frames == 0
    while ended.is_alive():
        assert player.state is State.PLAYING or player.played_frames == 1
        device.let_write()
        ended.join(0.001)
    assert player.state is State.FINISHED
    assert "stop" in device.calls
    player.close()


def test_feeding_waits_while_enough_lies_ahead() -> None:
    device = Device(runs=False)
    player = Player(RATE, device)
    limit = int(QUEUE_S * RATE) * 2
    player.feed(bytes(limit))
    fed = threading.Event()

    def feed_more() -> None:
        player.feed(b"\1\2")
        fed.set()

    feeder = threading.Thread(target=feed_more)
    feeder.start()
    assert device.writing.wait(PATIENCE_S)
    assert not fed.is_set()
    device.let_write()
    assert fed.wait(PATIENCE_S)
    feeder.join(PATIENCE_S)
    player.close()


def test_abort_drops_what_has_not_been_heard_and_frees_who_feeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = Device(runs=False)
    player = Player(RATE, device)
    player.feed(bytes(int(QUEUE_S * RATE) * 2))
    feeder = threading.Thread(target=player.feed, args=(b"\1\2",))
    feeder.start()
    assert device.writing.wait(PATIENCE_S)
    monkeypatch.setattr(player_module, "_HANGS_S", 0.01)
    player.abort()
    player.abort()
    feeder.join(PATIENCE_S)
    assert not feeder.is_alive()
    assert player.state is State.ABORTED
    player.feed(b"\3\4")
    player.finish()
    player.close()
    assert device.calls == ["start", "abort", "close"]
    assert device.heard == b""


def test_abort_lets_a_write_end_and_then_aborts_from_the_same_thread() -> None:
    device = Device(runs=False)
    player = Player(RATE, device)
    player.feed(bytes(100))
    assert device.writing.wait(PATIENCE_S)
    aborter = threading.Thread(target=player.abort)
    aborter.start()
    device.let_write()
    aborter.join(PATIENCE_S)
    assert device.calls == ["start", "abort"]
    assert len(device.heard) <= WRITE_S * RATE * 2
    player.close()


def test_a_device_that_hangs_is_aborted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_module, "_HANGS_S", 0.01)
    device = Device(runs=False)
    player = Player(RATE, device)
    player.feed(bytes(100))
    assert device.writing.wait(PATIENCE_S)
    player.abort()
    assert device.calls == ["start", "abort"]
    player.close()


def test_a_device_that_fails_is_said_to_feeder_and_finisher() -> None:
    device = Device(fails=True)
    player = Player(RATE, device)
    player.feed(b"\1\2")
    with pytest.raises(errors.NoDeviceError, match=r"failed \(unplugged\)$"):
        player.finish()
    with pytest.raises(errors.NoDeviceError, match="unplugged"):
        player.feed(b"\1\2")
    assert player.state is State.FAILED
    player.close()


class _PortAudioError(Exception):
    pass


def _sounddevice(open_stream: Callable[..., Any]) -> ModuleType:
    module = ModuleType("sounddevice")
    module.PortAudioError = _PortAudioError  # type: ignore[attr-defined]
    module.RawOutputStream = open_stream  # type: ignore[attr-defined]
    return module


def _no_device(**options: Any) -> Any:
    assert options["samplerate"] == 24_000
    raise _PortAudioError("Error querying device -1\nmore of it")


def test_no_device_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _sounddevice(_no_device))
    with pytest.raises(
        errors.NoDeviceError, match=r"^no sound device \(Error querying device -1\)$"
    ):
        open_device(24_000)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(errors.NoDeviceError, match=r"pip install 'kokoro-client\[play\]'"):
        open_device(24_000)


def test_a_library_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(errors.NoDeviceError, match=r"not found\).*libportaudio2"):
        open_device(24_000)
