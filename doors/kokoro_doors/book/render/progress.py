# process: writes to the terminal.
"""What is told while a book is rendered: a line on a terminal, or an object a line.

The time left is measured: the characters that are left, at the pace of those spoken so far.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from kokoro_client.cli import exits

from .plan import Part, PlannedChapter
from .work import Spoken

#: The pace is a guess before so many seconds.
_GUESS_S: Final = 3.0


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


class Progress:
    """Owns: the last line of the terminal on standard error."""

    def __init__(self, as_json: bool, now: Callable[[], float] = time.monotonic) -> None:
        self._json = as_json
        self._out = sys.stdout  # which a cluster's library is kept from
        self._now = now
        self._line = sys.stderr is not None and sys.stderr.isatty() and not as_json
        self._drawn = False
        self._chapters = self._all = self._done = 0  # characters, but for the first
        self._made = 0  # characters, in this run
        self._made_s = 0.0
        self._workers = 0
        self._began = now()

    def begin(self, chapters: int, characters: int, done: int, about: dict[str, Any]) -> None:
        """done: characters of parts that were there before."""
        self._chapters, self._all, self._done = chapters, characters, done
        self._began = self._now()
        self._tell("begun", chapters=chapters, characters=characters, spoken=done, **about)

    def part(self, chapter: PlannedChapter, part: Part, spoken: Spoken) -> None:
        """A part was spoken now."""
        self._made += len(part.text)
        self._done += len(part.text)
        self._made_s += spoken.seconds
        left_s, pace = self._left_s(), self._pace()
        self._tell(
            "part",
            chapter=chapter.number,
            done=round(self._done / max(self._all, 1), 4),
            left_s=None if left_s is None else round(left_s),
            pace=round(pace, 2),
        )
        if self._line:
            left = "" if left_s is None else f", {clock(left_s)} left"
            by = f", {self._workers} workers" if self._workers else ""
            title = exits.one_line(chapter.title)[:30]
            self._draw(
                f"{self._done / max(self._all, 1):4.0%}  chapter {chapter.number} {title}"
                f"  {pace:.1f} x{by}{left}"
            )

    def workers(self, count: int) -> None:
        """So many speak now, of a cluster."""
        self._workers = count
        self._tell("workers", count=count)

    def file(self, name: str, seconds: float, fresh: bool) -> None:
        """A file is there whole. fresh: made by this run."""
        self._tell("file", name=name, sound_s=round(seconds, 3), fresh=fresh)
        if not self._json:
            self._draw("")
            said = "" if fresh else "  (was there)"
            print(f"{clock(seconds):>9}  {exits.one_line(name)}{said}", file=self._out, flush=True)

    def note(self, message: str) -> None:
        self._draw("")
        exits.say_why(message)

    def end(self, sound_s: float) -> None:
        self._draw("")
        self._tell(
            "done",
            sound_s=round(sound_s, 3),
            spoken_s=round(self._made_s, 3),
            work_s=round(self._now() - self._began, 3),
        )

    def close(self) -> None:
        """Safe after end()."""
        self._draw("")

    def _pace(self) -> float:
        """Seconds of sound a second."""
        return self._made_s / max(self._now() - self._began, 1e-3)

    def _left_s(self) -> float | None:
        spent_s = self._now() - self._began
        if not self._made or spent_s < _GUESS_S:
            return None
        return (self._all - self._done) * spent_s / self._made

    def _tell(self, event: str, **fields: Any) -> None:
        if self._json:
            print(json.dumps({"event": event, **fields}), file=self._out, flush=True)

    def _draw(self, line: str) -> None:
        if self._line and (line or self._drawn):
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._drawn = bool(line)
