# pure: no socket, thread or clock.
"""Two numbers and what joins them: fractions, ratios, scores, ranges, powers of ten."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .bare_number import is_counted
from .cardinal import factor_parts, sign_parts, sized
from .clock import BOOKS
from .cursor import Cursor, Part, Upto, say
from .joints import is_sum
from .measure.quantity import MIXED, mixed, unit_after
from .number_words import NUMBER, cardinal, digits, pairs, spoken_number, year
from .ratings import SCORED, is_cause, is_line, is_of_all, is_score, one_by_one
from .rule import Rule, Start

_FRACTION: Final = lazy_pattern(
    rf"(?P<sign>[-−]?){MIXED}(?P<ths>ths?|rds?|nds?|sts?)?(?![\w/]|[.,]\d)"
)
_SLASHED: Final = lazy_pattern(r"(?P<one>\d+(?:\.\d+)?)/(?P<two>\d+)(?P<three>/\d+){0,4}(?![\w])")
_RATIO: Final = lazy_pattern(
    r"(?P<one>\d+(?:\.\d+)?):(?P<two>\d+(?:\.\d+)?)(?P<three>:\d+){0,4}"
    r"(?:[-–](?P<last>\d+(?:\.\d+)?(?::\d+(?:\.\d+)?)?))?(?![\w:])"
)
_SCIENTIFIC: Final = lazy_pattern(
    r"(?P<sign>[-−]?)(?P<value>\d+(?:\.\d+)?)"
    r"(?:[eE](?P<power>[-+−]?\d{1,4})"
    r"|[ ]?[×x*·][ ]?10(?:\^\(?(?P<caret>[-−+]?\d+)\)?|(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]+)))"
    r"(?!\w|\.\d)"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES: Final = lazy_pattern(
    rf"(?P<one>{NUMBER})(?P<gap>[ ]?)[×x](?P=gap)(?P<two>{NUMBER})"
    rf"(?:(?P=gap)[×x](?P=gap)(?P<three>{NUMBER}))?(?![\w])"
)

_CHAIN: Final = lazy_pattern(r"\d+(?:[-–]\d+){2,12}(?!\w)")

_RANGE: Final = lazy_pattern(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<one>{NUMBER})(?P<size>[kKMB]|bn|mn|tn)?"
    rf"(?P<joint>[ ]?[–—][ ]?|-|[ ]-[ ])(?P<minus>[-−]?)"
    rf"(?P<two>{NUMBER})(?P<size2>[kKMB]|bn|mn|tn)?(?P<plus>\+)?"
    r"(?P<factor>[x×])?(?P<equals>(?=[ ]?=))?(?![\w]|[-–/]\d|\.\d)"
)

_BOTTOMS: Final = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 32, 50, 64, 100, 1000})


def _read_fraction(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match["bottom"] and not match["ths"] and not match["whole"]:
        if is_of_all(cursor, match.start()):
            return None
        bottom = int(match["bottom"])
        if bottom not in _BOTTOMS or "0" in (match["top"][0], match["bottom"][0]):
            return None
        if match["top"] != "1" and bottom in SCORED and is_score(cursor, match):
            return None
    said = mixed(cursor, match)
    sign = sign_parts(cursor, match)
    if said is None or sign is None:
        return None
    end = match.end("vulgar") if match["vulgar"] else match.end("bottom")
    return sign + say(said, match.start(), end)
    # "3/4 cup", "1/2 mile": a half of what follows, said as it is written.


def _read_slashed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    if match.group() == "24/7/365":
        return say("twenty four seven three sixty five", *match.span())
    if match["three"] and is_line(cursor, match.start()):
        return one_by_one(match)
    if match["three"]:
        values = [
            cardinal(n) if n.isdecimal() else spoken_number(n) for n in match.group().split("/")
        ]
        return say(" slash ".join(values), *match.span())
    shares = one.isdecimal() and two.isdecimal() and int(one) + int(two) == 100
    steel = one == "18" and cursor.after(match.end()).lower() in ("stainless", "steel", "inox")
    if shares or steel or (one, two) in (("24", "7"), ("9", "11"), ("20", "20"), ("180", "360")):
        return say(f"{cardinal(one)} {cardinal(two)}", *match.span())
    if cursor.after(match.end()) == "=":
        return say(f"{spoken_number(one)} divided by {spoken_number(two)}", *match.span())
    outof = int(two) in SCORED or two == one or "." in one
    if one.isdecimal() and int(one) > int(two) and int(two) < _MARKS:
        outof = False  # 9/5 is no mark; 11/10 is
    joint = "out of" if outof else "over"
    if (one, two) == ("2", "2") and is_cause(cursor, *match.span()):
        return say("secondary to", *match.span())
    if is_of_all(cursor, match.start()) and "." not in one:
        joint = "of"
    if len(one) + len(two) > 6:
        joint = "slash"
    if len(one) == len(two) == 4:
        joint = ""
    if match.start() and cursor.text[match.start() - 1] == "/":
        joint = "slash"  # JA/2025/07
    said = f"{_number(cursor, one)} {joint} {_number(cursor, two)}"
    return say(said, *match.span())


#: The least that marks are given of, if one may be better than the best.
_MARKS: Final = 10


def _number(cursor: Cursor, text: str) -> str:
    if len(text) == 4 and text.isdecimal() and text[:2] in ("19", "20"):
        return year(int(text), cursor.british)
    return spoken_number(text, cursor.british)


def _read_ratio(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    last = match["last"]
    met = cursor.before(match.start()).lower() in _MEETING
    if match.group() == "1:1" and met and cursor.after(match.end()).lower() not in ("ratio", "mix"):
        return say("one on one", *match.span())
    if not last and not match["three"] and _is_standard(cursor, match):
        when = year(int(match["two"]), cursor.british)
        return [*say(cardinal(match["one"]), *match.span("one")), *say(when, *match.span("two"))]
    if last and all(n.isdecimal() for n in match.group("one", "two", "last")):  # Genesis 1:1-3
        verses = cardinal(match["two"]), cardinal(last)
        return say(f"{cardinal(match['one'])} {verses[0]} to {verses[1]}", *match.span())
    first = match.group()[: match.start("last") - 1 - match.start()] if last else match.group()
    close = _is_verse(cursor, match) or _is_timing(cursor, match)
    said = " to ".join(_joined(cursor, text, close) for text in (first, last) if text)
    return say(said, *match.span())


#: Before a talk of two: our 1:1.
_MEETING: Final = words("our my your his her their weekly next first quick monthly regular today's")


def _is_standard(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether a year stands after the number of a standard: ISO 9001:2015."""
    named = cursor.before(match.start())
    return (
        re.fullmatch(r"19\d\d|20\d\d", match["two"]) is not None
        and match["one"].isdecimal()
        and (named.isupper() or len(match["one"]) > 2)
    )


def _joined(cursor: Cursor, text: str, close: bool) -> str:
    """Numbers with colons; close: said without joints, as verses and timings are."""
    values = text.split(":")
    if close:
        return " ".join(_oh(v) for v in values)
    # 1:23:45 is a time span and is said without joints; 16:9 and 4:1 are ratios.
    joint = " to " if len(values) == 2 else " "
    return joint.join(spoken_number(v, cursor.british) for v in values)


def _is_verse(cursor: Cursor, match: re.Match[str]) -> bool:
    return cursor.before(match.start()).lower() in BOOKS


def _is_timing(cursor: Cursor, match: re.Match[str]) -> bool:
    """Minutes and seconds: 25:30, which is no time of day."""
    one, two = match["one"], match["two"]
    if not (one.isdecimal() and len(one) == 2 and len(two) == 2 and "00" <= two < "60"):
        return False
    around = cursor.before(match.start()).lower(), cursor.after(match.end()).lower()
    return int(one) > 24 and not {"ratio", "odds", "split", "mix"}.intersection(around)


def _oh(text: str) -> str:
    if len(text) == 2 and text[0] == "0" and text.isdecimal():
        return f"oh {digits(text[1])}" if text[1] != "0" else "flat"
    return spoken_number(text)


def _read_scientific(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    sign = sign_parts(cursor, match)
    if sign is None:
        return None
    power = match["power"] or match["caret"] or match["raised"].translate(_RAISED)
    raised = cardinal(power.lstrip("+-−"), cursor.british)
    minus = "minus " if power[0] in "-−" else ""
    said = (
        f"{spoken_number(match['value'], cursor.british)} times ten to the power of {minus}{raised}"
    )
    return _with_unit(cursor, sign + say(said, match.start("value"), match.end()), match.end())


def _with_unit(cursor: Cursor, parts: list[Part], end: int) -> Upto:
    unit = unit_after(cursor, end)
    return Upto(parts + unit.parts, unit.end) if unit else Upto(parts, end)


def _is_product(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether numbers with a cross between are multiplied: signs of a sum stand on either side."""
    if _HYPHENED.match(cursor.text, match.end()):
        return False  # a 9x13-inch pan
    if cursor.after(match.end()) in _SUMMED or cursor.before(match.start()) in _SUMMED:
        return True
    if cursor.before(match.start()).lower() in _ASKED:
        return True
    asked = cursor.before(match.start()).lower() in ("is", "what's", "calculate", "compute")
    return bool(match["gap"]) and asked and cursor.after(match.end()) == "?"


_ASKED: Final = words("estimate evaluate multiply calculate compute solve")
_HYPHENED: Final = lazy_pattern(r"-[A-Za-z]")
_SUMMED: Final = frozenset("=+-−/÷*×")


def _read_times(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    numbers = [n for n in match.group("one", "two", "three") if n]
    if _is_product(cursor, match):
        if "x" not in match.group():
            return None
        said = " times ".join(spoken_number(n, cursor.british) for n in numbers)
        return Upto(say(said, *match.span()), match.end())
    big = all(len(n) in (3, 4) and n.isdecimal() for n in numbers)
    read = pairs if big else lambda n: spoken_number(n, cursor.british)
    parts = say(" by ".join(read(n) for n in numbers), *match.span())
    return _with_unit(cursor, parts, match.end())


_RESULTS: Final = words(
    "won lost drew win lose draw beat lead led ended finished score was by victory defeat loss at"
)


def _is_result(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether two numbers are goals: won 2-0, a 3-0 defeat."""
    around = cursor.before(match.start()).lower(), cursor.after(match.end()).lower()
    small = all(len(n) == 1 for n in match.group("one", "two"))
    return small and bool(_RESULTS.intersection(around))


#: Before two numbers with a hyphen and spaces between: they are no difference.
_SPANNED: Final = words(
    "open hour page pp age chapter verse line grade level day week year item room mon tue wed thu "
    "fri sat sun monday tuesday wednesday thursday friday saturday sunday daily weekday weekend "
    "from about around question exercise aged row seat lot approximately roughly"
)


def _is_span(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether two numbers with a hyphen and spaces between are no difference: ages 5 - 9."""
    start, end = match.span()
    if is_sum(cursor, start, end):
        return False
    before = cursor.before(start).lower().rstrip(".s")
    counted = is_counted(cursor.after(end).lower())
    return before in _SPANNED or counted or _is_result(cursor, match)


def _is_code(match: re.Match[str]) -> bool:
    """Whether two numbers with a hyphen are those of an order or an article: 112-4839201."""
    one, two = match["one"], match["two"]
    if not (one.isdecimal() and two.isdecimal() and match["joint"] == "-"):
        return False
    return len(one) + len(two) > 8 or (len(one) > 2 and "0" in (one[0], two[0]))


def _read_range(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    sign = sign_parts(cursor, match)
    if sign is None:
        return None
    start, end = match.span()
    middle, last = match.span("two")
    if match["joint"] == " - " and not _is_span(cursor, match):
        return None  # a difference
    if match.group() in ("50-50", "50–50"):
        return say("fifty fifty", start, end)
    if cursor.before(start).lower() in ("boeing", "airbus") and match["one"].isdecimal():
        return say(f"{pairs(match['one'])} {pairs(match['two'])}", start, end)
    if _is_code(match):
        said = f"{digits(match['one'])} {digits(match['two'])}"
        return say(said, start, end)
    if cursor.british and "0" in (match["one"], match["two"]) and _is_result(cursor, match):
        said = " ".join("nil" if n == "0" else cardinal(n) for n in match.group("one", "two"))
        return say(said, start, end)
    size = match["size"] or ("" if not match["size2"] or match["minus"] else None)
    parts = sign + say(sized(cursor, match["one"], size), match.start("one"), middle - 1)
    parts += say("minus" if match["equals"] is not None else "to", middle - 1, middle)
    if match["minus"]:
        parts += say("minus", *match.span("minus"))
    parts += say(
        sized(cursor, match["two"], match["size2"]),
        middle,
        match.end("size2") if match["size2"] else last,
    )
    if match["plus"]:
        parts += say("plus", *match.span("plus"))
    if match["factor"]:
        parts += factor_parts(cursor, *match.span("factor"))
    return parts


def _read_chain(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    groups = re.split(r"[-–]", match.group())
    long = any(len(g) > 2 or (len(g) > 1 and g[0] == "0") for g in groups)
    said = " ".join(digits(g) if long else cardinal(g) for g in groups)
    return say(said, *match.span())


RULES: Final = (
    Rule(
        "range.scientific",
        Start.NUMBER,
        _SCIENTIFIC,
        _read_scientific,
        (
            ("3 × 10^8", "three times ten to the power of eight", "mathematics"),
            ("1e6", "one times ten to the power of six", "numbers"),
            ("6.022×10²³", "six point zero two two times ten to the power of twenty three"),
        ),
    ),
    Rule(
        "range.fraction",
        Start.NUMBER,
        _FRACTION,
        _read_fraction,
        (
            ("1/2", "one half", "fractions"),
            ("2½", "two and a half", "fractions"),
            ("3 1/4", "three and a quarter", "fractions"),
            ("2/3 of the", "two thirds of the"),
            ("1/21st", "one twenty first"),
            ("1/2 C flour", "one half C flour"),
        ),
    ),
    Rule(
        "range.slashed",
        Start.NUMBER,
        _SLASHED,
        _read_slashed,
        (
            ("7/10", "seven out of ten", "marks"),
            ("4.5/5", "four point five out of five", "marks"),
            ("24/7", "twenty four seven", "fractions"),
            ("10/10", "ten out of ten", "fractions"),
            ("80/20 beef", "eighty twenty beef"),
            ("19.3/7", "nineteen point three out of seven"),
            ("7.3/5/20", "seven point three slash five slash twenty"),
        ),
    ),
    Rule(
        "range.ratio",
        Start.NUMBER,
        _RATIO,
        _read_ratio,
        (
            ("John 3:16-18", "John three sixteen to eighteen", "verses, timings"),
            ("25:30", "twenty five thirty", "verses, timings"),
            ("4:3 ratio", "four to three ratio"),
            ("ISO 9001:2015", "ISO nine thousand one twenty fifteen"),
            ("1.5:1-2", "one point five to one to two"),
        ),
    ),
    Rule(
        "range.size",
        Start.NUMBER,
        _TIMES,
        _read_times,
        (
            ("1920x1080", "nineteen twenty by ten eighty"),
            ("3 × 4 grid", "three by four grid"),
            ("4 x 3 = 12", "four times three equals twelve"),
            ("3 × 4 × 5 cm", "three by four by five centimeters"),
            ("9x13-inch pan", "nine by thirteen inch pan"),
            ("2.5 x 3.5", "two point five by three point five"),
        ),
    ),
    Rule(
        "range.chain",
        Start.NUMBER,
        _CHAIN,
        _read_chain,
        (
            ("9-1-1", "nine one one"),
            ("123-45-6789", "one two three four five six seven eight nine"),
        ),
    ),
    Rule(
        "range.from_to",
        Start.NUMBER,
        _RANGE,
        _read_range,
        (
            ("12–15", "twelve to fifteen", "ranges"),
            ("won 21-14", "won twenty one to fourteen"),
            ("Fri 9 - 5", "Friday nine to five"),
            ("0045-778", "zero zero four five seven seven eight"),
        ),
    ),
)
