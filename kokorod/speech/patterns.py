# pure: no socket, thread or clock.
"""Patterns that are compiled when they are first asked.

Normalization alone has some 250, and a text asks a part of them: to compile them all as their
files are imported would keep the speech thread from its first sentence.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a pattern, and has its methods for its own once one was asked."""

    __slots__ = (
        "_flags",
        "_written",
        "findall",
        "finditer",
        "flags",
        "fullmatch",
        "groupindex",
        "groups",
        "match",
        "pattern",
        "search",
        "split",
        "sub",
        "subn",
    )  # fmt: skip

    def __init__(self, written: str, flags: int) -> None:
        self._written = written
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        if name not in _Lazy.__slots__:
            raise AttributeError(name)
        compiled = re.compile(self._written, self._flags)
        for each in _Lazy.__slots__:
            if each[0] != "_":
                setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def lazy_pattern(written: str, flags: int = 0) -> re.Pattern[str]:
    """re.compile() at the first use."""
    return cast("re.Pattern[str]", _Lazy(written, flags))
