# pure: no socket, thread or clock.
"""A message of speech-dispatcher as a text for the daemon."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, unescape

from . import names
from .settings import Settings

_TAG: Final = re.compile(r"(<[^<>]*>)")
_MARK: Final = re.compile(r"""<mark\s+name\s*=\s*(["'])(.*?)\1\s*/>""")
_ENTITIES: Final = {"&apos;": "'", "&quot;": '"'}


class Kind(StrEnum):
    """The command that a message came with."""

    SPEAK = "SPEAK"
    CHAR = "CHAR"
    KEY = "KEY"
    SOUND_ICON = "SOUND_ICON"


def text_of(kind: Kind, message: str, settings: Settings, lang: str) -> str:
    """What the daemon is to say, plain or SSML. lang: of the voice."""
    capitals = settings.tells_capitals
    match kind:
        case Kind.CHAR:
            return names.character(message, lang, capitals=capitals)
        case Kind.KEY:
            return names.key(message, lang, capitals=capitals)
        case Kind.SOUND_ICON:
            return message.replace("-", " ")
    if settings.spells:
        return _worded(message, lambda text: names.spelled(text, lang, capitals=capitals))
    if settings.marks != frozenset():
        return _worded(message, lambda text: names.punctuated(text, settings.marks, lang))
    return message


def is_ssml(text: str) -> bool:
    return text.lstrip().startswith("<speak")


def marks_of(text: str) -> list[str]:
    """The names of its marks, in their order."""
    found = _MARK.finditer(text) if is_ssml(text) else ()
    return [unescape(mark[2], _ENTITIES) for mark in found]


def plain(text: str) -> str:
    """The words of SSML alone, for one that is damaged."""
    return unescape(_TAG.sub(" ", text), _ENTITIES) if is_ssml(text) else text


class Alone(NamedTuple):
    """A text, and the names of the marks before and behind it."""

    words: str
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def words_alone(text: str) -> Alone:
    """The text, if there is no markup in it and none but marks around it; else no words.

    speech-dispatcher marks the end of each sentence, Orca the beginning of each word.
    """
    if not is_ssml(text):
        return Alone(text.strip())
    words = ""
    marks: tuple[list[str], list[str]] = ([], [])
    for part in _TAG.split(text):
        if mark := _MARK.fullmatch(part):
            marks[bool(words)].append(unescape(mark[2], _ENTITIES))
        elif _TAG.fullmatch(part):
            if not re.fullmatch(r"</?speak[^<>]*>", part):
                return Alone("")
        elif part.strip():
            if words:
                return Alone("")
            words = unescape(part.strip(), _ENTITIES)
    return Alone(words, *map(tuple, marks))


def _worded(message: str, said: Callable[[str], str]) -> str:
    """The message with its words changed, its markup kept."""
    if not is_ssml(message):
        return said(message)
    return "".join(
        part if _TAG.fullmatch(part) else escape(said(unescape(part, _ENTITIES)))
        for part in _TAG.split(message)
    )
