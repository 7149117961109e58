# pure: no I/O, no threads.
"""A book's chapters as a table or as JSON, before anything of it is spoken."""

from __future__ import annotations

import json

from kokoro_client.cli import exits

from .parts import Book


def as_json(book: Book) -> str:
    chapters = [
        {
            "number": number,
            "title": chapter.title,
            "words": chapter.words,
            "expected_s": round(chapter.expected_s, 1),
        }
        for number, chapter in enumerate(book.chapters, 1)
    ]
    return json.dumps({"title": book.title, "chapters": chapters}) + "\n"


def as_table(book: Book) -> str:
    lines = [
        f"{number:4}  {chapter.words:7} words  {_clock(chapter.expected_s)}"
        f"  {exits.one_line(chapter.title)}\n"
        for number, chapter in enumerate(book.chapters, 1)
    ]
    total = sum(chapter.expected_s for chapter in book.chapters)
    words = sum(chapter.words for chapter in book.chapters)
    return (
        "".join(lines) + f" all  {words:7} words  {_clock(total)}  {exits.one_line(book.title)}\n"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:3}:{minutes % 60:02}:{rest:02}"
