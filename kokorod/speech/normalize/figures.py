# pure: no socket, thread or clock.
"""Numbers that carry no unit: ordinals, fractions, ranges, ratios, labels, years, plain."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from .money import MAGNITUDES
from .numbers import NUMBER, cardinal, digits, fraction, ordinal, pairs, spoken_number, year
from .scan import Kind, Part, Rule, Scan, mark, say, spell
from .units import MIXED, mixed

_ORDINAL: Final = re.compile(
    r"(?P<value>\d{1,3}(?:,\d{3})+|\d+)(?P<suffix>st|nd|rd|th|ST|ND|RD|TH)"
    r"(?:[-–](?P<value2>\d+)(?:st|nd|rd|th))?(?![A-Za-z\d])"
)
_FRACTION: Final = re.compile(rf"(?P<sign>[-−]?){MIXED}(?P<ths>ths?|rds?|nds?)?(?![\w/]|[.,]\d)")
_SLASHED: Final = re.compile(r"(?P<one>\d+)/(?P<two>\d+)(?P<three>/\d+)*(?![\w])")
_RATIO: Final = re.compile(
    r"(?P<one>\d+(?:\.\d+)?):(?P<two>\d+(?:\.\d+)?)(?P<three>:\d+)*(?![\w:])"
)
_SCIENTIFIC: Final = re.compile(
    r"(?P<sign>[-−]?)(?P<value>\d+(?:\.\d+)?)"
    r"(?:[eE](?P<power>[+-−]?\d{1,4})|[ ]?[×x*·][ ]?10(?:\^\(?(?P<caret>[-−+]?\d+)\)?|(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]+)))"
    r"(?![\w.])"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_HEX: Final = re.compile(r"0(?P<base>[xXbBoO])(?P<value>[0-9A-Fa-f_]{1,64})(?!\w)")
_TIMES: Final = re.compile(
    rf"(?P<one>{NUMBER})(?P<gap>[ ]?)[×x](?P=gap)(?P<two>{NUMBER})(?:(?P=gap)[×x](?P=gap)(?P<three>{NUMBER}))?(?![\w])"
)
_FACTOR: Final = re.compile(rf"(?P<value>{NUMBER})(?P<cross>[x×X])(?!\w)")
_RANGE: Final = re.compile(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<one>{NUMBER})(?P<size>[kKMB]|bn|mn|tn)?"
    rf"(?:[ ]?[–—][ ]?|-)(?P<minus>[-−]?)(?P<two>{NUMBER})(?P<size2>[kKMB]|bn|mn|tn)?(?P<plus>\+)?"
    r"(?![\w]|[-–/]\d|\.\d)"
)
_CHAIN: Final = re.compile(r"\d+(?:[-–]\d+){2,}(?!\w)")
_SIZED: Final = re.compile(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<value>{NUMBER})(?:(?P<size>[kKMBT]|bn|mn|tn|mln|bln)(?!\w)"
    r"|[ ](?P<word>thousand|million|billion|trillion|hundred|dozen)\b)(?P<plus>\+)?"
)
_AGE: Final = re.compile(rf"(?P<value>{NUMBER})(?P<rest>(?:-[A-Za-z]+)+)(?![\w-])")
_LETTERED: Final = re.compile(
    r"(?P<value>\d{1,6})(?P<letters>[A-Za-z]{1,3})(?P<more>\d{1,4})?(?!\w)"
)
_VERSION_LIKE: Final = re.compile(
    r"(?P<whole>\d+)\.(?P<part>\d+)(?P<tail>[a-z]{0,2}\d{0,2})(?![\w.]\w|\w)"
)
_PLAIN: Final = re.compile(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<value>{NUMBER})(?P<power>[²³]|\^\d+)?(?P<plus>\+(?!\w))?(?P<owner>'s\b)?"
)

#: After these a number is a label and is said in pairs: room one oh one, flight three seventy.
_LABELS: Final = words(
    "room rooms flight suite apartment apt highway route interstate boeing airbus hwy "
    "ste rm extension ext gate building course channel model bus train unit line studio us "
    "rte cabin locker"
)
#: After these a number with a point is a version: Python three point eleven.
_VERSIONED: Final = words(
    "version ver v release python ubuntu java node node.js npm ruby rails php perl go rust "
    "kotlin swift macos ios ipados android windows linux kernel django numpy pytorch cuda "
    "gcc clang cmake debian fedora postgres postgresql mysql sqlite redis kubernetes docker "
    "chrome firefox safari http tls bluetooth usb wi-fi"
)
_TIGHT_SCORES: Final = words(
    "score scored won lost win beat beating lead led leading ahead defeat victory draw tied "
    "record final loss by"
)
#: Before a bare number from 1100 to 2099: a year.
_YEAR_BEFORE: Final = words(
    "in since from until till by before after during year circa ca c late early mid around of "
    "and to summer winter spring autumn fall class between january february march april may "
    "june july august september october november december vintage copyright ©"
)
#: Nouns in the plural that do not end in s, after which a number counts.
_COUNTED: Final = words(
    "people men women children feet mice teeth sheep fish aircraft species dollars euros "
    "percent degrees calories more other of different new additional"
)
_NOT_PLURAL: Final = words(
    "was is has its this as us ours his hers theirs does goes says yes thus perhaps besides "
    "always sometimes across towards afterwards plus versus olympics"
)
_SIGNS: Final = {
    "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about",
    "≈": "about", "<": "less than", ">": "more than", "≥": "at least", "≤": "at most",
}  # fmt: skip


def _sign(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    """The words of a sign; None where it cannot be one here (5-3 begins at the 5)."""
    sign = match["sign"]
    if not sign:
        return []
    start = match.start("sign")
    if sign in "-−+" and start and (scan.text[start - 1].isalnum() or scan.text[start - 1] in ")]"):
        return None
    return say(_SIGNS[sign], start, start + 1)


def _read_ordinal(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    end = match.end("suffix")
    parts = say(ordinal(match["value"].replace(",", ""), scan.british), match.start(), end)
    if match["value2"]:
        begin = match.start("value2")
        parts += say("to", begin - 1, begin)
        parts += say(ordinal(match["value2"], scan.british), begin, match.end())
    return parts


_BOTTOMS: Final = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 32, 50, 64, 100, 1000})


def _read_fraction(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if match["bottom"] and not match["ths"] and not match["whole"]:
        bottom = int(match["bottom"])
        if bottom not in _BOTTOMS or "0" in (match["top"][0], match["bottom"][0]):
            return None
    said = mixed(scan, match)
    sign = _sign(scan, match)
    if said is None or sign is None:
        return None
    end = match.end("vulgar") if match["vulgar"] else match.end("bottom")
    parts = sign + say(said, match.start(), end)
    # "3/4 cup", "1/2 mile": a half of what follows, said as it is written.
    return parts


def _read_slashed(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    if match["three"]:
        return None
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
    values = match.group().split(":")
    # 1:23:45 is a time span and is said without joints; 16:9 and 4:1 are ratios.
    joint = " to " if len(values) == 2 else " "
    said = joint.join(spoken_number(v, scan.british) for v in values)
    return say(said, *match.span())


def _read_scientific(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    sign = _sign(scan, match)
    if sign is None:
        return None
    power = match["power"] or match["caret"] or match["raised"].translate(_RAISED)
    raised = cardinal(power.lstrip("+-−"), scan.british)
    minus = "minus " if power[0] in "-−" else ""
    said = (
        f"{spoken_number(match['value'], scan.british)} times ten to the power of {minus}{raised}"
    )
    return sign + say(said, match.start("value"), match.end())


def _read_hex(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    parts = [*say("zero", start, start + 1), *spell(match["base"], start + 1, start + 2)]
    return parts + characters(match["value"].replace("_", "").upper(), start + 2, end)


def characters(text: str, start: int, end: int) -> list[Part]:
    """Digits by their names, letters spelled."""
    parts: list[Part] = []
    for run in re.findall(r"\d+|[^\W\d_]+", text):
        parts += say(digits(run), start, end) if run.isdigit() else spell(run, start, end)
    return parts


def _read_times(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    numbers = [n for n in match.group("one", "two", "three") if n]
    if match["gap"] and "×" in match.group() and scan.after(match.end()) == "=":
        return None
    big = all(len(n) in (3, 4) and "," not in n for n in numbers)
    read = pairs if big else lambda n: spoken_number(n, scan.british)
    return say(" by ".join(read(n) for n in numbers), *match.span())


def _read_factor(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    parts = say(spoken_number(match["value"], scan.british), *match.span("value"))
    if match["cross"] == "×":
        return parts + say("times", *match.span("cross"))
    return parts + spell(match["cross"], *match.span("cross"))


def _sized(scan: Scan, number: str, size: str | None) -> str:
    said = spoken_number(number, scan.british)
    return f"{said} {MAGNITUDES[size.lower()]}" if size else said


def _read_range(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    sign = _sign(scan, match)
    if sign is None:
        return None
    start, end = match.span()
    middle, last = match.span("two")
    size = match["size"] or ("" if not match["size2"] or match["minus"] else None)
    parts = sign + say(_sized(scan, match["one"], size), match.start("one"), middle - 1)
    parts += say("to", middle - 1, middle)
    if match["minus"]:
        parts += say("minus", *match.span("minus"))
    parts += say(
        _sized(scan, match["two"], match["size2"]),
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


def _read_sized(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    size = match["size"] or match["word"]
    if match["size"] == "K" and len(match["value"]) == 1:
        return None  # 4K is a format, said as it is written
    if match["size"] in ("B", "M", "K", "T") and _NAME_NEXT.match(scan.text, match.end()):
        return None  # 221B Baker Street
    if (
        size in ("T", "B")
        and "." not in match["value"]
        and len(match["value"]) == 1
        and not match["word"]
    ):
        return None
    sign = _sign(scan, match)
    if sign is None:
        return None
    parts = sign + say(_sized(scan, match["value"], size), match.start("value"), match.end())
    return parts + (say("plus", *match.span("plus")) if match["plus"] else [])


_NAME_NEXT: Final = re.compile(r" [A-Z][a-z]")


def _read_age(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("value")
    parts = say(spoken_number(match["value"], scan.british), start, end)
    if (
        match["value"].isdigit()
        and len(match["value"]) == 3
        and scan.before(start).lower() in _LABELS
    ):
        parts = say(pairs(match["value"]), start, end)
    for word in re.finditer(r"[A-Za-z]+", match["rest"]):
        begin, last = match.start("rest") + word.start(), match.start("rest") + word.end()
        upper = word.group().isupper() and (len(word.group()) > 1 or word.group() != "a")
        parts.append(Part(word.group(), begin, last, Kind.LETTERS if upper else Kind.WORD))
    return parts


def _read_lettered(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    value, letters = match["value"], match["letters"]
    if len(letters) == 3 and not letters.isupper():
        return None
    read = label(value)
    parts = say(read, *match.span("value"))
    parts += spell(letters, *match.span("letters"))
    if match["more"]:
        parts += say(label(match["more"]), *match.span("more"))
    return parts


def label(value: str) -> str:
    """Digits of a name or label: A4 four, 747 seven forty seven, 5600 fifty six hundred."""
    if len(value) > 1 and value[0] == "0":
        return digits(value)
    return cardinal(value) if len(value) < 3 else pairs(value)


def _read_version_like(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if scan.before(match.start()).lower().rstrip(".") not in _VERSIONED:
        return None
    whole, part, tail = match["whole"], match["part"], match["tail"]
    said = cardinal(part) if part[0] != "0" and len(part) < 3 else digits(part)
    parts = say(f"{cardinal(whole)} point {said}", match.start(), match.end("part"))
    return parts + (characters(tail, *match.span("tail")) if tail else [])


def _read_plain(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    sign = _sign(scan, match)
    if sign is None:
        return None
    value = match["value"]
    parts = sign + say(_plain(scan, match, value), *match.span("value"))
    if match["power"]:
        parts += say(power_words(match["power"].lstrip("^")), *match.span("power"))
    if match["plus"]:
        parts += say("plus", *match.span("plus"))
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end())
    return parts


def power_words(power: str) -> str:
    """2 -> squared, 3 -> cubed, 4 -> to the power of four."""
    if power in ("2", "²"):
        return "squared"
    if power in ("3", "³"):
        return "cubed"
    minus = "minus " if power[0] in "-−" else ""
    return f"to the power of {minus}{cardinal(power.lstrip('+-−'))}"


def _plain(scan: Scan, match: re.Match[str], value: str) -> str:
    if not value.isdigit():
        return spoken_number(value, scan.british)
    start, end = match.span("value")
    if len(value) > 1 and value[0] == "0":
        return digits(value)
    before = scan.before(start).lower().rstrip(".")
    if before in _LABELS and len(value) in (3, 4) and not match["sign"]:
        return pairs(value)
    if len(value) == 4 and not match["sign"] and not match["power"]:
        if 1100 <= int(value) <= 2099 and _is_year(scan, before, start, end):
            return year(int(value), scan.british)
        if scan.parts and scan.parts[-1].kind is Kind.LETTERS and before.isupper():
            return pairs(value)
    if len(value) == 3 and scan.parts and scan.parts[-1].kind is Kind.LETTERS and before.isupper():
        return pairs(value)
    if before in ("zip", "pin", "code", "pincode", "otp", "postcode"):
        return digits(value)
    if len(value) >= 10 and not value.endswith("000"):
        return digits(value)
    if 3 <= len(value) <= 5 and _ADDRESS.match(scan.text, end):
        return pairs(value) if len(value) < 5 else digits(value)
    if len(value) == 5 and _ends_address(scan, start):
        return digits(value)
    return cardinal(value, scan.british)


_ADDRESS: Final = re.compile(
    r"[ ](?:[NSEW]\.?[ ])?(?:[A-Z][a-z]+[ ]|\d+(?:st|nd|rd|th)[ ]){1,3}"
    r"(?:St|Ave|Blvd|Rd|Ln|Dr|Ct|Pl|Hwy|Pkwy|Sq|Way|Street|Avenue|Boulevard|Road|Lane|Drive|"
    r"Court|Place|Highway|Parkway|Square|Terrace)\b"
)


def _ends_address(scan: Scan, start: int) -> bool:
    """Whether the five digits at `start` stand after a US state: a zip code."""
    return (
        re.search(r", ?(?:[A-Z]{2}|[A-Z][a-z]+) \Z", scan.text[max(0, start - 24) : start])
        is not None
    )


def _is_year(scan: Scan, before: str, start: int, end: int) -> bool:
    if scan.text[end : end + 1] == "-":
        return True
    after = scan.after(end).lower()
    if before in _YEAR_BEFORE and after not in _COUNTED:
        return not _plural_noun(after) or before in ("in", "since")
    return after not in _COUNTED and not _plural_noun(after)


def _plural_noun(word: str) -> bool:
    return (
        len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in _NOT_PLURAL
    )


def stop_after(scan: Scan, position: int) -> list[Part]:
    """The full stop of an abbreviation at `position` - 1 where it ends the text as well."""
    return mark(".", position - 1, position) if scan.ends(position) else []


RULES: Final[list[Rule]] = [
    (_ORDINAL, _read_ordinal),
    (_SCIENTIFIC, _read_scientific),
    (_HEX, _read_hex),
    (_FRACTION, _read_fraction),
    (_SLASHED, _read_slashed),
    (_RATIO, _read_ratio),
    (_TIMES, _read_times),
    (_FACTOR, _read_factor),
    (_CHAIN, _read_chain),
    (_RANGE, _read_range),
    (_SIZED, _read_sized),
    (_AGE, _read_age),
    (_LETTERED, _read_lettered),
    (_VERSION_LIKE, _read_version_like),
    (_PLAIN, _read_plain),
]
