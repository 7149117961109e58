"""PCM to the sound device, from a thread of its own.

Owns:       the device's stream, the thread, the PCM that has not been played.
Invariants: `state` only moves along _NEXT; played never exceeds fed; FINISHED means
            that every frame fed has been consumed by the device; the thread alone
            writes.
Never:      opens the device twice; holds more than QUEUE_S of sound.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Protocol

from . import errors
from .bell import Bell

#: What may wait to be played. Enough for a stall of the connection, and little to
#: throw away at a stop; what is further ahead waits in the daemon.
QUEUE_S: Final = 2.0

#: One write to the device; a stop is heard within it.
WRITE_S: Final = 0.02

#: What the device holds ahead. Less, and a busy machine is heard as gaps.
LATENCY_S: Final = 0.1

#: Silence behind the last frame, twice what the device holds: through ALSA, PortAudio's
#: own stop drops what has been written but not played.
TAIL_S: Final = 2 * LATENCY_S

#: A write that takes longer than this hangs, and is aborted from outside.
_HANGS_S: Final = 1.0

_FRAME_BYTES: Final = 2  # mono, signed 16 bit


class State(Enum):
    PLAYING = "playing"
    FINISHED = "finished"
    ABORTED = "aborted"
    FAILED = "failed"


_NEXT: Final = {
    State.PLAYING: {State.FINISHED, State.ABORTED, State.FAILED},
    State.FINISHED: frozenset[State](),
    State.ABORTED: frozenset[State](),
    State.FAILED: frozenset[State](),
}


class Stream(Protocol):
    """What is used of sounddevice.RawOutputStream."""

    def start(self) -> None: ...
    def write(self, data: bytes) -> bool: ...
    def stop(self) -> None: ...
    def abort(self) -> None: ...
    def close(self) -> None: ...


def open_device(sample_rate: int) -> Stream:
    """The default output, not started: mono, signed 16 bit. Raises NoDeviceError."""
    try:
        import sounddevice
    except ImportError:
        raise errors.NoDeviceError(
            "the package sounddevice is not installed; pip install 'kokoro-client[play]'"
        ) from None
    except OSError as error:
        raise errors.NoDeviceError(
            f"no PortAudio ({error}); on Debian and Ubuntu install libportaudio2"
        ) from None
    _quiet_alsa()
    try:
        stream: Any = sounddevice.RawOutputStream(
            samplerate=sample_rate, channels=1, dtype="int16", latency=LATENCY_S
        )
    except (sounddevice.PortAudioError, ValueError, OSError) as error:
        raise errors.NoDeviceError(f"no sound device ({_first_line(error)})") from None
    return stream  # type: ignore[no-any-return]


#: ALSA keeps a pointer to it.
_ignore: Any = None


def _quiet_alsa(platform: str = sys.platform) -> None:
    """ALSA's library writes to standard error by itself, e.g. at each pause for thought."""
    global _ignore
    if platform != "linux" or _ignore is not None:
        return
    import ctypes

    # snd_lib_error_handler_t: file, line, function, err, fmt, ... (alsa/error.h)
    kind = ctypes.CFUNCTYPE(
        None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
    )
    _ignore = kind(lambda *said: None)
    with contextlib.suppress(OSError, AttributeError):  # PortAudio may be built without it
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_ignore)


class Player:
    """Plays what it is fed. Ctrl-C may come anywhere (bell.py)."""

    def __init__(
        self, sample_rate: int, open_stream: Callable[[int], Stream] = open_device
    ) -> None:
        """Opens the device. Raises NoDeviceError."""
        self._stream = open_stream(sample_rate)
        self._limit = int(QUEUE_S * sample_rate) * _FRAME_BYTES
        self._slice = int(WRITE_S * sample_rate) * _FRAME_BYTES
        self._queue: deque[bytes] = deque()
        self._fed = 0  # bytes; callers write it
        self._played = 0  # bytes; the thread writes it, and all below
        self._ended = False
        self._aborted = False
        self._state = State.PLAYING
        self._error = ""
        self._something_to_do = Bell()
        self._something_done = Bell()
        self._thread = threading.Thread(target=self._run, name="kokoro-player", daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        return State.ABORTED if self._aborted else self._state

    @property
    def played_frames(self) -> int:
        """Frames the device has taken."""
        return self._played // _FRAME_BYTES

    def feed(self, pcm: bytes) -> None:
        """Play `pcm` after what was fed before. Waits while QUEUE_S of sound lie ahead.

        Raises NoDeviceError where the device failed. After abort() it does nothing.
        """
        self._something_done.wait_for(
            lambda: self._over or self._fed - self._played < self._limit, None
        )
        self._check()
        if not self._over:
            self._fed += len(pcm)
            self._queue.append(pcm)
            self._something_to_do.ring()

    def finish(self) -> None:
        """Wait until all that was fed has been heard. Raises NoDeviceError."""
        self._ended = True
        self._something_to_do.ring()
        self._something_done.wait_for(lambda: self._over, None)
        self._check()

    def abort(self) -> None:
        """Silence, at once. What was fed and not heard is dropped."""
        if self._over:
            return
        self._aborted = True
        self._something_to_do.ring()
        self._something_done.ring()
        # The thread aborts the stream itself: PortAudio complains on standard error
        # where that happens beside a write.
        self._thread.join(_HANGS_S)
        if self._thread.is_alive():
            self._stream.abort()

    def close(self) -> None:
        """abort() what still plays and give the device back."""
        self.abort()
        self._thread.join(_HANGS_S)
        self._stream.close()

    @property
    def _over(self) -> bool:
        return self._aborted or self._state is not State.PLAYING

    def _check(self) -> None:
        if self._state is State.FAILED:
            raise errors.NoDeviceError(f"the sound device failed ({self._error})")

    # The thread.

    def _run(self) -> None:
        try:
            state = self._play()
        except Exception as error:  # noqa: BLE001 - PortAudioError is only known where it is loaded
            # A device that is aborted from outside fails its write.
            state = State.ABORTED if self._aborted else State.FAILED
            self._error = _first_line(error)
        assert state in _NEXT[self._state], f"{self._state} to {state}"
        self._state = state
        self._something_done.ring()

    def _play(self) -> State:
        started = False
        while (pcm := self._next()) is not None:
            # Not before: through ALSA, a device that waits swallows the first sounds.
            if not started:
                self._stream.start()
                started = True
            self._stream.write(pcm)
            self._played += len(pcm)
            self._something_done.ring()
        if started and not self._aborted:
            self._write_tail()
        if self._aborted:
            if started:
                self._stream.abort()
            return State.ABORTED
        if started:
            self._stream.stop()
        assert self._played == self._fed
        return State.FINISHED

    def _next(self) -> bytes | None:
        """The next slice; None at the end. Waits for one."""
        self._something_to_do.wait_for(
            lambda: bool(self._queue) or self._ended or self._aborted, None
        )
        if self._aborted or not self._queue:
            return None
        pcm = self._queue.popleft()
        if len(pcm) > self._slice:
            self._queue.appendleft(pcm[self._slice :])
            pcm = pcm[: self._slice]
        return pcm

    def _write_tail(self) -> None:
        for _ in range(round(TAIL_S / WRITE_S)):
            if self._aborted:
                return
            self._stream.write(bytes(self._slice))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
