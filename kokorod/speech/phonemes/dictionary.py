# pure: no socket, thread or clock; reads an installed package's data, writes one cache file.
"""The dictionary Kokoro was trained on, as a memory-mapped index.

Owns: the mapping of one index file.
Invariants: an index is used only when its stamp and checksum fit, and is written whole or
not at all, so that several processes may build it at the same time.
Never: imports misaki, which would load spaCy; holds the dictionary in Python objects.

Source: the data files of misaki (hexgrad, Apache-2.0): us_gold.json (90,201 words),
us_silver.json (93,361), gb_gold.json (87,352), gb_silver.json (109,766).

The file: a header, the stamp and the alphabet; a hash table of 32-bit offsets (0 = free),
found by crc32 of the word and searched onwards; then the records:

    u8 length of the word, word (UTF-8), u8 flags, u8 length of the value, value

A phoneme is one byte, its place in the alphabet. With FORMS set the value is a row of
(u8 tag, u8 length, phonemes); the length NONE says that the tag has no reading of its own.
"""

from __future__ import annotations

import codecs
import contextlib
import importlib.util
import json
import mmap
import os
import struct
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ...errors import KokorodError

_MAGIC: Final = b"kokorod-dict-1\n\0"
_HEADER: Final = struct.Struct("<16sIIIII")  # magic, crc, size, slots, stamp, alphabet
_OFFSET: Final = struct.Struct("<I")

_GOLD: Final = 1
_FORMS: Final = 2
_NONE: Final = 255

#: Offsets are 32 bits and the largest dictionary known takes 5 MB: more is damage.
_MAX_FILE: Final = 64 << 20

_TAGS: Final = ("DEFAULT", "NOUN", "VERB", "ADJ", "ADV", "None", "VBD", "VBN", "VBP", "DT")
_NO_FORMS: Final[MappingProxyType[str, str | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """What the dictionary has for a word.

    default  phonemes; None: spell it
    forms    phonemes by part of speech (NOUN, VERB, ADJ, ADV, VBD, VBN, VBP, DT, None),
             if they differ; None as a value: spell it
    gold     checked by hand, not derived by rule
    """

    default: str | None
    forms: MappingProxyType[str, str | None] | dict[str, str | None]
    gold: bool


class Dictionary:
    """One accent's words. See the module for what it owns and must not do."""

    def __init__(self, data: mmap.mmap) -> None:
        """data: a mapped index that `open_dictionary` has checked."""
        self._data = data
        _, _, _, slots, stamp, alphabet = _HEADER.unpack_from(data)
        start = _HEADER.size + stamp
        self._alphabet = data[start : start + alphabet].decode("utf-8")
        self._table = start + alphabet
        self._mask = slots - 1

    def exact(self, word: str) -> Entry | None:
        """The entry written just so, or None."""
        key = word.encode("utf-8", "replace")
        data = self._data
        slot = zlib.crc32(key) & self._mask
        while True:
            (at,) = _OFFSET.unpack_from(data, self._table + 4 * slot)
            if not at:
                return None
            end = at + 1 + data[at]
            if data[at + 1 : end] == key:
                return self._entry(end)
            slot = (slot + 1) & self._mask

    def lookup(self, word: str) -> Entry | None:
        """The entry, also if the dictionary has the word with the other first letter.

        As misaki reads it: `Paris` also answers for `paris` and `house` for `House`; a
        word checked by hand goes before one derived by rule.
        """
        entry = self.exact(word)
        if (entry is not None and entry.gold) or len(word) < 2:
            return entry
        lower = word.lower()
        capital = word.capitalize()
        other = None
        if word == capital != lower:
            other = self.exact(lower)
        elif word == lower != capital:
            other = self.exact(capital)
        if entry is None or (other is not None and other.gold):
            return other
        return entry

    def words(self) -> Iterator[tuple[str, Entry]]:
        """Every word with its entry, in the order of the source files."""
        at = self._table + 4 * (self._mask + 1)
        while at < len(self._data):
            end = at + 1 + self._data[at]
            yield self._data[at + 1 : end].decode("utf-8"), self._entry(end)
            at = end + 2 + self._data[end + 1]

    def close(self) -> None:
        self._data.close()

    def _entry(self, at: int) -> Entry:
        flags, length = self._data[at], self._data[at + 1]
        value = self._data[at + 2 : at + 2 + length]
        gold = bool(flags & _GOLD)
        if not flags & _FORMS:
            return Entry(self._decode(value), _NO_FORMS, gold)
        forms: dict[str, str | None] = {}
        i = 0
        while i < len(value):
            tag, size = value[i], value[i + 1]
            i += 2
            if size == _NONE:
                forms[_TAGS[tag]] = None
                continue
            forms[_TAGS[tag]] = self._decode(value[i : i + size])
            i += size
        return Entry(forms.pop("DEFAULT", None), forms, gold)

    def _decode(self, value: bytes) -> str:
        return codecs.charmap_decode(value, "strict", self._alphabet)[0]


def open_dictionary(accent: str, cache_folder: Path) -> Dictionary:
    """The dictionary of an accent, "us" or "gb", built first if the cache has no good one.

    Raises KokorodError if misaki's data is missing or cannot be read. If the cache
    folder cannot be written the index lives in an unlinked temporary file, and in memory
    if that cannot be written either.
    """
    sources = _sources(accent)
    stamp = _stamp(sources)
    path = cache_folder / f"dictionary-{accent}.bin"
    data = _open_index(path, stamp)
    if data is None:
        index = _build(sources, stamp)
        _write(path, index)
        data = _open_index(path, stamp) or _map_anonymous(index)
    return Dictionary(data)


def _sources(accent: str) -> list[Path]:
    spec = importlib.util.find_spec("misaki")
    if spec is None or not spec.submodule_search_locations:
        raise KokorodError("misaki's dictionary is not installed; run: pip install misaki")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return [folder / f"{accent}_{tier}.json" for tier in ("gold", "silver")]


def _stamp(sources: list[Path]) -> bytes:
    """Another release of misaki, or an edited file, has another stamp."""
    try:
        stats = [path.stat() for path in sources]
    except OSError as error:
        raise KokorodError(f"misaki's dictionary is missing: {error}; reinstall misaki") from None
    return ";".join(f"{s.st_size},{s.st_mtime_ns}" for s in stats).encode()


def _open_index(path: Path, stamp: bytes) -> mmap.mmap | None:
    """The file mapped, or None unless it is whole and has this stamp."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return None
            magic, crc, size, _, stamp_size, _ = _HEADER.unpack(header)
            if magic != _MAGIC or size > _MAX_FILE or os.fstat(file.fileno()).st_size != size:
                return None
            # Read, not mapped: checking must not make the whole file resident.
            found = zlib.crc32(header[20:])
            first = True
            while chunk := file.read(1 << 16):
                if first and chunk[:stamp_size] != stamp:
                    return None
                first = False
                found = zlib.crc32(chunk, found)
            if found != crc:
                return None
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None


def _write(path: Path, index: bytes) -> None:
    """Put the file in place whole; a reader has the old one, the new one or none."""
    import tempfile  # with shutil and three compressors, for one write in the index's life

    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(index)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)


def _map_anonymous(index: bytes) -> mmap.mmap:
    import tempfile

    try:
        with tempfile.TemporaryFile() as file:
            file.write(index)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:  # the disk is full, or there is no folder for temporary files
        data = mmap.mmap(-1, len(index))
        data.write(index)
        return data


def _build(sources: list[Path], stamp: bytes) -> bytes:
    """The index as bytes. Holds one source's text and the index, never all the words."""
    places: dict[str, int] = {}
    slots = 1 << 18
    table = array("I", bytes(4 * slots))
    records = bytearray()
    # Offsets count from the start of the records plus one, so that 0 is free.
    count = 0
    for path, flags in zip(sources, (_GOLD, 0), strict=True):
        for word, value in _pairs(path):
            key = word.encode("utf-8")
            slot = zlib.crc32(key) & (slots - 1)
            while (at := table[slot]) and records[at : at + records[at - 1]] != key:
                slot = (slot + 1) & (slots - 1)
            if at:
                continue
            count += 1
            if count > slots * 7 // 8:
                raise KokorodError(f"{path.name} has too many words; install misaki 0.9")
            table[slot] = len(records) + 1
            try:
                records += _record(key, value, flags, places)
            except (ValueError, AttributeError):
                raise KokorodError(
                    f"{path.name} has a word that cannot be taken in: {word[:40]!r};"
                    " reinstall misaki"
                ) from None
    alphabet = "".join(places).encode("utf-8")
    shift = _HEADER.size + len(stamp) + len(alphabet) + 4 * slots - 1
    table = array("I", (at + shift if at else 0 for at in table))
    size = shift + 1 + len(records)
    body = b"".join((stamp, alphabet, table.tobytes(), records))
    header = _HEADER.pack(_MAGIC, 0, size, slots, len(stamp), len(alphabet))
    crc = zlib.crc32(body, zlib.crc32(header[20:]))
    return _HEADER.pack(_MAGIC, crc, size, slots, len(stamp), len(alphabet)) + body


def _record(key: bytes, value: Any, flags: int, places: dict[str, int]) -> bytes:
    if isinstance(value, str):
        encoded = _encode(value, places)
    else:
        flags |= _FORMS
        encoded = b""
        for tag, phonemes in value.items():
            if tag not in _TAGS:
                continue
            if phonemes is None:
                encoded += bytes((_TAGS.index(tag), _NONE))
            else:
                form = _encode(phonemes, places)
                encoded += bytes((_TAGS.index(tag), len(form))) + form
    return bytes((len(key),)) + key + bytes((flags, len(encoded))) + encoded


def _encode(phonemes: str, places: dict[str, int]) -> bytes:
    return bytes(places.setdefault(p, len(places)) for p in phonemes)


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
