# pure: no socket, thread or clock.
"""Toy sound: each letter and digit is a tone of its own, anything else is silence."""

from __future__ import annotations

import math
import re
from array import array
from functools import lru_cache
from typing import Final

from ..wire.choices import SAMPLE_RATE, AudioFormat
from ..wire.messages import WordTiming

#: Seconds of a character at speed 1: a text of any test is short, its sound is not nothing.
CHARACTER_S: Final = 0.05

_LOUD: Final = 8_000  # of 32,767

#: Hz: of the first code point, and from one to the next.
_LOWEST: Final = 200
_STEP: Final = 7

_SENTENCE: Final = re.compile(r".+?(?:[.!?…]+(?=\s|$)|\n\s*\n|$)\s*", re.DOTALL)


def pcm_of(text: str, speed: float = 1.0, format: str = AudioFormat.S16LE) -> bytes:
    """What the fake daemon sounds for `text`: mono, 24,000 samples a second."""
    count = samples_of(speed)
    samples = array("h")
    for char in text:
        samples.extend(_tone(char if char.isalnum() else "", count))
    if format == AudioFormat.F32LE:
        return array("f", (sample / 32_768 for sample in samples)).tobytes()
    return samples.tobytes()


def samples_of(speed: float) -> int:
    """Of one character."""
    return round(CHARACTER_S * SAMPLE_RATE / speed)


def words_of(text: str, start: int, speed: float) -> tuple[WordTiming, ...]:
    """The words of a part of a text, whose first character is number `start` of it."""
    second = samples_of(speed) / SAMPLE_RATE
    return tuple(
        WordTiming(
            start=start + found.start(),
            end=start + found.end(),
            start_s=(start + found.start()) * second,
            end_s=(start + found.end()) * second,
        )
        for found in re.finditer(r"\w[^\s]*", text)
    )


def sentences(text: str, final: bool) -> list[str]:
    """The sentences whose end is certain; with `final` all. Joined they are the text's begin."""
    found = [match[0] for match in _SENTENCE.finditer(text)]
    return found if final else found[:-1]


@lru_cache(maxsize=512)  # more than any alphabet that tests speak
def _tone(char: str, count: int) -> array[int]:
    if not char:
        return array("h", bytes(2 * count))
    turn = 2 * math.pi * (_LOWEST + _STEP * (ord(char) % 256)) / SAMPLE_RATE
    # It begins and ends at 0, so that no click is heard between two.
    ends = [min(1.0, at / 48, (count - at) / 48) for at in range(count)]
    return array("h", (round(_LOUD * e * math.sin(turn * at)) for at, e in enumerate(ends)))
