# process: a part of the commands that fetch or copy.
"""How far a transfer is, on standard error: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import Final, Self, TextIO

#: Off a terminal, in a log, a line this often is enough to see that it moves.
_LINE_EVERY_S: Final = 10.0

#: Widest and narrowest bar; below that a terminal has only room for the numbers.
_BAR: Final = 24
_LEAST_BAR: Final = 4


class Bar:
    """Shows progress until it is left; notes go between. No colours, so NO_COLOR holds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._shown = 0
        self._next_line = time.monotonic() + _LINE_EVERY_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._stream.write("\n")
            self._stream.flush()
            self._shown = 0

    def show(
        self, what: str, done: int, total: int, speed: float = 0.0, left_s: float | None = None
    ) -> None:
        """done and total in bytes, speed in bytes a second, left_s in seconds."""
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            text = describe(what, done, total, speed, left_s, width)
            # Spaces instead of an escape sequence: any terminal understands them.
            self._stream.write(f"\r{text.ljust(min(self._shown, width))}")
            self._stream.flush()
            self._shown = len(text)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_EVERY_S
            print(describe(what, done, total, speed, left_s), file=self._stream, flush=True)

    def note(self, line: str) -> None:
        """A line for people, above the bar."""
        if self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._shown = 0
        print(line, file=self._stream, flush=True)


def describe(
    what: str, done: int, total: int, speed: float, left_s: float | None, width: int = 0
) -> str:
    """One line, e.g. "kokoro.onnx  [####----]  50 %  163 of 325 MB  11.2 MB/s  0:14 left".

    With a width it is no longer than that, and what the numbers leave of it is the bar.
    """
    share = done / total if total else 1.0
    parts = [what, f"{int(share * 100):3d} %", f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"]
    if speed:
        parts.append(f"{speed / 1e6:.1f} MB/s")
    if left_s is not None and done < total:
        minutes, seconds = divmod(min(int(left_s + 0.999), 359_999), 60)
        parts.append(f"{minutes}:{seconds:02d} left")
    if not width:
        return "  ".join(parts)
    bar = min(_BAR, width - len("  ".join([*parts, "[]"])))
    if bar >= _LEAST_BAR:
        full = int(share * bar)
        parts.insert(1, f"[{'#' * full}{'-' * (bar - full)}]")
    return "  ".join(parts)[:width]
