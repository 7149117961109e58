# pure: no socket, thread or clock.
"""How much has been heard of what was written to a device.

A device says how much room it has. What it has taken out of its buffer counts as heard:
it is on its way, and neither a pause nor an end gets it back. A sound server takes 20 to
50 ms at once; so far the count may be ahead of the ear.

Owns:       what was written and has not been heard, as pieces of sound and of silence.
Invariants: heard never exceeds written, and only seek() takes it back or ahead.
"""

from __future__ import annotations

from collections import deque


class _Piece:
    # No dataclass: their module's import would cost a first sound 5 ms.
    __slots__ = ("frames", "is_sound")

    def __init__(self, frames: int, is_sound: bool) -> None:
        self.frames = frames
        self.is_sound = is_sound


class Position:
    """All counts are frames."""

    def __init__(self) -> None:
        #: Frames of sound up to the place that is heard, through all restarts.
        self.heard = 0
        self.restart(0)

    def seek(self, frame: int) -> None:
        """As if what is before this frame had been heard, and nothing after it."""
        self.heard = frame
        self.restart(0)

    def restart(self, capacity: int) -> None:
        """The device has been emptied and is about to start; it holds `capacity` frames.

        What it held has not been heard and is to be written again, from `heard`.
        """
        #: Frames of silence heard since the last sound.
        self.silence = 0
        #: Frames in the device's buffer when it was last looked at, and written since.
        self.held = 0
        self._capacity = capacity
        self._pieces: deque[_Piece] = deque()

    def wrote(self, frames: int, is_sound: bool) -> None:
        self.held += frames
        if self._pieces and self._pieces[-1].is_sound is is_sound:
            self._pieces[-1].frames += frames
        else:
            self._pieces.append(_Piece(frames, is_sound))

    def look(self, room: int) -> bool:
        """The device has room for `room` frames. True if it has taken some since."""
        self._capacity = max(self._capacity, room)
        taken = self.held - (self._capacity - room)
        if taken <= 0:
            return False
        self.held -= taken
        while taken:
            piece = self._pieces[0]
            part = min(taken, piece.frames)
            taken -= part
            piece.frames -= part
            if piece.is_sound:
                self.heard += part
                self.silence = 0
            else:
                self.silence += part
            if not piece.frames:
                self._pieces.popleft()
        return True
