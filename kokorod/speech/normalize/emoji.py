# pure: no socket, thread or clock.
"""Emoji by their Unicode names."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ..patterns import lazy_pattern
from ..tables import rows
from .cursor import Cursor, Kind, Part, Upto, say
from .number_words import digits
from .rule import Rule, Start

_ONE: Final = (
    r"(?:[\U0001f1e6-\U0001f1ff]{2}"
    r"|[\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u25fd\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07"
    r"\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
    r"[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?)"
)
EMOJI: Final = lazy_pattern(
    rf"{_ONE}(?:\u200d(?:{_ONE}|[\u2640\u2642\u2695\u2696\u2708\u2764]\ufe0f?))*[\ufe0f\u200d]*"
)
KEYCAP: Final = lazy_pattern(r"[0-9#*]\ufe0f?\u20e3")
#: The signs of the second half are emoji only with a variation selector.
_PICTURE: Final = lazy_pattern(rf"{EMOJI.pattern}|[©®™ℹ↔-↪▪▫▶◀◻◼‼⁉]\ufe0f")

#: What people call them, if Unicode's own name is another.
_KNOWN: Final = dict(rows("emoji"))
_PERSONS: Final = {"👨": "man", "👩": "woman", "🧑": ""}
_WORK: Final = {
    "💻": "technologist", "⚕": "health worker", "🏫": "teacher", "🎓": "student", "🍳": "cook",
    "🔧": "mechanic", "🚀": "astronaut", "🚒": "firefighter", "✈": "pilot", "⚖": "judge",
    "🌾": "farmer", "🔬": "scientist", "🎨": "artist", "🎤": "singer", "🏭": "factory worker",
    "💼": "office worker",
}  # fmt: skip
_TRIM: Final = lazy_pattern(r"^(?:black|white|heavy|negative squared) |(?: sign| symbol)$")
_COUNTRIES: Final = dict(rows("flags"))


def emoji_name(text: str) -> str:
    """The English name of one emoji (a sequence counts as one); "" if it has none."""
    bare = text.replace("\ufe0f", "")
    if len(bare) > 1 and (whole := _KNOWN.get(bare)) is not None:
        return whole
    flag = re.fullmatch(r"[\U0001f1e6-\U0001f1ff]{2}", text)
    if flag:
        code = "".join(chr(ord(c) - 0x1F1E6 + ord("A")) for c in text)
        return f"flag {_COUNTRIES.get(code, ' '.join(code))}"
    person, _, work = text.replace("\ufe0f", "").partition("\u200d")
    if work in _WORK and person and person[0] in _PERSONS:
        return f"{_PERSONS[person[0]]} {_WORK[work]}".strip()
    names: list[str] = []
    for character in text:
        if character in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= character <= "\U0001f3ff":
            continue
        if character in "♀♂" and names:
            continue
        names.append(_KNOWN.get(character) or _unicode_name(character))
    if len(names) > 1 and set(names) <= {"man", "woman", "boy", "girl"}:
        names.insert(0, "family")
    return " ".join(n for n in names if n)


def _unicode_name(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    if "\u2600" <= character <= "\u27bf":
        name = _TRIM.sub("", _TRIM.sub("", name))
    return name.removesuffix(" symbol").removesuffix(" sign").replace("-", " ")


_SHRUG: Final = lazy_pattern(r"¯\\+_\(ツ\)_/¯")
_FACE: Final = lazy_pattern(r"(?::-?\)|;-?\)|:-?\(|:-?D|:-?P|:-?/|:'\(|<3)(?=[\s.,!?]|\Z)")
_FACES: Final = {
    ":)": "smiling face", ";)": "winking face", ":(": "sad face", ":D": "grinning face",
    ":P": "playful face", ":/": "skeptical face", ":'(": "crying face", "<3": "heart",
}  # fmt: skip


#: Names between colons, as chats write emoji.
_NAMED: Final = lazy_pattern(
    r":(?P<name>\+1|-1|100|[a-z][a-z0-9]{0,20}(?:[_+-][a-z0-9]{1,20}){0,5}):(?![\w/:])"
)
_NAMES: Final = dict(rows("shortcodes"))


def _read_named(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if start and not (cursor.text[start - 1].isspace() or cursor.text[start - 1] in ":(\"'!.,?"):
        return None
    name = match["name"]
    said = _NAMES.get(name) or name.replace("_", " ").replace("-", " ").strip()
    return say(said, *match.span()) if cursor.emoji else []


def _read_shrug(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say("shrug", *match.span()) if cursor.emoji else []


def _read_face(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """A face made of punctuation, standing alone: :-)"""
    position = match.start()
    if position and not cursor.text[position - 1].isspace():
        return None
    left = cursor.left(position, 400)
    if match.group()[-1] == ")" and left.count("(") > left.count(")"):
        return None  # it closes a bracket
    name = _FACES[match.group().replace("-", "")]
    return say(name, *match.span()) if cursor.emoji else []


def _read_keycap(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    first = match.group()[0]
    return say(digits(first) or {"#": "hash", "*": "star"}[first], *match.span())


def _read_picture(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    """An emoji, the same one after it again and again being said once."""
    start, end = match.span()
    while cursor.text.startswith(match.group(), end):
        end += len(match.group())
    if not cursor.emoji:
        return Upto([], end)
    parts = [
        Part(w, start, end) if len(w) > 1 or w == "a" else Part(w, start, end, Kind.LETTERS)
        for w in emoji_name(match.group()).split()
    ]
    return Upto(parts, end)


RULES: Final = (
    Rule(
        "emoji.keycap",
        Start.PICTURE,
        KEYCAP,
        _read_keycap,
        (
            ("1️⃣", "one"),
            ("#️⃣", "hash"),
        ),
    ),
    Rule(
        "emoji.picture",
        Start.PICTURE,
        _PICTURE,
        _read_picture,
        (
            ("👍", "thumbs up", "emoji"),
            ("❤️", "red heart", "emoji"),
            ("🇫🇷", "flag France"),
        ),
    ),
    Rule(
        "emoji.named",
        Start.FACE,
        _NAMED,
        _read_named,
        (
            ("good :+1: again", "good thumbs up again", "emoji"),
            (":fire:", "fire"),
        ),
        firsts=":",
    ),
    Rule("emoji.shrug", Start.FACE, _SHRUG, _read_shrug, (("¯\\_(ツ)_/¯", "shrug"),)),
    Rule(
        "emoji.face",
        Start.FACE,
        _FACE,
        _read_face,
        (
            (":)", "smiling face", "emoji"),
            ("sad :-(", "sad sad face"),
        ),
    ),
)
