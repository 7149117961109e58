"""What is asked of every sound: the right tokens, whole, without clicks, with its pauses."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from support import toy
from support.daemon.texts import sentence_joins, without_joins
from support.toy import Heard

#: Pauses may be off by what is below the threshold of silence at both ends.
PAUSE_OFF_MS = 5.0

#: Between words of one sentence if a slow lane had no time for a join with context.
TIGHT_MS = 15.0

#: After a clause mark at which it had to be cut without one.
CLAUSE_MS = 100.0


def hear(
    pcm: NDArray[Any],
    expected: str,
    *,
    speed: float = 1.0,
    pause_ms: float = 250.0,
    hindered: bool = False,
) -> Heard:
    """Decode a request's sound and hold it against the phonemes of its text.

    hindered: the daemon was stopped or killed meanwhile, and may have cut at clauses in haste
    """
    heard = toy.decode(pcm, speed=speed)
    said, wanted = without_joins(heard.phonemes), without_joins(expected)
    assert said == wanted, (said, wanted)
    assert heard.mistakes(heard.tokens) == []
    assert toy.clicks(pcm) == []
    lengths = [silence.length / 24 for silence in heard.silences]
    pauses = [length for length in lengths if length > TIGHT_MS]
    if hindered:
        cut = [length for length in pauses if abs(length - CLAUSE_MS) <= PAUSE_OFF_MS]
        assert len(cut) <= sum(expected.count(mark) for mark in ",;:—"), (cut, expected)
        pauses = [length for length in pauses if length not in cut]
    assert len(pauses) == sentence_joins(expected), (lengths, expected)
    assert all(abs(pause - pause_ms) <= PAUSE_OFF_MS for pause in pauses), pauses
    return heard
