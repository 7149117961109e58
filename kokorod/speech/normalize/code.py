# pure: no socket, thread or clock.
"""Signs of code inside a sentence: t[0], rows[i][j], f"{x!r}", x ?? y, a regex."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cardinal import characters
from .cursor import Cursor, Part, say
from .identifiers import camel_parts
from .number_words import cardinal
from .rule import Rule, Start

#: An index close behind a name, a call or another index.
_INDEX: Final = lazy_pattern(
    r"(?<=[\w\])])\[(?:(?P<sign>-)?(?P<number>\d{1,5})|(?P<name>[A-Za-z_]\w{0,31})"
    r"|(?P<quote>[\"'])(?P<key>[\w .-]{1,40})(?P=quote))\]"
)
_NAME_BEFORE: Final = lazy_pattern(r"(?P<name>[A-Za-z_]\w{0,40})\Z")
#: What goes on as code after an index.
_CODE_AFTER: Final = lazy_pattern(r"\.\w|[\[(`]| ?(?:[-+*/%]?=|[<>+*/])|\+\+|--")
_BRACED: Final = lazy_pattern(
    r"\{(?P<name>[A-Za-z_][\w.]{0,40})(?=[!:])(?:![rsa])?"
    r"(?::(?:[^{}]?[<>=^])?[+ -]?#?\d{0,4}[,_]?(?:\.\d{1,3})?[bcdeEfFgGnosxX%]?)?\}"
)


#: Letters that count; others in brackets may be an ending: item[s].
_COUNTERS: Final = frozenset("ijkmnxy")


def _is_code(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether what stands in brackets is an index, and no note or ending: Paris[3], item[s]."""
    start = match.start()
    if match["key"] or match["sign"] or cursor.left(start, 2) == "()":
        return True
    if cursor.text[start - 1] == "]":
        return bool(cursor.runs) and cursor.runs[-1][2] == "code.index"
    before = _NAME_BEFORE.search(cursor.left(start, 41))
    name = before["name"] if before else ""
    if not name:
        return False
    if len(name) == 1 or "_" in name or match["number"] == "0" or match["name"] in _COUNTERS:
        return True
    if cursor.text[start - len(name) - 1 : start - len(name)] in ("`", "."):
        return True
    return _CODE_AFTER.match(cursor.text, match.end()) is not None


def _read_index(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not _is_code(cursor, match):
        return None
    if match["number"]:
        sign = say("minus", *match.span("sign")) if match["sign"] else []
        return sign + say(cardinal(match["number"]), *match.span("number"))
    group = "name" if match["name"] else "key"
    if len(match[group]) == 1:
        return characters(match[group], *match.span(group))
    return camel_parts(cursor, match[group], match.start(group))


def _read_braced(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """The name; how it is written out is not said."""
    return camel_parts(cursor, match["name"], match.start("name"))


#: A pattern of text: it has a class of characters (\d) in it.
_PATTERN: Final = lazy_pattern(
    r"(?=[^\s`\"'“”]{0,60}\\[dwsbDWSB](?![A-Za-z]))[\^\\\[(.](?:[^\s`\"'“”.,;]|[.,;](?!\s|\Z)){1,80}"
)
_PATTERN_SIGNS: Final = {
    "^": "caret", "\\": "backslash", "$": "dollar", "+": "plus", "*": "star",
    "?": "question mark", ".": "dot", "|": "pipe", "(": "open paren", ")": "close paren",
    "[": "open bracket", "]": "close bracket", "{": "open brace", "}": "close brace",
    "-": "dash", ",": "comma", "/": "slash", "@": "at", ":": "colon", "=": "equals", "!": "bang",
    "#": "hash", "%": "percent", "_": "underscore", "<": "less than", ">": "greater than",
    "&": "ampersand", ";": "semicolon", "~": "tilde",
}  # fmt: skip
_PATTERN_PIECE: Final = lazy_pattern(r"\\?[A-Za-z]|\d+|\\?[^\w\s]|\w")


def _read_pattern(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    for piece in _PATTERN_PIECE.finditer(match.group()):
        start, end = match.start() + piece.start(), match.start() + piece.end()
        text = piece.group()
        if text[0] == "\\" and len(text) > 1:
            parts += say("backslash", start, start + 1)
            start, text = start + 1, text[1:]
        if text.isdecimal():
            parts += say(cardinal(text), start, end)
        elif text in _PATTERN_SIGNS:
            parts += say(_PATTERN_SIGNS[text], start, end)
        else:
            parts += characters(text, start, end)
    return parts


#: The second if the first is missing: x ?? y.
_ELSE: Final = lazy_pattern(r"\?\?(?=[ ](?P<after>[\w\"'\[{(`]))")
_ELSE_LEFT: Final = lazy_pattern(
    r"(?:(?<![\w'’])[a-z]|[\w\]]\.\w{1,40}|\w_\w{1,40}|[)\]`]|\w[a-z][A-Z]\w*) \Z"
)
_ELSE_RIGHT: Final = lazy_pattern(
    r" (?:[a-z](?![\w'’])|\w{1,40}(?:[._(]\w|\(\))|null\b|undefined\b|None\b|[\"'\[{(`]|\d"
    r"|[a-z]+[A-Z])"
)


def _read_else(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    left = cursor.left(start, 48)
    if not _ELSE_LEFT.search(left) or not _ELSE_RIGHT.match(cursor.text, end):
        return None
    return say("double question mark", start, end)


RULES: Final = (
    Rule(
        "code.pattern",
        Start.SIGN,
        _PATTERN,
        _read_pattern,
        (("matches ^\\d+$", "matches caret backslash d plus dollar", "code"),),
        firsts="^\\[(.",
    ),
    Rule(
        "code.else",
        Start.SIGN,
        _ELSE,
        _read_else,
        (("Use x ?? y here", "Use x double question mark y here", "code"),),
        firsts="?",
    ),
    Rule(
        "code.index",
        Start.SIGN,
        _INDEX,
        _read_index,
        (
            ("t[0] = 1", "t zero equals one", "code"),
            ("m[i][j]", "m i j"),
            ("use d['key'] here", "use d key here"),
        ),
        firsts="[",
    ),
    Rule(
        "code.braced",
        Start.SIGN,
        _BRACED,
        _read_braced,
        (("{total:.2f} and {x!r}", "total and x"),),
        firsts="{",
    ),
)
