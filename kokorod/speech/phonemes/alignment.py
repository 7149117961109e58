# pure: no socket, thread or clock.
"""Cutting what was read together into words, led by how each word sounds alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

#: What does not tell one word from another.
_UNSHARED: Final = frozenset(" ˈˌ-\u0361")


def share(alone: Sequence[str], together: str) -> list[str]:
    """The part of `together` that is each word's, without spaces around it; may be empty."""
    bounds = cuts(alone, together)
    return [together[a:b].strip() for a, b in itertools.pairwise(bounds)]


def cuts(alone: Sequence[str], together: str) -> list[int]:
    """Where each word begins in `together`, and its end: one more than there are words."""
    joined = ""
    bounds: list[int] = []
    for phonemes in alone:
        joined += "".join(c for c in phonemes if c not in _UNSHARED)
        bounds.append(len(joined))
    kept = [i for i, c in enumerate(together) if c not in _UNSHARED]
    heard = "".join(together[i] for i in kept)
    blocks = SequenceMatcher(None, joined, heard, autojunk=False).get_matching_blocks()
    result = [0]
    for bound in bounds[:-1]:
        follower = max(_follow(bound, blocks), 0)
        cut = kept[follower] if follower < len(kept) else len(together)
        # A stress mark and the space before it belong to the vowel that follows.
        while cut > result[-1] and together[cut - 1] in _UNSHARED:
            cut -= 1
        result.append(max(cut, result[-1]))
    return [*result, len(together)]


def _follow(position: int, blocks: Sequence[tuple[int, int, int]]) -> int:
    """Where a position of the first string lies in the second."""
    after = 0
    for a, b, size in blocks:
        if position < a:
            # Between two matches: in front of the next one, as far as it was before it.
            return max(after, b - (a - position))
        if position < a + size or size == 0:
            return b + min(position - a, size)
        after = b + size
    return after
