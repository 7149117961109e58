"""PCM to the sound device, from a thread of its own (playback.py).

Owns:       the thread.
Never:      holds more than QUEUE_S of sound that has not been written.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable
from functools import cache
from typing import Final

from .. import errors
from .default_output import default_output
from .device import Stream, full_name, open_device
from .pcm import SAMPLE_BYTES
from .playback import ENDS, Playback, State
from .volume import FULL

__all__ = ["Player", "State"]

#: What may wait to be played. Enough for a stall of the connection, and little to
#: throw away at a stop; what is further ahead waits in the daemon.
QUEUE_S: Final = 2.0

#: A call of PortAudio that takes longer than this hangs, and is aborted from outside.
_HANGS_S: Final = 1.0


#: Those that are to be closed before PortAudio ends: it frees what their threads use.
_players: Final[weakref.WeakSet[Player]] = weakref.WeakSet()


#: In a child of fork() they are the parent's: closing them would be heard there.
os.register_at_fork(after_in_child=_players.clear)


@cache
def _close_all_at_exit() -> None:
    atexit.register(_close_all)


def _close_all() -> None:
    for player in list(_players):
        player.close()


class Player:
    """Plays what is written to it. Ctrl-C may come anywhere (wakeup.py)."""

    def __init__(
        self,
        sample_rate: int,
        *,
        device: str | int | None = None,
        volume: int = FULL,
        held_by: str | None = None,
        on_heard: Callable[[float, bool], None] | None = None,
        open_stream: Callable[..., Stream] = open_device,
        default_output: Callable[[], object] = default_output,
        full_name: Callable[[str | int | None], str | None] = full_name,
    ) -> None:
        """Opens the device: a name or part of it, an index, None for the default, which is
        followed if it is changed. One that was lost is opened again by its name.

        volume: percent of the amplitude, 0 to 100; may be changed at any time.
        held_by: begin paused, as after pause(held_by).
        on_heard(seconds, final): called by the thread about once a second, at a pause,
        and with final=True when all has been heard. It must not wait.

        Raises NoDeviceError.
        """
        self._rate = sample_rate
        self._limit = int(QUEUE_S * sample_rate) * SAMPLE_BYTES
        self._name = full_name(device)
        self._playback = Playback(
            sample_rate,
            lambda anew: open_stream(sample_rate, self._name if anew else device, anew),
            on_heard or (lambda seconds, final: None),
            volume,
            held_by,
            default_output if device is None else lambda: None,
        )
        self._thread = threading.Thread(
            target=self._playback.run, name="kokoro-player", daemon=True
        )
        self._thread.start()
        # Registered after PortAudio's own, which its import has, so that it runs before.
        _close_all_at_exit()
        _players.add(self)

    @property
    def state(self) -> State:
        state = self._playback.state
        return State.ABORTED if self._playback.aborted and state not in ENDS else state

    @property
    def volume(self) -> int:
        """Percent of the amplitude, 0 to 100; may be set while it plays."""
        return self._playback.percent

    @volume.setter
    def volume(self, percent: int) -> None:
        self._playback.percent = percent

    @property
    def underruns(self) -> int:
        """Times that the device ran empty though there was sound to play."""
        return self._playback.underruns

    @property
    def starved(self) -> int:
        """Times that there was nothing to play before the end, because none had come."""
        return self._playback.starved

    @property
    def played_frames(self) -> int:
        """Frames of what was written that have been heard."""
        return self._playback.heard

    @property
    def heard_s(self) -> float:
        """Seconds of what was written that have been heard: exact at a pause and at the end, to
        some 10 ms while it plays."""
        return self._playback.sounding / self._rate

    def write(self, pcm: bytes) -> None:
        """Play `pcm`, whole frames, after what was written before. Waits while QUEUE_S lie ahead.

        Raises NoDeviceError if the device failed. After abort() it does nothing.
        """
        self._playback.something_done.wait_for(
            lambda: self._playback.over or self._playback.fed - self._playback.next < self._limit,
            None,
        )
        self._check()
        if not self._playback.over:
            self._playback.fed += len(pcm)
            self._playback.arrived.append(pcm)
            self._playback.something_to_do.notify()

    def finish(self, timeout: float | None = None) -> bool:
        """Nothing more is written; wait until all of it has been heard.

        False after `timeout` seconds. Raises NoDeviceError if the device failed.
        """
        self._playback.ended = True
        self._playback.something_to_do.notify()
        over = self._playback.something_done.wait_for(lambda: self._playback.over, timeout)
        self._check()
        return over

    def pause(self, reason: str = "") -> None:
        """Be silent at once. Never waits; what the device has not played is not lost."""
        self._playback.pauses.add(reason)
        self._playback.something_to_do.notify()

    def resume(self, reason: str = "") -> None:
        """Go on where it was paused, unless another reason holds it. Never waits."""
        self._playback.pauses.discard(reason)
        self._playback.something_to_do.notify()

    def seek(self, seconds: float, done: Callable[[], None] = lambda: None) -> None:
        """Go on from there in what was written or will be. Never waits.

        What was heard more than KEPT_S ago is there no more: then it is from the first that is.
        done: called by the thread when it is so, before on_heard tells the new place.
        """
        self._playback.seeks.append((round(seconds * self._rate), done))
        self._playback.something_to_do.notify()

    def silence(self) -> None:
        """abort(), but does not wait for it."""
        if not self._playback.over:
            self._playback.aborted = True
            self._playback.something_to_do.notify()
            self._playback.something_done.notify()

    def abort(self) -> None:
        """Silence, at once and for good. What was written and not heard is dropped."""
        self.silence()
        # The thread aborts the stream itself: PortAudio complains on standard error
        # if that happens beside a write.
        self._thread.join(_HANGS_S)
        if self._thread.is_alive():
            self._playback.stream.abort()

    def close(self) -> None:
        """abort() what still plays and give the device back."""
        self.abort()
        self._thread.join(_HANGS_S)
        self._playback.stream.close()
        _players.discard(self)

    def _check(self) -> None:
        if self._playback.state is State.FAILED:
            name = "" if self._name is None else f" {self._name!r}"
            raise errors.NoDeviceError(f"the sound device{name} went away ({self._playback.error})")
