# worker: the thread of one player.
"""A player's thread: what it does with the device, step by step.

Owns:       the device's stream, the PCM that has not been heard.
Invariants: `state` only moves along _NEXT; FINISHED means that the device has consumed
            every frame that was written; this thread alone starts, writes and aborts the
            stream, and never waits in it: what would wait, it does not write yet.
Never:      opens the device twice at a time.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final

from .. import errors
from ..wakeup import Wakeup
from . import volume
from .device import Stream, first_line
from .pcm import SAMPLE_BYTES
from .play_buffer import PlayBuffer
from .position import Position

#: One write to the device.
WRITE_S: Final = 0.02

#: Silence heard behind the last frame before the device is stopped. PortAudio's own
#: stop drops, through ALSA, what has been written but not played; a sound server may hold
#: some more than it tells.
TAIL_S: Final = 0.1

#: If no sound comes, silence keeps the device going for this long; then it is stopped.
REST_S: Final = 1.0

#: How often the device is looked at while it is full: a tenth of what it holds.
_LOOK_S: Final = 0.01

#: A device takes sound in steps, a sound server 20 to 50 ms at once, and lets it out
#: evenly. Between two of them the clock tells the place; no further than the longest one.
_STEP_S: Final = 0.05

#: A device that takes nothing for so long has gone, without a word.
_STALL_S: Final = 2.0

#: Pauses before each look for another device: a machine needs about a second to choose
#: one when headphones are pulled out.
_REOPEN_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0)

#: Sound that was heard and may be sought: 14 MB. Nobody goes back by single sentences further.
KEPT_S: Final = 300.0

#: Seeks that may wait for the thread, which does one in milliseconds; of more the last ones count.
_SEEKS: Final = 64

#: How often the system is asked for its default output while it plays: a hand that turns to
#: another loudspeaker takes a second, and the question 20 us.
_ASK_S: Final = 0.5

#: Who has played for so long may lose the device anew.
_SETTLED_S: Final = 10.0

#: How often `on_heard` is called while it plays.
REPORT_S: Final = 1.0

#: And while it is paused.
_SIGN_S: Final = 10.0


class State(Enum):
    WAITING = "waiting"  # for the first sound, or for more after a rest
    PLAYING = "playing"
    PAUSED = "paused"
    FINISHED = "finished"
    ABORTED = "aborted"
    FAILED = "failed"


ENDS: Final = frozenset({State.FINISHED, State.ABORTED, State.FAILED})

_NEXT: Final = {
    State.WAITING: ENDS | {State.PLAYING, State.PAUSED},
    State.PLAYING: ENDS | {State.WAITING, State.PAUSED},
    State.PAUSED: ENDS | {State.WAITING, State.PLAYING},
    **dict.fromkeys(ENDS, frozenset[State]()),
}


class _ElsewhereError(Exception):
    """The default output is another one now."""


class Playback:
    """What callers order, in single steps, and the thread that carries it out."""

    def __init__(
        self,
        sample_rate: int,
        open_stream: Callable[[bool], Stream],
        on_heard: Callable[[float, bool], None],
        percent: int,
        held_by: str | None,
        default_output: Callable[[], object],
    ) -> None:
        """default_output: something else than before, if another stream is to be opened."""
        # Callers write these.
        self.arrived: deque[bytes] = deque()
        self.fed = 0  # bytes
        self.ended = False
        self.aborted = False
        self.pauses: set[str] = set() if held_by is None else {held_by}
        #: Frames to go on from, and what to call when that is done.
        self.seeks: deque[tuple[int, Callable[[], None]]] = deque(maxlen=_SEEKS)
        self.percent = percent
        self.something_to_do = Wakeup()
        # The thread writes these.
        self._default_output = default_output
        self._opened_at = default_output()
        self._asked_at = time.monotonic()
        self.stream = open_stream(False)
        self.next = 0  # byte to write next
        self.state = State.WAITING
        self.error = ""
        self.underruns = 0
        self.starved = 0
        self.something_done = Wakeup()
        self._rate = sample_rate
        self._open = open_stream
        self._on_heard = on_heard
        self._slice = int(WRITE_S * sample_rate)
        self._kept = int(KEPT_S * sample_rate) * SAMPLE_BYTES
        self._buffer = PlayBuffer()
        self._position = Position()
        self._running = False
        self._was_silence = True  # what was written last
        self._reported = 0  # frames
        self._took_at = 0.0  # when the device last took some
        #: Frames heard when it last took sound, and when that was.
        self._step_at = (-1, 0.0)
        self._lost = 0
        self._lost_at = 0  # frames

    # For any thread.

    @property
    def over(self) -> bool:
        return self.aborted or self.state in ENDS

    @property
    def heard(self) -> int:
        """Frames of what was written."""
        return self._position.heard

    @property
    def sounding(self) -> float:
        """Frames of what was written that have sounded by now: `heard`, and between two looks
        at the device as much more as sounds in that time."""
        heard, step_at = self._step_at
        if not self._running or self.pauses or heard != self._position.heard:
            return float(self._position.heard)
        since = min(time.monotonic() - step_at, _STEP_S)
        return min(heard + since * self._rate, float(self.next // SAMPLE_BYTES))

    # The thread.

    def run(self) -> None:
        try:
            state = self._play()
        except Exception as error:  # noqa: BLE001 - PortAudioError is only known once it is loaded
            # A device that is aborted from outside fails its write.
            state = State.ABORTED if self.aborted else State.FAILED
            self.error = first_line(error)
        self._enter(state)

    def _enter(self, state: State) -> None:
        if state is not self.state:
            assert state in _NEXT[self.state], f"{self.state} to {state}"
            self.state = state
        self.something_done.notify()

    def _play(self) -> State:
        while True:
            try:
                if (end := self._step()) is not None:
                    return end
            except errors.KokoroError:
                raise
            except _ElsewhereError as error:
                self._lost = 0  # no failure
                self._reopen(error)
            except Exception as error:
                # PortAudioError is only known once it is loaded; if no device opens
                # again, _reopen raises it.
                if self.aborted:
                    raise
                self._reopen(error)

    def _step(self) -> State | None:
        """Do the next thing, or wait for one; the state it ends in."""
        while self.arrived:
            self._buffer.add(self.arrived.popleft())
        if self.aborted:
            self._halt()
            return State.ABORTED
        if self.seeks:
            self._seek()
            return None
        all_heard = self.ended and self._position.heard >= self.fed // SAMPLE_BYTES
        if all_heard and (not self._running or self._position.silence >= TAIL_S * self._rate):
            self._halt()
            self._on_heard(self.heard / self._rate, True)
            return State.FINISHED
        if self.pauses:
            self._pause()
        elif self._running:
            self._go_on()
        elif self._left:
            self._start()
        else:
            self._enter(State.WAITING)
            self._wait(None, lambda: self.ended or bool(self.pauses))
        return None

    def _start(self) -> None:
        self._stay_with_default(0.0)
        # Not before there is sound: through ALSA, a device that waits swallows the first.
        self._enter(State.PLAYING)
        self.stream.start()
        self._running = self._was_silence = True
        self._position.restart(self.stream.write_available)
        self._took_at = time.monotonic()
        self._step_at = (-1, 0.0)

    def _halt(self) -> None:
        """Empty the device. What it held is to be played again."""
        if self._running:
            self._look()
            self._running = False
            self.stream.abort()
        self.next = self._position.heard * SAMPLE_BYTES

    def _seek(self) -> None:
        """Go on from another frame: one that was heard, or one that may not have come yet."""
        self._halt()
        frame, done = self.seeks.popleft()
        frame = max(frame, -(-self._buffer.first // SAMPLE_BYTES))
        if self.ended:
            frame = min(frame, self.fed // SAMPLE_BYTES)
        self._position.seek(frame)
        self.next = frame * SAMPLE_BYTES
        self._lost_at = min(self._lost_at, frame)
        done()
        self._report()
        self.something_done.notify()

    def _pause(self) -> None:
        self._halt()
        if self.state is not State.PAUSED:
            self._enter(State.PAUSED)
            if self.heard > self._reported:
                self._report()
        # Told now and then, so that the daemon knows that somebody is there.
        if self._wait(_SIGN_S, lambda: not self.pauses or (self.ended and not self.fed)):
            return
        self._report()

    def _go_on(self) -> None:
        self._stay_with_default(_ASK_S)
        room = self._look()
        if frames := min(self._slice, self._left):
            if room < frames:
                self._wait(_LOOK_S, lambda: bool(self.pauses))
                return
            pcm = self._buffer.read(self.next, frames * SAMPLE_BYTES)
            # Through ALSA, PulseAudio does not tell PortAudio that it ran empty.
            ran_empty = not self._position.held
            underflowed = self.stream.write(volume.scaled(pcm, self.percent))
            if (underflowed or ran_empty) and not self._was_silence:
                self.underruns += 1
            self._was_silence = False
            self.next += len(pcm)
            self._position.wrote(frames, True)
            self.something_done.notify()
            return
        if not self.ended and self._position.silence >= REST_S * self._rate:
            self._halt()
        elif room >= max(self._slice, self._position.held):
            # Half full of silence is enough to go on, and little for late sound to wait.
            if not self.ended and not self._was_silence:
                self.starved += 1
            self.stream.write(bytes(self._slice * SAMPLE_BYTES))
            self._was_silence = True
            self._position.wrote(self._slice, False)
        else:
            self._wait(_LOOK_S, lambda: bool(self.pauses))

    @property
    def _left(self) -> int:
        """Frames that have come and are still to be written."""
        return max(0, self._buffer.end - self.next) // SAMPLE_BYTES

    def _look(self) -> int:
        """Frames that the device takes now."""
        now, room = time.monotonic(), self.stream.write_available
        before = self._position.heard
        if self._position.look(room) or not self._position.held:
            self._took_at = now
            if self._position.heard > before:
                self._step_at = (self._position.heard, now)
            self._buffer.forget(self._position.heard * SAMPLE_BYTES - self._kept)
        elif now - self._took_at > _STALL_S:
            raise TimeoutError(f"it has taken no sound for {_STALL_S:g} s")
        if self._position.heard - self._reported >= REPORT_S * self._rate:
            self._report()
        return room

    def _stay_with_default(self, after_s: float) -> None:
        """Raises _ElsewhereError if the default output was changed; asks after `after_s`."""
        now = time.monotonic()
        if now - self._asked_at < after_s:
            return
        self._asked_at = now
        if self._default_output() != self._opened_at:
            self._halt()
            raise _ElsewhereError

    def _report(self) -> None:
        self._reported = self._position.heard
        self._on_heard(self.heard / self._rate, False)

    def _reopen(self, lost: Exception) -> None:
        """Go on with the device that is the default now, or the named one if it is back."""
        self._running = False
        heard = self._position.heard
        if heard - self._lost_at >= _SETTLED_S * self._rate:
            self._lost = 0
        self._lost_at = heard
        with contextlib.suppress(Exception):
            self.stream.close()
        while self._lost < len(_REOPEN_S):
            self._lost += 1
            seconds = _REOPEN_S[self._lost - 1]
            if self.something_to_do.wait_for(lambda: self.aborted, seconds):
                break
            self._opened_at = self._default_output()
            try:
                self.stream = self._open(True)
            except errors.NoDeviceError:
                continue
            self.next = heard * SAMPLE_BYTES
            return
        raise lost

    def _wait(self, seconds: float | None, ready: Callable[[], bool]) -> bool:
        """Until there is something to do; False after `seconds`."""
        return self.something_to_do.wait_for(
            lambda: bool(self.aborted or self.arrived or self.seeks or ready()), seconds
        )
