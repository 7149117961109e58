# pure: no socket, thread or clock.
"""English abbreviations: what they say, and which of them may end a sentence."""

from __future__ import annotations

from typing import Final

from .tables import rows

_ROWS: Final = rows("abbreviations")


def words(listed: str) -> frozenset[str]:
    """The words of `listed`, which white space parts."""
    return frozenset(listed.split())


def _said(*when: str) -> dict[str, str]:
    """What is said for an abbreviation that stands as one of `when`."""
    return {written: spoken for written, spoken, stands in _ROWS if stands in when}


#: Before a name: the full stop after these never ends a sentence.
TITLES: Final = _said("title")

#: After a name, a number or a list: these may end a sentence.
ENDERS: Final = frozenset(word for (word,) in rows("sentence_ends"))

#: Words that begin a sentence far more often than they follow an abbreviation inside one.
STARTERS: Final = words(
    "the this that these those it it's its he he's she she's they they're we we're you you're "
    "i i'm i've i'll i'd a an in on at by for from with to of as but and or so yet however "
    "there there's then when if what what's why how who where which while after before since "
    "until because although though my his her their our your some many most all each every "
    "both no yes not nothing please let let's do does did is are was were can could will "
    "would should may might must have has had here here's now today tomorrow yesterday also "
    "still even just only perhaps maybe finally first next later meanwhile instead thus "
    "therefore once such one two three nobody everyone everybody everything someone something"
)

#: Said wherever they stand with their full stop; those of BARE without it too.
EXPANDED: Final = _said("dotted", "bare")

#: Of those, the ones that are also said without a full stop.
BARE: Final = frozenset(_said("bare"))

#: Before a number (or a Roman one): what the abbreviation says.
BEFORE_NUMBER: Final = _said("before number")

#: After these no. is a number, whatever follows: model no. XJ.
NUMBERED: Final = words(
    "model serial part item order invoice account acct catalog catalogue flight registration reg "
    "ref reference tracking licence license passport id phone tel telephone fax lot batch stock "
    "policy membership docket route vat tax doc document ticket po confirmation contract chassis "
    "engine insurance sku box permit plate style product"
)

#: After a number: units are `normalize.measure`; these are the other words.
AFTER_NUMBER: Final = _said("after number")

#: After a name: parts of an address.
ROADS: Final = _said("road")

#: Units, in small letters: after a number they may end a sentence.
UNITS: Final = frozenset(row[0].lower() for row in rows("units")) | frozenset(
    row[0].lower() for row in rows("rates")
)


def _goes_on(*stands: str) -> dict[str, frozenset[str]]:
    """By language, abbreviations of languages other than English, without their full stop."""
    found: dict[str, set[str]] = {}
    for lang, written, where, _ in rows("other_abbreviations"):
        if where in stands and written.endswith("."):
            found.setdefault(lang, set()).add(written[:-1])
    return {lang: frozenset(words) for lang, words in found.items()}


#: Their full stop never ends a sentence before a name or a number.
BEFORE_NAMES: Final = _goes_on("name")
#: The same before a number.
BEFORE_NUMBERS: Final = _goes_on("number")
