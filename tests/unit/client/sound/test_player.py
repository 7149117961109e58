"""The player: what the device is given, when it stops, and what is said when it fails."""

from __future__ import annotations

import sys
import threading
from array import array
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes.device import PATIENCE_S, RATE, Device, a_player, until

from kokoro_client import errors
from kokoro_client.sound import playback
from kokoro_client.sound import player as player_module
from kokoro_client.sound.device import open_device
from kokoro_client.sound.play_buffer import PlayBuffer
from kokoro_client.sound.playback import TAIL_S, WRITE_S
from kokoro_client.sound.player import QUEUE_S, Player, State
from kokoro_client.sound.position import Position


@given(st.lists(st.binary(max_size=50).map(lambda pcm: pcm * 2), max_size=30))
def test_all_that_is_fed_is_heard_in_order_and_silence_behind_it(pieces: list[bytes]) -> None:
    device = Device()
    player = a_player(device)
    for piece in pieces:
        player.write(piece)
    player.finish()
    fed = b"".join(pieces)
    assert device.heard.startswith(fed)
    tail = device.heard[len(fed) :]
    assert not any(tail)
    assert len(tail) >= (TAIL_S * RATE * 2 if fed else 0)
    assert player.state is State.FINISHED
    assert player.played_frames == len(fed) // 2
    player.close()
    assert device.calls == ["start", "abort", "close"][0 if fed else 2 :]


def test_finished_means_that_the_device_has_taken_the_last_frame() -> None:
    device = Device(runs=False)
    told: list[tuple[float, bool]] = []
    player = a_player(device, on_heard=lambda seconds, final: told.append((seconds, final)))
    player.write(b"\1\2")
    assert not player.finish(0.05)
    assert device.wrote.is_set()
    assert player.state is State.PLAYING
    assert player.played_frames == 0
    device.take(1)
    until(lambda: player.played_frames == 1)
    device.runs = True
    assert player.finish()
    assert player.state is State.FINISHED
    assert told[-1] == (1 / RATE, True)
    player.close()


def test_feeding_waits_while_enough_lies_ahead() -> None:
    device = Device(runs=False)
    player = a_player(device)
    player.write(bytes(int(QUEUE_S * RATE + device.CAPACITY) * 2))
    fed = threading.Event()

    def feed_more() -> None:
        player.write(b"\1\2")
        fed.set()

    feeder = threading.Thread(target=feed_more)
    feeder.start()
    assert device.wrote.wait(PATIENCE_S)
    assert not fed.is_set()
    device.take(int(WRITE_S * RATE))
    assert fed.wait(PATIENCE_S)
    feeder.join(PATIENCE_S)
    player.close()


def test_what_the_device_had_not_played_at_a_pause_is_played_afterwards() -> None:
    device = Device(runs=False)
    player = a_player(device)
    pcm = bytes(range(1, 201))
    player.write(pcm)
    until(lambda: device.write_available == 0)
    device.take(7)
    player.pause()
    until(lambda: player.state is State.PAUSED)
    assert device.calls == ["start", "abort"]
    assert player.played_frames == 7
    device.runs = True
    player.resume()
    player.finish()
    assert device.heard.startswith(pcm)
    player.close()


def test_it_is_paused_while_one_reason_is_left() -> None:
    device = Device()
    player = a_player(device, held_by="turn")
    player.write(b"\1\2")
    player.pause()
    player.resume("turn")
    until(lambda: player.state is State.PAUSED)
    assert device.calls == []
    player.resume()
    player.finish()
    assert device.heard.startswith(b"\1\2")
    player.close()


def test_nothing_to_play_is_finished_even_before_the_turn() -> None:
    told: list[tuple[float, bool]] = []
    player = a_player(Device(), held_by="turn", on_heard=lambda *heard: told.append(heard))
    player.finish()
    assert told[-1] == (0.0, True)
    player.close()


def test_while_no_sound_comes_silence_is_played_and_then_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, "REST_S", 0.1)
    device = Device()
    player = a_player(device)
    player.write(b"\1\2")
    until(lambda: device.calls == ["start", "abort"])
    assert player.state is State.WAITING
    player.write(b"\3\4")
    player.finish()
    assert (player.starved, player.underruns) == (1, 0)
    assert bytes(device.heard).replace(b"\0", b"") == b"\1\2\3\4"
    player.close()


class _Told(Device):
    """It says that it ran empty before every write."""

    def write(self, data: bytes) -> bool:
        super().write(data)
        return True


def test_an_underrun_that_the_device_tells_is_counted_but_not_at_the_start() -> None:
    device = _Told(runs=False)
    player = a_player(device)
    player.write(bytes(int(WRITE_S * RATE) * 2 * 2))
    until(lambda: device.write_available == 0)
    assert player.underruns == 1
    player.close()


def test_a_device_that_has_taken_all_before_more_was_written_ran_empty() -> None:
    device = Device(runs=False)
    player = a_player(device)
    player.write(bytes(int(WRITE_S * RATE) * 2 * 4))
    until(lambda: device.write_available == 0)
    assert player.underruns == 0
    device.take()
    until(lambda: device.write_available == 0)
    assert player.underruns == 1
    player.close()


def test_volume_is_a_percentage_of_the_amplitude() -> None:
    device = Device()
    player = a_player(device, volume=50)
    player.write(array("h", [1000, -1000, 32767]).tobytes())
    player.finish()
    assert list(array("h", bytes(device.heard[:6]))) == [500, -500, 16383]
    player.close()


def test_abort_drops_what_has_not_been_heard_and_frees_who_feeds() -> None:
    device = Device(runs=False)
    player = a_player(device)
    player.write(bytes(int(QUEUE_S * RATE + device.CAPACITY) * 2))
    feeder = threading.Thread(target=player.write, args=(b"\1\2",))
    feeder.start()
    assert device.wrote.wait(PATIENCE_S)
    player.abort()
    player.abort()
    feeder.join(PATIENCE_S)
    assert not feeder.is_alive()
    assert player.state is State.ABORTED
    player.write(b"\3\4")
    player.finish()
    player.resume()
    player.close()
    assert device.calls == ["start", "abort", "close"]
    assert device.heard == b""


class _Hanging(Device):
    """Its write waits until it is aborted from outside."""

    def __init__(self) -> None:
        super().__init__()
        self._aborted = threading.Event()

    def write(self, data: bytes) -> bool:
        self.wrote.set()
        assert self._aborted.wait(PATIENCE_S)
        raise RuntimeError("aborted")

    def abort(self) -> None:
        self.calls.append("abort")
        self._aborted.set()


def test_a_device_that_hangs_is_aborted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_module, "_HANGS_S", 0.01)
    device = _Hanging()
    player = a_player(device)
    player.write(bytes(100))
    assert device.wrote.wait(PATIENCE_S)
    player.abort()
    assert device.calls == ["start", "abort"]
    player.close()


def test_where_the_device_fails_the_one_that_is_there_now_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, "_REOPEN_S", (0.0, 0.0))
    device = Device(runs=False)
    player = a_player(device)
    pcm = bytes(range(1, 201))
    player.write(pcm)
    until(lambda: device.write_available == 0)
    device.fails = 1
    device.take(30)
    until(lambda: device.opened == 2)
    device.runs = True
    player.finish()
    assert device.heard.startswith(pcm)
    player.close()


def test_a_changed_default_is_followed_from_the_place_that_was_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, "_ASK_S", 0.0)
    device = Device(runs=False)
    default = [1]
    player = a_player(device, default_output=lambda: default[0])
    pcm = bytes(range(1, 201))
    player.write(pcm)
    assert device.wrote.wait(PATIENCE_S)
    device.take(10)
    for number in range(2, 12):  # more often than a device may be lost
        default[0] = number
        until(lambda number=number: device.opened == number)
    device.runs = True
    assert player.finish()
    assert bytes(device.heard).startswith(pcm)
    assert device.calls[:4] == ["start", "abort", "close", "start"]
    player.close()


def test_a_default_that_changed_before_the_first_sound_is_not_played_to() -> None:
    device = Device()
    default = [1]
    player = a_player(device, default_output=lambda: default[0])
    default[0] = 2
    player.write(b"\1\2")
    assert player.finish()
    assert device.opened == 2
    assert device.calls[:2] == ["close", "start"]
    player.close()


def test_a_named_device_is_kept_whatever_the_default_is() -> None:
    device = Device()
    default = [1]
    player = Player(RATE, device="speakers", open_stream=device, default_output=lambda: default[0])
    default[0] = 2
    player.write(b"\1\2")
    assert player.finish()
    assert device.opened == 1
    player.close()


@pytest.mark.parametrize("number", [0, "0"])
def test_a_number_means_the_device_that_it_was_at_the_beginning(
    monkeypatch: pytest.MonkeyPatch, number: int | str
) -> None:
    module = _sounddevice(_no_device)
    outputs = ["one", "two"]
    module.query_devices = lambda at: {"name": outputs[at], "hostapi": 0}  # type: ignore[attr-defined]
    module.query_hostapis = lambda at: {"name": "ALSA"}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(playback, "_REOPEN_S", (0.0, 0.0))
    device = Device()
    device.fails = 1
    player = Player(RATE, device=number, open_stream=device)
    outputs.pop(0)
    player.write(b"\1\2")
    assert player.finish()
    assert device.names == [number, "one, ALSA"]
    player.close()


def test_a_device_that_was_named_is_named_when_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "_REOPEN_S", (0.0,))
    device = Device()
    device.fails = 9
    player = Player(RATE, device="one", open_stream=device)
    player.write(b"\1\2")
    with pytest.raises(errors.NoDeviceError, match=r"^the sound device 'one' went away"):
        player.finish()
    player.close()


def test_a_device_that_takes_nothing_any_more_is_opened_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, "_STALL_S", 0.05)
    device = Device(runs=False)
    player = a_player(device)
    player.write(bytes(range(1, 201)))
    until(lambda: device.opened >= 2)
    player.close()


def test_a_device_that_fails_for_good_is_said_to_feeder_and_finisher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, "_REOPEN_S", (0.0, 0.0))
    device = Device()
    device.fails = 3
    player = a_player(device)
    player.write(b"\1\2")
    with pytest.raises(errors.NoDeviceError, match=r"^the sound device went away \(unplugged\)$"):
        player.finish()
    with pytest.raises(errors.NoDeviceError, match="unplugged"):
        player.write(b"\1\2")
    assert player.state is State.FAILED
    player.close()


@given(st.lists(st.binary(min_size=1, max_size=40_000), max_size=12), st.data())
def test_what_is_unheard_is_read_again_from_anywhere(pieces: list[bytes], data: Any) -> None:
    buffer, whole, heard = PlayBuffer(), b"".join(pieces), 0
    for piece in pieces:
        buffer.add(piece)
        heard = data.draw(st.integers(heard, buffer.end))
        buffer.forget(heard)
        at = data.draw(st.integers(heard, buffer.end))
        assert buffer.read(at, 10_000) == whole[: buffer.end][at : at + 10_000]
    assert buffer.end == len(whole)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.integers(0, 40)), max_size=60))
def test_heard_is_the_sound_among_what_the_device_has_taken(
    steps: list[tuple[int, bool, int]],
) -> None:
    position, written, held = Position(), [], 0
    position.restart(40)
    for frames, is_sound, left in steps:
        frames = min(frames, 40 - held)
        if not frames:
            continue
        position.wrote(frames, is_sound)
        written += [is_sound] * frames
        held = min(held + frames, left)
        position.look(40 - held)
        taken = written[: len(written) - held]
        assert position.heard == sum(taken)
        assert position.held == held
        assert position.silence == len(taken) - max(
            (at + 1 for at, sound in enumerate(taken) if sound), default=0
        )


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


def test_between_two_steps_of_the_device_the_place_goes_on_and_is_exact_in_the_end() -> None:
    device = Device(runs=False)
    player = a_player(device)
    pcm = bytes(400)
    player.write(pcm)
    until(lambda: device.write_available == 0)
    assert player.heard_s == 0  # nothing has been let out
    device.take(10)
    # It goes on by itself, but never beyond what was written.
    until(lambda: player.heard_s > 10 / RATE)
    assert player.played_frames == 10
    until(lambda: player.heard_s >= device.CAPACITY / RATE - 1e-9)
    assert player.heard_s <= device.CAPACITY / RATE
    player.pause()
    until(lambda: player.state is State.PAUSED)
    assert player.heard_s == 10 / RATE
    device.runs = True
    player.resume()
    player.finish()
    assert player.heard_s == len(pcm) / 2 / RATE
    player.close()
