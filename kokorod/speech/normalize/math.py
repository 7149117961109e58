# pure: no socket, thread or clock.
"""Mathematics: functions (f(x), log2(8), |x|, 5!), powers, comparisons, Greek letters."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cardinal import power_words
from .cursor import Cursor, Kind, Part, Upto, mark, say, spell
from .joints import is_sum
from .number_words import cardinal
from .rule import Rule, Start

_NAMES: Final = {
    "sin": "sine", "cos": "cosine", "tan": "tangent", "cot": "cotangent", "sec": "secant",
    "arcsin": "arc sine", "arccos": "arc cosine", "arctan": "arc tangent", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "log": "log", "ln": "natural log", "lg": "log",
    "exp": "exponential", "sqrt": "square root", "det": "determinant",
}  # fmt: skip
_NAME: Final = "|".join(sorted(_NAMES, key=len, reverse=True))
_CALLED: Final = lazy_pattern(
    rf"(?P<name>{_NAME}|[fghFGHP](?P<prime>'{{0,2}}))(?P<base>_?\d{{1,2}})?"
    r"(?P<raised>⁻¹|\^-1|\^\(-1\)|²|\^2)?(?=\([\w+−*/^., °√²³π-]{1,24}\)(?!\w))"
)
_BARE: Final = lazy_pattern(rf"(?P<name>{_NAME})(?= ?[θαβφπx](?!\w)| ?\d{{1,3}} ?[°º])")
#: Without brackets, a base needs a number or a letter behind it.
_LOG: Final = lazy_pattern(r"log_?(?P<base>\d{1,2})(?=[ ](?:\d|[a-z](?!\w)))")
#: Among signs; elsewhere somebody is excited.
_FACTORIAL: Final = lazy_pattern(r"(?P<of>\d{1,3}|(?<![\w'’])[kmn])!(?=[ ]?[=×·*/+−÷])")
#: ab, xy and so on after a number: a product, and no unit (4ac).
_TERM: Final = lazy_pattern(r"(?P<value>\d{1,4})(?P<letters>[abcxyznpq]{2,3})(?![\w'.])")
_NEGATIVE: Final = lazy_pattern(r"[-−](?=(?:[A-Za-zα-ω]|[A-Z]{2})(?![A-Za-z'’]))")
_FIGURE: Final = lazy_pattern(r"(?P<sign>[△∠∡])[ ]?(?P<name>[A-Z]{1,4})(?!\w)")
_STRICT: Final = lazy_pattern(r"(?P<not>!)?={2,3}(?=[ ]?[\w\"'(\[-])")
_SIZE: Final = lazy_pattern(r"\|(?P<name>[a-zA-Z])\|(?![\w|])")


def _read_called(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    name, (start, end) = match["name"].rstrip("'"), match.span()
    if name not in _NAMES and name.isupper() and match["prime"]:
        return None
    inverse = bool(match["raised"]) and "1" in match["raised"].translate(_RAISED)
    parts = say("inverse", start, start) if inverse else []
    parts += say(_NAMES[name], start, end) if name in _NAMES else spell(name, start, start + 1)
    parts += say("prime" if match["prime"] == "'" else "", start, end)
    parts += say("double prime" if match["prime"] == "''" else "", start, end)
    if match["base"]:
        if name not in ("log", "f", "g", "h"):
            return None
        joint = "base " if name == "log" else ""
        parts += say(f"{joint}{cardinal(match['base'].lstrip('_'))}", start, end)
    if match["raised"] and not inverse:
        parts += say("squared", *match.span("raised"))
    # The brackets stay: they are heard as a little pause around what is inside.
    return Upto([*parts, *say("of", end, end + 1)], end)


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    after = cursor.after(match.end())[:1]
    if after.isalpha() and after.isascii() and not _beside_sign(cursor, match.end()):
        return None
    return say(_NAMES[match["name"]], *match.span())


def _beside_sign(cursor: Cursor, position: int) -> bool:
    """Whether `x` after a name is a variable: sin x = 0, cos x + 1."""
    return re.match(r" ?x ?[-+=<>/*)]", cursor.right(position, 6)) is not None


def _read_log(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(f"log base {cardinal(match['base'])} of", *match.span())


def _read_factorial(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    number = match["of"].isdecimal()
    of = (
        say(cardinal(match["of"]), start, end - 1) if number else spell(match["of"], start, end - 1)
    )
    return [*of, *say("factorial", end - 1, end)]


def _read_term(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not is_sum(cursor, *match.span()):
        return None
    parts = say(cardinal(match["value"], cursor.british), *match.span("value"))
    return parts + spell(match["letters"], *match.span("letters"))


def _read_negative(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """-x after a sign of mathematics; elsewhere it is an option, or a dash."""
    start, end = match.span()
    before = cursor.left(start, 4).rstrip(" ")[-1:]
    if (
        not before
        or before not in "=<>≤≥+*/÷×(^"
        or (before == "(" and not is_sum(cursor, start, end))
    ):
        return None
    return say("minus", start, end)


def _read_figure(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = "triangle" if match["sign"] == "△" else "angle"
    return [*say(said, *match.span("sign")), *spell(match["name"], *match.span("name"))]


def _read_strict(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """=== and !== between two things; a line of them is a rule."""
    if not cursor.before(match.start()) or len(match.group()) < 3:
        return None
    said = "is not strictly equal to" if match["not"] else "is strictly equal to"
    return say(said, *match.span())


def _read_size(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    return [*say("absolute value of", start, start + 1), *spell(match["name"], start + 1, end - 1)]


_COMPARED: Final = lazy_pattern(r"<=>|<=|>=|!=|==+|=>|->|<-|\+/-|\+-|&&|\|\||::|:=")
_COMPARISONS: Final = {
    "<=>": "spaceship", "<=": "is less than or equal to",
    ">=": "is greater than or equal to", "!=": "is not equal to", "=>": "arrow",
    "->": "arrow", "<-": "arrow", "+/-": "plus or minus", "+-": "plus or minus",
    "&&": "and", "||": "or", "::": "colon colon", ":=": "is",
}  # fmt: skip
_POWER: Final = lazy_pattern(
    r"\^(?P<open>\()?(?P<power>[-−+]?\d{1,4})(?(open)\))|(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]+)"
    r"|\^\(?(?P<minus>[-−]?)(?P<name>[A-Za-z])\)?(?!\w)"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES: Final = lazy_pattern(r"[*·](?=[ ]?[\w(])")
_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)
_GREEK_LETTER: Final = lazy_pattern(
    r"[Α-Ωα-ω](?![^\W\d_])(?<![^\W\d_].)|(?<!\w)[ΔδΣΩωλσμπθ](?=[a-zA-Z](?![a-zA-Z]))"
)
_COMPARING: Final = lazy_pattern(r"[<>](?=\s*[\w.(])")


OPERAND: Final = lazy_pattern(r"\d[\d.,]*|[A-Za-z]\w?|[)\]πθαβγλμσω²³]")


def operands(cursor: Cursor, start: int, end: int) -> bool:
    """Whether numbers or single letters stand on both sides."""
    before, after = cursor.before(start), cursor.after(end)
    if not before or not after:
        return False
    sides = [
        OPERAND.fullmatch(before) is not None,
        OPERAND.fullmatch(after) is not None or after in "([√",
    ]
    wordlike = {before, after} & {"a", "I", "A"} and not any(
        s[:1].isdecimal() for s in (before, after)
    )
    return all(sides) and not wordlike


def _read_compared(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match.group()
    if written in (">=", "<=") and not cursor.before(match.start()):
        return say("at least" if written == ">=" else "at most", *match.span())
    if written == "->" and _leads(cursor, *match.span()):
        return say("to", *match.span())
    return say(_COMPARISONS.get(written, "equals equals"), *match.span())


def _leads(cursor: Cursor, start: int, end: int) -> bool:
    """Whether an arrow leads from one amount to another, or from what reacts to what comes."""
    before, after = cursor.before(start), _AMOUNT.match(cursor.text, end)
    amounts = after is not None and (before[-1:].isdecimal() or before[:1].isdecimal())
    return amounts or (before in ("%", ")") and after is not None)


_AMOUNT: Final = lazy_pattern(r"\s*[$£€]?\d")


def _read_power(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if not cursor.parts or cursor.text[start - 1 : start].isspace():
        return [] if match["raised"] else None
    if match["name"]:
        said = "to the power of minus" if match["minus"] else "to the power of"
        return [*say(said, start, end), Part(match["name"], start, end, Kind.LETTERS)]
    if match["raised"]:
        power = match["raised"].translate(_RAISED)
        before = cursor.before(start)
        if not before[-1:].isalnum() and before[-1:] not in ")]":
            return []  # a footnote
        if len(before) > 2 and before.isalpha():
            return []
        if before.isdecimal() and (power == "1" or (_YEAR.fullmatch(before) and len(power) > 1)):
            return []
        return say(power_words(power), start, end) if power.strip("-+") else []
    return say(power_words(match["power"]), start, end)


def _read_times(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    close = _FACTORS.fullmatch(cursor.text, max(0, start - 2), end + 2) is not None
    if close and (match.group() == "·" or is_sum(cursor, start, end)):
        return say("times", start, end)
    return say("times", start, end) if operands(cursor, start, end) else None


#: One letter on each side: a·b.
_FACTORS: Final = lazy_pattern(r"(?:[^\w*])?[A-Za-z][*·][A-Za-z](?:[^\w*])?")


_YEAR: Final = lazy_pattern(r"1[1-9]\d\d|20\d\d")


def _read_greek(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name = _GREEK.get(match.group().lower())
    return say(name, *match.span()) if name else None


def _read_comparing(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = "less than" if match.group() == "<" else "greater than"
    start, end = match.span()
    if operands(cursor, start, end):
        said = f"is {said}"
    sides = cursor.before(start), cursor.after(end)
    compares = (
        sides[1][:1].isdecimal()
        or sides[1] == "."
        or all(OPERAND.fullmatch(side) for side in sides)
    )
    if match.group() == ">" and cursor.parts and all(side[:1].isupper() for side in sides):
        return mark(",", start, end)  # Settings > Privacy
    return say(said, start, end) if cursor.parts and compares else []


RULES: Final = (
    Rule(
        "math.factorial",
        Start.NUMBER | Start.LETTER,
        _FACTORIAL,
        _read_factorial,
        (
            ("5! = 120", "five factorial equals one hundred twenty"),
            ("n! = 1", "n factorial equals one"),
        ),
        firsts="0123456789kmn",
    ),
    Rule(
        "math.function",
        Start.LETTER,
        _CALLED,
        _read_called,
        (
            ("f(x) = 1", "f of (x) equals one"),
            ("sin(x)", "sine of (x)"),
            ("tan⁻¹(1)", "inverse tangent of (one)"),
        ),
        firsts="FGHPacdefghlst",
    ),
    Rule(
        "math.log",
        Start.LETTER,
        _LOG,
        _read_log,
        (("log₂ 8 = 3", "log base two of eight equals three"),),
        firsts="l",
    ),
    Rule(
        "math.bare_function",
        Start.LETTER,
        _BARE,
        _read_bare,
        (
            ("cos x + 1", "cosine x plus one"),
            ("sin 30° is", "sine thirty degrees is"),
        ),
        firsts="acdelst",
    ),
    Rule(
        "math.term",
        Start.NUMBER,
        _TERM,
        _read_term,
        (("b² - 4ac", "b squared minus four a c"),),
    ),
    Rule(
        "math.negative",
        Start.SIGN,
        _NEGATIVE,
        _read_negative,
        (("y = -x", "y equals minus x"),),
        firsts="-−",
    ),
    Rule(
        "math.figure",
        Start.SIGN,
        _FIGURE,
        _read_figure,
        (("In △ABC, ∠A is", "In triangle A B C, angle A is"),),
        firsts="△∠∡",
    ),
    Rule(
        "math.strict",
        Start.SIGN,
        _STRICT,
        _read_strict,
        (("x === y", "x is strictly equal to y"),),
        firsts="=!",
    ),
    Rule(
        "math.absolute",
        Start.SIGN,
        _SIZE,
        _read_size,
        (("|x|", "absolute value of x"),),
        firsts="|",
    ),
    Rule(
        "math.operator",
        Start.SIGN,
        _COMPARED,
        _read_compared,
        (
            ("a -> b", "a arrow b"),
            ("a != b", "a is not equal to b"),
        ),
        firsts="<>!=-+&|:",
    ),
    Rule(
        "math.power",
        Start.SIGN,
        _POWER,
        _read_power,
        (
            ("x = y^2 + 3", "x equals y squared plus three", "mathematics"),
            ("a² + b²", "a squared plus b squared"),
        ),
        firsts="^⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹",
    ),
    Rule(
        "math.times", Start.SIGN, _TIMES, _read_times, (("5 * 3", "five times three"),), firsts="*·"
    ),
    Rule(
        "math.comparison",
        Start.SIGN,
        _COMPARING,
        _read_comparing,
        (
            ("10 > 5", "ten is greater than five"),
            ("Open Settings > Sound", "Open Settings, Sound"),
        ),
        firsts="<>",
    ),
    Rule(
        "math.greek",
        Start.LETTER | Start.SIGN,
        _GREEK_LETTER,
        _read_greek,
        (("α and β", "alpha and beta"),),
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset({"sin", "cos", "tan"})
