"""Text that arrives while it is spoken: standard input, or a file.

Owns:       the thread that reads the descriptor, the undecoded bytes of one character.
Invariants: each piece goes to the speech as soon as it has been read.
"""

from __future__ import annotations

import codecs
import os
import threading
from typing import Final

from .. import errors
from ..speech import Speech

#: As much as a pipe holds.
_READ_BYTES: Final = 64 * 1024


class TypedText:
    """Reads `fd` to its end in a thread. Bytes that are no UTF-8 become U+FFFD."""

    def __init__(self, fd: int, name: str) -> None:
        self._fd = fd
        self._name = name
        # Who types sends a line at a time and waits to hear it. An empty line tells the
        # daemon that the sentence has ended; else it would wait for the next one's begin.
        self._line_end = "\n\n" if os.isatty(fd) else "\n"
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        #: Why it could not be read to its end; known when the speech has ended.
        self.failure = ""

    def feed(self, speech: Speech) -> None:
        """Append all that comes to `speech`, then finish it. Returns at once."""
        # A daemon thread: a read of a terminal cannot be called off.
        threading.Thread(target=self._run, args=(speech,), name="typed", daemon=True).start()

    def _run(self, speech: Speech) -> None:
        try:
            while data := self._read():
                if text := self._decoder.decode(data):
                    speech.append(text.replace("\n", self._line_end))
            speech.append(self._decoder.decode(b"", final=True), final=True)
        except errors.KokoroError:
            pass  # whoever takes the audio hears of it

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_BYTES)
        except OSError as error:
            self.failure = f"cannot read {self._name}: {error.strerror or error}"
            return b""
