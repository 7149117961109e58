# process: reads two small files.
"""What is said instead of what is written, and who says it.

    --substitutions FILE    "Mr. Tchaikovsky" = "Mister Chaikofsky"

    --cast FILE             [voices]
                            Emma = "bf_emma"
                            [quotations]
                            "Where are you" = "Emma"

A speaker's words are a quotation that follows `[Emma]` in the text, what follows it to the end of
the paragraph if no quotation does, or a quotation that begins as the file says.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kokoro_client.cli.exits import USAGE, CommandError

from ..parts import Book

#: Of either file. A book names hundreds.
_MAX_BYTES: Final = 1024 * 1024
_MAX_ENTRIES: Final = 10_000

#: A voice, or a blend, as the inline markup takes it.
_VOICE: Final = re.compile(r"[\w:,.+-]{1,80}")

_QUOTATION: Final = r"“[^”]*”?|„[^“”]*[“”]?|«[^»]*»?|»[^«]*«?|\"[^\"]*\"?"
_QUOTED: Final = re.compile(_QUOTATION)
_MARKS: Final = '“”„«»" \n'


@dataclass(frozen=True, slots=True)
class Wording:
    """substitutions: written -> said; voices: name -> voice; quotations: beginning -> name."""

    substitutions: Mapping[str, str] = field(default_factory=dict)
    voices: Mapping[str, str] = field(default_factory=dict)
    quotations: Mapping[str, str] = field(default_factory=dict)


def read_wording(substitutions: Path | None, cast: Path | None) -> Wording:
    """Raises CommandError if a file cannot be read, or is not as it must be."""
    said: dict[str, str] = {}
    voices: dict[str, str] = {}
    quotations: dict[str, str] = {}
    if substitutions is not None:
        said = _strings(_table(substitutions), substitutions, "")
    if cast is not None:
        table = _table(cast)
        if wrong := table.keys() - {"voices", "quotations"}:
            raise _wrong(cast, f"has [{min(wrong)}]; its tables are [voices] and [quotations]")
        voices = _strings(table.get("voices", {}), cast, "voices")
        quotations = _strings(table.get("quotations", {}), cast, "quotations")
        for name, voice in voices.items():
            if not _VOICE.fullmatch(voice):
                raise _wrong(cast, f"{name} has the voice {voice!r}, which no voice is called")
        if strangers := set(quotations.values()) - voices.keys():
            raise _wrong(cast, f"[voices] has no {min(strangers)}, to whom a quotation is given")
    return Wording(said, voices, quotations)


def reworded(book: Book, wording: Wording) -> tuple[Book, list[str]]:
    """The book as it is to be said, and what of the wording it has no use for."""
    words = _Words(wording)
    chapters = tuple(
        replace(one, paragraphs=tuple(map(words.said, one.paragraphs))) for one in book.chapters
    )
    return replace(book, chapters=chapters), words.unused()


class _Words:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._left = {*wording.substitutions, *wording.voices, *wording.quotations}
        written = sorted(wording.substitutions, key=len, reverse=True)
        self._written = re.compile("|".join(map(_whole, written))) if written else None
        names = "|".join(map(re.escape, sorted(wording.voices, key=len, reverse=True)))
        self._named = re.compile(rf"\[({names})\][ \t]*({_QUOTATION})?") if names else None
        self._begins = {_plain(text): text for text in wording.quotations}

    def said(self, text: str) -> str:
        if self._written is not None:
            text = self._written.sub(self._substitute, text)
        if self._named is None:
            return text
        # What is marked is cast; what lies between goes by how its quotations begin.
        pieces, at = [], 0
        for found in self._named.finditer(text):
            pieces.append(_QUOTED.sub(self._cast, text[at : found.start()]))
            pieces.append(self._spoken(found[1], found[2] or "", closed=bool(found[2])))
            at = found.end()
        return "".join((*pieces, _QUOTED.sub(self._cast, text[at:])))

    def unused(self) -> list[str]:
        return sorted(self._left)

    def _substitute(self, found: re.Match[str]) -> str:
        self._left.discard(found[0])
        return self._wording.substitutions[found[0]]

    def _cast(self, found: re.Match[str]) -> str:
        said = _plain(found[0])
        for begins, text in self._begins.items():
            if said.startswith(begins):
                self._left.discard(text)
                return self._spoken(self._wording.quotations[text], found[0], closed=True)
        return found[0]

    def _spoken(self, name: str, quotation: str, *, closed: bool) -> str:
        self._left.discard(name)
        end = "[voice:default]" if closed else ""
        return f"[voice:{self._wording.voices[name]}]{quotation}{end}"


def _plain(quotation: str) -> str:
    """Without marks, blanks and capitals that may differ."""
    return " ".join(quotation.strip(_MARKS).casefold().split())


def _whole(text: str) -> str:
    """A pattern that finds it, but not inside a word."""
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return f"{before}{re.escape(text)}{after}"


def _table(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_BYTES:
        raise _wrong(path, f"has more than {_MAX_BYTES} bytes")
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, f"is no TOML: {error}") from None


def _strings(table: Any, path: Path, name: str) -> dict[str, str]:
    shown = f"[{name}] " if name else ""
    if not isinstance(table, dict) or len(table) > _MAX_ENTRIES:
        raise _wrong(path, f"{shown}is no table, or has more than {_MAX_ENTRIES} entries")
    for key, value in table.items():
        if not isinstance(value, str) or not key.strip():
            raise _wrong(path, f'{shown}{key!r} is not of the form "written" = "said"')
    return table


def _wrong(path: Path, what: str) -> CommandError:
    return CommandError(f"{path.name} {what}; docs/books.md shows how it is written", USAGE)
