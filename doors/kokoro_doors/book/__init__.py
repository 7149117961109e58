"""kokoroctl book: what of a book would be read, chapter by chapter, and the book as sound.

parts.py     a book, its chapters, what is wrong with one
blocks.py    HTML as paragraphs, without footnotes and page numbers
archive.py   a zip file, with limits
epub.py      an EPUB: its spine, its table of contents, cut into chapters
plain.py     text, Markdown and HTML files
timed.py     subtitles
pdf.py       a PDF with text
layout.py    lines on pages as paragraphs
marking.py   spans around what is read of a page
chapters.py  the list of them
command.py   the command
render/      files of sound
"""

from __future__ import annotations

from .command import EPILOG, HELP, add_arguments, run

__all__ = ["EPILOG", "HELP", "add_arguments", "run"]
