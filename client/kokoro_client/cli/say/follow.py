# worker: the thread that draws.
"""The listener that shows the text and highlights each word while it is heard.

Owns:       the last lines of the terminal, and the thread that draws them.
Invariants: the word that is highlighted is the one that is heard: its place comes from the
            sound that the device has let out, never from a clock; lines that were spoken
            stay, and scroll up one by one.
Never:      holds words for longer than the sound that is ahead of the device.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TextIO

from ...speech import Speech
from ...transcript import shared_out
from ...wire.messages import Accepted, SegmentInfo
from .screen_lines import LINES_AHEAD, Line, ScreenLines
from .sent_text import SentTextReader
from .texts import Text

#: Between two looks at the sound: a fourth of what an eye takes for "at once" (80 ms).
_LOOK_S: Final = 0.02

#: The next word's begin may be this close; a look is then taken just behind it.
_SOON_S: Final = 0.001

_JOIN_S: Final = 1.0

#: The highlight: reversed, and in yellow if colour is wanted (ECMA-48, SGR).
_PLAIN: Final = ("\033[7m", "\033[0m")
_COLOURED: Final = ("\033[7;33m", "\033[0m")


@dataclass(frozen=True, slots=True)
class Shown:
    """A word that was highlighted: where it stands, when it begins, when it was drawn.

    start, end  characters of its text
    start_s     where it begins in the run's sound, as the daemon says
    heard_s     how far the sound was, as the device says
    drawn       time.monotonic() when the terminal had it
    """

    start: int
    end: int
    start_s: float
    heard_s: float
    drawn: float


@dataclass(frozen=True, slots=True)
class _Word:
    lines: ScreenLines
    sent: SentTextReader
    start: int
    end: int
    start_s: float


class Follow:
    """Shows the text on `stream`, which must be a terminal."""

    wants_words = True

    def __init__(
        self,
        stream: TextIO,
        heard_s: Callable[[], float],
        colour: bool,
        on_word: Callable[[Shown], None] | None = None,
    ) -> None:
        """heard_s: seconds of the run's sound that have been heard.
        on_word: called by the thread with each word that it has highlighted, for who
        measures; it must not wait.
        """
        self._stream = stream
        self._heard_s = heard_s
        self._on, self._off = _COLOURED if colour else _PLAIN
        self._on_word = on_word
        self._lines: ScreenLines | None = None  # the one that is shown; the thread's
        self._word: _Word | None = None
        #: What is still to be heard. The run adds, the thread takes.
        self._ahead: deque[_Word] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._closed = False

    def comes(self, text: Text) -> None:
        self._sent = text.sent.reader()
        self._coming = ScreenLines(self._sent.text)
        self._last_end = 0

    def began(self, accepted: Accepted, at_s: float) -> None:
        self._at_s = at_s
        if not self._thread.is_alive() and not self._over.is_set():
            self._thread.start()

    def segment(self, info: SegmentInfo) -> None:
        words = info.words
        if not words and info.duration_s:
            text = self._sent.text(info.start, info.end)
            end_s = info.start_s + info.duration_s
            words = shared_out(text, info.start, info.start_s, end_s)  # type: ignore[assignment]
        for word in words:
            if word.start >= self._last_end:  # else it goes on from the segment before
                self._ahead.append(
                    _Word(self._coming, self._sent, word.start, word.end, self._at_s + word.start_s)
                )
                self._last_end = word.end

    def ended(self, speech: Speech) -> None:
        pass

    def finish(self) -> None:
        self._stop()
        if not self._closed:
            self._closed = True
            self._catch_up()
            self._leave()

    def close(self) -> None:
        self._stop()
        if not self._closed:
            self._closed = True
            with suppress(OSError):
                self._leave()

    def _stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    # The thread; behind _stop() whoever has stopped it.

    def _run(self) -> None:
        with suppress(OSError):  # a terminal that is gone
            wait = 0.0
            while not self._over.wait(wait):
                wait = self._catch_up()

    def _catch_up(self) -> float:
        """Highlight the word that is heard. Returns when to look again, in seconds."""
        heard_s = self._heard_s()
        word: _Word | None = None
        while self._ahead and self._ahead[0].start_s <= heard_s:
            word = self._ahead.popleft()
        if word is not None:
            self._show(word)
            if self._on_word is not None:
                self._on_word(Shown(word.start, word.end, word.start_s, heard_s, time.monotonic()))
        elif self._lines is None and self._ahead:
            self._lines = self._ahead[0].lines  # it can be read before it is heard
            self._draw([])
        if not self._ahead:
            return _LOOK_S
        return min(_LOOK_S, self._ahead[0].start_s - heard_s + _SOON_S)

    def _show(self, word: _Word) -> None:
        if word.lines is not self._lines:
            if self._lines is not None:
                self._leave()
            self._lines = word.lines
        self._word = word
        left = word.lines.turn_to(word.start, self._measure())
        self._draw(left)
        word.sent.forget(word.lines.start)

    def _draw(self, left: list[Line]) -> None:
        """The lines that are left, then the current one and those below it."""
        assert self._lines is not None
        columns = self._measure()
        rows = [*(line.text for line in left), self._marked(self._lines.line(columns))]
        below = []
        for number in range(1, LINES_AHEAD + 1):
            line = self._lines.line(columns, number)
            if line.next == line.start:
                break
            below.append(line.text)
        text = "".join(f"\r{row}\033[K\n" for row in [*rows, *below])
        # All below is cleared, and the cursor is put back on the current line.
        self._write(f"{text}\033[J\033[{len(below) + 1}A")

    def _marked(self, line: Line) -> str:
        if self._word is None or self._word.start >= line.end or self._word.end <= line.start:
            return line.text
        start = max(0, self._word.start - line.start)
        end = min(len(line.text), self._word.end - line.start)
        text = line.text
        return f"{text[:start]}{self._on}{text[start:end]}{self._off}{text[end:]}"

    def _leave(self) -> None:
        """End the text: the current line without highlight, the cursor below it."""
        if self._lines is None:
            return
        self._word = None
        line = self._lines.line(self._measure())
        self._write(f"\r{line.text}\033[K\n\033[J")
        self._lines = None

    def _measure(self) -> int:
        columns = 80
        with suppress(OSError):
            columns = os.get_terminal_size(self._stream.fileno()).columns or columns
        # In the last column terminals differ: some go to the next line at once.
        return max(2, columns - 1)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
