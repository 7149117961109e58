"""Where the text comes from: the command line, files, standard input.

A text is one request. What is read from a descriptor goes to the daemon as it arrives.
"""

from __future__ import annotations

import argparse
import os
import select
import stat
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ... import errors
from ...speech import Speech
from ...wire.choices import Markup
from .. import exits
from .decoding import NotTextError, TextDecoder
from .markdown_signs import looks_like_markdown
from .sent_text import SentText

#: As much as a pipe holds.
_READ_BYTES: Final = 64 * 1024

#: How much of a file is looked at before it is spoken: hours of speech, 10 ms.
_CHECKED_BYTES: Final = 4 * 1024 * 1024

#: Each is an open descriptor, of which macOS gives 256.
_FILES: Final = 100

#: How long a pipe's writer may take to begin, for its markup to be seen: a program that prints a
#: file takes a few milliseconds; nobody hears this delay of a model that thinks.
_BEGIN_S: Final = 0.05

_STDIN: Final = "standard input"


class Text:
    """One text: what is known of it at once, and what still arrives.

    name    for people: a file's name
    sent    what of it has been sent, for those who asked for it
    words   what stands on the command line; "" if it is read
    markup  how it is written
    """

    def __init__(
        self,
        name: str,
        markup: str,
        words: str = "",
        fd: int | None = None,
        encoding: str | None = None,
        begin: bytes = b"",
    ) -> None:
        """encoding: of what is read; None: found out. Raises LookupError for an unknown one.

        begin: what has been read of `fd` already
        """
        self.name = name
        self.markup = markup
        self.words = words
        self.sent = SentText()
        self._reader = None if fd is None else _Reader(fd, name, self.sent, encoding, begin)

    @property
    def whole(self) -> bool:
        """Whether `words` is all of it."""
        return self._reader is None

    def feed(self, speech: Speech) -> None:
        """Append to `speech` what is read, to the end. Returns at once."""
        if self._reader is None:
            self.sent.add(self.words)
        else:
            self._reader.feed(speech)

    @property
    def length(self) -> int | None:
        """How many characters it has in all, about, until it has been read; None: unknown."""
        return len(self.words) if self._reader is None else self._reader.length

    @property
    def failure(self) -> str:
        """Why it could not be read to its end; known when the speech has ended."""
        return self._reader.failure if self._reader else ""


def open_texts(args: argparse.Namespace) -> Sequence[Text]:
    """The texts that are asked for, in order. Raises CommandError for one that is not there."""
    files: list[str] = args.file or []
    if args.text == ["-"] or (not args.text and not files):
        if not args.text and (sys.stdin is None or sys.stdin.isatty()):
            raise exits.CommandError("nothing to say; give TEXT, -f FILE or -", exits.USAGE)
        files = ["-"]
    if not files:
        return [Text("", args.markup or Markup.AUTO.value, " ".join(args.text))]
    if len(files) > _FILES:
        raise exits.CommandError(
            f"{len(files)} files are too many; {_FILES} at once are allowed", exits.USAGE
        )
    if files.count("-") > 1:
        raise exits.CommandError("standard input can be read only once", exits.USAGE)
    # All at once: a name that is wrong is to be known before an hour of the first one.
    return [_open(name, args) for name in files]


def _open(name: str, args: argparse.Namespace) -> Text:
    if name == "-":
        _refuse_no_text(0, _STDIN, args.encoding)
        begin = b"" if args.markup or args.phonemes else _begin_of(0)
        markup = args.markup or _markup_of_begin(begin)
        return Text(_STDIN, markup, fd=0, encoding=args.encoding, begin=begin)
    try:
        fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise exits.CommandError(f"cannot read {name}: {error.strerror}") from None
    _refuse_no_text(fd, name, args.encoding)
    by_name = Markup.AUTO.value if args.phonemes else _markup_of(name)
    return Text(name, args.markup or by_name, fd=fd, encoding=args.encoding)


def _refuse_no_text(fd: int, name: str, encoding: str | None) -> None:
    """Raises CommandError for a file whose beginning is no text, before a word of it is said."""
    if not _size(fd):
        return
    try:
        at = begin = os.lseek(fd, 0, os.SEEK_CUR)
        decoder = TextDecoder(encoding)
        while at - begin < _CHECKED_BYTES and (data := os.pread(fd, _READ_BYTES, at)):
            decoder.decode(data)
            at += len(data)
        decoder.decode(b"", final=True)
    except NotTextError as error:
        raise exits.CommandError(f"cannot read {name}: {error}") from None
    except OSError:
        pass  # reading it says why


def _begin_of(fd: int) -> bytes:
    """What there is to read at once; b"" from a terminal, or from a writer who takes longer."""
    if os.isatty(fd):
        return b""
    with suppress(OSError, ValueError):  # what cannot be waited for is read later
        if select.select([fd], [], [], _BEGIN_S)[0]:
            return os.read(fd, _READ_BYTES)
    return b""


def _markup_of_begin(begin: bytes) -> str:
    """Standard input has no name to tell by: what it begins with must look like Markdown."""
    text = begin.decode("utf-8", "replace")
    return Markup.MARKDOWN.value if looks_like_markdown(text) else Markup.AUTO.value


def _markup_of(name: str) -> str:
    """By the file's ending: Markdown is known by its name, SSML by its first tag."""
    ending = name.lower().rpartition(".")[2]
    return Markup.MARKDOWN.value if ending in ("md", "markdown") else Markup.AUTO.value


class _Reader:
    """Reads `fd` to its end, or to what is no text, in a thread.

    Owns:       the thread that reads the descriptor, the decoder.
    Invariants: each piece goes to the speech as soon as it has been read.
    """

    def __init__(
        self, fd: int, name: str, sent: SentText, encoding: str | None, begin: bytes
    ) -> None:
        self._fd = fd
        self._begin = begin
        self._name = name
        self._sent = sent
        self._bytes = 0
        self._ended = False
        self._size = _size(fd)
        # Who types sends a line at a time and waits to hear it. An empty line tells the
        # daemon that the sentence has ended; else it would wait for the next one's begin.
        self._line_end = "\n\n" if os.isatty(fd) else "\n"
        self._decoder = TextDecoder(encoding)
        self.failure = ""

    def feed(self, speech: Speech) -> None:
        # A daemon thread: a read of a terminal cannot be called off.
        threading.Thread(target=self._run, args=(speech,), name="reader", daemon=True).start()

    @property
    def length(self) -> int | None:
        if self._ended or not self._size:
            return self._sent.end if self._ended else None
        # Letters take one to four bytes, in one language much alike.
        read = max(1, min(self._bytes, self._size))
        return round((self._sent.end or read) * self._size / read)

    def _run(self, speech: Speech) -> None:
        with suppress(errors.KokoroError):  # whoever takes the audio hears of it
            while data := self._read():
                if text := self._decode(data).replace("\n", self._line_end):
                    self._sent.add(text)
                    self._bytes += len(data)
                    speech.append(text)
            last = self._decode(b"")
            self._sent.add(last)
            self._ended = True
            speech.append(last, final=True)

    def _decode(self, data: bytes) -> str:
        """data: b"" at the end."""
        if self.failure:
            return ""
        try:
            return self._decoder.decode(data, final=not data)
        except NotTextError as error:
            self.failure = f"cannot read {self._name}: {error}"
            return ""

    def _read(self) -> bytes:
        if self.failure:
            return b""
        if begin := self._begin:
            self._begin = b""
            return begin
        try:
            return os.read(self._fd, _READ_BYTES)
        except OSError as error:
            self.failure = f"cannot read {self._name}: {error.strerror or error}"
            return b""


def _size(fd: int) -> int | None:
    """Of a file that is no pipe or terminal, in bytes."""
    with suppress(OSError):  # closed: the first read says so
        found = os.fstat(fd)
        return found.st_size if stat.S_ISREG(found.st_mode) else None
    return None
