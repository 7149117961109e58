# pure: no socket, thread or clock.
"""Marks and symbols: punctuation, quotes, dashes, signs."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Kind, Part, mark, say
from .joints import joint
from .math import OPERAND, operands
from .number_words import digits
from .rule import Rule, Start

#: The same sign again and again.
_DECORATION: Final = lazy_pattern(r"([^\w\s.!?…])\1{7,}")
_ELLIPSIS: Final = lazy_pattern(r"\.{2,}|…+|(?:\. ){2,}\.|⋯")
_STOPS: Final = lazy_pattern(r"(?P<mark>[.!?‽])(?P<run>[.!?‽]{0,200})")
_CLOSING: Final = lazy_pattern(r"[,;:،؛，；：、]")
_WIDE_STOP: Final = lazy_pattern(r"[。．｡।॥۔]|[！？؟]")
_DASH: Final = lazy_pattern(r"[—–―]+|-{2,}|[-−](?=\s)|(?<=\s)[-−]")
_HYPHEN: Final = lazy_pattern(r"-")
_QUOTE: Final = lazy_pattern(r"[\"“”„«»〈〉《》「」『』‹›]|''|``")
_APOSTROPHE: Final = lazy_pattern(r"['`‚]+")
_BRACKET: Final = lazy_pattern(r"[(\[{（【]|[)\]}）】]")
_RULE: Final = lazy_pattern(r"[_*=~#·•]{3,}(?=\s|\Z)|-{3,}(?=\s*(?:\n|\Z))")
_SLASH: Final = lazy_pattern(r"/")
_BAR: Final = lazy_pattern(r"[|¦]+")
_LOWERED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_AND_SO_ON: Final = lazy_pattern(r"&c\.")
_DEGREES: Final = lazy_pattern(r"[°º]\s?(?P<scale>[CF])(?!\w)")
_BULLET: Final = lazy_pattern(r"[+•‣◦▪·](?=\s)")

_ANY: Final = lazy_pattern(r".", re.DOTALL)

#: Said wherever they stand.
NAMES: Final[dict[str, str]] = {
    "&": "and", "@": "at", "%": "percent", "+": "plus", "=": "equals", "°": "degrees",
    "º": "degrees", "$": "dollars", "£": "pounds", "€": "euros", "¥": "yen", "₹": "rupees",
    "¢": "cents", "§": "section", "¶": "paragraph", "©": "copyright", "№": "number",
    "×": "times", "÷": "divided by", "√": "square root of", "∛": "cube root of",
    "∞": "infinity", "≈": "is about", "≠": "is not equal to", "≤": "is less than or equal to",
    "≥": "is greater than or equal to", "±": "plus or minus", "∓": "minus or plus",
    "∑": "sum of", "∏": "product of", "∫": "integral of", "∂": "partial", "∇": "nabla",
    "∆": "delta", "∈": "in", "∉": "not in", "⊂": "subset of", "∪": "union",
    "∩": "intersection", "∀": "for all", "∃": "there exists", "∧": "and", "∨": "or",
    "¬": "not", "→": "to", "←": "from", "↑": "up", "↓": "down", "↔": "to and from", "⇒": "implies",
    "⇔": "if and only if", "≡": "is equivalent to", "∝": "is proportional to",
    "∅": "empty set", "∴": "therefore", "∵": "because", "‰": "per mille", "\\": "backslash",
    "ª": "", "∘": "of", "♯": "sharp", "♭": "flat", "⊕": "plus", "≪": "is much less than",
    "≫": "is much greater than", "℞": "prescription", "µ": "micro", "⁄": "over",
    "∥": "parallel to", "⊥": "perpendicular to", "−": "minus", "≅": "is congruent to",
    "∼": "about", "⋅": "times",
}  # fmt: skip


def _read_ellipsis(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match.group().startswith("..") and cursor.right(match.end(), 1) == "/":
        return None
    return mark("…", *match.span())


def _read_stops(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    run = match["mark"] + match["run"]
    kinds = dict.fromkeys("!?" if c == "‽" else c for c in run)
    text = "".join(dict.fromkeys("".join(kinds)))
    return [Part(c, *match.span(), Kind.MARK) for c in text.replace(".", "") or "."]


def _read_wide(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = {"！": "!", "？": "?", "؟": "?"}.get(match.group(), ".")
    return mark(said, *match.span())


_FOLDED: Final = {"،": ",", "、": ",", "，": ",", "؛": ";", "；": ";", "：": ":"}


def _read_closing(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return mark(_FOLDED.get(match.group(), match.group()), *match.span())


_NOOPERANDS: Final = frozenset({"if", "is", "of", "at", "to", "in", "or", "by", "be", "we"})


def _read_dash(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if begins_line(cursor, start):
        return []  # a bullet, or a dash before speech
    if _is_hanging(cursor, start, end):
        return []
    if _is_grade(cursor, start, end):
        return say("minus", start, end)
    if match.group() == "–" and cursor.before(start) == "K" and cursor.after(end) == "12":
        return []
    said = joint(cursor, start, end)
    if said is not None:
        return say(said, start, end)
    if match.group() in "-−–" and operands(cursor, start, end):
        return say("minus", start, end)
    if match.group() == "–" and _is_span(cursor, start, end):
        return say("to", start, end)
    return [Part("—", start, end, Kind.DASH)]


_AFTER_HANGING: Final = lazy_pattern(r" (?:to|and|or|or to|and to)\b")
_AFTER_GRADE: Final = lazy_pattern(r"[\s.,;:!?)\"”]|\Z")


def _is_hanging(cursor: Cursor, start: int, end: int) -> bool:
    """Whether a hyphen stands for the rest of a word: two- to three-year."""
    after_word = start > 0 and cursor.text[start - 1].isalnum() and end - start == 1
    return after_word and _AFTER_HANGING.match(cursor.text, end) is not None


_UNTIL: Final = frozenset({"noon", "midnight", "late", "close", "dusk", "dawn", "present"})


def _is_span(cursor: Cursor, start: int, end: int) -> bool:
    """Whether an en dash without spaces means "to": Dec 2023–Jan 2024, 10am–noon."""
    before, after = cursor.text[start - 1 : start], cursor.right(end, 1)
    if not (before.isalnum() and after.isalnum()):
        return False
    return before.isdecimal() or cursor.after(end).lower() in _UNTIL


def _is_grade(cursor: Cursor, start: int, end: int) -> bool:
    """Whether a letter with a minus is a mark: A-, B-."""
    if end - start != 1 or cursor.before(start) not in ("A", "B", "C", "D"):
        return False
    return (
        start > 0
        and cursor.text[start - 1].isalpha()
        and _AFTER_GRADE.match(cursor.text, end) is not None
    )


def _read_hyphen(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if cursor.before(start).lower() in ("noon", "midnight") and cursor.after(end)[:1].isdecimal():
        return say("to", start, end)
    said = joint(cursor, start, end)
    if said is not None:
        return say(said, start, end)
    return say("minus", start, end) if _is_grade(cursor, start, end) else []


#: A quotation mark that can only close one, which began in the sentence before: Room 12B?"
_CLOSES: Final = lazy_pattern(r"[?!.,…]\"(?=\s|\Z)")


def _read_quote(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    written = match.group()
    if written in "“„«「『《〈‹" or written == "``":
        opening = True
    elif written in "”»」』》〉›":
        opening = False
    else:
        opening = not cursor.quoted and not _CLOSES.match(cursor.text, max(0, start - 1))
    cursor.quoted = opening
    return [Part("“" if opening else "”", start, end, Kind.OPENING if opening else Kind.MARK)]


def _read_nothing(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return []


def _read_bracket(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    opening = match.group() in "([{（【"
    if match.group() in "()" or match.group() in "[]{}（）【】":
        kind = Kind.OPENING if opening else Kind.MARK
        return [Part("(" if opening else ")", *match.span(), kind)]
    return None


def _read_rule(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match.group()[0] == "-" and not begins_line(cursor, match.start()):
        return None
    return []


def begins_line(cursor: Cursor, position: int) -> bool:
    """Whether only spaces stand before `position` on its line."""
    left = cursor.left(position, 32).rstrip(" \t")
    return (not left and position < 32) or left.endswith(("\n", "\r"))


def _read_slash(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    following = cursor.after(end)
    if len(following) > 1 and following.isalpha() and following.isupper():
        return (
            mark(",", start, end)
            if cursor.text[start - 1 : start] == " "
            else say("slash", start, end)
        )
    if operands(cursor, start, end) and cursor.before(start)[:1].isdecimal():
        return say("divided by", start, end)
    if operands(cursor, start, end):
        return say("over", start, end)
    spaced = cursor.text[start - 1 : start].isspace() if start else True
    if cursor.ends(end):
        spaced = False
    return mark(",", start, end) if spaced and cursor.parts else say("slash", start, end)


def _read_bar(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return mark(",", *match.span()) if cursor.parts and not cursor.ends(match.end()) else []


def _read_and_so_on(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    return say("et cetera", start, end) + (mark(".", end - 1, end) if cursor.ends(end) else [])


def _read_degrees(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    scale = "Celsius" if match["scale"] == "C" else "Fahrenheit"
    return say(f"degrees {scale}", *match.span())


def _read_bullet(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match.group() == "+":
        return [] if begins_line(cursor, match.start()) else None
    return [] if begins_line(cursor, match.start()) else mark(",", *match.span())


#: A sign that is spoken of: $ is not defined.
_ALONE: Final = lazy_pattern(r" (?:is (?:not|un|used|a |the )|sign\b|symbol\b)")


def _read_name(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """A character that nothing else reads: its name, or nothing."""
    position = match.start()
    character = match.group()
    said = NAMES.get(character, "")
    before = cursor.before(position)
    if character in "≥≤" and (not OPERAND.fullmatch(before) or before.lower() in _NOOPERANDS):
        said = "at least" if character == "≥" else "at most"
    if character == "$" and _ALONE.match(cursor.right(match.end(), 8)):
        named = cursor.after(match.end()).lower() in ("sign", "symbol")
        said = "dollar" if named else "dollar sign"
    if character in "₀₁₂₃₄₅₆₇₈₉":
        said = digits(character.translate(_LOWERED))
    return say(said, *match.span())


RULES: Final = (
    Rule(
        "symbols.decoration",
        Start.ORNAMENT,
        _DECORATION,
        _read_nothing,
        (("one %%%%%%%%%%%% two", "one two"),),
    ),
    Rule(
        "symbols.rule",
        Start.SIGN,
        _RULE,
        _read_rule,
        (("one\n***\ntwo", "one two"),),
        firsts="_*=~#·•-",
    ),
    Rule(
        "symbols.ellipsis",
        Start.SIGN,
        _ELLIPSIS,
        _read_ellipsis,
        (("Wait... what", "Wait… what"),),
        firsts=".…⋯",
    ),
    Rule(
        "symbols.stop",
        Start.SIGN,
        _STOPS,
        _read_stops,
        (
            ("What?! No!", "What?! No!"),
            ("No.", "No.", "abbreviations"),
        ),
        firsts=".!?‽",
    ),
    Rule(
        "symbols.wide_stop",
        Start.SIGN,
        _WIDE_STOP,
        _read_wide,
        (("यह घर है।", "यह घर है."),),
        firsts="。．｡।॥۔！？؟",
    ),
    Rule(
        "symbols.comma",
        Start.SIGN,
        _CLOSING,
        _read_closing,
        (("naïve, his", "naïve, his"),),
        firsts=",;:،؛，；：、",
    ),
    Rule(
        "symbols.quote",
        Start.SIGN,
        _QUOTE,
        _read_quote,
        (("said, “go”", "said, “go”"),),
        firsts="\"“”„«»〈〉《》「」『』‹›'`",
    ),
    Rule(
        "symbols.apostrophe",
        Start.SIGN,
        _APOSTROPHE,
        _read_nothing,
        (("the boys' room", "the boys room"),),
        firsts="'`‚",
    ),
    Rule(
        "symbols.bracket",
        Start.SIGN,
        _BRACKET,
        _read_bracket,
        (("one [two]", "one (two)"),),
        firsts="([{（【)]}）】",
    ),
    Rule(
        "symbols.dash",
        Start.SIGN,
        _DASH,
        _read_dash,
        (
            ("was late — again", "was late — again"),
            ("Jan 2020 - Mar 2022", "January twenty twenty to March twenty twenty two", "ranges"),
            ("a - b = c", "a minus b equals c", "mathematics"),
            ("A – B", "A — B"),
        ),
        firsts="—–―-−",
    ),
    Rule(
        "symbols.hyphen",
        Start.SIGN,
        _HYPHEN,
        _read_hyphen,
        (
            ("noon-1pm", "noon to one P M"),
            ("an A-", "an A minus", "marks"),
        ),
        firsts="-",
    ),
    Rule(
        "symbols.slash",
        Start.SIGN,
        _SLASH,
        _read_slash,
        (
            ("10 / 2 = 5", "ten divided by two equals five"),
            ("one / two", "one, two"),
        ),
        firsts="/",
    ),
    Rule("symbols.bar", Start.SIGN, _BAR, _read_bar, (("1 | 2", "one, two"),), firsts="|¦"),
    Rule(
        "symbols.degrees",
        Start.SIGN,
        _DEGREES,
        _read_degrees,
        (("in °C", "in degrees Celsius"),),
        firsts="°º",
    ),
    Rule(
        "symbols.and_so_on",
        Start.SIGN,
        _AND_SO_ON,
        _read_and_so_on,
        (("cats, &c.", "cats, et cetera."),),
        firsts="&",
    ),
    Rule(
        "symbols.bullet",
        Start.SIGN,
        _BULLET,
        _read_bullet,
        (("tea • milk", "tea, milk"),),
        firsts="+•‣◦▪·",
    ),
    Rule(
        "symbols.name",
        Start.REST,
        _ANY,
        _read_name,
        (
            ("5 ≤ 7", "five is less than or equal to seven", "mathematics"),
            ("√2", "square root of two", "mathematics"),
            ("you & me", "you and me"),
        ),
    ),
)
