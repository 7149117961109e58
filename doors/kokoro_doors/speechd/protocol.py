# pure: no socket, thread or clock.
"""The protocol between speech-dispatcher and an output module, on standard input and output.

Source: "Communication Protocol for Output Modules" in speech-dispatcher's manual (0.11.4).
A sound travels in the same stream as the replies: `\\n` and 0x7d in it are escaped as in HDLC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

#: Of one line: what is longer is no text that is read to anybody.
MAX_LINE: Final = 1024 * 1024

#: Of one message.
MAX_MESSAGE: Final = 4 * 1024 * 1024

#: Of the sound in an event: 0.1 s at 24 kHz; escaped it stays below the 10,000 that a server takes.
FRAME_BYTES: Final = 4_800

INIT_OK: Final = "299-kokoro: ready\n299 OK LOADED SUCCESSFULLY\n"
RECEIVING_SETTINGS: Final = "207 OK RECEIVING {}SETTINGS\n"
RECEIVING_MESSAGE: Final = "202 OK RECEIVING MESSAGE\n"
SETTINGS_RECEIVED: Final = "203 OK SETTINGS RECEIVED\n"
AUDIO_INITIALIZED: Final = "203 OK AUDIO INITIALIZED\n"
LOGLEVEL_SET: Final = "203 OK LOGLEVEL SET\n"
SPEAKING: Final = "200 OK SPEAKING\n"
VOICES_SENT: Final = "200 OK VOICE LIST SENT\n"
DEBUGGING: Final = "200 OK DEBUGGING {}\n"
QUIT: Final = "210 OK QUIT\n"
UNKNOWN: Final = "300 ERR UNKNOWN COMMAND\n"
CANT_SPEAK: Final = "301 ERROR CANT SPEAK\n"
BAD_SYNTAX: Final = "302 ERROR BAD SYNTAX\n"
BAD_VALUE: Final = "303 ERROR INVALID PARAMETER OR VALUE\n"
CANT_LIST: Final = "304 CANT LIST VOICES\n"
MANY_LINES: Final = "305 DATA MORE THAN ONE LINE\n"
NO_SERVER_AUDIO: Final = "300-only audio_output_method=server is played\n300 MODULE ERROR\n"

BEGIN: Final = b"701 BEGIN\n"
END: Final = b"702 END\n"
STOP: Final = b"703 STOP\n"
PAUSE: Final = b"704 PAUSE\n"

_ESCAPE: Final = 0x7D
_INVERT: Final = 0x20


class Lines:
    """Bytes into lines, without their ends. A line that is too long is cut off."""

    def __init__(self) -> None:
        self._rest = b""
        self._skips = False

    def feed(self, data: bytes) -> Iterator[str]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            if self._skips:
                self._skips = False
            else:
                yield line[:MAX_LINE].decode("utf-8", "replace").rstrip("\r")
        if len(self._rest) > MAX_LINE:
            if not self._skips:
                yield self._rest[:MAX_LINE].decode("utf-8", "replace")
            self._skips, self._rest = True, b""


def message_of(lines: list[str]) -> str:
    """The text of a message from its lines, whose first dots are doubled."""
    return "\n".join(line[1:] if line.startswith(".") else line for line in lines)


def voice_list(rows: Iterator[tuple[str, str, str]]) -> str:
    """rows: name, language, variant."""
    listed = "".join(f"200-{name}\t{lang}\t{variant}\n" for name, lang, variant in rows)
    return listed + VOICES_SENT if listed else CANT_LIST


def index_mark(name: str) -> bytes:
    return f"700-{' '.join(name.split())}\n700 INDEX MARK\n".encode()


def audio(pcm: bytes, sample_rate: int) -> bytes:
    """One event with at most FRAME_BYTES of 16-bit sound of one channel, little-endian."""
    assert len(pcm) <= FRAME_BYTES
    head = (
        f"705-bits=16\n705-num_channels=1\n705-sample_rate={sample_rate}\n"
        f"705-num_samples={len(pcm) // 2}\n705-big_endian=0\n705-AUDIO\0"
    )
    escaped = pcm.replace(b"\x7d", b"\x7d\x5d").replace(b"\n", b"\x7d\x2a")
    return b"".join((head.encode(), escaped, b"\n705 AUDIO\n"))


def unescaped(data: bytes) -> bytes:
    """What audio() has escaped; for those who read a module's answers."""
    parts = data.split(bytes([_ESCAPE]))
    return parts[0] + b"".join(bytes([part[0] ^ _INVERT]) + part[1:] for part in parts[1:])
