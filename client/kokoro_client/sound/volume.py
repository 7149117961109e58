# pure: no socket, thread or clock.
"""Loudness of PCM."""

from __future__ import annotations

from array import array
from typing import Final

#: Percent: as loud as it was made. Louder would clip.
FULL: Final = 100


def scaled(pcm: bytes, percent: int) -> bytes:
    """Signed 16-bit PCM, in this machine's byte order, at `percent` (0 to 100) of its amplitude."""
    if percent >= FULL:
        return pcm
    if percent <= 0:
        return bytes(len(pcm))
    factor = percent * 65_536 // FULL
    return array("h", [sample * factor >> 16 for sample in array("h", pcm)]).tobytes()
