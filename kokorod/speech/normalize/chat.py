# pure: no socket, thread or clock.
"""What people write in chats and beside figures: gr8, c u, np, YoY, £20 p/p, TL;DR."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from ..tables import rows
from .bare_number import LABELS, is_counted
from .cursor import Cursor, Part, mark, say, spell
from .rule import Rule, Start

_CHAT: Final = dict(rows("chat"))
_WRITTEN: Final = "|".join(re.escape(w) for w in sorted(_CHAT, key=len, reverse=True))
#: The first letter may be a capital if it is no name then: Gr8, but not Ty or B4.
_SHORT: Final = lazy_pattern(
    rf"(?P<name>{_WRITTEN}|(?=[A-Z][a-z0-9]{{2}})(?ai:{_WRITTEN}))(?![\w'’(\[/=_-]|[.:]\w)"
)
_U: Final = lazy_pattern(r"u(?![\w'’(\[/=_.-])")
_DIGESTED: Final = lazy_pattern(r"(?:TL;DR|tl;dr|Tl;dr)(?!\w)")
_GROWN: Final = lazy_pattern(r"(?:YoY|QoQ|MoM|WoW|yoy|qoq|[yY]/[yY]|[qQ]/[qQ]|m/m|w/w)(?![\w/])")
_EACH: Final = lazy_pattern(
    r"(?:p/[phwmdn]|p\.[awm]\.|p\.c\.m\.|p\.p\.|ppp?n|pp|pcm|pw|pa)(?![\w/]|\.\w)"
)

_SPANS: Final = {"y": "year", "q": "quarter", "m": "month", "w": "week"}
_EACH_SAID: Final = {
    "p/p": "per person", "p/h": "per hour", "p/w": "per week", "p/m": "per month",
    "p/d": "per day", "p/n": "per night", "pppn": "per person per night",
    "ppn": "per person per night",
    "p.a.": "per annum", "p.w.": "per week", "p.m.": "per month", "p.p.": "per person",
    "p.c.m.": "per calendar month",
    "pp": "per person", "pcm": "per calendar month", "pw": "per week", "pa": "per year",
}  # fmt: skip
_PRICE: Final = lazy_pattern(
    r"(?:[$£€]\d[\d.,]*(?:k|m|bn| million| billion)?|\d (?:bucks|quid|dollars|pounds|euros?))[ ]?\Z"
)
_RATE: Final = lazy_pattern(r"(?:\d ?%|per cent|percent|\b(?:days|holiday|leave))[ ]\Z")
#: What makes m/m and w/w a comparison, and no speed or share of weights.
_GREW: Final = words(
    "up down rose rise rises fell fall falls grew grow grows growth gained lost dropped drop "
    "climbed increase increased decrease decreased jumped slipped declined advanced "
    "inflation change"
)
_PERCENT: Final = lazy_pattern(r"\d[ ]?(?:%|pct|percent|bps|pp)[ ]?\(?\Z")

#: Cells, seats and squares have such names too; np is a module.
_NO_CHAT: Final = LABELS | words("cell block square key to pawn as import nm")
#: Hardware's, and no homework's.
_OF_MACHINES: Final = words(
    "acceleration accelerated accel wallet wallets encoder decoder encoding decoding support "
    "config revision rev version design platform spec specs requirements team vendor bug "
    "limitations and is = : , ( bits line bus"
)
#: Before these ur is "you are".
_BEING: Final = words(
    "the a an so not too very welcome right wrong gonna going just all such being late early in on "
    "at my always never really still here there back safe amazing awesome cute funny great"
)
#: Beside these a small u is "you".
_BESIDE_U: Final = words(
    "see c r are is was were do did does can could will would should have had has got get love "
    "miss thank if when what how where who why that and so but for to with from of tell told call "
    "text ask want wanna need know think feel like ok me my i we all both ready guys too at on "
    "hear hope meet send give gave owe wish up free home awake busy mad around still there down "
    "alright good sure really never always don't didn't won't can't aren't not gotta busy coming"
)
_VARIABLES: Final = words("let variable vector letter function where solve for = + - ×")


def _read_short(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if cursor.before(start).lower() in _NO_CHAT or (start and cursor.text[start - 1] in ".$/@#-_"):
        return None
    if match["name"] == "prob" and cursor.right(end, 1) == ".":
        return None  # a problem's
    if match["name"] == "msg" and start and cursor.text[start - 1] in "\"'`":
        return None
    if match["name"] in ("hw", "addr") and cursor.after(end).lower() in _OF_MACHINES:
        return None
    said, _, other = _CHAT[match["name"].lower()].partition("|")
    if other and cursor.after(end).lower() not in _BEING:
        said = other
    if match["name"][0].isupper():
        said = said[0].upper() + said[1:]
    return say(said, start, end)


#: A figure for a word: gtg 2 class, need 2 go, thx 4 the ride, wait 4 me.
_FIGURE: Final = lazy_pattern(r"(?P<figure>[24])(?= [a-z])")
_TO_AFTER: Final = words("gtg g2g have need needs want wants got going trying like love used try")
_TO_DO: Final = words(
    "go get see be do know say come talk eat sleep work meet buy make take tell ask try leave run "
    "have hear help finish study watch play bed school class split order grab join share book pick "
    "stop check send bring use show give move start drive walk"
)
_MOVING: Final = words("coming come comes came went go going back over next talk talking listen")
_WHERE: Final = words("the my ur your me u him her them school work bed class church dinner lunch")
_FOR_AFTER: Final = words("thanks thx ty wait waiting looking good ready sorry thank here there")
_FOR_WHOM: Final = words("the u you me ur your that this it all everything coming him her us")


def _read_figure(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("figure")
    before, after = cursor.before(start).lower(), cursor.after(end).lower()
    done = after in _TO_DO or before in ("gtg", "g2g")
    if match["figure"] == "2" and before in _TO_AFTER and done:
        return say("to", start, end)
    if match["figure"] == "2" and before in _MOVING and after in _WHERE:
        return say("to", start, end)
    if match["figure"] == "4" and before in _FOR_AFTER and after in _FOR_WHOM:
        return say("for", start, end)
    return None


def _read_u(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    before, after = cursor.before(start).lower(), cursor.after(end).lower()
    if before in _VARIABLES or after in _VARIABLES:
        return None
    if before in _BESIDE_U or after in _BESIDE_U or _is_last(cursor, before, end):
        return say("you", start, end)
    return None


def _is_last(cursor: Cursor, before: str, end: int) -> bool:
    """Whether it ends a line that no capital begins: ill venmo u."""
    stops = cursor.ends(end) or cursor.right(end, 1) in ("!", "?", ",")
    word = len(before) > 2 and before.isalpha() and before not in ("letter", "vowel", "big")
    return stops and word and cursor.text.lstrip()[:1].islower()


#: Without its apostrophe: ill call you. Elsewhere somebody is ill.
_ILL: Final = lazy_pattern(r"(?P<name>[Ii]ll)(?= [a-z])")
_ILL_DOES: Final = words(
    "be call text ask tell send bring pick meet see do get go have let come take make try check "
    "pay venmo email message ping grab give find wait buy drive walk leave start help look put "
    "add fix talk think just probably prob def definitely also never always order cook book show "
    "keep"
)


def _read_ill(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("name")
    before = cursor.before(start).lower()
    if cursor.after(end).lower() not in _ILL_DOES:
        return None
    opens = not before or before in _BEFORE_ILL or not before[-1].isalnum()
    return say("I'll", start, end) if opens else None


_BEFORE_ILL: Final = words(
    "and but so ok okay then or think guess maybe sure yes yeah if omg lol well"
)


_R: Final = lazy_pattern(r"r(?= (?:@|[a-z]))")
_ARE_BEFORE: Final = words("how where who what why when u you we they these those there ppl people")
_ARE_AFTER: Final = words("u you we they ur @ not so too gonna going coming good here still all")


def _read_r(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    before, after = cursor.before(match.start()).lower(), cursor.after(match.end()).lower()
    if before == "let" or after not in _ARE_AFTER:
        return None
    if before not in _ARE_BEFORE and not (before.isalpha() and is_counted(before)):
        return None
    return say("are", *match.span())


def _read_digested(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return spell("TLDR", *match.span())


def _read_grown(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """YoY, and WoW or m/m after a share: others are a game, a kiss, a speed."""
    start, end = match.span()
    written = match.group().lower()
    if written[0] in "mw":
        left = cursor.left(start, 48).lower()
        if not _PERCENT.search(left) or not ("+" in left or _GREW.intersection(left.split())):
            return None
    span = _SPANS[written[0]]
    return say(f"{span} over {span}", start, end)


def _read_each(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    written = match.group()
    left = cursor.left(start, 24)
    if not _PRICE.search(left) and not (written == "p.a." and _RATE.search(left)):
        return None
    ended = mark(".", end - 1, end) if written[-1] == "." and cursor.ends(end) else []
    return say(_EACH_SAID[written], start, end) + ended


RULES: Final = (
    Rule(
        "chat.short",
        Start.NUMBER | Start.COUNTED | Start.LETTER,
        _SHORT,
        _read_short,
        (
            ("np, gr8 game", "no problem, great game", "chat"),
            ("c u 2nite", "see you tonight", "chat"),
            ("ur late with ur rent", "you're late with your rent"),
        ),
        firsts="".join({c for w in _CHAT for c in (w[0], w[0].upper())}),
    ),
    Rule(
        "chat.figure",
        Start.NUMBER,
        _FIGURE,
        _read_figure,
        (("need 2 go", "need to go"), ("thx 4 the ride", "thanks for the ride")),
        firsts="24",
    ),
    Rule(
        "chat.you",
        Start.LETTER,
        _U,
        _read_u,
        (("if u want", "if you want"), ("can't hear u", "can't hear you")),
        firsts="u",
    ),
    Rule(
        "chat.ill",
        Start.LETTER,
        _ILL,
        _read_ill,
        (("ok ill call you", "ok I'll call you"), ("but ill be late", "but I'll be late")),
        firsts="iI",
    ),
    Rule(
        "chat.are",
        Start.LETTER,
        _R,
        _read_r,
        (("where r they", "where are they"), ("doors r @ 8", "doors are at eight")),
        firsts="r",
    ),
    Rule(
        "chat.digested",
        Start.LETTER,
        _DIGESTED,
        _read_digested,
        (("TL;DR: yes", "T L D R: yes"),),
        firsts="Tt",
    ),
    Rule(
        "chat.grown",
        Start.CODED | Start.LETTER,
        _GROWN,
        _read_grown,
        (
            ("up 12% YoY", "up twelve percent year over year", "rates"),
            ("fell 3% m/m", "fell three percent month over month"),
        ),
        firsts="YyQqMmWw",
    ),
    Rule(
        "chat.each",
        Start.CODED | Start.LETTER,
        _EACH,
        _read_each,
        (
            ("$40 p/p", "forty dollars per person", "rates"),
            ("£950 pcm", "nine hundred fifty pounds per calendar month"),
        ),
        firsts="p",
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(w.split()[0] for w in _CHAT) | {
    "u", "r", "ill", "tl", "yoy", "qoq", "pp", "ppn", "pppn", "pcm", "pw", "pa"
}  # fmt: skip
