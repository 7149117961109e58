# pure: no socket, thread or clock.
"""The PCM of this package: mono, signed 16-bit little-endian, 24 kHz."""

from __future__ import annotations

from typing import Final

from ..wire.choices import SAMPLE_RATE

SAMPLE_BYTES: Final = 2


def silence(seconds: float) -> bytes:
    """PCM that is not heard."""
    return bytes(round(seconds * SAMPLE_RATE) * SAMPLE_BYTES)


def seconds_of(count: int) -> float:
    """How long `count` bytes of PCM last."""
    return count / SAMPLE_BYTES / SAMPLE_RATE
