"""PCM to a .wav file or to a pipe.

A reader of a pipe gets a header whose sizes say `unknown` (all bits set, as ffmpeg and
sox write it); in a file the sizes are set right at the end, so that a writer that dies
leaves what can still be played. Format: RIFF WAVE, PCM (Microsoft's mmreg.h); the title
is INAM in a LIST of INFO, in UTF-8 as other programs write it.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from .pcm import SAMPLE_BYTES

_RIFF: Final = struct.Struct("<4sI4s4sIHHIIHH")
_CHUNK: Final = struct.Struct("<4sI")
_UNKNOWN: Final = 0xFFFF_FFFF
_PCM: Final = 1


class WavFile:
    """Mono signed 16-bit PCM in a RIFF file, written as it comes."""

    def __init__(
        self, stream: BinaryIO, sample_rate: int, title: str = "", rewrite_header: bool = True
    ) -> None:
        """rewrite_header: the stream began with this object, so its start may be rewritten."""
        self._stream = stream
        self._rewrite_header = rewrite_header and stream.seekable()
        self._rate = sample_rate
        self._bytes = 0
        self._info = _info(title)
        stream.write(self._header(_UNKNOWN))

    def write(self, pcm: bytes) -> None:
        self._stream.write(pcm)
        if not self._rewrite_header:
            self._stream.flush()  # somebody listens at the other end
        self._bytes += len(pcm)

    def close(self) -> None:
        """Set the header right, if that can be done, and close the stream. Only once."""
        with self._stream:
            # A file over 4 GiB, a day of speech, keeps `unknown`.
            header = self._header(self._bytes)
            if self._rewrite_header and self._bytes < _UNKNOWN - len(header):
                self._stream.seek(0)
                self._stream.write(header)

    def _header(self, data_bytes: int) -> bytes:
        size = _RIFF.size + len(self._info) + _CHUNK.size
        riff = _RIFF.pack(
            b"RIFF",
            min(_UNKNOWN, data_bytes + size - 8),
            b"WAVE",
            b"fmt ",
            16,
            _PCM,
            1,
            self._rate,
            self._rate * SAMPLE_BYTES,
            SAMPLE_BYTES,
            8 * SAMPLE_BYTES,
        )
        return riff + self._info + _CHUNK.pack(b"data", min(_UNKNOWN, data_bytes))


def _info(title: str) -> bytes:
    if not title:
        return b""
    text = title.encode() + b"\0"
    inam = _CHUNK.pack(b"INAM", len(text)) + text + b"\0" * (len(text) % 2)
    return _CHUNK.pack(b"LIST", 4 + len(inam)) + b"INFO" + inam
