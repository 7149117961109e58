# pure: no socket, thread or clock.
"""SSML: the part of it that says how text is read.

speak, p, s, break, prosody rate, say-as, sub, phoneme, voice, lang, mark. The text of
other elements is read and their names are reported. A document type, entities and
processing instructions are refused: they are how XML is turned into a bomb.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from ...errors import KokorodError
from ...voices.languages import understood
from ..normalize.say_as import KINDS
from .fragments import IPA, Fragment, FragmentKind, Span, join_fragments
from .pauses import BREAKS, break_s

#: Elements inside one another; what people write has fewer than ten.
MAX_DEPTH: Final = 64

_RATES: Final = {
    "x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6,
}  # fmt: skip
_SLOWEST, _FASTEST = 0.5, 2.0
_SILENT: Final = frozenset({"metadata", "meta", "desc", "lexicon"})
_KNOWN: Final = frozenset(
    ["speak", "p", "s", "break", "prosody", "say-as", "sub", "phoneme", "voice", "lang", "mark",
     "emphasis", "w", "token", "paragraph", "sentence", *_SILENT]
)  # fmt: skip
_ALPHABETS: Final = frozenset({"", IPA, "x-kokoro", "x-misaki"})
_ENTITY: Final = re.compile(r"&#?\w{1,32};")
_PARAGRAPH_S: Final = 0.6
_LINE_END: Final = re.compile(r"\r\n|\n|\r")

#: Characters of a step, and on to the end of a tag: some 10 ms of the shortest elements.
_STEP: Final = 1_024

#: Parts of a fragment after which the next blank ends it, and four times as many anything: what
#: people write has some dozens, and a fragment's parts are joined in one step.
_MOST_PARTS: Final = 500


class SsmlError(KokorodError):
    """The markup is not SSML that can be read. `line` and `column` count from 1."""

    def __init__(self, what: str, line: int, column: int) -> None:
        super().__init__(f"SSML, line {line}, column {column}: {what}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Ssml:
    """What was read: the fragments, and what markup was left out, each named once."""

    fragments: tuple[Fragment, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scope:
    """What holds inside an element."""

    name: str
    voice: str = ""
    lang: str = ""
    rate: float = 1.0
    say: str = ""
    detail: str = ""
    phonemes: str | None = None
    alias: str | None = None
    silent: bool = False
    began: int = 0


def is_ssml(text: str) -> bool:
    """Whether `text` begins as SSML does."""
    return re.match(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<speak[\s>/]", text) is not None


def read_ssml(text: str) -> Ssml:
    """The fragments of an SSML document, spans in `text`.

    Raises SsmlError, which names line and column.
    """
    parser = SsmlParser(text)
    while not parser.step():
        pass
    return parser.result()


class SsmlParser:
    """A document that is read in steps of some milliseconds. See read_ssml()."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._reader = _Reader(text)
        self._parser: Any = DefusedExpatParser(
            forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
        self._parser.setFeature(feature_namespaces, False)
        self._parser.setContentHandler(self._reader)
        self._reader.follow(self._parser)
        self._fed = 0

    def step(self) -> bool:
        """Read a part of it; True if that was the last. Raises SsmlError."""
        if self._fed == len(self._text):
            self._feed("", last=True)
            return True
        if not self._fed:
            self._check_characters()
        # After a tag: the text between two of them comes in one piece, as it always did.
        tag = self._text.find(">", self._fed + _STEP)
        end = len(self._text) if tag < 0 else tag + 1
        piece = self._text[self._fed : end]
        self._reader.reached(end)
        self._fed = end
        self._feed(piece, last=False)
        return False

    def result(self) -> Ssml:
        """What was read, after the last step."""
        reader = self._reader
        return Ssml(tuple(reader.fragments()), tuple(dict.fromkeys(reader.ignored)))

    def _check_characters(self) -> None:
        try:
            self._text.encode()
        except UnicodeEncodeError as error:
            self._reader.reached(error.start + 1)
            why = "a half of a surrogate pair is no character; remove it"
            raise self._reader.error(why, error.start) from None

    def _feed(self, piece: str, *, last: bool) -> None:
        try:
            if last:
                self._parser.close()
            else:
                self._parser.feed(piece)
        except SAXParseException as failure:
            line, column = failure.getLineNumber() or 1, (failure.getColumnNumber() or 0) + 1
            raise SsmlError(
                f"{failure.getMessage()}; the tags must nest and close", line, column
            ) from None
        except DefusedXmlException:
            raise self._reader.error(
                "document types and entities are not allowed; remove <!DOCTYPE ...>",
                self._reader.here(),
            ) from None


class _Reader(ContentHandler):
    """Owns the fragments so far. Invariant: every scope but the first was opened by a tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._lines = [0]  # where those begin that have been reached
        self._reached = 0
        self._scopes: list[_Scope] = []
        self._held: list[Span | float] = []
        self._fragments: list[Fragment] = []
        self._locator: Any = None
        self.ignored: list[str] = []

    def follow(self, parser: Any) -> None:
        """`parser` says where in the text each event is."""
        self._locator = parser

    def reached(self, end: int) -> None:
        """The parser is given the text up to `end`."""
        for line_end in _LINE_END.finditer(self._text, self._reached):
            if line_end.start() >= end:
                break
            self._lines.append(line_end.end())
            self._reached = line_end.end()
        self._reached = max(self._reached, end)

    def here(self) -> int:
        """Where in the text the parser is."""
        if self._locator is None:
            return 0
        line = min(self._locator.getLineNumber() or 1, len(self._lines))
        return min(self._lines[line - 1] + (self._locator.getColumnNumber() or 0), len(self._text))

    def error(self, what: str, position: int) -> SsmlError:
        line = bisect_right(self._lines, position)
        return SsmlError(what, line, position - self._lines[line - 1] + 1)

    def fragments(self) -> list[Fragment]:
        self._end_fragment(None)
        return self._fragments

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        here = self.here()
        values = {key: attrs.getValue(key) for key in attrs.getNames()}
        if not self._scopes and name != "speak":
            raise self.error(f"<{name}> where <speak> must be; put all of it in <speak>", here)
        if len(self._scopes) >= MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} elements in one another", here)
        outer = self._scopes[-1] if self._scopes else _Scope("")
        scope = self._scope(replace(outer, name=name, began=here), name, values, here)
        if (scope.voice, scope.rate) != (outer.voice, outer.rate) or name in _BLOCKS:
            self._end_fragment(None)
        self._scopes.append(scope)

    def _scope(self, scope: _Scope, name: str, values: dict[str, str], here: int) -> _Scope:
        if name not in _KNOWN:
            self.ignored.append(f"<{name}>")
        lang = values.get("xml:lang", "")
        if lang and name in ("speak", "p", "s", "voice", "lang"):
            scope = replace(scope, lang=understood(lang))
        if name == "break":
            self._held.append(self._break(values, here))
        elif name == "mark":
            self._held.append(Span("", here, here, event=self._need(values, "name", name, here)))
        elif name == "prosody":
            self.ignored += [f"prosody {key}" for key in values if key != "rate"]
            if "rate" in values:
                scope = replace(scope, rate=self._rate(values["rate"], scope.rate, here))
        elif name == "say-as":
            kind = self._need(values, "interpret-as", name, here)
            if kind.lower() not in KINDS:
                self.ignored.append(f"say-as {kind[:40]}")
            scope = replace(scope, say=kind, detail=values.get("format", ""))
        elif name == "sub":
            scope = replace(scope, alias=self._need(values, "alias", name, here))
        elif name == "phoneme":
            alphabet = self._alphabet(values, here)
            scope = replace(scope, phonemes=self._need(values, "ph", name, here), detail=alphabet)
        elif name == "voice":
            scope = replace(scope, voice=values.get("name", scope.voice))
        return replace(scope, silent=scope.silent or name in _SILENT)

    def _need(self, values: dict[str, str], key: str, name: str, here: int) -> str:
        if not values.get(key):
            raise self.error(f'<{name}> needs {key}="..."', here)
        return values[key]

    def _alphabet(self, values: dict[str, str], here: int) -> str:
        """IPA, or "" for Kokoro's own."""
        alphabet = values.get("alphabet", "").lower()
        if alphabet not in _ALPHABETS:
            raise self.error(
                f"phoneme alphabet {alphabet!r:.40} is not known; use ipa, or x-kokoro (or none) "
                "for Kokoro's own",
                here,
            )
        return IPA if alphabet == IPA else ""

    def _break(self, values: dict[str, str], here: int) -> float:
        if "time" in values:
            length_s = break_s(values["time"])
            if length_s is None:
                raise self.error(
                    f"break time {values['time']!r:.40} is no length; write 500ms or 1.5s", here
                )
            return length_s
        strength = values.get("strength", "medium")
        if strength not in BREAKS:
            allowed = ", ".join(BREAKS)
            raise self.error(f"break strength {strength!r:.40} must be one of {allowed}", here)
        return BREAKS[strength]

    def _rate(self, value: str, outer: float, here: int) -> float:
        value = value.strip()
        if value in _RATES:
            return min(max(_RATES[value], _SLOWEST), _FASTEST)
        found = re.fullmatch(r"([-+]?)(\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(%?)", value)
        if not found:
            allowed = ", ".join(_RATES)
            raise self.error(f"prosody rate {value!r:.40} must be {allowed}, 80% or 1.2", here)
        number = float(found[2]) / (100 if found[3] else 1)
        rate = outer * (1 + number if found[1] == "+" else 1 - number) if found[1] else number
        return min(max(rate, _SLOWEST), _FASTEST)

    def endElement(self, name: str) -> None:  # noqa: N802
        scope = self._scopes.pop()
        outer = self._scopes[-1] if self._scopes else _Scope("")
        end = self._text.find(">", self.here()) + 1 or len(self._text)
        if name == "sub" and scope.alias is not None and not scope.silent:
            self._held.append(self._stretch(outer, scope.alias, scope.began, end))
        elif name == "phoneme" and self._is_empty_since(scope.began):
            self._held.append(
                Span("", scope.began, end, detail=scope.detail, phonemes=scope.phonemes)
            )
        if name in _BLOCKS:
            self._end_fragment(_PARAGRAPH_S if name in ("p", "paragraph") else None, scope)
        elif (scope.voice, scope.rate) != (outer.voice, outer.rate):
            self._end_fragment(None, scope)

    def _is_empty_since(self, began: int) -> bool:
        last = self._held[-1] if self._held else None
        return not (isinstance(last, Span) and last.start >= began)

    def characters(self, content: str) -> None:
        scope = self._scopes[-1] if self._scopes else _Scope("")
        if scope.silent or scope.alias is not None:
            return
        parts = len(self._held)
        if parts > 4 * _MOST_PARTS or (parts > _MOST_PARTS and content[:1].isspace()):
            self._end_fragment(None)
        start = self.here()
        entity = _ENTITY.match(self._text, start)
        if entity and html.unescape(entity.group()) == content:
            end = entity.end()
        elif self._text.startswith(content, start):
            end = start + len(content)
        else:
            end = min(start + len(content), len(self._text))
        self._held.append(self._stretch(scope, content, start, end))

    def _stretch(self, scope: _Scope, text: str, start: int, end: int) -> Span:
        # The fragment carries its language; a span only one that differs from it.
        return Span(text, start, end, scope.say, scope.detail, scope.phonemes, scope.lang)

    def _end_fragment(self, pause_s: float | None, scope: _Scope | None = None) -> None:
        scope = scope or (self._scopes[-1] if self._scopes else _Scope(""))
        for fragment in join_fragments(FragmentKind.TEXT, self._held, pause_s):
            self._fragments.append(_settle(replace(fragment, voice=scope.voice, rate=scope.rate)))
        if not self._held and self._fragments and pause_s is not None:
            last = self._fragments[-1]
            self._fragments[-1] = replace(last, pause_s=max(last.pause_s or 0.0, pause_s))
        self._held = []


def _settle(fragment: Fragment) -> Fragment:
    """Spans that are read alike joined; the language that all of it has is the fragment's."""
    langs = {s.lang for s in fragment.spans if s.text.strip()}
    lang = langs.pop() if len(langs) == 1 else ""
    runs: list[list[Span]] = []
    for span in fragment.spans:
        if span.lang == lang or not span.text.strip():
            span = replace(span, lang="")
        if runs and _joins(runs[-1][-1], span):
            runs[-1].append(span)
        else:
            runs.append([span])
    joined = (replace(run[0], text="".join(s.text for s in run), end=run[-1].end) for run in runs)
    return replace(fragment, spans=tuple(joined), lang=lang)


def _joins(one: Span, two: Span) -> bool:
    """Whether `two` goes on where `one` ends, as text of the same element."""
    if one.event or two.event or one.end != two.start:
        return False
    if one.plain and two.plain:
        return one.exact and two.exact
    alike = (one.say, one.detail, one.phonemes, one.lang)
    return not one.plain and alike == (two.say, two.detail, two.phonemes, two.lang)


_BLOCKS: Final = frozenset({"p", "s", "paragraph", "sentence"})
