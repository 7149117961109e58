# pure: no socket, thread or clock.
"""What courts write: Fed. R. Civ. P. 12, case 22-cv-01473, No. 21-1484, §§ 3-7."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cardinal import label
from .cursor import Cursor, Part, mark, say, spell
from .number_words import digits
from .rule import CAPITALS, Rule, Start

#: Rules of American courts, by their subject.
_RULES: Final = lazy_pattern(
    r"Fed\. ?R\. ?(?:(?P<of>Civ|Crim|App|Bankr)\. ?P\.|(?P<evidence>Evid)\.)"
    r"(?=(?P<number>[ ]?\d)?)"
)
_SUBJECTS: Final = {
    "Civ": "Civil Procedure", "Crim": "Criminal Procedure", "App": "Appellate Procedure",
    "Bankr": "Bankruptcy Procedure", None: "Evidence",
}  # fmt: skip
#: A court's number of a case: its office, the year, the kind of case, a number, judges.
_DOCKET: Final = lazy_pattern(
    r"(?:(?P<office>\d{1,2}):)?(?P<year>\d{4}|\d\d)-"
    r"(?P<kind>cv|cr|civ|crim|mc|mj|md|mdl|ml|misc|ap|bk|cm|sc|sw|po|ca|cf|fc|dr|pr)-"
    r"(?P<number>\d{2,7})(?P<judges>(?:-[A-Z]{2,4}){0,3})(?![\w-])",
    re.IGNORECASE,
)
_NUMBERED: Final = lazy_pattern(
    r"(?P<year>(?:19|20)\d\d(?=[-–]\d{1,5})|\d\d(?=[-–]\d{3}))[-–](?P<number>\d{1,5})(?![\w-]|[.,]\d)"
)
_CASES: Final = lazy_pattern(
    r"(?:\b(?:No|Nos|Docket|Case|Application|Appeal|Pet|Inv|Invoice|Claim|File|Job|Permit|Policy|"
    r"Ticket)\.?(?: (?:No|Nos)\.?)?|\bcase|\bdocket"
    r"|\b(?:No|Nos)\. \d\d[-–]\d{3,5}(?:,| and|, and)):? \Z"
)
#: Volume, reporter and page: 502 F.3d at 1021, 93 S. Ct. 705.
_REPORTER: Final = lazy_pattern(
    r"(?P<volume>\d{1,4}) (?P<name>F\.(?: ?Supp\.)?|N\. ?[EW]\.|S\. ?[EW]\.|P\.|A\.|So\.|S\. ?Ct\.|"
    r"L\. ?Ed\.|N\.Y\.S\.|Cal\.(?: ?App\.)?|B\.R\.|F\. ?App'x) ?(?P<series>2d|3d|4th|5th)?"
    r"(?P<at> at)? (?P<page>\d{1,4})(?![\w/])"
)
#: Codes of American states: Cal. Civ. Proc. Code, Tex. Penal Code.
_CODES: Final = {
    "Cal": "California", "Tex": "Texas", "Fla": "Florida", "Ill": "Illinois",
    "Mass": "Massachusetts",
    "Civ": "Civil", "Proc": "Procedure", "Evid": "Evidence", "Crim": "Criminal", "Bus": "Business",
    "Prof": "Professions", "Gov": "Government", "Lab": "Labor", "Veh": "Vehicle", "Fam": "Family",
    "Prob": "Probate", "Ins": "Insurance", "Corp": "Corporations", "Educ": "Education",
    "Pub": "Public", "Util": "Utilities", "Res": "Resources", "Rev": "Revised", "Gen": "General",
    "Ann": "Annotated", "Comp": "Compiled", "Stat": "Statutes", "Penal": "Penal",
}  # fmt: skip
_CODE_NAME: Final = lazy_pattern(
    rf"(?P<name>{'|'.join(_CODES)})\."
    r"(?=(?: (?:[A-Z][a-z]+\.?|&|of)){0,4} ?(?:Code\b|Stat\.|Laws\b|§))"
)
_MARKS: Final = lazy_pattern(r"(?P<mark>[§¶])(?P=mark)")


def _read_rules(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    rules = "Rule" if match["number"] else "Rules"
    return say(f"Federal {rules} of {_SUBJECTS[match['of']]}", *match.span())


def _read_docket(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts = say(digits(match["office"]), *match.span("office")) if match["office"] else []
    parts += say(label(match["year"]), *match.span("year"))
    kind = match["kind"].lower()
    if kind == "misc":
        parts += say("miscellaneous", *match.span("kind"))
    else:
        parts += spell(kind.upper(), *match.span("kind"))
    parts += say(digits(match["number"]), *match.span("number"))
    for judge in re.finditer(r"[A-Z]+", match["judges"]):
        place = match.start("judges") + judge.start(), match.start("judges") + judge.end()
        parts += spell(judge.group(), *place)
    return parts


def _read_numbered(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """The term and the number in it; Nos. 10-200 are numbers from one to another."""
    start = match.start()
    left = cursor.left(start, 32)
    if not _CASES.search(left) or (left.endswith(("Nos. ", "nos. ")) and len(match["number"]) < 4):
        return None
    return [
        *say(label(match["year"]), *match.span("year")),
        *say(label(match["number"]), *match.span("number")),
    ]


_SERIES: Final = {"2d": "second", "3d": "third", "4th": "fourth", "5th": "fifth"}
_NAMED: Final = {
    "Supp": "supplement",
    "So": "southern",
    "Ct": "court",
    "Ed": "edition",
    "App": "appellate",
}


def _read_reporter(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    series = match["series"]
    if series is None and match["name"] in ("P.", "A.", "F.", "So.", "Cal."):
        return None
    parts = say(label(match["volume"]), *match.span("volume"))
    for piece in re.finditer(r"[A-Za-z]+", match["name"]):
        place = match.start("name") + piece.start(), match.start("name") + piece.end()
        word = piece.group()
        if word == "Cal":
            parts += say("California", *place)
        elif len(word) == 1:
            parts += spell(word, *place)
        else:
            parts += say(_NAMED.get(word, word), *place)
    parts += say(_SERIES[series], *match.span("series")) if series else []
    parts += say("at", *match.span("at")) if match["at"] else []
    return parts + say(label(match["page"]), *match.span("page"))


def _read_code_name(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(_CODES[match["name"]], *match.span())


def _read_marks(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say("sections" if match["mark"] == "§" else "paragraphs", *match.span())


#: Parties and papers: Pl.'s Mot. for Summ. J., Def.'s Opp'n.
_PARTY: Final = lazy_pattern(
    r"(?P<name>Pls?|Defs?|Pet'r|Resp't)(?P<dot>\.?)(?P<owner>'s|')?"
    r"(?= (?:(?:\d(?:st|d|nd|rd|th)|First|Second|Third|Am|Supp|Joint|Renewed|Reply)\.? )?"
    r"(?:Mot\.|Motion|Mem\.|Opp'n|Br\.|Brief|Resp\.|Response|Reply|Compl\.|Ex\.|Exs\.|Decl\.|"
    r"Dep\.|Obj\.|Stmt|Statement|Mem\b))"
)
_PARTIES: Final = {
    "Pl": "Plaintiff", "Pls": "Plaintiffs", "Def": "Defendant", "Defs": "Defendants",
    "Pet'r": "Petitioner", "Resp't": "Respondent",
}  # fmt: skip
_PAPER: Final = lazy_pattern(
    r"(?:(?P<court>S\. ?Ct\.)(?= (?!\d))|(?P<motion>Mot\.)(?= (?:for|to|in|of|at|¶|\d))"
    r"|(?P<judgment>Summ\. ?J\.)"
    r"|(?P<injunction>Prelim\. ?Inj\.)|(?P<memo>Mem\.)(?= (?:of|in|at|\d|¶))|(?P<opposition>Opp'n)"
    r"|(?P<brief>Br\.)(?= (?:in|at|for|of|\d|¶)))"
)
_PAPERS: Final = {
    "court": "Supreme Court", "motion": "Motion", "judgment": "Summary Judgment",
    "injunction": "Preliminary Injunction", "memo": "Memorandum", "opposition": "Opposition",
    "brief": "Brief",
}  # fmt: skip


def _read_party(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(_PARTIES[match["name"]] + (match["owner"] or ""), *match.span())


def _read_paper(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts = say(_PAPERS[match.lastgroup or ""], *match.span())
    if match.group()[-1] == "." and cursor.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


#: Sections of British acts: s 20 of the Theft Act, ss 4 and 5 of the Act.
_SECTION: Final = lazy_pattern(
    r"(?P<s>ss?)\.? ?(?=\d{1,3}[A-Z]{0,2}(?:\(\w{1,4}\)){0,3}(?:(?:,| and| or| to|-|–) ?"
    r"\d{1,3}[A-Z]{0,2}(?:\(\w{1,4}\)){0,3}){0,3},? (?:of|to) [^.!?]{0,80}"
    r"\b(?:Act|Regulations|Code|Order)\b"
    r"|\d{1,3}(?:\(\w{1,4}\)){0,3} [A-Z][\w ]{2,60}\bAct\b)"
)


def _read_section(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say("section" if match["s"] == "s" else "sections", *match.span("s"))


#: Between parties, without a full stop: Roe v Wade, R (Miller) v Secretary.
_VERSUS: Final = lazy_pattern(r"v(?= [A-Z])")


def _read_versus(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    before = cursor.before(start)
    if cursor.text[start - 1 : start] != " " or not (before == ")" or before[:1].isupper()):
        return None
    return say("versus", *match.span())


RULES: Final = (
    Rule(
        "law.versus",
        Start.LETTER,
        _VERSUS,
        _read_versus,
        (("Roe v Wade", "Roe versus Wade"), ("Federer v Nadal", "Federer versus Nadal")),
        firsts="v",
    ),
    Rule(
        "law.section",
        Start.LETTER,
        _SECTION,
        _read_section,
        (
            ("under s 20 of the Theft Act", "under section twenty of the Theft Act"),
            ("ss 4 and 5 of the Act", "sections four and five of the Act"),
        ),
        firsts="s",
    ),
    Rule(
        "law.party",
        Start.LETTER | Start.CODED,
        _PARTY,
        _read_party,
        (("See Def.'s Opp'n at 4", "See Defendant's Opposition at four", "law"),),
        firsts="PDR",
    ),
    Rule(
        "law.paper",
        Start.LETTER | Start.CODED,
        _PAPER,
        _read_paper,
        (
            ("Pl.'s Mot. for Summ. J.", "Plaintiff's Motion for Summary Judgment.", "law"),
            ("the Mem. in support", "the Memorandum in support"),
            ("The S.Ct. ruled", "The Supreme Court ruled"),
        ),
        firsts="MSPOB",
    ),
    Rule(
        "law.rules",
        Start.LETTER | Start.CODED,
        _RULES,
        _read_rules,
        (
            ("Fed. R. Civ. P. 12(b)(6)", "Federal Rule of Civil Procedure twelve B six", "law"),
            ("the Fed. R. Evid. say", "the Federal Rules of Evidence say"),
        ),
        firsts="F",
    ),
    Rule(
        "law.docket",
        Start.NUMBER,
        _DOCKET,
        _read_docket,
        (
            ("22-cv-01473", "twenty two C V zero one four seven three", "law"),
            ("1:19-cr-00012-ABC", "one nineteen C R zero zero zero one two A B C"),
        ),
        firsts="0123456789",
    ),
    Rule(
        "law.number",
        Start.NUMBER,
        _NUMBERED,
        _read_numbered,
        (("Docket No. 21-1484", "Docket Number twenty one fourteen eighty four"),),
        firsts="0123456789",
    ),
    Rule(
        "law.reporter",
        Start.NUMBER,
        _REPORTER,
        _read_reporter,
        (
            ("502 F.3d at 1021", "five oh two F third at ten twenty one"),
            ("93 S. Ct. 705 (1973)", "ninety three S court seven oh five (nineteen seventy three)"),
        ),
        firsts="0123456789",
    ),
    Rule(
        "law.code",
        Start.LETTER,
        _CODE_NAME,
        _read_code_name,
        (("Cal. Civ. Code § 51", "California Civil Code section fifty one"),),
        firsts=CAPITALS,
    ),
    Rule(
        "law.marks",
        Start.SIGN,
        _MARKS,
        _read_marks,
        (("¶¶ 3-7", "paragraphs three to seven"), ("§§ 12 and 14", "sections twelve and fourteen")),
        firsts="§¶",
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(
    {
        "fed",
        "s",
        "ss",
        "pl",
        "pls",
        "def",
        "defs",
        "mot",
        "summ",
        "mem",
        "br",
        "prelim",
        "opp'n",
        "pet'r",
        "resp't",
    }
    | {name.lower() for name in _CODES}
)
