"""The player goes to another place of what was written, or will be."""

from __future__ import annotations

import pytest
from support.fakes.device import RATE, Device, a_player, until

from kokoro_client.sound import playback
from kokoro_client.sound.player import State

#: 100 frames, each another.
PCM = bytes(range(1, 201))


def _heard(device: Device) -> bytes:
    """Without the silence of the player's own."""
    return bytes(device.heard).rstrip(b"\0")


def test_back_to_what_was_heard_and_on_from_there_to_the_sample() -> None:
    device = Device(runs=False)
    told: list[float] = []
    player = a_player(device, on_heard=lambda seconds, final: told.append(seconds))
    player.write(PCM)
    until(lambda: device.write_available == 0)
    device.take(30)
    until(lambda: player.played_frames == 30)
    done: list[float] = []
    player.seek(0.010, lambda: done.append(player.heard_s))
    until(lambda: done)
    device.runs = True
    player.finish()
    assert _heard(device) == PCM[: 2 * 30] + PCM[2 * 10 :]
    assert done == [0.010]
    assert 0.010 in told
    assert player.heard_s == 0.1
    player.close()


def test_ahead_to_what_has_come_leaves_out_what_lies_between() -> None:
    device = Device(runs=False)
    player = a_player(device)
    player.write(PCM)
    until(lambda: device.write_available == 0)
    device.take(5)
    player.seek(0.090)
    until(lambda: player.played_frames == 90)
    device.runs = True
    player.finish()
    assert _heard(device) == PCM[: 2 * 5] + PCM[2 * 90 :]
    player.close()


def test_ahead_to_what_has_not_come_is_silence_until_it_has() -> None:
    device = Device()
    player = a_player(device)
    player.write(PCM[: 2 * 20])
    until(lambda: player.played_frames == 20)
    player.seek(0.060)
    until(lambda: player.played_frames == 60)
    player.write(PCM[2 * 20 : 2 * 50])
    player.write(PCM[2 * 50 : 2 * 80])
    player.write(PCM[2 * 80 :])
    player.finish()
    heard = bytes(device.heard).replace(b"\0", b"")
    assert heard == PCM[: 2 * 20] + PCM[2 * 60 :]
    player.close()


def test_beyond_the_end_is_the_end() -> None:
    device = Device(runs=False)
    ends: list[tuple[float, bool]] = []
    player = a_player(device, on_heard=lambda *heard: ends.append(heard))
    player.write(PCM)
    until(lambda: device.write_available == 0)
    player.seek(5.0)
    player.finish()
    assert player.state is State.FINISHED
    assert ends[-1][1]
    assert _heard(device) == b""
    player.close()


def test_a_pause_outlasts_it() -> None:
    device = Device(runs=False)
    player = a_player(device)
    player.write(PCM)
    until(lambda: device.write_available == 0)
    device.take(30)
    player.pause()
    until(lambda: player.state is State.PAUSED)
    player.seek(0.010)
    until(lambda: player.played_frames == 10)
    assert player.state is State.PAUSED
    device.runs = True
    player.resume()
    player.finish()
    assert _heard(device) == PCM[: 2 * 30] + PCM[2 * 10 :]
    player.close()


def test_what_was_heard_long_ago_is_there_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "KEPT_S", 0.020)
    device = Device(runs=False)
    player = a_player(device)
    player.write(PCM)
    until(lambda: device.write_available == 0)
    device.take(40)
    until(lambda: player.played_frames == 40)
    player.seek(0.0)
    until(lambda: player.played_frames == 20)
    device.runs = True
    player.finish()
    assert _heard(device) == PCM[: 2 * 40] + PCM[2 * 20 :]
    player.close()


def test_a_rest_is_no_part_of_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "REST_S", 0.1)
    device = Device()
    player = a_player(device)
    player.write(PCM[:40])
    until(lambda: device.calls == ["start", "abort"])
    player.seek(0.010)
    player.write(PCM[40:])
    player.finish()
    assert bytes(device.heard).replace(b"\0", b"") == PCM[:40] + PCM[20:]
    assert len(PCM) // 2 == 0.1 * RATE
    player.close()
