"""What was said against what was heard, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """errors: words changed, lost or added, the fewest that explain what was heard; lost: places
    of words that were said and nothing was heard for."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    errors: int
    first_lost: bool
    last_lost: bool
    added: bool
    lost: tuple[int, ...] = ()

    @property
    def cut_or_added(self) -> bool:
        """Its first or last word is missing, or something is heard that was not said."""
        return self.first_lost or self.last_lost or self.added


def plain(text: str) -> tuple[str, ...]:
    """The words of a text: lower case, neither marks nor apostrophes."""
    joined = re.sub(r"['’]", "", text.lower())
    return tuple(re.sub(r"[^a-z0-9]+", " ", joined).split())


def compare(said: Sequence[str], heard: Sequence[str]) -> Compared:
    """Align the two; of alignments of equally few errors, one that keeps both ends."""
    rows, columns = len(said) + 1, len(heard) + 1
    cost = [[max(i, j) if not (i and j) else 0 for j in range(columns)] for i in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            same = cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1])
            cost[i][j] = min(same, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    lost, added = set(), 0
    i, j = rows - 1, columns - 1
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            lost.add(i)
        else:
            j -= 1
            added += 1
    return Compared(
        tuple(said),
        tuple(heard),
        cost[-1][-1],
        first_lost=0 in lost,
        last_lost=len(said) - 1 in lost,
        added=added > 0,
        lost=tuple(sorted(lost)),
    )


def error_rate(compared: Sequence[Compared]) -> float:
    """Errors of all in percent of the words said."""
    words = sum(len(each.said) for each in compared)
    return 100 * sum(each.errors for each in compared) / max(words, 1)
