# pure: no socket, thread or clock.
"""Lists of words as data: a file a list, its columns named in the first line that is no comment.

They are read when the module that needs one is imported, which the speech thread does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent


def rows(name: str) -> list[list[str]]:
    """The rows of NAME.tsv below its head; a cell that is not written is empty."""
    text = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    head, *lines = (line for line in text.split("\n") if line and line[:2] != "# ")
    tabs = head.count("\t")
    return [(line + "\t" * (tabs - line.count("\t"))).split("\t") for line in lines]
