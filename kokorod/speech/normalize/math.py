# pure: no socket, thread or clock.
"""Functions as mathematics and spreadsheets write them: f(x), sin(2x), log2(8), |x|, 5!."""

from __future__ import annotations

import re
from typing import Final

from .cursor import Cursor, Part, Upto, say, spell
from .number_words import cardinal
from .rule import Rule, Start

_NAMES: Final = {
    "sin": "sine", "cos": "cosine", "tan": "tangent", "cot": "cotangent", "sec": "secant",
    "arcsin": "arc sine", "arccos": "arc cosine", "arctan": "arc tangent", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "log": "log", "ln": "natural log", "lg": "log",
    "exp": "exponential", "sqrt": "square root", "det": "determinant",
}  # fmt: skip
_NAME: Final = "|".join(sorted(_NAMES, key=len, reverse=True))
_CALLED: Final = re.compile(
    rf"(?P<name>{_NAME}|[fghFGHP](?P<prime>'{{0,2}}))(?P<base>_?\d{{1,2}})?"
    r"(?=\([\w+−*/^., -]{1,24}\)(?!\w))"
)
_BARE: Final = re.compile(rf"(?P<name>{_NAME})(?= ?[θαβφπx](?!\w))")
#: Without brackets, a base needs a number or a letter behind it.
_LOG: Final = re.compile(r"log_?(?P<base>\d{1,2})(?=[ ](?:\d|[a-z](?!\w)))")
#: Among signs; elsewhere somebody is excited.
_FACTORIAL: Final = re.compile(r"(?P<of>\d{1,3})!(?=[ ]?[=×·*/+−÷])")
_SIZE: Final = re.compile(r"\|(?P<name>[a-zA-Z])\|(?![\w|])")


def _read_called(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    name, (start, end) = match["name"].rstrip("'"), match.span()
    if name not in _NAMES and name.isupper() and match["prime"]:
        return None
    parts = say(_NAMES[name], start, end) if name in _NAMES else spell(name, start, start + 1)
    parts += say("prime" if match["prime"] == "'" else "", start, end)
    parts += say("double prime" if match["prime"] == "''" else "", start, end)
    if match["base"]:
        if name not in ("log", "f", "g", "h"):
            return None
        joint = "base " if name == "log" else ""
        parts += say(f"{joint}{cardinal(match['base'].lstrip('_'))}", start, end)
    # The brackets stay: they are heard as a little pause around what is inside.
    return Upto([*parts, *say("of", end, end + 1)], end)


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if cursor.after(match.end())[:1].isascii() and not _beside_sign(cursor, match.end()):
        return None
    return say(_NAMES[match["name"]], *match.span())


def _beside_sign(cursor: Cursor, position: int) -> bool:
    """Whether `x` after a name is a variable: sin x = 0, cos x + 1."""
    return re.match(r" ?x ?[-+=<>/*)]", cursor.text[position : position + 6]) is not None


def _read_log(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(f"log base {cardinal(match['base'])} of", *match.span())


def _read_factorial(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    return [*say(cardinal(match["of"]), start, end - 1), *say("factorial", end - 1, end)]


def _read_size(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    return [*say("absolute value of", start, start + 1), *spell(match["name"], start + 1, end - 1)]


RULES: Final = (
    Rule(
        "math.factorial",
        Start.NUMBER,
        _FACTORIAL,
        _read_factorial,
        (("5! = 120", "five factorial equals one hundred twenty"),),
    ),
    Rule(
        "math.function",
        Start.LETTER,
        _CALLED,
        _read_called,
        (
            ("f(x) = 1", "f of (x) equals one"),
            ("sin(x)", "sine of (x)"),
        ),
    ),
    Rule(
        "math.log",
        Start.LETTER,
        _LOG,
        _read_log,
        (("log₂ 8 = 3", "log base two of eight equals three"),),
    ),
    Rule(
        "math.bare_function", Start.LETTER, _BARE, _read_bare, (("cos x + 1", "cosine x plus one"),)
    ),
    Rule("math.absolute", Start.SIGN, _SIZE, _read_size, (("|x|", "absolute value of x"),)),
)
