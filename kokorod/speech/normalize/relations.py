# pure: no socket, thread or clock.
"""Two numbers and what joins them: fractions, ratios, scores, ranges, powers of ten."""

from __future__ import annotations

import re
from typing import Final

from .figures import sign_parts, sized
from .numbers import NUMBER, cardinal, digits, pairs, spoken_number, year
from .scan import Part, Rule, Scan, say
from .units import MIXED, mixed

_FRACTION: Final = re.compile(rf"(?P<sign>[-−]?){MIXED}(?P<ths>ths?|rds?|nds?)?(?![\w/]|[.,]\d)")
_SLASHED: Final = re.compile(r"(?P<one>\d+)/(?P<two>\d+)(?P<three>/\d+){0,4}(?![\w])")
_RATIO: Final = re.compile(
    r"(?P<one>\d+(?:\.\d+)?):(?P<two>\d+(?:\.\d+)?)(?P<three>:\d+){0,4}"
    r"(?:[-–](?P<verse>\d+))?(?![\w:])"
)
_SCIENTIFIC: Final = re.compile(
    r"(?P<sign>[-−]?)(?P<value>\d+(?:\.\d+)?)"
    r"(?:[eE](?P<power>[-+−]?\d{1,4})"
    r"|[ ]?[×x*·][ ]?10(?:\^\(?(?P<caret>[-−+]?\d+)\)?|(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]+)))"
    r"(?![\w.])"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES: Final = re.compile(
    rf"(?P<one>{NUMBER})(?P<gap>[ ]?)[×x](?P=gap)(?P<two>{NUMBER})"
    rf"(?:(?P=gap)[×x](?P=gap)(?P<three>{NUMBER}))?(?![\w])"
)

_CHAIN: Final = re.compile(r"\d+(?:[-–]\d+){2,12}(?!\w)")

_RANGE: Final = re.compile(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<one>{NUMBER})(?P<size>[kKMB]|bn|mn|tn)?"
    rf"(?:[ ]?[–—][ ]?|-)(?P<minus>[-−]?)(?P<two>{NUMBER})(?P<size2>[kKMB]|bn|mn|tn)?(?P<plus>\+)?"
    r"(?![\w]|[-–/]\d|\.\d)"
)

_BOTTOMS: Final = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 32, 50, 64, 100, 1000})


def _read_fraction(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if match["bottom"] and not match["ths"] and not match["whole"]:
        bottom = int(match["bottom"])
        if bottom not in _BOTTOMS or "0" in (match["top"][0], match["bottom"][0]):
            return None
    said = mixed(scan, match)
    sign = sign_parts(scan, match)
    if said is None or sign is None:
        return None
    end = match.end("vulgar") if match["vulgar"] else match.end("bottom")
    return sign + say(said, match.start(), end)
    # "3/4 cup", "1/2 mile": a half of what follows, said as it is written.


def _read_slashed(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    if match["three"]:
        return say(" slash ".join(cardinal(n) for n in match.group().split("/")), *match.span())
    if (one, two) in (("24", "7"), ("9", "11"), ("50", "50"), ("20", "20"), ("180", "360")):
        return say(f"{cardinal(one)} {cardinal(two)}", *match.span())
    joint = "out of" if two in ("5", "10", "20", "100") or int(two) == int(one) else "over"
    if len(one) + len(two) > 6:
        joint = "slash"
    if len(one) == len(two) == 4:
        joint = ""
    said = f"{_number(scan, one)} {joint} {_number(scan, two)}"
    return say(said, *match.span())


def _number(scan: Scan, text: str) -> str:
    if len(text) == 4 and text[:2] in ("19", "20"):
        return year(int(text), scan.british)
    return spoken_number(text, scan.british)


def _read_ratio(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if match["verse"]:  # Genesis 1:1-3
        verses = cardinal(match["two"]), cardinal(match["verse"])
        return say(f"{cardinal(match['one'])} {verses[0]} to {verses[1]}", *match.span())
    values = match.group().split(":")
    # 1:23:45 is a time span and is said without joints; 16:9 and 4:1 are ratios.
    joint = " to " if len(values) == 2 else " "
    said = joint.join(spoken_number(v, scan.british) for v in values)
    return say(said, *match.span())


def _read_scientific(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    sign = sign_parts(scan, match)
    if sign is None:
        return None
    power = match["power"] or match["caret"] or match["raised"].translate(_RAISED)
    raised = cardinal(power.lstrip("+-−"), scan.british)
    minus = "minus " if power[0] in "-−" else ""
    said = (
        f"{spoken_number(match['value'], scan.british)} times ten to the power of {minus}{raised}"
    )
    return sign + say(said, match.start("value"), match.end())


def _read_times(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    numbers = [n for n in match.group("one", "two", "three") if n]
    if match["gap"] and "×" in match.group() and scan.after(match.end()) == "=":
        return None
    big = all(len(n) in (3, 4) and "," not in n for n in numbers)
    read = pairs if big else lambda n: spoken_number(n, scan.british)
    return say(" by ".join(read(n) for n in numbers), *match.span())


def _read_range(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    sign = sign_parts(scan, match)
    if sign is None:
        return None
    start, end = match.span()
    middle, last = match.span("two")
    if match.group() in ("50-50", "50–50"):
        return say("fifty fifty", start, end)
    size = match["size"] or ("" if not match["size2"] or match["minus"] else None)
    parts = sign + say(sized(scan, match["one"], size), match.start("one"), middle - 1)
    parts += say("to", middle - 1, middle)
    if match["minus"]:
        parts += say("minus", *match.span("minus"))
    parts += say(
        sized(scan, match["two"], match["size2"]),
        middle,
        match.end("size2") if match["size2"] else last,
    )
    if match["plus"]:
        parts += say("plus", end - 1, end)
    return parts


def _read_chain(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    groups = re.split(r"[-–]", match.group())
    long = any(len(g) > 2 or (len(g) > 1 and g[0] == "0") for g in groups)
    said = " ".join(digits(g) if long else cardinal(g) for g in groups)
    return say(said, *match.span())


RULES: Final[list[Rule]] = [
    (_SCIENTIFIC, _read_scientific),
    (_FRACTION, _read_fraction),
    (_SLASHED, _read_slashed),
    (_RATIO, _read_ratio),
    (_TIMES, _read_times),
    (_CHAIN, _read_chain),
    (_RANGE, _read_range),
]
