# pure: no socket, thread or clock.
"""Whether the letters after a number are a unit here: 5 in of snow, seat 14C, from 30s to 2m."""

from __future__ import annotations

import re
from typing import Final

from ...abbreviations import words
from ...patterns import lazy_pattern
from ..bare_number import LABELS
from ..cursor import Cursor
from .attribute import is_attribute

#: One letter (or a word's spelling): a unit only if nothing else fits.
_DOUBTFUL: Final = frozenset({"in", "t", "K", "N", "B", "L", "J", "s", "h", "ct", "pt", "ac"})
#: Close to their number these are no units: 5G, 4K, 3D, 221B, 10t.
_NOT_CLOSE: Final = frozenset({"K", "N", "B", "J", "t", "MP", "AU"})
_SCALES: Final = frozenset({"F", "C"})
_DOTTED_ON: Final = lazy_pattern(r"\.[A-Z]\.")
FUNCTION_WORDS: Final = frozenset(
    {"a", "above", "after", "an", "and", "apart", "are", "as", "at", "away", "back", "before"}
    | {"below", "but", "by", "can", "deep", "for", "from", "go", "high", "if", "in", "into"}
    | {"is", "later", "left", "less", "long", "longer", "more", "of", "off", "on", "or"}
    | {"out", "over", "per", "so", "tall", "than", "that", "the", "then", "to", "under"}
    | {"until", "was", "when", "wide", "with", "ago", "thick"}
)
_AFTER_INCHES: Final = frozenset(
    {"", ".", ",", ";", ")", "!", "?", "x", "×", "tall", "long", "wide", "high", "deep"}
    | {"thick", "by", "of", "diameter", "screen", "per", "-", "–", "and", "or"}
)

_POUNDS_NEXT: Final = lazy_pattern(r" ?\d{1,2} ?lbs?\b")


#: The rest of an address after the letter of a direction.
_ROAD_NEXT: Final = lazy_pattern(
    r"\.? (?:\d+(?:st|nd|rd|th)\b|(?:[A-Z][a-z']+ ){1,3}(?:St|Ave|Blvd|Rd|Ln|Dr|Ct|Pl|Hwy|Pkwy|Sq|"
    r"Way|Ter|Cir|Street|Avenue|Boulevard|Road|Lane|Drive|Court|Place|Highway|Parkway|Square|"
    r"Terrace|Circle)\b)"
)
#: Beside these a number with m is minutes: Prep: 10m; 5m ago.
_LASTING: Final = words(
    "prep cook cooking total time rest bake baking wait chill soak simmer boil active duration "
    "runtime length break eta idle every"
)
_SINCE: Final = words("ago left remaining late later early behind read")
#: Before minutes written so may stand a number of hours or days: 2d 5m.
_BIGGER: Final = lazy_pattern(r"\d[dh],? \Z")
#: Beside other times, and what is waited for: from 30s to 2m, a timeout of 5m.
_WAITED: Final = lazy_pattern(
    r"(?:\d(?:ms|s|sec|h|d)(?: to | or |, | and |[-–/]| ?-> ?)|\b(?:timeout|interval|ttl|"
    r"delay|cooldown|backoff|lease|sleep|retry)\b[^.!?]{0,16}(?: of| to| after| every|[=:]|) ?)\Z",
    re.IGNORECASE,
)


#: Another time stands before: takes 4m30s, down from 11m.
_LASTED: Final = lazy_pattern(r"\b\d{1,3}(?:m\d{1,2}s|h\d{1,2}m)\b[^.!?\d]{0,32}\Z")
#: Your seat is 14C, seats 14C and 14D.
_SEATED: Final = lazy_pattern(
    r"\b(?:seats?|gates?|rooms?|rows?|apt|units?|suites?|berths?|lockers?|flats?|exits?)\b"
    r"(?: (?:is|are|was|were|number|no\.)|[:#])?(?: ?\d{1,3}[A-K](?:,| and| or|, and| to|-))* ?\Z",
    re.IGNORECASE,
)
_WARM: Final = lazy_pattern(
    r"\b(?:lows?|highs?|temps?|temperatures?|degrees|dip|dips|drop|fall|fridge|freezer|chill|stored?|"
    r"refrigerat\w+|heat|cool(?:ed)?|warm|weather|keep|kept|below|above)\b[^.!?]{0,30}\Z",
    re.IGNORECASE,
)


#: What is given by units: 10 U of insulin.
_INJECTED: Final = lazy_pattern(
    r"\b(?:insulin|lispro|glargine|aspart|lantus|humalog|novolog|NPH|heparin|botox|oxytocin|"
    r"vasopressin|penicillin|inject\w*|sub-?q|subcut\w*|SQ|SC|IV|IM|bolus|basal|bedtime|meals?|"
    r"breakfast|glucose|BG|BID|TID|QHS|qhs|bid|tid|daily)\b"
)


def is_minutes(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether m after a number stands for minutes."""
    if match["unit"] != "m" or match["gap"] or match["power"] or match["per"]:
        return False
    start = match.start()
    before = cursor.before(start)
    if before == ":":
        before = cursor.before(start, 2)
    if before.lower() in _LASTING or cursor.after(match.end()).lower() in _SINCE:
        return True
    left = cursor.left(start, 64)
    return (
        _BIGGER.search(left) is not None
        or _WAITED.search(left) is not None
        or _LASTED.search(left) is not None
    )


def fits(cursor: Cursor, match: re.Match[str], value: str) -> bool:
    """Whether the letters after the number are a unit here. value: "" if it is a fraction."""
    unit, close = match["unit"], not match["gap"]
    if unit in ("N", "W") and not close and _ROAD_NEXT.match(cursor.text, match.end("unit")):
        return False  # 45 W 34th St.
    if unit == "W" and cursor.before(match.start()).lower() in ("size", "sizes"):
        return False  # a shoe, and wide
    if unit in ("N", "W") and cursor.before(match.start()).lower() in LABELS:
        return False  # Route 9 W
    if unit == "U":
        around = cursor.around(match.start(), match.end(), 48)
        return _INJECTED.search(around) is not None
    if unit == "st":
        if close and cursor.text[match.start("unit") - 1] == "1":
            return False  # 21st, 1/21st
        return cursor.british or _POUNDS_NEXT.match(cursor.text, match.end("unit")) is not None
    if unit not in _DOUBTFUL | _NOT_CLOSE | _SCALES:
        return True
    if match["per"] or match["power"]:
        return True
    if close and unit in _NOT_CLOSE:
        return False
    following = cursor.after(match.end("unit"))
    if unit in _SCALES and (
        cursor.before(match.start()).lower() in LABELS
        or _SEATED.search(cursor.left(match.start(), 28))
        or _DOTTED_ON.match(cursor.text, match.end("unit"))
    ):
        return False  # seat 14C, 28 C.F.R.
    if unit in _SCALES:  # 350F, but 5F and 20 C students
        groups = match.groupdict()  # a fraction has no second value
        if close and (groups.get("value2") or len(value) == 1):
            left = cursor.left(match.start(), 40)
            return bool(_WARM.search(left)) or (groups.get("joint") or "").strip() == "to"
        if close and not value:
            return True  # 2½C
        hot = len(value.split(".")[0]) in (2, 3) and match["gap"] != "-"
        return hot and (close or not following[:1].isalpha())
    if unit in _DOUBTFUL and unit not in ("in", "s", "h", "L", "ct") and match["gap"] == "-":
        return False
    if unit == "in" and match["gap"] == "-":
        return cursor.right(match.end(), 1) != "-"
    if unit == "in":
        return close or following.lower() in _AFTER_INCHES
    if close or (unit == "L" and is_attribute(cursor, match.start(), match.end("unit"))):
        return True
    return not following[:1].isalpha() or following.lower() in FUNCTION_WORDS
