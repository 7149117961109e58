# process: a part of the bench.
"""What a screen reader asks for: keys, and texts with marks in them.

A mark that is too early lies in the pause before its word, so that the word's onset tells by how
much.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from bench.stage import Stage
from kokorod.errors import EngineError

_KEYS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_FEW_KEYS: Final = "abcde"

#: The table is made while nothing is asked: some 150 sounds of the model.
_TABLE_S: Final = 600.0
_TABLE: Final = 100

_WORDS: Final = ("table", "candle", "pencil", "bottle", "picture", "garden", "doctor", "biscuit")
_IN_ONE: Final = 4

_PAUSE_MS: Final = 600

#: From a mark back to where its word's onset is looked for, in seconds.
BEFORE_S: Final = _PAUSE_MS / 2000


def marked(number: int) -> str:
    """SSML; the marks are named 0, 1, 2, 3."""
    words = (_WORDS[(number + at) % len(_WORDS)] for at in range(_IN_ONE))
    text = "".join(
        f'<break time="{_PAUSE_MS}ms"/><mark name="{at}"/>{word}' for at, word in enumerate(words)
    )
    return f"<speak>Listen to this: {text}.</speak>"


def kept_keys(
    stage: Stage, echoes: Callable[[], int], press: Callable[[str], object], times: int
) -> list[str]:
    """So many keys whose sounds are kept, in any order.

    echoes: how many sounds are; press: have a key said to its end.
    """
    if stage.effort.trials == 1:  # quick: without waiting for the whole table
        for key in _FEW_KEYS:
            press(key)
        return [stage.random.choice(_FEW_KEYS) for _ in range(times)]
    stage.note("the table of keys is made")
    press("a")
    deadline = time.monotonic() + _TABLE_S
    while echoes() < _TABLE:
        if time.monotonic() > deadline:
            raise EngineError(f"{echoes()} of {_TABLE} sounds were made in {_TABLE_S:g} s")
        time.sleep(0.5)
    return [stage.random.choice(_KEYS) for _ in range(times)]
