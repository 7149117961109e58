# pure: no socket, thread or clock.
"""A word in its sentence, as the rules for heteronyms look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import word_classes as g


@dataclass(frozen=True, slots=True)
class Context:
    """A word in its sentence: all in lower case, marks included."""

    words: Sequence[str]
    at: int

    @property
    def word(self) -> str:
        return self.words[self.at]

    def near(self, offset: int) -> str:
        """The word so far away, "" past an end of the sentence."""
        i = self.at + offset
        return self.words[i] if 0 <= i < len(self.words) else ""

    @property
    def before(self) -> str:
        return self.near(-1)

    @property
    def after(self) -> str:
        return self.near(1)

    def governor(self) -> tuple[str, int]:
        """The nearest word before that is no adverb, and where it is."""
        i = self.at - 1
        while i >= 0 and g.is_adverb(self.words[i]):
            i -= 1
        return (self.words[i], i) if i >= 0 else ("", -1)

    def any_near(self, words: frozenset[str], reach: int = 8) -> bool:
        first, last = max(0, self.at - reach), self.at + reach + 1
        return any(w in words for w in self.words[first:last] if w != self.word)

    def clause_before(self) -> Sequence[str]:
        """What stands before, back to the last mark."""
        i = self.at
        while i > 0 and self.words[i - 1] not in g.STOPS:
            i -= 1
        return self.words[i : self.at]
