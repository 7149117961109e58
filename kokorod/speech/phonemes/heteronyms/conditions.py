# pure: no socket, thread or clock.
"""What a row of a decision list may ask of a word's context.

Conditions are joined with `&`, `|` and `~`. Words are given as a string of several, as a set
of word_classes.py, or as both; the empty string is an end of the sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import word_classes as g
from .context import Context


@dataclass(frozen=True, slots=True)
class Condition:
    holds: Callable[[Context], bool]

    def __and__(self, other: Condition) -> Condition:
        return Condition(lambda c: self.holds(c) and other.holds(c))

    def __or__(self, other: Condition) -> Condition:
        return Condition(lambda c: self.holds(c) or other.holds(c))

    def __invert__(self) -> Condition:
        return Condition(lambda c: not self.holds(c))


def _union(groups: tuple[str | frozenset[str], ...]) -> frozenset[str]:
    found: set[str] = set()
    for group in groups:
        found |= group if isinstance(group, frozenset) else set(group.split()) or {""}
    return frozenset(found)


def near(offset: int, *groups: str | frozenset[str]) -> Condition:
    """The word so far away is one of these."""
    words = _union(groups)
    return Condition(lambda c: c.near(offset) in words)


def before(*groups: str | frozenset[str]) -> Condition:
    """The word right before is one of these."""
    return near(-1, *groups)


def after(*groups: str | frozenset[str]) -> Condition:
    """The word right after is one of these."""
    return near(1, *groups)


def governor(*groups: str | frozenset[str]) -> Condition:
    """The nearest word before that is no adverb is one of these."""
    words = _union(groups)
    return Condition(lambda c: c.governor()[0] in words)


def around(*groups: str | frozenset[str], reach: int = 8) -> Condition:
    """One of these stands within so many words, on either side."""
    words = _union(groups)
    return Condition(lambda c: c.any_near(words, reach))


def in_sentence(*groups: str | frozenset[str]) -> Condition:
    """One of these stands anywhere in the sentence."""
    words = _union(groups)
    return Condition(lambda c: any(w in words for w in c.words))


def in_clause(*groups: str | frozenset[str]) -> Condition:
    """One of these stands before the word, in its clause."""
    words = _union(groups)
    return Condition(lambda c: any(w in words for w in c.clause_before()))


def shaped(offset: int, shape: Callable[[str], bool]) -> Condition:
    """The word so far away looks so (word_classes.py)."""
    return Condition(lambda c: shape(c.near(offset)))


ALWAYS = Condition(lambda _: True)
#: A noun phrase goes on: the, my, John's, two.
DETERMINER = shaped(-1, g.is_determiner)
ADJECTIVE = shaped(-1, g.is_adjective)
PLURAL = shaped(-1, g.is_plural)
PAST = shaped(-1, g.is_past)
#: The word before names one thing.
NAME = shaped(-1, g.is_bare)
#: to go, would go
INFINITIVE = governor("to", g.MODALS)
#: let me go
CAUSED = before(g.OBJECTS) & near(-2, g.CAUSATIVES)
#: What follows is something that the word is done to.
OBJECT_NEXT = after(g.STARTS_OBJECT)
#: A clause ends after the word, or begins with it.
ENDS = after(g.EDGE)
BEGINS = before(g.EDGE)
