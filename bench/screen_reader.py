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

#: A key that takes longer to be made and said once is a fault: a letter lasts half a second.
_KEY_S: Final = 30.0

#: A sound is written after its message has ended.
_KEPT_S: Final = 10.0

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
    """So many keys whose sounds are kept, in any order: each of them has been said once before.

    echoes: how many sounds are kept; press: have a key said to its end. Raises EngineError.
    """
    keys = _FEW_KEYS if stage.effort.trials == 1 else _KEYS
    stage.note(f"{len(keys)} keys, each once, so that its sound is kept")
    for key in keys:
        began = time.monotonic()
        press(key)
        if (took := time.monotonic() - began) > _KEY_S:
            raise EngineError(f"a key took {took:.0f} s to be said, allowed are {_KEY_S:g}")
    deadline = time.monotonic() + _KEPT_S
    while echoes() < len(keys):
        if time.monotonic() > deadline:
            raise EngineError(f"of {len(keys)} keys that were said {echoes()} sounds are kept")
        time.sleep(0.05)
    return [stage.random.choice(keys) for _ in range(times)]
