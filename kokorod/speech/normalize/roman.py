# pure: no socket, thread or clock.
"""Roman numerals: Henry VIII, World War II, Chapter IV; but not I, MIX or an IV drip."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor, Part, say, spell
from .number_words import cardinal, ordinal
from .rule import Rule, Start

_REGNAL: Final = words(
    "henry louis elizabeth charles george edward william james mary richard philip francis "
    "leo pius benedict gregory innocent clement urban boniface alexander catherine peter ivan "
    "nicholas frederick wilhelm otto ferdinand alfonso carlos juan paul ramses ramesses "
    "ptolemy cleopatra xerxes darius napoleon haakon harald olav christian gustav gustavus "
    "karl carl leopold albert baudouin umberto emmanuel felipe isabella margaret margrethe "
    "beatrix wilhelmina rama amenhotep thutmose seti cambyses artaxerxes mehmed murad selim "
    "suleiman osman rudolf joseph maximilian sigismund casimir stephen bela andrew matthias "
    "malcolm robert david kenneth constantine justinian theodosius john sixtus julius adrian "
    "hadrian celestine callixtus eugene martin victor sylvester honorius pedro manuel sancho "
    "tsar king queen pope emperor abdullah hussein hassan mohammed menelik akihito anne jane "
    "nerses vasily boris fyodor stefan basil"
)
_NUMBERED: Final = words(
    "chapter part act scene volume vol book section article appendix phase type class level "
    "stage title figure fig table war episode season bowl fantasy mark mk apollo saturn tier "
    "schedule plate canto psalm grade group round game day week step unit module lesson "
    "exercise question problem theorem lemma case number no vatican rocky rambo godfather "
    "final sonata symphony opus quartet concerto pentium quest auto wars olympiad division "
    "region zone block category generation gen annex exhibit clause amendment factor cranial "
    "nerve corps mission gemini artemis sputnik soyuz falcon model series version edition "
    "street civilization halo"
)
_ROMAN: Final = lazy_pattern(
    r"(?P<roman>(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
    r"(?P<suffix>th|st|nd|rd)?(?P<owner>'s)?(?:[-–](?P<roman2>[IVXLC]{1,7}))?(?![\w&+]|[-'.]\w)"
)
_SMALL_ROMAN: Final = lazy_pattern(
    r"(?P<roman>(?<=[\s(]\()i(?=\) )|(?<=\A\()i(?=\) )|ii|iii|iv|vi|vii|viii|ix|xi|xii)(?!\w)"
)
SMALL_ROMANS: Final = words("ii iii iv vi vii viii ix xi xii")
_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
#: Roman numerals that are far more often something else.
_NOT_ROMAN: Final = words(
    "mix dim cd dc md mc cv civ mm cc xl xx xxl xxx di li mi mdi dv cm mv ml dl cl did dill "
    "mild lid vid mid mill mil livid civil civic vivid mimic"
)


def roman_value(text: str) -> int:
    """The number a valid Roman numeral stands for."""
    total = 0
    for letter, following in zip(text, text[1:] + " ", strict=True):
        value = _VALUES[letter]
        total += -value if _VALUES.get(following, 0) > value else value
    return total


def _read_roman(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    text = match["roman"]
    start, end = match.span("roman")
    before = cursor.before(start)
    low = before.lower().rstrip(".")
    named = before[:1].isupper()
    if match["suffix"]:
        return say(ordinal(roman_value(text), cursor.british), start, match.end("suffix"))
    if before == ":" and _TITLE_NEXT.match(cursor.text, end):
        return _with_range(cursor, match)  # No. 9: IV. Presto
    if named and low in _REGNAL and _is_reign(cursor, match, low):
        return _ranked(cursor, match)
    if low in _NUMBERED and (named or len(text) > 1 or low not in _ALSO_WORDS):
        if text == "I" and (not named or low == "no"):
            return None
        if text == "I" and low == "war" and cursor.before(start, 2) != "World":
            return None
        return _with_range(cursor, match)
    if len(text) > 1 and cursor.after(end).lower() in _RANKED:
        return say(ordinal(roman_value(text), cursor.british), start, end)
    if len(text) < 2 or text.lower() in _NOT_ROMAN or set(text) - set("IVX"):
        return None
    if text == "IV" and (not named or low in _DETERMINERS):
        return spell(text, start, end)  # an IV drip
    if named and text in ("II", "III", "IV") and cursor.before(start, 2).lower() in _REGNAL:
        return _ranked(cursor, match)  # John Smith III
    return _with_range(cursor, match)


_TITLE_NEXT: Final = lazy_pattern(r"\. [A-Z][a-z]")

#: What a single I may be the number of.
LEADS: Final = _REGNAL | _NUMBERED

#: A numeral before these is a rank.
_RANKED: Final = words("century centuries amendment corps dynasty olympiad")
_DETERMINERS: Final = words("the an a his her this my our their")
_ALSO_WORDS: Final = words("type part no game number act case case round step")


def _is_reign(cursor: Cursor, match: re.Match[str], name: str) -> bool:
    text = match["roman"]
    if len(text) > 1:
        return True
    if text == "I":
        return _reigns(cursor, match.start("roman"), match.end("roman"))
    return text in "VX" and name != "malcolm"


def _ranked(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    said = f"the {ordinal(roman_value(match['roman']), cursor.british)}"
    return _with_owner(say(said, *match.span("roman")), match)


def _reigns(cursor: Cursor, start: int, end: int) -> bool:
    """Whether a single I after a king's name is his number and not the speaker."""
    after = cursor.after(end)
    if not after.isalpha() or after in _REIGNING:
        return True
    past = after in _PAST or after.endswith("ed")
    before = cursor.before(start, 2)
    if before.lower() in _TITLED:
        return past
    # In 1066 William I took London; but "the photo of William I took", "Mary I wanted to say".
    leads = not before or before.isdecimal() or before in _LEADING
    return leads and past and _SPEAKER_NEXT.match(cursor.text, end) is None


#: Before a king's name that begins a clause.
_LEADING: Final = frozenset({",", ".", ";", ":", "(", "—", "When", "when", "While", "while"})
#: After the verb: I am speaking to you.
_SPEAKER_NEXT: Final = lazy_pattern(r" \w+ (?:to|you|your|my|it|me|that|this|him|her|them|us)\b")
_TITLED: Final = words("king queen pope tsar czar emperor empress sultan prince saint shah")
#: What is said of a king, and not by the speaker of himself.
_REIGNING: Final = words(
    "of and was is ruled became died reigned or has had who whose to in at for with from"
)
_PAST: Final = words("was had took made went came gave lost won fell fled led wrote built left")


def _with_owner(parts: list[Part], match: re.Match[str]) -> list[Part]:
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end("owner"))
    return parts


def _with_range(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    parts = say(cardinal(roman_value(match["roman"]), cursor.british), *match.span("roman"))
    if match["roman2"]:
        start, end = match.span("roman2")
        parts += say("to", start - 1, start)
        parts += say(cardinal(roman_value(match["roman2"]), cursor.british), start, end)
    return _with_owner(parts, match)


def _read_small_roman(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    bracket = cursor.right(end, 1) == ")"
    labelled = cursor.before(start).lower().rstrip(".") in _NUMBERED
    if not bracket and not labelled and cursor.left(start, 64).strip():
        return None
    return say(cardinal(roman_value(match["roman"].upper())), start, end)


RULES: Final = (
    Rule(
        "roman.capital",
        Start.LETTER,
        _ROMAN,
        _read_roman,
        (
            ("Henry VIII", "Henry the eighth", "names"),
            ("World War II", "World War two", "names"),
            ("an IV drip", "an I V drip"),
            ("No. 9: IV. Presto", "Number nine: four. Presto"),
        ),
        firsts="IVXLCDM",
    ),
    Rule(
        "roman.small",
        Start.LETTER,
        _SMALL_ROMAN,
        _read_small_roman,
        (
            ("Scene iii", "Scene three"),
            ("(ii) second", "(two) second"),
        ),
        firsts="ivx",
    ),
)
