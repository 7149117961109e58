"""What was sent of a text, by its characters, for those who show it while it is spoken.

Owns:       the pieces that were added and that some reader still needs.
Invariants: characters count from the beginning of the text, whatever was forgotten; one
            thread adds, others read and forget, in single steps.
Never:      holds anything if nobody reads; holds more than the daemon takes of one
            text (its limit `text_chars`).
"""

from __future__ import annotations

import threading
from collections import deque


class SentText:
    def __init__(self) -> None:
        self._pieces: deque[tuple[int, str]] = deque()  # the first character of each
        self._readers: list[SentTextReader] = []
        self._cleaning = threading.Lock()
        self.end = 0

    def reader(self) -> SentTextReader:
        """For who wants to read. To be asked for before anything is added."""
        reader = SentTextReader(self)
        self._readers.append(reader)
        return reader

    def add(self, text: str) -> None:
        """More of the text."""
        if text and self._readers:
            self._pieces.append((self.end, text))
        self.end += len(text)

    def text(self, start: int, end: int) -> str:
        """Characters start to end, as far as they are there."""
        return "".join(
            piece[max(0, start - at) : max(0, end - at)]
            for at, piece in list(self._pieces)
            if at < end and at + len(piece) > start
        )

    def clean(self) -> None:
        """Drop what all readers have forgotten."""
        # Nobody waits for it: whoever comes meanwhile leaves it to the next time.
        if self._cleaning.acquire(blocking=False):
            try:
                needed = min(reader.needed for reader in self._readers)
                while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= needed:
                    self._pieces.popleft()
            finally:
                self._cleaning.release()


class SentTextReader:
    """One reader's view of it."""

    def __init__(self, sent: SentText) -> None:
        self._sent = sent
        self.needed = 0

    @property
    def end(self) -> int:
        """How many characters there are so far."""
        return self._sent.end

    def text(self, start: int, end: int) -> str:
        """Characters start to end, as far as they are there."""
        return self._sent.text(start, end)

    def forget(self, before: int) -> None:
        """What stands before this character is not asked for any more."""
        self.needed = max(self.needed, before)
        self._sent.clean()
