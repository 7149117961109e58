# pure: no socket, thread or clock; reads the data of installed packages.
"""Makes the index of the dictionary: the file that `dictionary.py` maps.

The file: a header, the stamp and the alphabet; a hash table of 32-bit offsets (0 = free),
found by crc32 of the word and searched onwards; then the records:

    u8 length of the word, word (UTF-8), u8 flags, u8 length of the value, value

then the words that only CMUdict has, by `front_coded.py`.

A phoneme is one byte, its place in the alphabet. With FORMS set the value is a row of
(u8 tag, u8 length, phonemes); the length NONE says that the tag has no reading of its own.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, Final

from ...errors import KokorodError
from . import cmudict, front_coded

MAGIC: Final = b"kokorod-dict-2\n\0"
#: magic, crc, size, slots, sizes of the stamp and of the alphabet, start of what CMUdict has
HEADER: Final = struct.Struct("<16sIIIIII")
OFFSET: Final = struct.Struct("<I")
#: Magic and crc, which the crc does not cover.
UNCHECKED: Final = 20

#: Checked by hand, not derived by rule.
GOLD: Final = 1
#: By part of speech.
FORMS: Final = 2
#: CMUdict has the word too, in lower case.
LISTED: Final = 4
NONE: Final = 255

TAGS: Final = ("DEFAULT", "NOUN", "VERB", "ADJ", "ADV", "None", "VBD", "VBN", "VBP", "DT")

_SLOTS: Final = 1 << 18


def build(sources: Sequence[Path], stamp: bytes) -> bytes:
    """The index as bytes.

    sources: misaki's gold and silver, then CMUdict's list if there is one. Holds one source's
    text and the index, never all the words. Raises KokorodError if one cannot be read.
    """
    records = _Records()
    for path, flags in zip(sources, (GOLD, 0), strict=False):
        for word, value in _pairs(path):
            records.add(path, word, value, flags)
    listed = b"".join(_listed(path, records) for path in sources[2:])
    alphabet = "".join(records.places).encode("utf-8")
    shift = HEADER.size + len(stamp) + len(alphabet) + 4 * _SLOTS - 1
    table = array("I", (at + shift if at else 0 for at in records.table))
    end = shift + 1 + len(records.data)
    sizes = (end + len(listed), _SLOTS, len(stamp), len(alphabet), end)
    body = b"".join((stamp, alphabet, table.tobytes(), records.data, listed))
    crc = zlib.crc32(body, zlib.crc32(HEADER.pack(MAGIC, 0, *sizes)[UNCHECKED:]))
    return HEADER.pack(MAGIC, crc, *sizes) + body


class _Records:
    """The words of misaki as they come in, and the table that finds them."""

    def __init__(self) -> None:
        self.data = bytearray()
        #: Offsets count from the start of the records plus one, so that 0 is free.
        self.table = array("I", bytes(4 * _SLOTS))
        #: The alphabet: phonemes in the order in which they were met.
        self.places: dict[str, int] = {}
        self._count = 0

    def add(self, path: Path, word: str, value: Any, flags: int) -> None:
        """Take a word in, if no source before had it."""
        key = word.encode("utf-8")
        slot, at = self._find(key)
        if at:
            return
        self._count += 1
        if self._count > _SLOTS * 7 // 8:
            raise KokorodError(f"{path.name} has too many words; install misaki 0.9")
        self.table[slot] = len(self.data) + 1
        try:
            self.data += self._record(key, value, flags)
        except (ValueError, AttributeError):
            raise KokorodError(
                f"{path.name} has a word that cannot be taken in: {word[:40]!r}; reinstall misaki"
            ) from None

    def mark_listed(self, word: str) -> bool:
        """Note that CMUdict has the word too. False: the word is not here, or in several forms."""
        key = word.encode("utf-8")
        _, at = self._find(key)
        flags = at + len(key)
        if not at or self.data[flags] & FORMS:
            return False
        self.data[flags] |= LISTED
        return True

    def encode(self, phonemes: str) -> bytes:
        places = self.places
        return bytes(places.setdefault(p, len(places)) for p in phonemes)

    def _find(self, key: bytes) -> tuple[int, int]:
        """The word's slot, and where its record's word begins; 0: it is free."""
        data, table = self.data, self.table
        slot = zlib.crc32(key) & (_SLOTS - 1)
        while (at := table[slot]) and data[at : at + data[at - 1]] != key:
            slot = (slot + 1) & (_SLOTS - 1)
        return slot, at

    def _record(self, key: bytes, value: Any, flags: int) -> bytes:
        if isinstance(value, str):
            encoded = self.encode(value)
        else:
            flags |= FORMS
            encoded = b""
            for tag, phonemes in value.items():
                if tag not in TAGS:
                    continue
                if phonemes is None:
                    encoded += bytes((TAGS.index(tag), NONE))
                else:
                    form = self.encode(phonemes)
                    encoded += bytes((TAGS.index(tag), len(form))) + form
        return bytes((len(key),)) + key + bytes((flags, len(encoded))) + encoded


def _listed(path: Path, records: _Records) -> bytes:
    """The words of CMUdict's list that misaki's data lack; the others are marked there."""
    found: list[tuple[bytes, bytes]] = []
    try:
        for word, phones in cmudict.pairs(path):
            if len(word) > front_coded.LONGEST:
                continue
            if records.mark_listed(word) or records.mark_listed(word.capitalize()):
                continue
            phonemes = cmudict.in_kokoro(phones)
            if phonemes and len(phonemes) <= front_coded.LONGEST:
                found.append((word.encode("ascii"), records.encode(phonemes)))
    except OSError as error:
        raise KokorodError(f"{path.name} cannot be read: {error}; reinstall cmudict") from None
    return front_coded.pack(found)


def _pairs(path: Path) -> Iterator[tuple[str, Any]]:
    """The pairs of a flat JSON object, one at a time: as one dict it takes tens of MB."""
    try:
        text = path.read_text(encoding="utf-8")
        decode = json.JSONDecoder().raw_decode
        at = text.index("{") + 1
        while text[at := _skip(text, at)] != "}":
            word, at = scanstring(text, at + 1)
            at = _skip(text, at)
            value: Any
            if text[at] == '"':
                value, at = scanstring(text, at + 1)
            else:
                value, at = decode(text, at)
            yield word, value
    except (OSError, ValueError, IndexError) as error:
        raise KokorodError(f"{path.name} cannot be read: {error}; reinstall misaki") from None


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n,:":
        at += 1
    return at
