# pure: no socket, thread or clock.
"""What doctors note: how a medicine is taken (q4-6h, 10 mg po bid), figures of the blood."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say, spell
from ..number_words import cardinal
from ..rule import Rule, Start

_EVERY: Final = lazy_pattern(
    r"[qQ](?P<one>\d{1,2})(?:[-–](?P<two>\d{1,2}))?[ ]?(?P<unit>hrs?|h|d|wk)(?!\w)"
)
_UNITS: Final = {
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "d": "day",
    "wk": "week",
    "min": "minute",
}


#: How and when it is taken, in small letters: 10 mg po qd.
_TAKEN: Final = lazy_pattern(
    r"(?P<how>po|bid|tid|qid|qd|qod|qhs|qam|qpm|prn|hs|ac|pc|sq|sl|im)(?![\w'.-])"
)
_DOSED: Final = lazy_pattern(
    r"\d ?(?:mg|mcg|ml|mL|g|units?|puffs?|drops?|gtts?|tabs?|tablets?|caps?|capsules?|h|hrs?)\.?"
    r"(?: (?:by mouth|once|twice|daily|IV|IM|PO|po|bid|tid|qid|qd|q\d{1,2}h))* \Z"
)
#: Figures of the blood, two or more of them: Na 138, K 4.2.
_LAB: Final = lazy_pattern(r"(?P<name>Na|K|Cl|Cr|Hgb|Hb|Hct|Plts?|Ca|Mg|Phos|Gluc)(?=:? \d)")
_LABS: Final = {
    "Na": "sodium", "K": "potassium", "Cl": "chloride", "Cr": "creatinine", "Hgb": "hemoglobin",
    "Hb": "hemoglobin", "Hct": "hematocrit", "Plt": "platelets", "Plts": "platelets",
    "Ca": "calcium", "Mg": "magnesium", "Phos": "phosphorus", "Gluc": "glucose",
}  # fmt: skip
_LAB_BESIDE: Final = lazy_pattern(
    r"(?<!\w)(?:Na|K|Cl|Cr|Hgb|Hb|Hct|Plts?|Ca|Mg|Phos|Gluc|WBC|BUN|CO2|INR)(?=:? \d)"
)
_NEAR: Final = 32


#: The L. lung, R knee pain.
_PAIRED: Final = lazy_pattern(
    r"(?P<side>[LR])\.?(?= (?:lower |upper |lateral |medial )?(?:lungs?|knee|arm|leg|foot|hand|eye|"
    r"ear|hip|shoulder|breast|kidney|wrist|ankle|elbow|thigh|calf|thumb|femur|tibia|lobe|ventricle|"
    r"atrium|side|chest|flank|lobe|quadrant|extremity|forearm|groin|ovary|toe|heel)\b)"
)


def _read_paired(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say("left" if match["side"] == "L" else "right", *match.span())


def _read_taken(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if not _DOSED.search(cursor.left(start, _NEAR)):
        return None
    return spell(match["how"].upper(), *match.span())


def _read_lab(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    left, right = cursor.left(start, _NEAR), cursor.right(end, _NEAR)
    if not (_LAB_BESIDE.search(left) or _LAB_BESIDE.search(right)):
        return None
    return say(_LABS[match["name"]], *match.span())


def _read_every(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    said = f"every {cardinal(one)}" + (f" to {cardinal(two)}" if two else "")
    unit = _UNITS[match["unit"]]
    return say(f"{said} {unit if one == '1' and not two else unit + 's'}", *match.span())


RULES: Final = (
    Rule(
        "measure.paired",
        Start.LETTER,
        _PAIRED,
        _read_paired,
        (("the L. lung", "the left lung"), ("R knee pain", "right knee pain")),
        firsts="LR",
    ),
    Rule(
        "measure.taken",
        Start.LETTER,
        _TAKEN,
        _read_taken,
        (("10 mg po bid", "ten milligrams P O B I D"),),
        firsts="pbtqhasi",
    ),
    Rule(
        "measure.lab",
        Start.LETTER,
        _LAB,
        _read_lab,
        (("Na 138, K 4.2", "sodium one hundred thirty eight, potassium four point two"),),
        firsts="NKCHPMG",
    ),
    Rule(
        "measure.every",
        Start.COUNTED | Start.LETTER,
        _EVERY,
        _read_every,
        (
            ("mg q12h", "milligrams every twelve hours"),
            ("take q4-6h", "take every four to six hours"),
        ),
        firsts="qQ",
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(
    {"po", "bid", "tid", "qid", "hs", "ac", "pc", "sq", "sl", "im", "qd", "qod"}
    | {"qhs", "qam", "qpm", "prn"}
    | {name.lower() for name in _LABS}
)
