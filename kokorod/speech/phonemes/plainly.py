# worker: espeak-ng behind it is used by one thread only.
"""A word without dictionary, rules or neighbours: for one that could not be read otherwise.

Never: contains a KokorodError: it says what to do about what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import KokorodError
from ...safety.faults import Faults
from .reading import Reading, Source

#: Characters of a word that are said one by one at most: what fails so is no word of people.
_SPELLED = 60


def read_plainly(
    text: str, say: Callable[[Sequence[str]], Sequence[str]], faults: Faults
) -> Reading:
    """The word as `say` has it, else letter by letter, without those it raises at.

    Raises the last of these errors if nothing can be said: the word is not to be lost.
    """
    said: list[str] = []
    failed: Exception | None = None
    for part in [text, *(c for c in text[:_SPELLED] if c.isalnum())]:
        try:
            said += [phonemes for phonemes in say([part]) if phonemes]
        except KokorodError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is: the next letter may be said
            faults.caught("plain word", error)
            failed = error
        if part is text and said:
            break
    if failed is not None and not said:
        raise failed
    return Reading(" ".join(said), Source.SPELLED if said else Source.SILENT)
