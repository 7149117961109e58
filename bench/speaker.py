"""What is measured: kokorod, kokoro-onnx in process, others later."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from kokorod.commands.bench.hearing import Heard

#: The voice of every system; the real voices file and the toy's both have it.
VOICE: Final = "af_heart"

#: onnxruntime's threads spin a little after a run; the next system must not pay for it.
REST_S: Final = 0.5


class Speaker(Protocol):
    """One system, warm and in a process of its own."""

    name: str

    @property
    def pid(self) -> int:
        """Of the process that synthesizes: its memory is what counts."""

    def speak(self, text: str, *, to_end: bool = True) -> Heard:
        """Speak a text it has never seen, to its end or to its first sound.

        Returns when it is idle again. Raises NothingHeardError.
        """

    def close(self) -> None: ...


def alternate(
    systems: Sequence[Speaker], texts: Iterable[str], *, to_end: bool = True
) -> dict[str, list[Heard]]:
    """Each system speaks each text, in turns: A B, B A, A B, so that a drift hits both."""
    heard: dict[str, list[Heard]] = {system.name: [] for system in systems}
    for number, text in enumerate(texts):
        for system in systems if number % 2 == 0 else reversed(systems):
            heard[system.name].append(system.speak(text, to_end=to_end))
            time.sleep(REST_S)
    return heard
