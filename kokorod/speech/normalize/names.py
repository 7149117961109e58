# pure: no socket, thread or clock.
"""Words with capitals: acronyms said or spelled, initials, degrees, C++, AT&T, MP3."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import STARTERS, words
from ..patterns import lazy_pattern
from .acronyms import OF_THE_US, SAID, is_said, shouted
from .cardinal import label
from .cursor import Cursor, Kind, Part, mark, say, spell
from .items import ITEMS, is_item
from .number_words import plural, spoken_number
from .rule import CAPITALS, Rule, Start

_DOTTED: Final = lazy_pattern(
    r"(?P<letters>(?:[A-Za-z]\.){2,12})(?P<last>(?!s(?!\w))[A-Za-z](?![\w']))?"
    r"(?P<owner>'s|s(?!\w))?"
)
_INITIAL: Final = lazy_pattern(
    r"(?P<letter>[A-Z])\.(?=[ ]?[A-Z]|[ ]?,|[ ](?P<small>[a-z]{2,20})(?!['’\w]))"
)
_PLUSSED: Final = lazy_pattern(r"(?P<name>[A-Za-z]{1,10})(?P<plus>\+\+|\+|#|\*)(?![\w+])")
_JOINED: Final = lazy_pattern(r"(?P<one>[A-Z]{1,3})&(?P<two>[A-Z]{1,3})(?P<owner>'?s)?(?!\w)")
_CAPITALS: Final = lazy_pattern(
    r"(?P<name>[A-Z]{2,40})(?P<owner>'s|s|'S|'ll|'d|'re|'ve)?(?![\w&]|'[a-z])"
)
_CONTRACTION: Final = lazy_pattern(
    r"(?P<head>[A-Z]{1,12})(?P<tail>N'T|'(?:RE|VE|LL|ALL|D|M|S))(?P<more>'(?:VE|LL|D))?(?![\w'])"
)
_ALONE: Final = lazy_pattern(r"(?P<letter>[A-Za-z])(?P<owner>'s)?(?![\w'’]|-[A-Za-z])")
_DEGREE: Final = lazy_pattern(
    r"(?P<name>Ph\.?D|Psy\.?D|Ed\.?D|D\.?Phil|M\.?Sc|B\.?Sc|M\.?Ed|M\.?Phil|LL\.?[BM])(?P<dot>\.?)(?P<owner>'?s)?(?!\w)"
)
#: The thread of a screw: M8x1.25.
_THREAD: Final = lazy_pattern(
    r"M(?P<width>\d{1,2}(?:\.\d)?)[ ]?[x×][ ]?(?P<pitch>\d{1,3}(?:\.\d{1,2})?)(?!\w)"
)
_SLASHED: Final = lazy_pattern(r"[A-Z]{1,5}(?:/[A-Z]{1,5}){1,4}(?!\w)|[A-Z]{2,5}/(?=\d)")


def _read_dotted(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["letters"] + (match["last"] or "")
    start, end = (
        match.start(),
        match.end("owner") if match["owner"] else match.start() + len(written),
    )
    low = written.lower()
    if low.rstrip(".") in ("e.g", "i.e"):
        parts = say("for example" if low[0] == "e" else "that is", start, end)
    elif low.rstrip(".") == "a.k.a":
        parts = say("also known as", start, end)
    else:
        letters = written.replace(".", "").upper()
        parts = [Part(letters + (match["owner"] or ""), start, end, Kind.LETTERS)]
        if match["owner"]:
            parts = _owned(letters, match["owner"], start, end)
    if written.endswith(".") and not match["owner"] and cursor.ends(end):
        parts += mark(".", end - 1, end)
    return parts


def _owned(letters: str, owner: str, start: int, end: int) -> list[Part]:
    """Spelled letters with an ending: FBI's, CPUs."""
    head = [Part(letters[:-1], start, end, Kind.LETTERS)] if len(letters) > 1 else []
    return [*head, Part(f"{letters[-1]}'{owner.lstrip(chr(39))}", start, end)]


def _read_initial(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if match["small"] and (match["small"] in STARTERS or match["letter"] in "AI"):
        return None  # plan B. then
    if match["small"] and cursor.before(start).lower() in _LETTERED | ITEMS:
        return None
    if match["letter"] == "I" and not re.match(r" ?[A-Z]\.", cursor.right(match.end(), 3)):
        before = cursor.before(start)
        if before.islower():
            return None
    return spell(match["letter"], start, match.end())


def _read_plussed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, sign = match["name"], match["plus"]
    start, end = match.span("name")
    if sign == "#":
        if len(name) > 1 or not name.isupper():
            return None
        said = "sharp"
    elif sign == "*":
        if name.upper() != "A":
            return None
        said = "star"
    else:
        said = "plus plus" if sign == "++" else "plus"
    spelled = len(name) == 1 or (name.isupper() and not is_said(cursor, name))
    parts = spell(name, start, end) if spelled else say(name, start, end)
    return parts + say(said, *match.span("plus"))


def _read_joined(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = match.span("one"), match.span("two")
    parts = [*spell(match["one"], *one), *say("and", one[1], two[0])]
    if match["owner"]:
        return parts + _owned(match["two"], match["owner"], two[0], match.end())
    return parts + spell(match["two"], *two)


def _read_capitals(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, owner = match["name"], match["owner"]
    start, end = match.span()
    if name == "WHO" and cursor.before(start).lower() == "the" and not shouted(cursor):
        return _owned(name, owner, start, end) if owner else spell(name, start, end)
    if name == "AM" and cursor.before(start) == "I" and not owner:
        return say("am", start, end)
    if name == "US" and not owner and cursor.after(end) in OF_THE_US:
        return spell(name, start, end)
    if name in ("IT", "US") and _shouted_before(cursor, start):
        return say(name.lower(), start, end)
    if name == "IT" and cursor.after(end) in _AFTER_IT:
        return say("it", start, end)
    if name == "WHO" and _among_letters(cursor):
        return spell(name, start, end)
    if is_said(cursor, name):
        low = name.lower()
        # A word in capitals for emphasis is the same word; NASA keeps its form.
        word = name if low in SAID else low
        return say(word + (owner or "").lower(), start, end)
    if owner:
        return _owned(name, owner, start, end)
    return spell(name, start, end)


def _read_thread(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    width, pitch = match.span("width"), match.span("pitch")
    return [
        *spell("M", match.start(), width[0]),
        *say(spoken_number(match["width"]), *width),
        *say("by", width[1], pitch[0]),
        *say(spoken_number(match["pitch"]), *pitch),
    ]


def _read_contraction(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """CAN'T, I'M, THEY'RE: the words in small letters. The CEO'S is the CEO's."""
    head, tail = match["head"], match["tail"]
    said = f"{head}{tail}{match['more'] or ''}"
    if head not in _CONTRACTED and tail != "N'T":
        if tail not in ("'S", "'D", "'LL") or len(head) < 2:
            return None
        if not is_said(cursor, head):
            return _owned(head, tail.lower(), *match.span())
    if head == "I":
        return say(f"I{said[1:].lower()}", *match.span())
    name = head if head.lower() in SAID else head.lower()
    return say(name + said[len(head) :].lower(), *match.span())


#: What 'S, 'RE, 'VE, 'LL, 'D and 'M are contracted with.
_CONTRACTED: Final = words(
    "I YOU HE SHE IT WE THEY WHO WHAT WHERE WHEN WHY HOW THAT THERE HERE LET THIS THESE THOSE ONE "
    "WOULD COULD SHOULD MIGHT MUST SOMEONE EVERYONE NOBODY SOMEBODY EVERYBODY MA OL Y ALL"
)


#: In capitals after IT: the pronoun.
_AFTER_IT: Final = words("IS WAS HAS HAD WILL WOULD CAN COULD ISN'T WASN'T DOES DOESN'T MUST MAY")


def _among_letters(cursor: Cursor) -> bool:
    """Whether the last word of a list before is spelled: CDC, WHO and NATO."""
    last = cursor.parts[-2:]
    return len(last) == 2 and last[0].kind is Kind.LETTERS and last[1].text in (",", "and")


def _shouted_before(cursor: Cursor, start: int) -> bool:
    """Whether the word before is one in capitals: STOP IT, ISN'T IT."""
    before = cursor.before(start)
    return before.isupper() and ("'" in before or (len(before) > 1 and is_said(cursor, before)))


def _read_slashed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    for name in re.finditer(r"[A-Z]+", match.group()):
        start, end = match.start() + name.start(), match.start() + name.end()
        word = is_said(cursor, name.group()) and len(name.group()) > 1
        parts += say(name.group(), start, end) if word else spell(name.group(), start, end)
    return parts


def _read_alone(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    letter = match["letter"]
    start, end = match.span()
    if letter == "a" and is_item(cursor, start, end):
        return spell("A", start, end)
    word = letter != "A" or cursor.before(start).lower() not in _LETTERED
    if letter == "A" and word and not match["owner"] and _among_capitals(cursor, start, end):
        letter = "a"
    if letter in "aAI" and word and not match["owner"] and not _math_beside(cursor, start, end):
        return say(letter, start, end)
    if match["owner"]:
        return [Part(letter.upper() + "'s", start, end)]
    return spell(letter, start, end)


def _among_capitals(cursor: Cursor, start: int, end: int) -> bool:
    """Whether words in capitals stand on both sides, or nearly everywhere."""
    before, after = cursor.before(start), cursor.after(end)
    if len(before) > 1 and len(after) > 1 and before.isupper() and after.isupper():
        return is_said(cursor, before) and is_said(cursor, after)
    return shouted(cursor)


#: After these a capital A is the letter.
_LETTERED: Final = words(
    "vitamin plan grade hepatitis section appendix option exhibit type group letter team class"
)


def _math_beside(cursor: Cursor, start: int, end: int) -> bool:
    return cursor.after(end) in _OPERATORS or cursor.before(start) in _OPERATORS


_OPERATORS: Final = frozenset("=+×÷<>≤≥^")


def _read_degree(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("name")
    parts = spell(match["name"].replace(".", "").upper(), start, end)
    if match["owner"]:
        parts = _owned(match["name"].replace(".", "").upper(), match["owner"], start, match.end())
    if match["dot"] and cursor.ends(match.end()):
        parts += mark(".", *match.span("dot"))
    return parts


_MIXED: Final = lazy_pattern(
    r"(?P<one>[A-Z]{1,6}|[a-z]|[A-Z][a-z]{1,12})(?P<joint>-?)(?P<number>\d{1,6})(?P<part>\.\d{1,3}(?!\.\d))?(?P<rest>(?!s(?!\w))[A-Za-z]{1,4}|-\d{1,5}[A-Za-z]{0,3}|[A-Za-z]\d{1,4})?(?P<owner>'s|s)?(?![\w]|-\w|\.\d)"
)


def _read_mixed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """MP3, A4, COVID-19, B2B, H2O, F-16, i7, Q3."""
    name = match["one"]
    start, end = match.span("one")
    if len(name) == 1 or (name.isupper() and not is_said(cursor, name)):
        parts = spell(name, start, end)
    else:
        parts = say(name, start, end)
    number = label(match["number"])
    if match["joint"] and (name in ("GMT", "UTC") or (name.islower() and len(name) == 1)):
        parts += say("minus", end, end + 1)
    first, last = match.span("number")
    if match["part"]:
        number, last = spoken_number(match["number"] + match["part"]), match.end("part")
    if match["owner"] and not match["rest"]:
        number = f"{number}'s" if match["owner"][0] == "'" else plural(number)
        last = match.end("owner")
    parts += say(number, first, last)
    if match["rest"]:
        begin = match.start("rest")
        for run in re.finditer(r"\d+|[A-Za-z]+", match["rest"]):
            span = begin + run.start(), begin + run.end()
            parts += (
                say(label(run.group()), *span)
                if run.group().isdecimal()
                else spell(run.group(), *span)
            )
    return parts


RULES: Final = (
    Rule(
        "names.degree",
        Start.LETTER,
        _DEGREE,
        _read_degree,
        (
            ("has a Ph.D", "has a P H D"),
            ("the PhD's", "the P H D's"),
        ),
        firsts="BDELMP",
    ),
    Rule(
        "names.dotted",
        Start.LETTER,
        _DOTTED,
        _read_dotted,
        (
            ("e.g.", "for example.", "abbreviations"),
            ("T.S. Eliot", "T S Eliot"),
            ("the U.S.A.", "the U S A."),
        ),
    ),
    Rule(
        "names.initial",
        Start.LETTER,
        _INITIAL,
        _read_initial,
        (
            ("J. R. R. Tolkien", "J R R Tolkien", "names"),
            ("L. Jackson", "L Jackson"),
            ("E. coli", "E coli"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "names.plus",
        Start.LETTER,
        _PLUSSED,
        _read_plussed,
        (
            ("C++", "C plus plus", "code"),
            ("C# and F#", "C sharp and F sharp"),
        ),
    ),
    Rule(
        "names.ampersand",
        Start.LETTER,
        _JOINED,
        _read_joined,
        (
            ("AT&T", "A T and T"),
            ("M&Ms", "M and M's"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "names.slashed",
        Start.LETTER,
        _SLASHED,
        _read_slashed,
        (
            ("TCP/IP", "T C P I P"),
            ("AC/DC", "A C D C"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "names.thread",
        Start.LETTER,
        _THREAD,
        _read_thread,
        (("M8x1.25", "M eight by one point two five"),),
        firsts="M",
    ),
    Rule(
        "names.mixed",
        Start.LETTER,
        _MIXED,
        _read_mixed,
        (
            ("MP3", "M P three", "acronyms"),
            ("A4", "A four", "labels"),
            ("F-16", "F sixteen", "labels"),
            ("and GPT-4o", "and G P T four o"),
        ),
    ),
    Rule(
        "names.capitals",
        Start.LETTER,
        _CAPITALS,
        _read_capitals,
        (
            ("NASA", "NASA", "acronyms"),
            ("FBI", "F B I", "acronyms"),
            ("CPUs", "C P U's", "acronyms"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "names.contraction",
        Start.LETTER,
        _CONTRACTION,
        _read_contraction,
        (
            ("I CAN'T stay", "I can't stay"),
            ("WE'RE and I'LL", "we're and I'll"),
            ("the CEO'S desk", "the C E O's desk"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "names.letter",
        Start.LETTER,
        _ALONE,
        _read_alone,
        (
            ("let x", "let x"),
            ("(a) one", "(A) one"),
            ("x + y", "x plus y"),
        ),
    ),
)
