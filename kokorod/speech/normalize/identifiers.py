# pure: no socket, thread or clock.
"""Names in code and on networks: snake_case, camelCase, foo(), a.b.c, #tags, @handles."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from ..tables import rows
from .acronyms import is_said
from .cardinal import characters, label
from .cursor import Cursor, Kind, Part, say, spell
from .electronic import letters_or_word
from .rule import LETTERS, Rule, Start

_IDENTIFIER: Final = lazy_pattern(
    r"(?P<name>_{0,2}[A-Za-z][A-Za-z0-9]{0,64}(?:_{1,8}[A-Za-z0-9]{1,64}){1,16}_{0,2}|__?[A-Za-z]\w{0,64}?__?)(?P<call>\(\))?(?![\w])"
)
_DOTTED: Final = lazy_pattern(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,63}(?:\.[A-Za-z_][A-Za-z0-9_]{0,63}){1,8})(?P<call>\(\))?(?![\w])"
)
_CAMEL: Final = lazy_pattern(
    r"(?P<name>(?:[a-z]{1,40}|[A-Z][a-z]{1,40})(?:[A-Z][a-z0-9]{0,40}){1,12}|[A-Z]{2,8}[a-z]{2,40}(?:[A-Z][a-z0-9]{0,40}){0,12})(?P<owner>'s)?(?P<call>\(\))?(?![\w])"
)
_CALL: Final = lazy_pattern(r"(?P<name>[A-Za-z][a-z]{1,40})\(\)(?![\w])")
_PIECE: Final = lazy_pattern(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+s?(?![a-z])|[a-z]+|\d+")
_MC: Final = lazy_pattern(r"(?:Mc|Mac|De|Le|La|Van|Di|Du|Fitz|O)[A-Z][a-z]+\Z")

_MIXED_WORD: Final = lazy_pattern(r"(?=[A-Za-z]*\d)(?P<name>[A-Za-z0-9]{2,40})(?P<owner>'s)?(?!\w)")

_FORMULA: Final = lazy_pattern(r"(?:[A-Z][a-z]?){2,3}")
_HASHTAG: Final = lazy_pattern(r"#(?P<name>(?=\d{0,8}[^\W\d_])\w{1,100})")
_HANDLE: Final = lazy_pattern(r"@(?P<name>[A-Za-z_](?:[\w.]{0,60}\w)?)")
_COLOR: Final = lazy_pattern(r"#(?P<name>(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{6}|[0-9A-F]{6})(?!\w)")
_NUMBERED: Final = lazy_pattern(
    r"#(?=\d)(?!\d{1,12}[^\W\d_])|#(?=[A-Z]{1,6}-\d)"
    r"|#(?=[A-Z0-9]{0,40}\d{5})(?=[A-Z0-9]{7,40}(?!\w))|(?P<door>#)(?=\d{1,4}[A-Z](?!\w))"
)
_DOT_NAME: Final = lazy_pattern(r"\.(?P<name>[A-Za-z][\w-]{1,40})(?!\w)")


#: Names that are read otherwise than their capitals suggest.
BRANDS: Final = dict(rows("brands"))


_BRAND: Final = lazy_pattern(
    "(?:" + "|".join(sorted(map(re.escape, BRANDS), key=len, reverse=True)) + r")(?![\w'-])"
)
#: An option on a command line.
_FLAG: Final = lazy_pattern(r"--(?=[a-z][\w-])|-(?=[A-Za-z]{1,3}(?![\w-]))")
#: A variable of a shell, a pattern of file names, "# of".
_VARIABLE: Final = lazy_pattern(r"\$(?:\{(?P<name>[A-Za-z_]\w{0,63})\}|(?=[A-Za-z_]))")
_ANY_FILE: Final = lazy_pattern(r"\*(?=\.[A-Za-z])")
_NUMBER_OF: Final = lazy_pattern(r"#(?= of\b|[?.!,](?:\s|\Z)|\s*\Z| [a-z])")


def letter_words(said: str, start: int, end: int) -> list[Part]:
    """Words; a capital alone is a letter."""
    return [
        Part(w, start, end, Kind.LETTERS if len(w) == 1 and w.isupper() else Kind.WORD)
        for w in said.split()
    ]


def camel_parts(cursor: Cursor, name: str, start: int) -> list[Part]:
    """The words of an identifier: getUserName, HTTPServer, snake_case, __init__."""
    parts: list[Part] = []
    if _FORMULA.fullmatch(name):
        return spell(name, start, start + len(name))
    for piece in _PIECE.finditer(name):
        text = piece.group()
        begin, end = start + piece.start(), start + piece.end()
        if text.isdecimal():
            parts += say(label(text), begin, end)
        elif len(text) > 1 and text.isupper() and "_" in name and name.isupper():
            parts += letters_or_word(text.lower(), begin, end)
        elif len(text) > 1 and text.isupper():
            parts += say(text, begin, end) if is_said(cursor, text) else spell(text, begin, end)
        elif len(text) > 2 and text[:-1].isupper() and text[-1] == "s":
            parts += [*spell(text[:-2], begin, end), Part(f"{text[-2]}'s", begin, end)]
        elif len(text) == 1:
            parts += spell(text, begin, end) if text not in ("a", "I") else say(text, begin, end)
        else:
            parts += letters_or_word(text.lower(), begin, end)
    return parts


def _read_identifier(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return camel_parts(cursor, match["name"], match.start()) or None


def _read_dotted(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
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
        parts += camel_parts(cursor, piece, position)
        position += len(piece) + 1
    return parts


def _read_camel(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, start = match["name"], match.start()
    end = match.end("name")
    plural = re.fullmatch(r"([A-Z]{2,8})s", name)
    if plural:
        return None
    if name in BRANDS:
        parts = letter_words(BRANDS[name], start, end)
    elif _MC.match(name):
        parts = say(name, start, end)
    else:
        parts = camel_parts(cursor, name, start)
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end("owner"))
    return parts


def _read_call(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(match["name"], *match.span("name"))


def _read_mixed_word(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts = camel_parts(cursor, match["name"], match.start())
    return parts or None


def _read_hashtag(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start("name")
    pieces = (
        camel_parts(cursor, match["name"], start)
        if match["name"].isascii()
        else say(match["name"], *match.span("name"))
    )
    return [*say("hashtag", start - 1, start), *pieces]


def _read_brand(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return letter_words(BRANDS[match.group()], *match.span())


def _read_flag(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if start and not (cursor.text[start - 1].isspace() or cursor.text[start - 1] in "`'\"“(["):
        return None
    return say(" ".join("dash" for _ in match.group()), start, end)


def _read_variable(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    parts = say("dollar", start, start + 1)
    return parts + (camel_parts(cursor, match["name"], start + 2) if match["name"] else [])


def _read_any_file(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say("star", *match.span())


def _read_handle(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start("name")
    parts = say("at", start - 1, start)
    position = start
    for index, piece in enumerate(match["name"].split(".")):
        if index:
            parts += say("dot", position - 1, position)
        parts += camel_parts(cursor, piece, position)
        position += len(piece) + 1
    return parts


def _read_color(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start("name")
    return [*say("hash", start - 1, start), *characters(match["name"].upper(), start, match.end())]


def _read_numbered(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match["door"] and cursor.before(match.start()).lower().rstrip(",") not in _HAS_NUMBER:
        return None  # #4K
    return say("number", *match.span())


#: What has a number, before a sign that stands for the word.
_HAS_NUMBER: Final = words(
    "apt apt. apartment phone order ticket suite room acct account invoice case tracking license "
    "flight gate unit id model serial part item po confirmation reference ref contact ur your"
)


def _read_number_of(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    of = cursor.text.startswith(" of", match.end())
    if not of and cursor.before(match.start()).lower() not in _HAS_NUMBER:
        return None
    return say("number", *match.span())


def _read_dot_name(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if start and not (cursor.text[start - 1].isspace() or cursor.text[start - 1] in "\"'(“`*"):
        return None
    name = match["name"]
    pieces = (
        say("net", *match.span("name")) if name == "NET" else camel_parts(cursor, name, start + 1)
    )
    return [*say("dot", start, start + 1), *pieces]


_MARKS: Final = {
    ",": "comma", ".": "dot", "-": "dash", ";": "semicolon", ":": "colon", "/": "slash",
    "|": "pipe", "_": "underscore", "*": "asterisk", "#": "hash", "+": "plus", "=": "equals",
    "&": "ampersand", "@": "at sign", "%": "percent sign", "!": "exclamation mark",
    "?": "question mark", "~": "tilde", "^": "caret", "<": "less than", ">": "greater than",
    ">=": "greater than or equal to", "<=": "less than or equal to", "==": "double equals",
    "===": "triple equals", "!=": "not equals", "!==": "not double equals",
    "&&": "double ampersand", "||": "double pipe", "=>": "arrow", "->": "arrow",
    "++": "plus plus", "--": "dash dash", "+=": "plus equals", "-=": "minus equals",
    "*=": "times equals", "//": "double slash",
    "**": "double asterisk", "::": "double colon", "??": "double question mark",
    "?.": "question dot", "<<": "double less than", ">>": "double greater than", "#!": "shebang",
    ":=": "colon equals", "{": "open brace", "}": "close brace", "(": "open paren",
    ")": "close paren", "[": "open bracket", "]": "close bracket", "\\": "backslash",
    "$": "dollar sign", "()": "open and close paren", "{}": "open and close brace",
    "[]": "open and close bracket",
}  # fmt: skip
_QUOTED_MARK: Final = lazy_pattern(
    r"(?P<quote>[\"'“‘`])(?P<mark>[-,.;:/|_*#+=&@%!?~^<>{}()\[\]\\$]{1,3})(?:(?P=quote)|[”’])(?!\w)"
)


def _read_quoted_mark(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """A mark that is named, as in split(","); not one that closes a quotation in another."""
    if cursor.text[match.start() - 1 : match.start()].isalnum():
        return None
    said = _MARKS.get(match["mark"])
    return say(said, *match.span()) if said else None


RULES: Final = (
    Rule(
        "identifiers.quoted_mark",
        Start.SIGN,
        _QUOTED_MARK,
        _read_quoted_mark,
        (("Replace '.' with '-'", "Replace dot with dash"),),
        firsts="\"'“‘`",
    ),
    Rule(
        "identifiers.brand",
        Start.LETTER,
        _BRAND,
        _read_brand,
        (
            ("to GitHub", "to git hub"),
            ("WWII", "World War two"),
        ),
        firsts="".join({brand[0] for brand in BRANDS}),
    ),
    Rule(
        "identifiers.dotted",
        Start.LETTER,
        _DOTTED,
        _read_dotted,
        (("os.path.join", "o s dot path dot join"),),
    ),
    Rule(
        "identifiers.underscored",
        Start.LETTER | Start.SIGN,
        _IDENTIFIER,
        _read_identifier,
        (
            ("get_user_name", "get user name", "code"),
            ("__main__", "main"),
        ),
        firsts=LETTERS + "_",
    ),
    Rule(
        "identifiers.camel",
        Start.LETTER,
        _CAMEL,
        _read_camel,
        (
            ("setTimeout", "set timeout", "code"),
            ("HTTPServer", "H T T P server"),
        ),
    ),
    Rule("identifiers.call", Start.LETTER, _CALL, _read_call, (("foo()", "foo", "code"),)),
    Rule(
        "identifiers.mixed",
        Start.LETTER,
        _MIXED_WORD,
        _read_mixed_word,
        (
            ("on abcv6", "on abcv six"),
            ("C6H12O6", "C six H twelve O six"),
        ),
    ),
    Rule(
        "identifiers.option",
        Start.SIGN,
        _FLAG,
        _read_flag,
        (
            ("--force", "dash dash force", "code"),
            ("ls -la", "ls dash la"),
            ("pass `--no-verify`", "pass dash dash no-verify"),
        ),
        firsts="-",
    ),
    Rule(
        "identifiers.variable",
        Start.SIGN,
        _VARIABLE,
        _read_variable,
        (("$PATH", "dollar path"),),
        firsts="$",
    ),
    Rule(
        "identifiers.any_file",
        Start.SIGN,
        _ANY_FILE,
        _read_any_file,
        (("*.py", "star dot py"),),
        firsts="*",
    ),
    Rule(
        "identifiers.number_of",
        Start.SIGN,
        _NUMBER_OF,
        _read_number_of,
        (("# of items", "number of items"), ("what's the order #?", "what's the order number?")),
        firsts="#",
    ),
    Rule(
        "identifiers.dot_name",
        Start.SIGN,
        _DOT_NAME,
        _read_dot_name,
        ((".gitignore", "dot gitignore"),),
        firsts=".",
    ),
    Rule(
        "identifiers.color",
        Start.SIGN,
        _COLOR,
        _read_color,
        (("#ff8800", "hash F F eight eight zero zero"),),
        firsts="#",
    ),
    Rule(
        "identifiers.numbered",
        Start.SIGN,
        _NUMBERED,
        _read_numbered,
        (
            ("#1", "number one", "social"),
            ("issue #123", "issue number one hundred twenty three"),
            ("#INV-2024-0031", "number I N V twenty twenty four zero zero three one"),
        ),
        firsts="#",
    ),
    Rule(
        "identifiers.hashtag",
        Start.SIGN,
        _HASHTAG,
        _read_hashtag,
        (("#BlackLivesMatter", "hashtag black lives matter", "social"),),
        firsts="#",
    ),
    Rule(
        "identifiers.handle",
        Start.SIGN,
        _HANDLE,
        _read_handle,
        (("@user_name", "at user name", "social"),),
        firsts="@",
    ),
)
