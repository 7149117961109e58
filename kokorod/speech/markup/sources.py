# pure: no socket, thread or clock.
"""Arriving text to fragments, one sentence each: plain, Markdown or SSML.

Owns:       the text that has arrived and is not given out yet.
Invariants: fragments come in the order of the text, their spans count characters of the
            whole of it; a fragment ends at the same place however the text arrived, but for
            calls of flush_idle.
Never:      reads on for long when somebody else waits: a text in which nothing is to be said,
            or a document of SSML, of which nothing is given out before all of it is known to be
            well-formed, is read in bounded steps, between which NotYetError may be raised.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, Protocol

from ...errors import KokorodError
from ...safety.faults import Faults
from ...types import CodeBlocks, Markup
from ..sentences import SentenceSplitter
from .arriving import Arriving
from .fragments import Fragment, FragmentKind, Span
from .markdown import MarkdownReader
from .notation import read_inline_from
from .ssml import SsmlParser, is_ssml

#: Text that has been given out is forgotten in parts of this size: slicing at every
#: sentence would make a long text quadratic.
_FORGET: Final = 64 * 1024

#: Characters of Markdown that are read in one step: the first sentence of a book comes before
#: the book is parsed.
_AT_ONCE: Final = 2048

#: Characters after which it is known whether a text begins as SSML: an XML declaration
#: and `<speak` fit in.
_TELLING: Final = 300


#: Whether the time for one reading is over.
Spent = Callable[[], bool]


def never() -> bool:
    return False


class NotYetError(Exception):
    """The time is over and nothing was found yet: next() is to be called again."""


class Source(Protocol):
    def feed(self, text: str, final: bool) -> None:
        """Append text; after final=True no more may come."""

    def flush_idle(self) -> None:
        """The writer pauses: a sentence that looks whole need not wait for the next one."""

    def next(self) -> Fragment | None:
        """The next sentence, None if its end is not certain yet or nothing is left.

        Raises NotYetError.
        """


class PlainSource:
    """Sentences as they are, with `[pause 500ms]` and `[word](/phonemes/)` in them."""

    def __init__(
        self, lang: str, *, inline: bool = True, begin: int = 0, spent: Spent = never
    ) -> None:
        """begin: where the first character fed stands in the user's text."""
        self._spent = spent
        self._splitter = SentenceSplitter(lang)
        self._lang = lang
        self._inline = inline
        self._voice = ""
        self._begin = begin
        self._text = ""
        self._arrived: list[str] = []  # after _text: to add each part to it would be quadratic
        self._base = 0
        self._fragments: deque[Fragment] = deque()

    def feed(self, text: str, final: bool) -> None:
        self._arrived.append(text)
        self._splitter.feed(text, final)

    def flush_idle(self) -> None:
        self._splitter.flush_idle()

    def next(self) -> Fragment | None:
        while not self._fragments:
            span = self._splitter.next()
            if span is None:
                return None
            start, end = span
            if self._arrived:
                self._text += "".join(self._arrived)
                self._arrived.clear()
            text = self._text[start - self._base : end - self._base]
            place = start + self._begin
            if self._inline:
                found, self._voice = read_inline_from(self._voice, text, place, self._lang)
                self._fragments.extend(found)
            else:
                spans = (Span(text, place, end + self._begin),)
                self._fragments.append(Fragment(FragmentKind.TEXT, spans))
            if end - self._base >= _FORGET:
                self._text = self._text[end - self._base :]
                self._base = end
            if not self._fragments and self._spent():
                raise NotYetError
        return self._fragments.popleft()


class MarkdownSource:
    """What is seen of a Markdown text: no asterisks, no link targets, no code blocks."""

    def __init__(self, lang: str, code: CodeBlocks = CodeBlocks.SKIP, spent: Spent = never) -> None:
        self._lang = lang
        self._spent = spent
        self._reader = MarkdownReader(code=code, lang=lang)
        self._unread: deque[str] = deque()
        self._final = False
        self._over = False  # the reader knows that
        self._idle = False
        self._arrived: deque[Fragment] = deque()
        self._fragments: Iterator[Fragment] = iter(())

    def feed(self, text: str, final: bool) -> None:
        parts = range(0, len(text), _AT_ONCE)
        self._unread.extend(text[start : start + _AT_ONCE] for start in parts)
        self._idle = self._idle and not text
        self._final = self._final or final

    def flush_idle(self) -> None:
        self._idle = True

    def next(self) -> Fragment | None:
        while (fragment := next(self._fragments, None)) is None:
            if not self._arrived and not self._read_on():
                return None
            if self._arrived:
                self._fragments = by_sentence(self._arrived.popleft(), self._lang)
            elif self._spent():
                raise NotYetError
        return fragment

    @property
    def unread(self) -> int:
        """Characters that have come and were not looked at yet."""
        return sum(map(len, self._unread))

    def _read_on(self) -> bool:
        """Read a bounded part of what has come; False: nothing of it is left."""
        if self._unread:
            self._arrived.extend(self._reader.feed(self._unread.popleft()))
        elif self._final and not self._over:
            self._over = True
            self._arrived.extend(self._reader.feed("", final=True))
        elif self._idle:
            self._idle = False
            self._arrived.extend(self._reader.flush_idle())
        else:
            return False
        return True


class SsmlSource:
    """A document of SSML, read when it is whole. Raises SsmlError from next()."""

    def __init__(self, lang: str, spent: Spent = never) -> None:
        self._lang = lang
        self._spent = spent
        self._text: list[str] = []
        self._final = False
        self._parser: SsmlParser | None = None
        self._fragments: Iterator[Fragment] | None = None

    def feed(self, text: str, final: bool) -> None:
        self._text.append(text)
        self._final = final

    def flush_idle(self) -> None:
        pass  # half a document is none

    def next(self) -> Fragment | None:
        if not self._final:
            return None
        if self._fragments is None:
            self._fragments = self._read()
        return next(self._fragments, None)

    def _read(self) -> Iterator[Fragment]:
        if self._parser is None:
            self._parser = SsmlParser("".join(self._text))
            self._text.clear()
        while not self._parser.step():
            if self._spent():
                raise NotYetError
        fragments = self._parser.result().fragments
        return (part for fragment in fragments for part in by_sentence(fragment, self._lang))


class AutoSource:
    """SSML if the text begins with <speak>, else plain."""

    def __init__(self, lang: str, spent: Spent = never) -> None:
        self._lang = lang
        self._spent = spent
        self._blank: list[str] = []  # blanks before its beginning
        self._begin = ""
        self._source: Source | None = None

    def feed(self, text: str, final: bool) -> None:
        if self._source is not None:
            self._source.feed(text, final)
            return
        if not self._begin and not final and not text.strip():
            self._blank.append(text)
            return
        self._begin += text
        seen = self._begin.lstrip()
        if final or len(seen) >= _TELLING or (seen and not seen.startswith("<")):
            begin = "".join([*self._blank, self._begin])
            ssml = is_ssml(begin)
            self._source = (
                SsmlSource(self._lang, self._spent)
                if ssml
                else PlainSource(self._lang, spent=self._spent)
            )
            self._source.feed(begin, final)
            self._begin = ""
            self._blank.clear()

    def flush_idle(self) -> None:
        if self._source is not None:
            self._source.flush_idle()

    def next(self) -> Fragment | None:
        return self._source.next() if self._source is not None else None


class FilteredSource:
    """A source that is not fed what is not for the ear (arriving.py).

    Owns: what has come and was not looked at yet: feed() costs nothing, next() has steps.
    """

    def __init__(self, source: Source, *, thoughts: bool, spent: Spent = never) -> None:
        self._source = source
        self._spent = spent
        self._arriving = Arriving(thoughts=thoughts)
        self._waiting: deque[tuple[str, bool] | None] = deque()  # None: an idle flush

    def feed(self, text: str, final: bool) -> None:
        for start in range(0, len(text), _AT_ONCE):
            self._waiting.append((text[start : start + _AT_ONCE], False))
        if final or not text:
            self._waiting.append(("", final))

    def flush_idle(self) -> None:
        self._waiting.append(None)

    def next(self) -> Fragment | None:
        while (fragment := self._source.next()) is None and self._waiting:
            step = self._waiting.popleft()
            if step is None:
                self._source.flush_idle()
            else:
                text, final = step
                self._source.feed(self._arriving.feed(text, final), final)
            if self._waiting and self._spent():
                raise NotYetError
        return fragment


class ContainedSource:
    """A source, and the rest of its text as plain text after it raised.

    Owns: the text from the end of the last fragment on.
    """

    def __init__(self, source: Source, lang: str, faults: Faults) -> None:
        self._source = source
        self._lang = lang
        self._faults = faults
        self._text = ""
        self._arrived: list[str] = []  # after _text
        self._base = 0  # where _text begins
        self._given = 0  # the end of what has been given out
        self._final = False
        self._plain = False

    def feed(self, text: str, final: bool) -> None:
        self._arrived.append(text)
        self._final = final
        try:
            self._source.feed(text, final)
        except Exception as error:  # noqa: BLE001 - see _go_on_plainly
            self._go_on_plainly(error)

    def flush_idle(self) -> None:
        try:
            self._source.flush_idle()
        except Exception as error:  # noqa: BLE001 - see _go_on_plainly
            self._go_on_plainly(error)

    def next(self) -> Fragment | None:
        try:
            fragment = self._source.next()
        except Exception as error:  # noqa: BLE001 - see _go_on_plainly
            self._go_on_plainly(error)
            fragment = self._source.next()
        if fragment is not None and fragment.spans:
            self._given = max(self._given, fragment.spans[-1].end)
            if self._given - self._base >= _FORGET:
                self._forget()
        return fragment

    def _forget(self) -> None:
        """What has been given out is kept no longer."""
        self._text += "".join(self._arrived)
        self._arrived.clear()
        self._text = self._text[self._given - self._base :]
        self._base = self._given

    def _go_on_plainly(self, error: Exception) -> None:
        """Raises the error if it is one to tell, or if plain text raises it too."""
        if isinstance(error, KokorodError | NotYetError) or self._plain:
            raise error
        self._faults.caught("markup", error)
        self._plain = True
        self._forget()
        self._source = PlainSource(self._lang, inline=False, begin=self._given)
        self._source.feed(self._text, self._final)


def open_source(
    markup: Markup,
    lang: str,
    code: CodeBlocks = CodeBlocks.SKIP,
    *,
    thoughts: bool = False,
    spent: Spent = never,
) -> Source:
    """The source of a request's text.

    code      what becomes of Markdown's code blocks
    thoughts  those of a model, between its tags, are said
    spent     asked between two steps of next()
    """
    match markup:
        case Markup.MARKDOWN:
            return FilteredSource(MarkdownSource(lang, code, spent), thoughts=thoughts, spent=spent)
        case Markup.SSML:
            return SsmlSource(lang, spent)
        case Markup.PLAIN:
            return PlainSource(lang, inline=False)
        case Markup.AUTO:
            return FilteredSource(AutoSource(lang, spent), thoughts=thoughts, spent=spent)


def by_sentence(fragment: Fragment, lang: str) -> Iterator[Fragment]:
    """A fragment of markup, cut into sentences; one without text is a pause or an event."""
    spans = _sentences(fragment.text, fragment.lang or lang)
    first = next(spans, None)
    if first is None:
        yield fragment
    else:
        yield from fragment.parts(chain([first], spans))


def _sentences(text: str, lang: str) -> Iterator[tuple[int, int]]:
    splitter = SentenceSplitter(lang)
    splitter.feed(text, final=True)
    while (span := splitter.next()) is not None:
        yield span
