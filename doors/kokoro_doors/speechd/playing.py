# worker: called by the thread that speaks.
"""A sound to the server in small events, a little ahead of what is heard."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Iterable
from typing import Final

from kokoro_client.wire.choices import SAMPLE_RATE, Turn

from . import protocol

#: More lies in pipes and has to be thrown away at a stop; with less a busy machine stutters.
AHEAD_S: Final = 0.4

#: How often the daemon is told what has been heard.
_TOLD_S: Final = 1.0

Piece = tuple[bytes, list[tuple[int, str]]]


def louder(pcm: bytes, gain: float) -> bytes:
    """16-bit sound by a factor of 0 to 1."""
    if gain >= 1:
        return pcm
    return array("h", (int(sample * gain) for sample in array("h", pcm))).tobytes()


class Pace:
    """When the next event may go out: at its turn, and not too far ahead.

    Owns:       the turn, the clock of what has been heard.
    """

    def __init__(self, goes_on: Callable[[], bool], changed: threading.Condition) -> None:
        self._goes_on = goes_on
        self._changed = changed
        self._turn: Turn | None = Turn.WAIT
        self._heard_until = 0.0
        self.silenced = False
        self.sent_s = 0.0

    def turn(self, turn: Turn | None) -> None:
        """What the daemon says, in the thread of the connection."""
        with self._changed:
            self.silenced = turn is None
            self._turn = turn
            self._changed.notify_all()

    def may_send(self, seconds: float) -> bool:
        """Wait until so much may be sent. False: no more is to be."""
        with self._changed:
            while self._goes_on() and not self.silenced:
                now = time.monotonic()
                ahead = self._heard_until - now
                if self._turn is not Turn.PLAY:
                    self._changed.wait()
                elif ahead > AHEAD_S:
                    self._changed.wait(ahead - AHEAD_S)
                else:
                    self._heard_until = max(self._heard_until, now) + seconds
                    self.sent_s += seconds
                    return True
            return False

    def wait_heard(self, hurries: Callable[[], bool]) -> None:
        """Until all that was sent must have been heard, or somebody is in a hurry."""
        with self._changed:
            self._changed.wait_for(hurries, max(0.0, self._heard_until - time.monotonic()))


def play(
    send: Callable[[bytes], bool],
    pieces: Iterable[Piece],
    gain: float,
    pace: Pace | None = None,
    heard: Callable[[float], None] = lambda seconds: None,
) -> None:
    """Send it, with its marks at their samples, until it ends or nobody listens any more."""
    told_s = 0.0
    for pcm, marks in pieces:
        sound = louder(pcm, gain)
        cuts = sorted(marks, key=lambda mark: mark[0])
        at = 0
        while at < len(sound) or cuts:
            while cuts and cuts[0][0] * 2 <= at:
                if not send(protocol.index_mark(cuts.pop(0)[1])):
                    return
            if at >= len(sound):
                if cuts and cuts[0][0] * 2 > at:
                    cuts[0] = (at // 2, cuts[0][1])  # behind the end of the sound
                continue
            end = min(at + protocol.FRAME_BYTES, len(sound), *(cut[0] * 2 for cut in cuts[:1]))
            if pace is not None and not pace.may_send((end - at) / 2 / SAMPLE_RATE):
                return
            if not send(protocol.audio(sound[at:end], SAMPLE_RATE)):
                return
            at = end
            if pace is not None and pace.sent_s - told_s > _TOLD_S:
                told_s = pace.sent_s
                heard(max(0.0, told_s - AHEAD_S))
