# pure: no socket, thread or clock.
"""Full stops after a unit, in names of law, after the U.S. and after any word of a language:
whether they end a sentence.

`text[first]` is the first character after the stop's white space; `final`: no more text comes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from .abbreviations import NUMBERED, STARTERS, words

#: How far back the words before are looked at.
_WORD: Final = 40
_LINE: Final = 50
_BREAK: Final = "\n\r\v\f\x85\u2028\u2029"
_WORD_AT: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER_AT: Final = re.compile(r"[\d.,/½⅓⅔¼¾]+[ -]?(?P<unit>[A-Za-z]*)")
#: What a bigger unit goes on with: 6 ft. 2 in.
_SMALLER: Final = words("in oz min mins sec secs s m")
#: What belongs to the noun behind it: a 6-ft. HDMI cable.
_ATTRIBUTE: Final = re.compile(r"\d-(?:ft|in|yd|lb|oz|gal|qt|hr|min|sq|mi|pk|ct|pc|mo|yr|wk)\Z")
#: A line that begins with a quantity.
_ENTRY: Final = re.compile(r"[\s*•-]{0,8}[\d½⅓⅔¼¾][\d ./½⅓⅔¼¾-]{0,8}[A-Za-z.]{1,6}\Z")
_TWO_WORDS: Final = re.compile(
    r"(?P<one>[^\W\d_]+(?:['’][^\W\d_]+)*)(?P<gap>\s*)(?P<next>[^\W\d_]+(?=\W)|[^\w\s])?"
)
#: After "in the U.S." these go on with it even before a word in small letters.
_INSTITUTIONS: Final = words(
    "Navy Army Senate Congress House Supreme President Presidential Government Department Treasury "
    "Federal Air Marine Marines Coast Capitol Embassy Constitution Open Border Customs Forces "
    "Military Attorney District Court Security Council Parliament Dollar Ambassador Secretary "
    "Postal Census Bureau Code Armed Geological Olympic National Women Men Commission Charter"
)
_PLACED: Final = re.compile(
    r"(?:^|\s)(?:in|from|to|of|across|within|around|outside|inside|throughout|for|by|with|into|leave|"
    r"left|entered|via|like|than|and)\s(?:the\s)?\Z",
    re.IGNORECASE,
)


#: Rules of American courts and reporters: Fed. R. Civ. P. 12, 93 S. Ct. 705.
_LAW: Final = re.compile(r"(?:\bFed\. ?R\. ?(?:Civ|Crim|App|Bankr)?|\bL\. ?Ed|\bS\. ?Ct)\Z")
_REPORTER: Final = re.compile(r"\d [SLF]\Z")
#: Codes of law: Cal. Civ. Proc. Code.
_OF_CODES: Final = words(
    "Cal Tex Fla Civ Proc Bus Com Prof Lab Veh Fam Ins Corp Educ Pub Util Res Rev Gen"
)
_CODE: Final = re.compile(r"(?:(?:[A-Z][a-z]+\.?|&|of) ){0,4}(?:Code\b|Stat\.|Laws\b|§)")
_CODE_SIZE: Final = 32
#: What has a letter for its number: Ex. A, Rm. B.
_LETTERED: Final = words("Ex Rm Bldg Apt Ste")
_LETTER: Final = re.compile(r"[A-Z]{1,2}(?![\w'])")
#: Words in small letters that are short for others after these: do ex. 4, see cat. 3.
_ASKED: Final = re.compile(
    r"\b(?:see|do|in|finish|read|and|from|complete|solve|redo|skip|try) (?:ex|prob|app|prop|tab)\Z",
    re.IGNORECASE,
)
#: What stands before a full stop, what goes on behind it, and what that begins with:
#: Hauptstr. 12, a 45 y.o. M, 101 S. 5th St., amend. XIV.
_PAIRS: Final = (
    (re.compile(r"\b[A-Z][a-zà-ÿ]{2,20}str\Z"), re.compile(r"\d"), "123456789"),
    (re.compile(r"\by\.o\Z"), re.compile(r"[MF](?![\w'])"), "MF"),
    (re.compile(r"\b[Rr]esp\Z"), re.compile(r"\d"), "0123456789"),
    (re.compile(r"\d [NSEW]\Z"), re.compile(r"\d{1,3}(?:st|nd|rd|th)\b"), "123456789"),
    (
        re.compile(r"\b(?:[Aa]mend|[Aa]rt|[Vv]ol|[Cc]h|[Pp]t|[Ss]ec|[Ff]ig|[Bb]k|[Oo]p|[Cc]l)\Z"),
        re.compile(r"[IVXLC]{2,6}(?![\w'])"),
        "IVXLC",
    ),
)
_PAIR_SIZE: Final = 8
#: Papers of a court: Pl.'s Mot. for, Def. Ex. 3.
_PAPER: Final = re.compile(r"\b(?:Mot|Mem|Prelim|Summ)\Z")
_PARTY: Final = re.compile(r"\b(?:Pls?|Defs?)\Z")
_PARTYS: Final = re.compile(r"(?:Mot|Mem|Ex|Exs|Br|Opp|Resp|Reply|Compl|Decl|Dep|Obj|Stmt)\b")
#: Medicines that are counted: 1 cap. 3x/day.
_TAKEN: Final = re.compile(r"\d (?:caps?|tabs?)\Z")
#: A direction after a distance: 2 mi. E of town.
_WAY: Final = re.compile(r"[NSEW]{1,3} (?:of|on|along|to|toward)\b")
_WAY_SIZE: Final = 12


#: Something that has a number, and a number with capitals in it: model no. XJ.
_NUMBERED: Final = re.compile(rf"\b(?:{'|'.join(sorted(NUMBERED))})\.?\s\Z", re.IGNORECASE)
_CAPITALS: Final = re.compile(r"[A-Z]{2}|[A-Z],|[A-Za-z-]{0,4}\d")


def is_code(text: str, begin: int, first: int, start: int) -> bool:
    """Whether "no." at `begin` is the number of something, with a code for it next.

    start: where its sentence begins
    """
    before = text[max(start, begin - _WORD) : begin]
    return bool(_NUMBERED.search(before)) and bool(_CAPITALS.match(text, first))


#: Code: x ?? y, a.b ?? null.
_ELSE_LEFT: Final = re.compile(r"(?:(?<![\w'’])[a-z]|\w\.\w{1,24}|[)\]`]) \Z")
_ELSE_RIGHT: Final = re.compile(
    r"[A-Za-z](?![\w'’])|\w{1,24}[._(]\w|null\b|undefined\b|[\"'`\[{(\d]"
)


def is_operator(text: str, start: int, first: int) -> bool:
    """Whether two question marks at `start` stand between two values of a program."""
    left = text[max(0, start - _WORD) : start]
    return _ELSE_LEFT.search(left) is not None and _ELSE_RIGHT.match(text, first) is not None


def name_goes_on(text: str, stop: int, first: int, final: bool) -> bool | None:
    """Whether what follows the full stop at `stop` is the rest of a name or of a dose.
    None: more text must tell.
    """
    left = text[max(0, stop - 24) : stop]
    word = left.rsplit(None, 1)[-1] if left.strip() else ""
    if _LAW.search(left) or _ATTRIBUTE.search(left):
        return True
    if _PAPER.search(left):
        return text[first].isupper() or text[first].isdigit()
    if _PARTY.search(left) and text[first].isupper():
        if len(text) - first < _PAIR_SIZE and not final:
            return None
        return _PARTYS.match(text, first) is not None
    if _TAKEN.search(left):
        return text[first].isdigit()
    if word in _OF_CODES and (text[first].isupper() or text[first] in "§&"):
        if len(text) - first < _CODE_SIZE and not final:
            return None
        return _CODE.match(text, first, first + _CODE_SIZE) is not None
    if _REPORTER.search(left) and text[first] in "CES":
        if len(text) - first < len("Supp.") and not final:
            return None
        return text.startswith(("Ct.", "Ed.", "Supp."), first)
    if text[first].isdigit() and _ASKED.search(left):
        return True
    for looks, follows, begins in _PAIRS:
        if text[first] in begins and looks.search(left):
            if len(text) - first < _PAIR_SIZE and not final:
                return None
            return follows.match(text, first, first + _PAIR_SIZE) is not None
    if word in _LETTERED and text[first].isupper():
        if len(text) - first < 3 and not final:
            return None
        return _LETTER.match(text, first) is not None
    return False


def unit_ends(text: str, stop: int, first: int, final: bool) -> bool | None:
    """Whether the full stop after a number and its unit ends a sentence: not in 6 ft. 2 in.,
    and not in a list, where 1 lb. Italian sausage is a line. None: more text must tell.
    """
    if text[first] in "NSEW":
        if len(text) - first < _WAY_SIZE and not final:
            return None
        if _WAY.match(text, first, first + _WAY_SIZE):
            return False
    if text[first].isdigit():
        found = _NUMBER_AT.match(text, first)
        if found is None:
            return True
        if found.end() == len(text) and not final:
            return None
        return found["unit"] not in _SMALLER and found["unit"] != "x"
    line = re.split(rf"[{_BREAK}]", text[max(0, stop - _LINE) : stop])[-1]
    return _ENTRY.match(line) is None


def country_ends(text: str, begin: int, first: int, final: bool) -> bool | None:
    """Whether U.S. ends a sentence before a capital: "from the U.S. Prices rose", but
    "the U.S. Navy" and "in the U.S. Senate". None: more text must tell.
    """
    follower = _TWO_WORDS.match(text, first)
    if follower is None or follower["next"] is None:
        if not final and len(text) - first < _WORD:
            return None
        bare = _WORD_AT.match(text, first)
        return bare is not None and bare.group().lower() in STARTERS
    if follower["one"].lower() in STARTERS:
        return True
    if follower["one"] in _INSTITUTIONS or not follower["next"].islower():
        return False
    return _PLACED.search(text, max(0, begin - _WORD), begin) is not None


#: After p.m., in capitals.
ZONES: Final = words(
    "ET CT MT PT EST EDT CST CDT MST MDT PST PDT AKST AKDT HST GMT UTC BST IST CET CEST EET EEST "
    "WET MSK JST KST SGT HKT AEST AEDT AWST NZST NZDT ART BRT WIB PHT CAT EAT WAT SAST PKT"
)
_AFTER_CLOCK: Final = words(
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june "
    "july august september october november december "
    "eastern central mountain pacific"
)
#: After p.m., the clock of a place: 3 p.m. London time.
_PLACE_TIME: Final = re.compile(r"[A-Z][a-z]+ (?:[A-Z][a-z]+ )?(?:[Tt]ime|[Ss]tandard)\b")
_PLACE_SIZE: Final = 32


def clock_ends(text: str, after: str, first: int, final: bool) -> bool | None:
    """Whether a.m. or p.m. ends a sentence before the word `after`. None: more text must tell."""
    if after.lower() in _AFTER_CLOCK or after in ZONES:
        return False
    if not after[0].isupper() or after.lower() in STARTERS:
        return True
    if len(text) - first < _PLACE_SIZE and not final:
        return None
    return _PLACE_TIME.match(text, first, first + _PLACE_SIZE) is None


@lru_cache(maxsize=4096)  # words before a full stop: a long book has some thousands
def library_ends(lang: str, word: str, follower: str) -> bool:
    """Whether `sentencex` ends a sentence after the full stop of `word`, before `follower`."""
    # Imported here: it is not needed before the first text comes.
    import sentencex

    # The library takes UTF-8, which half of a surrogate pair has no place in.
    probe = f"And {word}. {follower}".encode("utf-8", "replace").decode("utf-8")
    return len(sentencex.get_sentence_boundaries(lang, probe)) > 1
