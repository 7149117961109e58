# pure: no socket, thread or clock.
"""What a file of sound can be. Apart from encoded.py, so that a command line names them
without loading what encodes."""

from __future__ import annotations

from enum import StrEnum


class SoundFormat(StrEnum):
    """WAV needs no package (wav.py)."""

    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"
    OPUS = "opus"
    MP3 = "mp3"
