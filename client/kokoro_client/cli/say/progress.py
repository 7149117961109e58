"""The listener that shows how far the speech has come: a bar, or a counter.

Owns:       the last line of the terminal on standard error; the thread that draws it.
Invariants: the place in the text is that of the sound heard or written, not of the sound
            made.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from ...speech import Speech
from ...wire.messages import Accepted, SegmentInfo
from .texts import Text

#: As often as a figure can be read.
_TICK_S: Final = 0.2

#: The time left is a guess before this much has been heard.
_GUESS_S: Final = 2.0

_BAR_COLUMNS: Final = 30
_JOIN_S: Final = 1.0


class Progress:
    """Draws if standard error is a terminal; else does nothing."""

    wants_words = False

    def __init__(self, texts: Sequence[Text], heard_s: Callable[[], float], colour: bool) -> None:
        """heard_s: seconds of the run's sound that have been heard or written."""
        self._stream = sys.stderr
        self._texts = texts
        self._heard_s = heard_s
        self._colour = colour
        self._number = -1  # of the text being spoken
        self._before = 0  # characters of the texts before it
        self._at_s = 0.0
        #: What is still to be heard: (start_s, end_s, first character, the one after the last).
        self._ahead: deque[tuple[float, float, int, int]] = deque()
        self._began: float | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        if self._stream is not None and self._stream.isatty():
            self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
            self._thread.start()

    def comes(self, text: Text) -> None:
        if self._number >= 0:
            self._before += self._texts[self._number].sent.end
        self._number += 1

    def began(self, accepted: Accepted, at_s: float) -> None:
        self._at_s = at_s

    def segment(self, info: SegmentInfo) -> None:
        if self._thread is not None:
            start_s = self._at_s + info.start_s
            self._ahead.append(
                (
                    start_s,
                    start_s + info.duration_s,
                    self._before + info.start,
                    self._before + info.end,
                )
            )

    def ended(self, speech: Speech) -> None:
        pass

    def finish(self) -> None:
        if self._thread is not None:
            self._stop()
            self._draw(self._line(self._heard_s(), 1.0, None) + "\n")
            self._thread = None

    def close(self) -> None:
        if self._thread is not None:
            self._stop()
            with suppress(OSError):
                self._draw("")
            self._thread = None

    def _stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    # The thread.

    def _run(self) -> None:
        place = 0.0
        while not self._over.wait(_TICK_S):
            heard_s = self._heard_s()
            if self._began is None and heard_s > 0:  # not while it waits for its turn
                self._began = time.monotonic() - _TICK_S
            while self._ahead and self._ahead[0][0] <= heard_s:
                start_s, end_s, start, end = self._ahead[0]
                share = min(1.0, (heard_s - start_s) / max(end_s - start_s, 1e-9))
                place = start + share * (end - start)
                if share < 1.0:
                    break
                self._ahead.popleft()
            if self._began is not None:
                with suppress(OSError):
                    self._draw(self._picture(heard_s, place))

    def _picture(self, heard_s: float, place: float) -> str:
        lengths = [text.length for text in self._texts[max(0, self._number) :]]
        if any(length is None for length in lengths):
            return f"{_clock(heard_s)} spoken, {round(place):,} characters"
        whole = self._before + sum(length or 0 for length in lengths)
        done = min(1.0, place / whole) if whole else 1.0
        # With a device this is the pace of speech, with a file that of the synthesis.
        elapsed = time.monotonic() - (self._began or 0.0)
        left = elapsed * (1 - done) / done if done and elapsed >= _GUESS_S else None
        return self._line(heard_s, done, left)

    def _line(self, heard_s: float, done: float, left_s: float | None) -> str:
        told = f" {done:4.0%}  {_clock(heard_s)} spoken"
        if left_s is not None:
            told += f", {_clock(left_s)} left"
        columns = min(_BAR_COLUMNS, self._columns() - len(told) - 3)
        if columns < 4:
            return told.strip()
        full = round(done * columns)
        bar = "=" * full
        if self._colour and bar:
            bar = f"\033[36m{bar}\033[0m"
        return f"[{bar}{' ' * (columns - full)}]{told}"

    def _columns(self) -> int:
        with suppress(OSError):
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        return 80

    def _draw(self, line: str) -> None:
        # To the end of the line it is cleared by hand if the terminal is a simple one.
        self._stream.write(f"\r\033[K{line}")
        self._stream.flush()


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
