# pure: no socket, thread or clock.
"""Moves of chess as they are written down: 1. e4 e5 2. Nf3 Nc6."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, Upto, say, spell
from .number_words import cardinal
from .rule import Rule, Start

_PIECES: Final = {"K": "king", "Q": "queen", "R": "rook", "B": "bishop", "N": "knight"}
_PIECE: Final = r"[KQRBN][a-h]?[1-8]?x?[a-h][1-8][+#]?(?!\w)"
_ANY: Final = (
    rf"(?:{_PIECE}|[a-h]x[a-h][1-8](?:=[QRBN])?[+#]?(?!\w)|[a-h][1-8](?:=[QRBN])?[+#]?(?!\w)"
    r"|O-O(?:-O)?[+#]?(?![\w-]))"
)
_NUMBERED: Final = lazy_pattern(rf"(?P<number>\d{{1,3}})(?P<dots>\.{{1,3}}[ ]?)?(?P<move>{_ANY})")
_MOVE: Final = lazy_pattern(_ANY)
#: Another move, or the number of the next one, that follows.
_GOES_ON: Final = lazy_pattern(rf"[ ](?:{_ANY}|\d{{1,3}}\.)")
_MOVED: Final = lazy_pattern(
    rf"(?<!\w)(?:\d{{1,3}}\.{{0,3}}[ ]?)?{_ANY}[ ](?:\d{{1,3}}\.{{1,3}}[ ]?)?\Z"
)
_SAID: Final = {"x": "takes", "+": "check", "#": "mate", "=": "promotes to"}


def _move(text: str, start: int) -> list[Part]:
    if text.startswith("O-O"):
        side = "queenside" if text.startswith("O-O-O") else "kingside"
        return say(f"castles {side}", start, start + len(text))
    parts: list[Part] = []
    for index, character in enumerate(text):
        place = start + index, start + index + 1
        if character in _PIECES:
            parts += say(_PIECES[character], *place)
        elif character in _SAID:
            parts += say(_SAID[character], *place)
        elif character.isdecimal():
            parts += say(cardinal(character), *place)
        else:
            parts += spell(character, *place)
    return parts


def _in_game(cursor: Cursor, start: int, end: int) -> bool:
    if _GOES_ON.match(cursor.text, end):
        return True
    return _MOVED.search(cursor.left(start, 24)) is not None


def _read_numbered(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    goes_on = (match["dots"] or "").startswith("...") and match["move"][0].isupper()
    if not goes_on and not _in_game(cursor, match.start(), match.end()):
        return None
    parts = say(cardinal(match["number"]), *match.span("number"))
    return Upto(parts + _move(match["move"], match.start("move")), match.end())


def _read_move(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not _in_game(cursor, *match.span()):
        return None
    return _move(match.group(), match.start())


RULES: Final = (
    Rule(
        "chess.numbered",
        Start.NUMBER,
        _NUMBERED,
        _read_numbered,
        (("1.e4 e5 2.Nf3 Nc6", "one e four e five two knight f three knight c six", "games"),),
    ),
    Rule(
        "chess.move",
        Start.LETTER | Start.COUNTED,
        _MOVE,
        _read_move,
        (("5. Bxc6 O-O", "five bishop takes c six castles kingside"),),
        firsts="KQRBNabcdefghO",
    ),
)
