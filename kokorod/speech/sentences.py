# pure: no socket, thread or clock.
"""Cut arriving text into sentences.

Owns: the text that arrived and was not given out yet.
Invariants: spans are in order, never overlap, and leave out only white space; where the
text is cut does not depend on how it arrived, idle flushes apart; each call looks at `limit`
characters and a word more at most, so that the first sentence of a long text is there at once.
Never: cut inside a number, a URL or an abbreviation while the sentence is within `limit`.

`sentencex` says whether a full stop after a word ends a sentence in the text's language
(it knows the abbreviations of many languages); the rules here decide what it misses:
"No. I left", initials, lists, line ends, quotations, scripts without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .abbreviations import (
    BEFORE_NAMES,
    BEFORE_NUMBER,
    BEFORE_NUMBERS,
    ENDERS,
    STARTERS,
    TITLES,
    UNITS,
    words,
)
from .stops import (
    ZONES,
    clock_ends,
    country_ends,
    is_code,
    is_operator,
    library_ends,
    name_goes_on,
    unit_ends,
)

#: Longest sentence given out: a page of text without an end mark must not wait for one,
#: and what follows works on whole sentences.
LIMIT: Final = 2_000

#: In place of a language: the text is phonemes, where no letter is a capital and no full
#: stop an abbreviation's.
PHONEMES: Final = "phonemes"

#: A word longer than this is not looked at whole when a full stop is judged.
_WORD: Final = 40

#: A line shorter than this that is followed by a capital is a line of its own (a title,
#: a verse, an entry), not wrapped prose.
_SHORT_LINE: Final = 50

_END: Final = ".!?…‽؟۔"
_WIDE_END: Final = "。！？｡।॥"
_CLOSERS: Final = "\"'”’»)]}*_`›」』）】〉》"
_BREAK: Final = "\n\r\v\f\x85\u2028\u2029"

_CANDIDATE: Final = re.compile(
    rf"(?P<wide>[{_WIDE_END}][{_WIDE_END}!?…]*)[{re.escape(_CLOSERS)}]*"
    rf"|(?P<end>[{_END}]+)(?P<note>(?:\[\d{{1,3}}\]){{0,4}}|[⁰¹²³⁴-⁹]{{1,3}}"
    r"|(?<=[a-z]{3}\.)\d{1,3}(?=\s|\Z))"
    rf"(?:[ \xa0\u202f]?»|[{re.escape(_CLOSERS)}])*(?=\s|\Z)"
    rf"|(?P<line>[{_BREAK}])"
)
#: What any of these begins with.
_FIRST: Final = re.compile(rf"[{_WIDE_END}{_END}{_BREAK}]")
#: Marks at the very end of a window, where more of the same may follow.
_OPEN_TAIL: Final = re.compile(rf"[{_WIDE_END}{_END}\[\]\d⁰¹²³⁴-⁹{re.escape(_CLOSERS)}]+\Z")
_SPACE: Final = re.compile(r"\s*")
_BLANK_LINE: Final = re.compile(r"(?:\r\n|[\n\r\x85\u2028])[ \t\xa0]*[\n\r\x85\u2028]|[\u2029\f]")
_OPENERS: Final = re.compile(r"(?:[\"'“‘(\[{¿¡*_`„‹「『（【]|«[ \xa0\u202f]?)*")
_BULLET: Final = re.compile(r"(?:[-*+•‣◦▪·–—]|\d{1,3}[.)]|[A-Za-z][.)]|#{1,6}|>+)[ \t]")
_ENUMERATOR: Final = re.compile(r"(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})")
_MOVEMENT: Final = re.compile(r"[IVX]{2,4}")
_WORD_AT: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: Group 1 of what it matches, which is all of it: the characters after the last of those before.
_LAST_WORD: Final = re.compile(r"(?:.*[\s\"'“‘«(\[{¿¡*_`—–])?(.*)\Z", re.DOTALL)
_LETTERS_AND_DOTS: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_CLAUSE: Final = re.compile(r"[,;:，、；：—–)](?=\s)|[，、；：]")
_NO_CUT_BEFORE: Final = re.compile(r"[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\udc00-\udfff]")


#: A number before a unit: 300 ms.
_COUNTED: Final = re.compile(r"(?<![^\W\d_])[\d½⅓⅔¼¾][ -]?[A-Za-z.]{1,6}\Z")
_MOVE: Final = re.compile(r"(?:[KQRBN][a-h1-8]?x?[a-h][1-8]|O-O)")
_COUNTRIES: Final = words("u.s u.k u.s.a u.n e.u d.c")
#: Abbreviations that something always follows, and that the library does not know.
_GOES_ON: Final = words(
    "dep arr incl excl esp attn cf viz approx vs agg assoc conf compl decl aff wt ht civ crim evid "
    "supp bankr req elev baro vis dkt diag batt ord summ"
)
#: No abbreviation that is in small letters, or unit after a number, has more letters.
_LONGEST: Final = max(6, *map(len, {*TITLES, *ENDERS, *BEFORE_NUMBER, *_GOES_ON}))
#: Words too, if they are written in small letters: I love art. 3 people came.
_ALSO_WORDS: Final = words("art tab prop app ex cat amend prob")


#: Before a Roman number, in languages other than English: no séc. XIX.
_ROMAN_AFTER: Final = words("séc Séc sec s cap vol")


class SentenceSplitter:
    """Sentences of a text that may still be arriving.

    `feed` takes text, `next` gives the span (start, end) of the next sentence in
    characters from the first one ever fed, without the white space around it, or None
    when its end is not certain yet. After `feed(..., final=True)` None means the end.
    After `flush_idle` a sentence that looks whole is given out without what follows it.
    """

    def __init__(self, lang: str = "en-us", *, limit: int = LIMIT) -> None:
        self._lang = lang.split("-")[0].lower()
        self._limit = limit
        self._arrived: list[str] = []
        self._text = ""
        self._base = 0  # characters given out and forgotten before _text
        self._start = 0  # in _text: where the next sentence begins
        self._seen = 0  # in _text: before this no candidate is left to judge
        self._final = False
        self._idle = False

    def feed(self, text: str, final: bool = False) -> None:
        """More text; `final` says that no more comes. Raises ValueError after the end."""
        if self._final:
            raise ValueError("text after the final one; use a new SentenceSplitter")
        if text:
            self._arrived.append(text)
            self._idle = False
        self._final = final

    def flush_idle(self) -> None:
        """The writer pauses: what has come and looks like a whole sentence is one."""
        self._idle = True

    def next(self) -> tuple[int, int] | None:
        """The next sentence, or None: wait for more text, or the text has ended."""
        self._take_in()
        text = self._text
        start = self._skip_space(self._start)
        self._start = start
        self._seen = max(self._seen, start)
        if start == len(text):
            return None
        horizon = min(len(text), start + self._limit)
        for candidate in _candidates(text, self._seen, horizon):
            if candidate.end() == horizon < len(text):
                break  # the window cut it; the bound below decides
            verdict = self._judge(candidate)
            if verdict is None and self._idle:
                verdict = self._looks_whole(candidate)
            if verdict is None:
                self._seen = candidate.start()
                break
            if verdict:
                return self._give(start, candidate.end())
        else:
            tail = _OPEN_TAIL.search(text, max(self._seen, horizon - _WORD), horizon)
            self._seen = tail.start() if tail else horizon
        if len(text) - start >= self._limit:
            return self._give(start, self._cut(start))
        if self._final:
            return self._give(start, len(text))
        return None

    def _take_in(self) -> None:
        if self._arrived:
            # How long the line before is may decide whether its end is a sentence's.
            forgotten = max(0, self._start - _SHORT_LINE)
            self._base += forgotten
            self._text = self._text[forgotten:] + "".join(self._arrived)
            self._arrived.clear()
            self._seen -= forgotten
            self._start -= forgotten

    def _skip_space(self, position: int) -> int:
        found = _SPACE.match(self._text, position)
        return found.end() if found else position

    def _give(self, start: int, end: int) -> tuple[int, int]:
        self._start = self._seen = end
        while self._text[end - 1].isspace():
            end -= 1
        return self._base + start, self._base + end

    def _cut(self, start: int) -> int:
        """Where a sentence that reached the limit is cut: clause, then word, then anywhere."""
        limit = start + self._limit
        clauses = list(_CLAUSE.finditer(self._text, start + self._limit // 2, limit))
        if clauses:
            return clauses[-1].end()
        for position in range(limit - 1, start + self._limit // 4, -1):
            if self._text[position].isspace():
                return position
        for position in range(limit, limit - 32, -1):
            if position == len(self._text) or not _NO_CUT_BEFORE.match(self._text, position):
                return position
        return limit

    def _judge(self, candidate: re.Match[str]) -> bool | None:
        """Whether a sentence ends at `candidate`; None while the text does not tell yet."""
        text, end = self._text, candidate.end()
        if candidate["line"]:
            return self._ends_at_line(candidate.start())
        if end == len(text):
            return True if self._final else None
        if candidate["wide"]:
            return True
        after = self._skip_space(end)
        gap = text[end:after]
        line_ends = gap != " " and any(mark in gap for mark in _BREAK)
        if line_ends and _BLANK_LINE.search(gap):
            return True
        if after == len(text):
            return True if self._final else None
        if line_ends:
            by_line = self._ends_at_line(end)
            if by_line is not False:
                return by_line
        opener = _OPENERS.match(text, after)
        first = opener.end() if opener else after
        if first >= len(text):
            return True if self._final else None
        return self._ends_before(candidate, after, first)

    def _word_before(self, stop: int) -> str:
        found = _LAST_WORD.match(self._text, max(self._start, stop - _WORD), stop)
        return found[1] if found else ""

    def _looks_whole(self, candidate: re.Match[str]) -> bool | None:
        """Whether what ends at `candidate` can stand for itself; None if it is not the end,
        or if more is likely to come: 3. or Dr. or an open bracket.
        """
        text, stop = self._text, candidate.start()
        if self._skip_space(candidate.end()) != len(text):
            return None
        if candidate["line"]:
            line = re.split(rf"[{_BREAK}]", text[self._start : stop])[-1].strip()
            return True if line and line[-1] not in ",;-–—&/" else None
        if candidate["end"] != "." or self._lang == PHONEMES:
            return True
        word = self._word_before(stop)
        if not word or word[-1].isdigit() or _LETTERS_AND_DOTS.fullmatch(word):
            return None
        if word == "I":
            return True
        if len(word) == 1:
            return None
        if word.lower() in TITLES or word.lower() in ENDERS or word.lower() in ("no", "nos"):
            return None
        return True if library_ends(self._lang, word, "T") else None

    def _ends_before(self, candidate: re.Match[str], after: int, first: int) -> bool | None:
        if self._lang == PHONEMES:
            return True
        text, mark = self._text, candidate["end"]
        if mark == "!" and text[first] in "=+−×÷*/<>≤≥" and text[candidate.start() - 1].isalnum():
            return False  # 5! = 120
        if mark == "??" and is_operator(text, candidate.start(), first):
            return False
        if candidate["note"].isdecimal():  # It rained.12 Then
            return text[first].isupper()
        closers = text[candidate.end("end") : candidate.end()]
        if mark == "!" and text.startswith("ERR", max(0, candidate.start() - 3)):
            return False  # npm ERR! code
        if text[first].islower():
            # '"Stop!" he said' goes on; a full stop before a small letter is no end.
            quoted = any(quote in closers for quote in "\"'”’»›")
            return mark[-1] in "!?؟" and not quoted and first == after
        if mark != "." or closers:
            return True
        return self._stop_ends(candidate.start(), first)

    def _ends_at_line(self, position: int) -> bool | None:
        """Whether the line end in the white space from `position` on ends a sentence."""
        text = self._text
        after = self._skip_space(position)
        if _BLANK_LINE.search(text, position, after):
            return True
        if after == len(text):
            return True if self._final else None
        if len(text) - after < 8 and not self._final and not text[after].isalpha():
            return None
        if len(text) - after < 3 and not self._final:
            return None
        if _BULLET.match(text, after):
            return True
        left = text[max(0, position - _SHORT_LINE) : position]
        line = re.split(rf"[{_BREAK}]", left)[-1].strip()
        if not line:
            return False
        if line[-1] in ":" + _WIDE_END:
            return True
        if len(line) >= _SHORT_LINE - 2 or line[-1] in ",;-–—&/":
            return False
        return not text[after].islower()

    def _stop_ends(self, stop: int, first: int) -> bool | None:
        """Whether the full stop at `stop` ends a sentence, with `first` (no small letter) next."""
        text = self._text
        word = self._word_before(stop)
        if not word or text[first] == "&":
            return False
        if ".-" in word:
            word = word.rsplit("-", 1)[1]  # Jan.-Feb. 2024
        if _ENUMERATOR.fullmatch(word) and self._begins_line(stop - len(word)):
            return False
        if _MOVEMENT.fullmatch(word) and text.startswith(": ", stop - len(word) - 2):
            return False  # Symphony No. 9: IV. Presto
        if self._lang != "en":
            if word in BEFORE_NAMES.get(self._lang, ()):
                return False
            numbered = text[first].isdigit() or (word in _ROMAN_AFTER and text[first] in "IVXLC")
            if numbered and word in BEFORE_NUMBERS.get(self._lang, ()):
                return False
            return library_ends(self._lang, word, text[first])
        return self._english_stop_ends(word, stop, first)

    def _english_stop_ends(self, word: str, stop: int, first: int) -> bool | None:
        text, bare = self._text, word.lower()
        longer = len(word) > _LONGEST and word.isalpha() and word == bare
        if longer and library_ends("en", word, text[first]):
            return True  # as most sentences end
        if bare in ("no", "nos"):
            return not (
                text[first].isdigit() or is_code(text, stop - len(word), first, self._start)
            )
        if word == "I":
            return True
        if word.isdigit() and len(word) < 3:
            if len(text) - first < 5 and not self._final:
                return None
            if _MOVE.match(text, first):
                return False  # 2. Nf3
        if word in ZONES:
            return True
        goes_on = name_goes_on(text, stop, first, self._final)
        if goes_on is not False:
            return None if goes_on is None else False
        if bare in _GOES_ON:
            return self._abbreviation_ends(bare, first) if bare in ("dep", "arr") else False
        if (
            bare in UNITS
            and word not in ("N", "W")
            and _COUNTED.search(text, max(self._start, stop - _WORD), stop)
        ):
            return unit_ends(text, stop, first, self._final)
        if (text[first].isdigit() or text[first] == "#") and bare in BEFORE_NUMBER:
            return word in _ALSO_WORDS
        if bare in _COUNTRIES and text[first].isupper():
            return country_ends(text, stop - len(word), first, self._final)
        if not (
            bare in TITLES
            or bare in ENDERS
            or (len(word) == 1 and word.isalpha())
            or _LETTERS_AND_DOTS.fullmatch(word)
            or not library_ends("en", word, text[first])
        ):
            return True
        if bare in TITLES and bare not in ENDERS:
            return False
        return self._abbreviation_ends(bare, first)

    def _abbreviation_ends(self, bare: str, first: int) -> bool | None:
        follower = _WORD_AT.match(self._text, first)
        if follower is None:
            return False
        if follower.end() == len(self._text) and not self._final:
            return None
        if bare in ("a.m", "p.m", "am", "pm"):
            return clock_ends(self._text, follower.group(), first, self._final)
        if self._text.startswith(".", follower.end()) and len(follower.group()) == 1:
            return False  # another initial
        if bare in ("etc", "lol"):
            return True
        return follower.group().lower() in STARTERS

    def _begins_line(self, position: int) -> bool:
        left = self._text[max(0, position - 8) : position]
        stripped = left.rstrip(" \t")
        return (
            position == self._start
            or (len(left) < 8 and not stripped and self._base == 0)
            or (stripped != "" and stripped[-1] in _BREAK)
        )


def _candidates(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """What may end a sentence of text[start:end], in order."""
    # By its first character: to try the whole pattern at every letter takes ten times as long.
    while first := _FIRST.search(text, start, end):
        start = first.start()
        if candidate := _CANDIDATE.match(text, start, end):
            yield candidate
            start = candidate.end()
        else:
            start += 1
