# pure: no socket, thread or clock; writes one file.
"""Changing lexicon.toml: one entry in, one entry out, the user's comments left alone.

Invariants: the file is replaced whole or not at all; what it says afterwards is what it
said before and the one change, or nothing is written.
Never: two changes at once (a lock on the folder).
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigError
from .lexicon import Entry

#: From the text and what it says to the new text, what it is to say, and what the caller is told.
_Change = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any], bool]]

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_HEADER: Final = re.compile(r"\s*\[\s*\"?([^\]\"]+?)\"?\s*\]\s*(?:#.*)?$")


def add_entry(path: Path, section: str, entry: Entry) -> bool:
    """Write an entry; True: the word had another one. Raises ConfigError."""
    value: Any = {"like": entry.like} if entry.like else entry.phonemes
    line = f"{_key(entry.word)} = {_value(entry)}"

    def change(text: str, data: dict[str, Any]) -> tuple[str, dict[str, Any], bool]:
        known = entry.word in data.get(section, {})
        data.setdefault(section, {})[entry.word] = value
        return _with_line(text, section, entry.word, line), data, known

    return _change(path, change)


def remove_entry(path: Path, section: str, word: str) -> bool:
    """Take an entry out; False: there is none. Raises ConfigError."""

    def change(text: str, data: dict[str, Any]) -> tuple[str, dict[str, Any], bool]:
        if word not in data.get(section, {}):
            return text, data, False
        del data[section][word]
        return _with_line(text, section, word, None), data, True

    return _change(path, change)


def _change(path: Path, change: _Change) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(path.parent):
            return _changed(path, change)
    except OSError as error:
        raise ConfigError(f"{path} cannot be changed: {error.strerror or error}") from None


def _changed(path: Path, change: _Change) -> bool:
    """With the lock of its folder. Raises ConfigError, OSError."""
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        before = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}; fix it first") from None
    new, wanted, result = change(text, copy.deepcopy(before))
    if wanted != before:
        _check(path, new, wanted)
        _replace(path, new)
    return result


def _check(path: Path, text: str, wanted: dict[str, Any]) -> None:
    """The lines were edited as text: only a parser can say that they mean what they should."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if found != wanted:
        raise ConfigError(f"{path} is laid out in a way that needs a person: edit it by hand")


def _with_line(text: str, section: str, word: str, line: str | None) -> str:
    """The text with the word's line replaced, added or (None) taken out."""
    # Not splitlines: it also breaks at characters that may stand inside a TOML string.
    lines = text.removesuffix("\n").split("\n") if text else []
    first = next((i for i, row in enumerate(lines) if _section(row) == section), None)
    if first is None:
        gap = [""] if lines and lines[-1].strip() else []
        return "\n".join([*lines, *gap, f"[{section}]", *([line] if line else [])]) + "\n"
    end = next(
        (i for i in range(first + 1, len(lines)) if lines[i].lstrip()[:1] == "["), len(lines)
    )
    for i in range(first + 1, end):
        if _word(lines[i]) == word:
            lines[i : i + 1] = [line] if line else []
            break
    else:
        while end > first + 1 and not lines[end - 1].strip():
            end -= 1
        lines[end:end] = [line] if line else []
    return "\n".join(lines) + "\n"


def _section(row: str) -> str | None:
    match = _HEADER.match(row)
    return match.group(1) if match else None


def _word(row: str) -> str | None:
    """The key of a row that is one whole entry."""
    try:
        keys = list(tomllib.loads(row))
    except tomllib.TOMLDecodeError:
        return None
    return keys[0] if len(keys) == 1 else None


def _key(word: str) -> str:
    return word if _BARE_KEY.fullmatch(word) else _string(word)


def _value(entry: Entry) -> str:
    return f"{{ like = {_string(entry.like)} }}" if entry.like else _string(entry.phonemes)


def _string(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link to a file kept elsewhere stays a link.
        Path(name).replace(path.resolve())
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written: {error}") from None
