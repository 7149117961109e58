# pure: no socket, thread or clock.
"""Figures of sport: sets (6-4, 7-6(5)), records (11-2), shots (7-12 from 3), averages (.304)."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, mark, say
from .number_words import cardinal, pairs
from .rule import Rule, Start

_SET: Final = r"(?:6[-–][0-4]|[0-4][-–]6|7[-–][56]|[56][-–]7)(?: ?\(\d{1,2}(?:[-–]\d{1,2})?\))?"
#: Two sets or more are a match; a set alone may be anything.
_SETS: Final = lazy_pattern(rf"{_SET}(?:[,;]?(?: and)? {_SET}){{1,4}}(?![\w-]|[.:/]\d)")
#: Before sets; elsewhere they are hours or ages.
_PLAYED: Final = lazy_pattern(
    r"(?:\A|[:(]|\b(?:won|wins?|lost|loss|beat|beats|victory|defeat|scores?|sets?|[A-Z][\w'’-]+)"
    r"(?: (?:by|of|in|was))?)\s*\Z"
)
_PIECE: Final = lazy_pattern(r"\d+|[-–(),;]|and")
_RECORD: Final = lazy_pattern(
    r"(?P<won>\d{1,3})[-–](?P<lost>\d{1,3})(?:[-–](?P<drawn>\d{1,2}))?(?!\w|[.,:/-]\d|[-–%])"
)
#: A record in brackets is that of the name before, if a word of sport stands by.
_NAMED: Final = lazy_pattern(r"[A-Z][\w.'’&]*[A-Za-z.] \(\Z")
_SPORT: Final = lazy_pattern(
    r"\b(?:hosts?|visits?|beat|beats|faces?|plays?|played|defeated|edged|routed|"
    r"season|playoffs?|standings|conference|division|league|home game|kickoff|coach|undefeated|"
    r"winless|unbeaten|took|swept|split|straight|champions?|seed|seeded|ranked|streak|bracket|tournament|record)\b",
    re.I,
)
_HELD: Final = lazy_pattern(
    r"\b(?:(?:improved?s?|fell|falls?|dropped) to|records? (?:of|is|was)|(?:is|are|now) now|"
    r"to (?:an? )|(?:an|a) )(?: overall)? ?\Z",
    re.I,
)
_TOLD: Final = lazy_pattern(
    r"(?:improved?s?|fell|falls?|dropped|records?|(?:is|are|'re|'s) now)\b[^.!?]*\Z", re.I
)
_OVER: Final = lazy_pattern(
    r"\s*\Z|[.,;!?)]|,? (?:with|after|on|overall|this|in|for|and|by|at|when|following)(?!\w)"
)
_STANDS: Final = lazy_pattern(
    r" (?:record|start|season|mark|overall|on the (?:season|year)|"
    r"in (?:conference|league|division))(?!\w)"
)
#: Before goals, not games: won 3-1 on the season.
_PLAYED_ONE: Final = lazy_pattern(r"\b(?:won|win|lost|loss|beat|series|leads?|trails?|drew) \Z")
_SHOTS: Final = lazy_pattern(
    r"(?P<made>\d{1,2})[-–](?P<tried>\d{1,2})(?= (?:from (?:3|three|deep|beyond|downtown|"
    r"the (?:field|line|floor|arc|stripe))(?!\w)|shooting|on (?:3s|threes)))"
)
#: Parts of a thousand: .304, and three of them with strokes between.
_AVERAGES: Final = lazy_pattern(
    r"\.\d{3}(?:/\.\d{3}){0,3}(?![\w%]|[.,]\d|[ -](?:mm|cm|in\.|inch|sec|cal|kg|oz|lb))"
)
_BATTED: Final = lazy_pattern(
    r"\b(?:bat(?:s|ted|ting)|hit(?:s|ting)?|slash(?:es|ed|ing)|ops|obp|slg|babip|on-base|slugging|"
    r"percentage|pct|clip|career|avg)\b[^!?]{0,40}\Z",
    re.I,
)
_BATTING: Final = lazy_pattern(
    r" (?:batting|hitter|hitting|career|on-base|slugging|ops|obp|team|ball|clip|winning|lifetime|"
    r"with (?:\d+|an?) (?:homers?|home|hrs?|rbis?|doubles|stolen))\b",
    re.I,
)
#: How a team stands: they're 10-4 and tied for first, he is 9-0 this season.
_STANDING: Final = lazy_pattern(
    r"\b(?:[Tt]hey|[Ww]e|[Hh]e|[Ss]he|[Yy]ou|[A-Z][\w'’]+)(?:['’](?:re|s)| are| is| were| was) \Z"
)
_STOOD: Final = lazy_pattern(
    r" (?:and (?:tied|lead|leads|sit|sits|in) |this (?:season|year)|on the (?:season|year|road)|"
    r"at home(?!\w)|in (?:the |their )?(?:[AN]FC|SEC|conference|division|league)|since (?:the|his))"
)
_NEAR: Final = 96


#: The one who lost, and by how many goals: beat Italy (2-1).
_BEATEN: Final = lazy_pattern(
    r"\b(?:beat|beats|beating|defeated|edged|routed|over) (?:[A-Z][\w.'’-]+ ){1,3}\(\Z"
)
#: When goals were scored: Salah 12', 45+2'.
_MINUTES: Final = lazy_pattern(
    r"(?P<minute>\d{1,3})(?:\+(?P<more>\d{1,2})['′](?!\w)|['′](?=[,;)]|\s*\Z| \())"
)
_GOALS: Final = lazy_pattern(
    r"[^.!?\d]{0,32}(?:\d{1,2}\+)?\d{1,3}['′]|[^.!?]{0,40}\b(?:FT|HT|pen|og)\b"
)
_SCORED: Final = lazy_pattern(r"(?:\d[-–]\d|['′][,;])[^.!?]{0,80}\Z")
#: Runs and wickets.
_RUNS: Final = lazy_pattern(
    r"(?P<runs>\d{1,3})[-–/](?P<wickets>\d|10)(?: (?P<declared>dec|d)\.?)?(?!\w|[.,/-]\d)"
)
_CRICKET: Final = lazy_pattern(
    r"\b(?:stumps|at (?:tea|lunch)|(?:first|second) innings|follow-on|not out|run rate|declared|"
    r"wickets?|overs|all out|batsm[ae]n|bowled|bowlers?|run chase|test match|cricket|"
    r"ODI|T20)\b",
    re.I,
)


def _read_minutes(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if match["more"]:
        return say(f"{cardinal(match['minute'])} plus {cardinal(match['more'])}", *match.span())
    goal_before = any(run[2] == "scores.minutes" for run in cursor.runs[-3:])
    if not goal_before and not cursor.before(start)[:1].isupper():
        return None
    listed = _GOALS.match(cursor.text, match.end(), match.end() + _NEAR)
    if not listed and not _SCORED.search(cursor.left(start, _NEAR)):
        return None
    return say(cardinal(match["minute"]), *match.span())


def _read_wickets(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    around = cursor.left(start, _NEAR) + " " + cursor.right(end, _NEAR)
    if int(match["runs"]) < 11 or not _CRICKET.search(around):
        return None
    if cursor.after(end).lower() in ("overs", "runs", "wickets", "innings"):
        return None
    said = f"{cardinal(match['runs'], cursor.british)} for {cardinal(match['wickets'])}"
    return say(f"{said} declared" if match["declared"] else said, start, end)


def _read_sets(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    before = cursor.left(match.start(), _NEAR)
    if "(" not in match.group() and not _PLAYED.search(before):
        return None
    parts: list[Part] = []
    for piece in _PIECE.finditer(match.group()):
        start, end = match.start() + piece.start(), match.start() + piece.end()
        sign = piece.group()
        if sign.isdecimal():
            parts += say(cardinal(sign), start, end)
        elif sign == "and":
            parts += say(sign, start, end)
        elif sign in "(,;":
            parts += mark(",", start, end)
    return parts


def _read_record(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    before = cursor.left(start, _NEAR)
    if before.endswith("("):
        if cursor.right(end, 1) not in (")", ",") or not _NAMED.search(before):
            return None
        if not _SPORT.search(cursor.around(start, end, _NEAR)):
            return None
        if _BEATEN.search(before) and max(map(len, match.group("won", "lost"))) == 1:
            return None
    elif _STANDING.search(before) and _STOOD.match(cursor.text, end):
        pass
    elif (_PLAYED_ONE.search(before) or not _STANDS.match(cursor.text, end)) and not (
        _HELD.search(before) and _TOLD.search(before) and _OVER.match(cursor.text, end)
    ):
        return None
    numbers = [n for n in match.group("won", "lost", "drawn") if n]
    games = ["oh" if n == "0" else cardinal(n) for n in numbers]
    return say(" ".join([*games[:-1], "and", games[-1]]), start, end)


def _read_shots(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if int(match["made"]) > int(match["tried"]):
        return None
    return say(f"{cardinal(match['made'])} for {cardinal(match['tried'])}", *match.span())


def _read_averages(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Where it is played with bats: three oh four, without the point."""
    start, end = match.span()
    beside = _BATTED.search(cursor.left(start, _NEAR))
    if "/" not in match.group() and not beside and not _BATTING.match(cursor.text, end):
        return None
    parts: list[Part] = []
    for number in re.finditer(r"\d+", match.group()):
        first, last = start + number.start(), start + number.end()
        parts += mark(",", first - 2, first - 1) if parts else []
        parts += say(_average(number.group()), first - 1, last)
    return parts


def _average(thousandths: str) -> str:
    if len(thousandths) > 1 and thousandths[0] == "0":
        return f"oh {_average(thousandths[1:])}"
    return pairs(thousandths)


RULES: Final = (
    Rule(
        "scores.sets",
        Start.NUMBER,
        _SETS,
        _read_sets,
        (
            ("won 6-4, 3-6, 7-6(5)", "won six four, three six, seven six, five", "scores"),
            ("6-3 6-2", "six three six two"),
        ),
        firsts="01234567",
    ),
    Rule(
        "scores.record",
        Start.NUMBER,
        _RECORD,
        _read_record,
        (
            ("Bears (11-2) host", "Bears (eleven and two) host", "scores"),
            ("improved to 8-3-1", "improved to eight three and one", "scores"),
            ("are now 9-0 on the season", "are now nine and oh on the season"),
        ),
        firsts="0123456789",
    ),
    Rule(
        "scores.shots",
        Start.NUMBER,
        _SHOTS,
        _read_shots,
        (("7-12 from 3", "seven for twelve from three", "scores"),),
        firsts="0123456789",
    ),
    Rule(
        "scores.minutes",
        Start.NUMBER,
        _MINUTES,
        _read_minutes,
        (("won 2-0 (Salah 12', 45+2')", "won two to zero (Salah twelve, forty five plus two)"),),
        firsts="0123456789",
    ),
    Rule(
        "scores.wickets",
        Start.NUMBER,
        _RUNS,
        _read_wickets,
        (("246-5 at stumps", "two hundred forty six for five at stumps"),),
        firsts="0123456789",
    ),
    Rule(
        "scores.averages",
        Start.NUMBER,
        _AVERAGES,
        _read_averages,
        (
            ("batting .304", "batting three oh four", "scores"),
            ("a .500 team", "a five hundred team"),
            ("slashed .304/.390/.646", "slashed three oh four, three ninety, six forty six"),
        ),
        firsts=".",
    ),
)
