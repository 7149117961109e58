# pure: no socket, thread or clock.
"""Words, abbreviations, identifiers, hashtags and handles: what begins with a letter."""

from __future__ import annotations

import re
from typing import Final

from .. import abbreviations as abbr
from ..abbreviations import words
from .codes import letters_or_word
from .figures import label
from .names import is_said
from .scan import Kind, Part, Rule, Scan, Upto, mark, say, spell

_ABBREVIATION: Final = re.compile(r"(?P<name>[A-Za-z]{1,8}(?:'[a-z])?)(?P<dot>\.)")
_BARE: Final = re.compile(r"(?P<name>[A-Za-z]{1,7})(?![\w'.-])")
_SHORT: Final = re.compile(
    r"(?P<name>w/o|w/|b/c|c/o|n/a|N/A|and/or|either/or|he/she|she/he|his/her|him/her|s/he|w/e)(?![\w/])"
)
_SHORTS: Final = {
    "w/o": "without", "w/": "with", "b/c": "because", "c/o": "care of", "and/or": "and or",
    "either/or": "either or", "he/she": "he or she", "she/he": "she or he",
    "his/her": "his or her", "him/her": "him or her", "s/he": "she or he", "w/e": "whatever",
}  # fmt: skip
_IDENTIFIER: Final = re.compile(
    r"(?P<name>_{0,2}[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+_{0,2}|__?[A-Za-z]\w*?__?)(?P<call>\(\))?(?![\w])"
)
_DOTTED: Final = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,63}(?:\.[A-Za-z_][A-Za-z0-9_]{0,63}){1,8})(?P<call>\(\))?(?![\w])"
)
_CAMEL: Final = re.compile(
    r"(?P<name>(?:[a-z]{1,40}|[A-Z][a-z]{1,40})(?:[A-Z][a-z0-9]{0,40}){1,12}|[A-Z]{2,8}[a-z]{2,40}(?:[A-Z][a-z0-9]{0,40}){0,12})(?P<owner>'s)?(?P<call>\(\))?(?![\w])"
)
_CALL: Final = re.compile(r"(?P<name>[A-Za-z][a-z]{1,40})\(\)(?![\w])")
_PIECE: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+s?(?![a-z])|[a-z]+|\d+")
_MC: Final = re.compile(r"(?:Mc|Mac|De|Le|La|Van|Di|Du|Fitz|O)[A-Z][a-z]+\Z")
_HYPHENED: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z']{0,40}(?:-(?:[A-Za-z][A-Za-z']{0,40}|\d{1,6}(?:\.\d+)?)){1,8})(?P<owner>'s|s)?(?![\w])"
)
_MID: Final = re.compile(r"(?P<name>[A-Za-z]{2,12})-(?=\d)")
_MIXED_WORD: Final = re.compile(r"(?=[A-Za-z]*\d)(?P<name>[A-Za-z0-9]{2,40})(?P<owner>'s)?(?!\w)")
_SLASHED: Final = re.compile(r"(?P<one>[A-Za-z][a-z]{0,30})/(?=[A-Za-z][a-z]{0,30}(?![\w/.]))")
_HASHTAG: Final = re.compile(r"#(?P<name>[^\W\d_]\w{0,100})")
_HANDLE: Final = re.compile(r"@(?P<name>[A-Za-z0-9_](?:[\w.]{0,60}\w)?)")
_COLOR: Final = re.compile(r"#(?P<name>(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{6}|[0-9A-F]{6})(?!\w)")
_NUMBERED: Final = re.compile(r"#(?=\d)")

_STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa",
    "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming",
}  # fmt: skip
_STATE: Final = re.compile(r"(?P<name>[A-Z]{2})(?= \d{5}(?:-\d{4})?(?!\w))")

#: Names that are read otherwise than their capitals suggest.
_BRANDS: Final = {
    "LaTeX": "lay tech", "TeX": "tech", "McDonald": "McDonald", "YouTube": "YouTube",
    "macOS": "mac O S", "iOS": "i O S", "PhD": "P H D", "GitHub": "git hub", "DevOps": "dev ops",
    "iPhone": "iPhone", "iPad": "iPad", "iPod": "iPod", "eBay": "eBay", "iCloud": "i cloud",
    "PyPI": "pie P I", "NumPy": "num pie", "SciPy": "sigh pie", "PyTorch": "pie torch",
    "OAuth": "oh auth", "LinkedIn": "linked in", "PowerPoint": "power point",
    "WiFi": "wi-fi", "Wi-Fi": "wi-fi", "COVID": "COVID", "mRNA": "M R N A",
    "pH": "P H", "kHz": "kilohertz", "DoD": "D O D", "DoJ": "D O J", "IoT": "I O T",
    "SaaS": "sass", "PaaS": "pass", "QEMU": "Q E M U", "ChatGPT": "chat G P T",
}  # fmt: skip
_JOINTS: Final = words("a i e x t v h u")


def _letter_words(said: str, start: int, end: int) -> list[Part]:
    """Words where a capital alone is a letter."""
    return [
        Part(w, start, end, Kind.LETTERS if len(w) == 1 and w.isupper() else Kind.WORD)
        for w in said.split()
    ]


def _stop(scan: Scan, match: re.Match[str]) -> list[Part]:
    return mark(".", *match.span("dot")) if scan.ends(match.end("dot")) else []


def _read_abbreviation(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, end = match.span("name")
    before = scan.before(start)
    following = scan.text[match.end() : match.end() + 2]
    upcoming = following.strip()[:1]
    space = following[:1].isspace()
    said: str | None = None
    if low in abbr.BEFORE_NUMBER and (upcoming.isdigit() or _roman_next(scan, match.end())):
        if len(low) > 1 or before in ("(", "[", "") or low in "pvc" or written.islower():
            said = abbr.BEFORE_NUMBER[low]
    elif low in ("no", "nos"):
        return None
    elif low in ("v", "vs"):
        said = "versus" if low == "vs" or (written == "v" and before[:1].isupper()) else None
    elif low in abbr.ROADS and _is_road(scan, before, start, low, upcoming):
        said = abbr.ROADS[low]
    elif low in abbr.TITLES and written[0].isupper() and space and upcoming.isupper():
        said = abbr.TITLES[low]
    elif low in abbr.EXPANDED and not (
        len(low) < 5 and low not in _SAFE and not (space or not following)
    ):
        said = abbr.EXPANDED[low]
        if low in _NEEDS_MORE and not (written[0].isupper() or space):
            said = None
        if low in _WORDS_TOO and scan.ends(match.end()):
            said = None
    elif low in abbr.AFTER_NUMBER and before[:1].isdigit():
        said = abbr.AFTER_NUMBER[low]
    elif low in abbr.TITLES and low in (
        "jr",
        "sr",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "capt",
        "sgt",
        "lt",
    ):
        said = abbr.TITLES[low]
    elif low in (
        "hr",
        "hrs",
        "min",
        "mins",
        "sec",
        "secs",
        "yr",
        "yrs",
        "mo",
        "mos",
        "lb",
        "lbs",
        "oz",
    ):
        said = {"min": "minimum", "sec": "second"}.get(low)
    if said is None:
        return None
    if written[0].isupper() and len(said.split()) == 1:
        said = said.capitalize()
    return say(said, start, match.end()) + _stop(scan, match)


_SAFE: Final = words("etc vs inc ltd jr sr ave max avg tel al cf co")
_NEEDS_MORE: Final = words("co rd ln")
#: Ordinary words too: at the end of a text the full stop is only a full stop.
_WORDS_TOO: Final = words(
    "max temp ext div spec tech trans lang resp ref req cont al hist dist est conn penn orig"
)


def _roman_next(scan: Scan, position: int) -> bool:
    return re.match(
        r" ?[IVXLC]+(?!\w)", scan.text[position : position + 10]
    ) is not None and scan.text[position : position + 3].strip() not in ("I", "I'")


def _is_road(scan: Scan, before: str, start: int, low: str, upcoming: str) -> bool:
    """Whether St., Dr., Ave. and so on after `before` belong to an address."""
    if low in ("mt", "mts", "ft", "co", "cos", "bros"):
        return low not in ("mt", "ft") and (before[:1].isupper() or before in ("&", "and"))
    if not (before[:1].isupper() or re.fullmatch(r"\d+(?:st|nd|rd|th)", before)):
        return False
    if low in ("st", "dr") and upcoming.isupper():
        # "10 Downing St. London", but "Visit St. Louis" and "met Dr. Smith".
        return (
            re.search(
                r"\d[A-Za-z]? (?:[NSEW]\.? )?(?:[\w']+ ){1,2}\Z|\d(?:st|nd|rd|th) \Z",
                scan.text[max(0, start - 48) : start],
            )
            is not None
        )
    return True


def _read_bare(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, end = match.span()
    before = scan.before(start)
    upcoming = scan.text[end : end + 2].strip()[:1]
    said: str | None = None
    if low in abbr.BARE:
        said = abbr.EXPANDED[low]
    elif written in ("Mr", "Mrs", "Ms", "Dr", "Prof", "Sgt", "Lt", "Capt") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif (
        written == "St" and upcoming.isupper() and not _is_road(scan, before, start, "st", upcoming)
    ):
        said = "saint"
    elif written in ("St", "Ave", "Rd", "Ln", "Dr") and _is_road(
        scan, before, start, low, upcoming
    ):
        said = abbr.ROADS[low]
    elif written in ("Mt", "Ft") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif written in ("Jr", "Sr", "Inc", "Ltd", "Corp") and before[:1].isupper() | (before == ","):
        said = abbr.EXPANDED[low]
    elif written in ("Fig", "Vol", "Ch", "No", "pp", "Sec", "Eq") and upcoming.isdigit():
        said = abbr.BEFORE_NUMBER[low]
    elif written in ("eg", "ie"):
        said = "for example" if low == "eg" else "that is"
    if said is None:
        return None
    if written[0].isupper() and " " not in said:
        said = said.capitalize()
    return say(said, start, end)


def _read_short(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name = match["name"]
    if name.lower() == "n/a":
        return spell("NA", *match.span())
    return say(_SHORTS[name], *match.span())


def camel_parts(scan: Scan, name: str, start: int) -> list[Part]:
    """The words of an identifier: getUserName, HTTPServer, snake_case, __init__."""
    parts: list[Part] = []
    for piece in _PIECE.finditer(name):
        text = piece.group()
        begin, end = start + piece.start(), start + piece.end()
        if text.isdigit():
            parts += say(label(text), begin, end)
        elif len(text) > 1 and text.isupper():
            parts += say(text, begin, end) if is_said(scan, text) else spell(text, begin, end)
        elif len(text) > 2 and text[:-1].isupper() and text[-1] == "s":
            parts += [*spell(text[:-2], begin, end), Part(f"{text[-2]}'s", begin, end)]
        elif len(text) == 1:
            parts += spell(text, begin, end) if text not in ("a", "I") else say(text, begin, end)
        else:
            parts += letters_or_word(text.lower(), begin, end)
    return parts


def _read_identifier(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    return camel_parts(scan, match["name"], match.start()) or None


def _read_dotted(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    position = match.start()
    pieces = match["name"].split(".")
    if (
        len(pieces) == 2
        and pieces[0].islower()
        and pieces[1][:1].isupper()
        and pieces[1][1:].islower()
    ):
        return None  # two sentences without a space between them
    for index, piece in enumerate(pieces):
        if index:
            parts += say("dot", position - 1, position)
        parts += camel_parts(scan, piece, position)
        position += len(piece) + 1
    return parts


def _read_camel(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name, start = match["name"], match.start()
    end = match.end("name")
    plural = re.fullmatch(r"([A-Z]{2,8})s", name)
    if plural:
        return None
    if name in _BRANDS:
        parts = _letter_words(_BRANDS[name], start, end)
    elif _MC.match(name):
        parts = say(name, start, end)
    else:
        parts = camel_parts(scan, name, start)
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end("owner"))
    return parts


def _read_call(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    return say(match["name"], *match.span("name"))


def _read_hyphened(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name, start = match["name"], match.start()
    pieces = name.split("-")
    if name in _BRANDS:
        return _letter_words(_BRANDS[name], start, match.end("name"))
    simple = all(
        p.isalpha() and (p.islower() or p.istitle()) for p in (q.replace("'", "") for q in pieces)
    )
    if simple and not match["owner"]:
        return [Part(name, start, match.end())]
    parts: list[Part] = []
    position = start
    for piece in pieces:
        end = position + len(piece)
        if piece[0].isdigit():
            parts += say(label(piece) if piece.isdigit() else piece, position, end)
        elif len(piece) == 1 and len(pieces) > 1 and piece != "a":
            parts += spell(piece, position, end)
        elif piece.isupper():
            parts += _capitals(scan, piece, position, end)
        elif re.search(r"[a-z][A-Z]", piece):
            parts += camel_parts(scan, piece, position)
        else:
            parts += say(piece, position, end)
        position = end + 1
    if match["owner"] and parts:
        last = parts[-1]
        ending = match["owner"] if match["owner"][0] == "'" else "s"
        parts[-1] = Part(last.text + ending, last.start, match.end("owner"))
    return parts


def _capitals(scan: Scan, piece: str, start: int, end: int) -> list[Part]:
    return say(piece, start, end) if is_said(scan, piece) else spell(piece, start, end)


def _read_mid(scan: Scan, match: re.Match[str]) -> Upto | None:
    """mid-1990s, pre-2020, sub-10: the word, and the number is read as one."""
    name = match["name"]
    if name.lower() not in (
        "mid",
        "pre",
        "post",
        "sub",
        "early",
        "late",
        "non",
        "ex",
        "pro",
        "anti",
        "circa",
    ):
        return None
    return Upto(say(name, *match.span("name")), match.end())


def _read_mixed_word(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    parts = camel_parts(scan, match["name"], match.start())
    return parts or None


def _read_slashed(scan: Scan, match: re.Match[str]) -> Upto | None:
    word = match["one"]
    start, end = match.span("one")
    return Upto([*say(word, start, end), *say("slash", end, end + 1)], match.end())


def _read_hashtag(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start = match.start("name")
    pieces = (
        camel_parts(scan, match["name"], start)
        if match["name"].isascii()
        else say(match["name"], *match.span("name"))
    )
    return [*say("hashtag", start - 1, start), *pieces]


def _read_handle(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start = match.start("name")
    parts = say("at", start - 1, start)
    position = start
    for index, piece in enumerate(match["name"].split(".")):
        if index:
            parts += say("dot", position - 1, position)
        parts += camel_parts(scan, piece, position)
        position += len(piece) + 1
    return parts


def _read_color(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    from .figures import characters

    start = match.start("name")
    return [*say("hash", start - 1, start), *characters(match["name"].upper(), start, match.end())]


def _read_numbered(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    return say("number", *match.span())


def _read_state(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name = _STATES.get(match["name"])
    return say(name, *match.span()) if name and scan.before(match.start()) == "," else None


SHORT_RULES: Final[list[Rule]] = [(_SHORT, _read_short), (_STATE, _read_state)]
ABBREVIATION_RULES: Final[list[Rule]] = [
    (_ABBREVIATION, _read_abbreviation),
    (_BARE, _read_bare),
]
RULES: Final[list[Rule]] = [
    (_MID, _read_mid),
    (_DOTTED, _read_dotted),
    (_IDENTIFIER, _read_identifier),
    (_CAMEL, _read_camel),
    (_CALL, _read_call),
    (_HYPHENED, _read_hyphened),
    (_MIXED_WORD, _read_mixed_word),
    (_SLASHED, _read_slashed),
]
SYMBOL_RULES: Final[list[Rule]] = [
    (_COLOR, _read_color),
    (_NUMBERED, _read_numbered),
    (_HASHTAG, _read_hashtag),
    (_HANDLE, _read_handle),
    (_IDENTIFIER, _read_identifier),
]

#: Words, in small letters, that the rules here look at.
KEYS: Final = (
    frozenset(abbr.TITLES)
    | frozenset(abbr.EXPANDED)
    | frozenset(abbr.BEFORE_NUMBER)
    | frozenset(abbr.AFTER_NUMBER)
    | frozenset(abbr.ROADS)
    | {"hr", "hrs", "min", "mins", "sec", "secs", "eg", "ie", "rs"}
)
