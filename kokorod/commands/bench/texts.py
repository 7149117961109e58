# pure: no socket, thread or clock; chance comes from a seed.
"""Texts to be measured with: of an exact length, and none twice.

A benchmark that speaks one text again and again measures a cache. These are drawn from
a seed, so a run can be repeated, and no sentence occurs in two texts of one run.
"""

from __future__ import annotations

import random
from typing import Final

_DETERMINERS: Final = (
    "the this that these those each every some any our your their his her my one two three "
    "four five no another either"
).split()
_ADJECTIVES: Final = (
    "old new red tall warm cold quiet narrow gentle bright heavy early silver wooden hidden "
    "distant careful patient northern crooked familiar curious ordinary forgotten"
).split()
_VERBS: Final = (
    "met saw left found held kept sold drew moved opened reached carried watched followed "
    "repaired painted measured answered gathered described remembered"
).split()
_PREPOSITIONS: Final = (
    "in on by near past under over along behind beside across around through between"
).split()
_CONJUNCTIONS: Final = "and but while until because before after although so".split()

#: The last word closes the gap, so there is one of every length from 3 to 10.
_NOUNS: Final = (
    "oak sea cup map owl key bay fox hut pen barn lake moon gate bell boat road hill rope "
    "lamp river house stone table clock field bread storm glass train garden bridge window "
    "market harbor forest letter ladder pocket meadow kitchen lantern village captain "
    "library teacher weather station blanket drawing mountain notebook hospital painting "
    "neighbor elephant sandwich umbrella medicine carpenter newspaper telescope waterfall "
    "orchestra butterfly passenger staircase typewriter lighthouse strawberry friendship "
    "basketball playground restaurant journalist photograph"
).split()
_NOUNS_BY_LENGTH: Final = {
    length: [noun for noun in _NOUNS if len(noun) == length] for length in range(3, 11)
}

#: How a clause goes on and on; a clause may end after any noun.
_CLAUSE: Final = (_DETERMINERS, _ADJECTIVES, _NOUNS, _VERBS, _PREPOSITIONS, _DETERMINERS, _NOUNS)
_NOUN_PLACES: Final = (2, 6)

#: How a text begins. With determiners alone there were two hundred of 12 characters.
_FIRST: Final = _DETERMINERS + _ADJECTIVES

#: A three-letter noun and the full stop.
_SHORTEST: Final = 4

#: Room that must be left behind a comma or a full stop for what follows to be a clause.
_ROOM_AFTER_MARK: Final = 25

#: Short texts are few: after so many in vain there is none left.
_TRIES: Final = 2_000


class Texts:
    """Gives out texts; two with the same seed give the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        # Grows with the run's texts, which are some hundred kB.
        self._given: set[str] = set()

    def next(self, chars: int) -> str:
        """A text of exactly `chars` characters, none of whose sentences was given before.

        Raises ValueError below 4 characters, and if every text so short was given.
        """
        if chars < _SHORTEST:
            raise ValueError(f"a text of {chars} characters; {_SHORTEST} is the shortest")
        for _ in range(_TRIES):
            text = self._draw(chars)
            sentences = text[:-1].split(". ")
            if self._given.isdisjoint(sentences):
                self._given.update(sentences)
                return text
        raise ValueError(f"no text of {chars} characters is left; ask for longer ones")

    def _draw(self, chars: int) -> str:
        draw = self._random
        parts: list[str] = []
        left = chars
        place, clauses = 0, draw.randint(1, 3)
        begins = True
        while left - 1 > max(_NOUNS_BY_LENGTH):
            kind: list[str] = _CLAUSE[place] if parts else _FIRST
            place += 1
            mark = " "
            if place - 1 in _NOUN_PLACES and left > _ROOM_AFTER_MARK + 12:
                if clauses > 1 and (place == len(_CLAUSE) or draw.random() < 0.3):
                    mark, clauses = ", ", clauses - 1
                elif place == len(_CLAUSE):
                    mark = ". "
            fitting = [word for word in kind if left - len(word) - len(mark) >= _SHORTEST]
            word = draw.choice(fitting)
            left -= len(word) + len(mark)
            parts += [word.capitalize() if begins else word, mark]
            begins = mark == ". "
            if begins:
                place, clauses = 0, draw.randint(1, 3)
            elif mark == ", " or place == len(_CLAUSE):
                link = draw.choice(_CONJUNCTIONS)
                if left - len(link) - 1 >= _SHORTEST:
                    parts += [link, " "]
                    left -= len(link) + 1
                place = 0
        noun = draw.choice(_NOUNS_BY_LENGTH[left - 1])
        parts += [noun.capitalize() if begins else noun, "."]
        return "".join(parts)
