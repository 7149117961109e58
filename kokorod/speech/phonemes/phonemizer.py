# worker: espeak-ng behind it is used by one thread only.
"""Tokens -> phonemes: a Phonemizer turns a sentence's tokens into a Sentence.

Owns: the Espeak, and the count of symbols that had to be replaced.
Invariants: every character of a Sentence's phonemes is in the vocabulary; a token's
reading depends on the tokens of its sentence alone, not on what was said before.
Never: called from two threads at once; drops a symbol without counting it.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import KokorodError
from ...safety.faults import Faults
from ...types import Sentence
from ...voices.languages import ENGLISH, check
from ..token import Token
from . import endings, respelling
from .asian import ASIAN, Reader
from .assembly import assemble
from .dictionary import open_dictionary
from .english import English, Texts
from .espeak import Espeak
from .plainly import read_plainly
from .punctuation import written_as
from .reading import Reading, Source
from .symbols import Fitter
from .words import Words

if TYPE_CHECKING:
    from ..lexicon import Entry, Lexicon

#: Respellings whose phonemes are kept: those one text needs.
_RESPELLED = 1024

#: What the lexicon does not change.
_SETTLED = frozenset({Source.GIVEN, Source.MARK})

#: Marks and runs of marks whose readings are kept: a text has some ten.
_MARKS_KEPT = 256


class Phonemizer:
    """Turns tokens into phonemes. See the module for what it owns and must not do."""

    def __init__(
        self,
        vocabulary: frozenset[str],
        cache_folder: Path,
        lexicon: Lexicon | None = None,
        faults: Faults | None = None,
        espeak: Espeak | None = None,
    ) -> None:
        """cache_folder: where the dictionary's index is kept, built there when first needed.

        lexicon  the user's entries; whoever owns it calls its `refresh`
        faults   is told what was contained; None: nothing is, it raises
        espeak   None: one in this process
        """
        self._vocabulary = vocabulary
        self._faults = faults or Faults()
        self._lexicon = lexicon
        self._respelled = functools.lru_cache(maxsize=_RESPELLED)(self.respell)
        self._fitter = Fitter(vocabulary)
        self._cache_folder = cache_folder
        self._espeak = espeak or Espeak()
        self._asian = Reader(cache_folder)
        self._english: dict[str, English] = {}

    @property
    def report(self) -> dict[tuple[str, str], int]:
        """(symbol, what was said for it) -> how often; "" = nothing could be said."""
        return self._fitter.replaced

    def prepare(self, lang: str) -> None:
        """Load what the first sentence of a language would wait for, 0.2 to 1 s of it.

        Raises as `sentence` does.
        """
        self.respell("kokorod nguyenesque" if lang in ENGLISH else "kokorod", lang)

    def sentence(self, tokens: Sequence[Token], lang: str) -> Sentence:
        """The sentence of these tokens, in a language of LANGUAGES.

        Raises UnknownLanguageError, or EngineError if espeak-ng cannot be loaded.
        """
        return assemble(*self._said(tokens, lang, rows=False))

    def explain(self, tokens: Sequence[Token], lang: str) -> list[tuple[Token, Reading]]:
        """How each token is said, and where that was found. Raises as `sentence` does.

        The tokens come back, but for Japanese and Chinese, where one is a run of words
        and comes back as several.
        """
        return list(zip(*self._said(tokens, lang, rows=True), strict=True))

    def _said(
        self, tokens: Sequence[Token], lang: str, *, rows: bool
    ) -> tuple[Sequence[Token], list[Reading]]:
        """`explain`, in two lists. rows: Reading.row is wanted too."""
        langs = {token.lang or lang for token in tokens} | {lang}
        for each in langs:
            check(each)
        readings: list[Reading | None]
        if langs.isdisjoint(ASIAN):
            readings = [_fixed(token) for token in tokens]
        else:
            tokens, readings = self._apart(tokens, lang)
        texts = Texts(tokens)
        if self._lexicon:
            self._look_up(self._lexicon, texts, readings, lang)
        self._read(texts, readings, lang, rows=rows)
        fitting = self._fitter.fitting
        return tokens, [
            reading if reading is not None and reading.phonemes in fitting else self._fit(reading)
            for reading in readings
        ]

    def _apart(
        self, tokens: Sequence[Token], lang: str
    ) -> tuple[list[Token], list[Reading | None]]:
        """The tokens with those of unspaced scripts taken apart, and what is read already."""
        apart: list[Token] = []
        readings: list[Reading | None] = []
        for token in tokens:
            fixed = _fixed(token)
            own = token.lang or lang
            if fixed is None and own in ASIAN:
                for each, reading in self._asian_contained(token, own):
                    apart.append(each)
                    readings.append(reading)
                continue
            apart.append(token)
            readings.append(fixed)
        return apart, readings

    def _asian_contained(self, token: Token, lang: str) -> list[tuple[Token, Reading | None]]:
        try:
            return self._asian_words(token, lang)
        except KokorodError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other words are said
            self._faults.caught(lang, error)

            def say(words: Sequence[str]) -> list[str]:
                found = [p for word in words for p in self._asian.words(word, lang)]
                return [p.phonemes for p in found if p.phonemes]

            return [(token, read_plainly(token.text, say, self._faults))]

    def _asian_words(self, token: Token, lang: str) -> list[tuple[Token, Reading | None]]:
        found_words = self._asian.words(token.text, lang)
        if not found_words:
            return [(token, Reading("", Source.SILENT))]
        # Only if the text is the user's own does a place in it say where it was written.
        own_text = len(token.text) == token.end - token.start
        found: list[tuple[Token, Reading | None]] = []
        for i, each in enumerate(found_words):
            last = i == len(found_words) - 1
            part = replace(
                token,
                text=token.text[each.start : each.end],
                start=token.start + each.start if own_text else token.start,
                end=token.start + each.end if own_text else token.end,
                space=token.space and last,
                pause_s=token.pause_s if last else None,
                event=token.event if last else "",
                lang=token.lang if each.phonemes is not None else "en-us",
            )
            said = None if each.phonemes is None else Reading(each.phonemes, Source.EXTRA)
            found.append((part, said))
        return found

    def _read(
        self, texts: Texts, readings: list[Reading | None], lang: str, *, rows: bool = False
    ) -> None:
        """Fill in what is still to be read, from the end: English looks at what follows."""
        tokens = texts.tokens
        for own_lang, own in reversed(_runs(tokens, readings, lang)):
            try:
                if own_lang in ENGLISH:
                    self._english_in(own_lang).read(texts, readings, own, rows=rows)
                else:
                    self._phrases(tokens, readings, own, own_lang)
            except KokorodError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are said
                self._faults.caught(f"words of {own_lang}", error)
                say = functools.partial(self._espeak.words, lang=own_lang)
                for i in own:
                    if readings[i] is None:
                        readings[i] = read_plainly(tokens[i].text, say, self._faults)

    def _look_up(
        self,
        lexicon: Lexicon,
        texts: Texts,
        readings: list[Reading | None],
        lang: str,
    ) -> None:
        """Take what the user's lexicon has."""
        # A mark in its place keeps words on both sides of it apart.
        words = [
            "" if r and r.source in _SETTLED else text
            for text, r in zip(texts.plains, readings, strict=True)
        ]
        at = 0
        while at < len(words):
            own = texts.tokens[at].lang or lang
            found, taken = None, 1
            if words[at]:
                try:
                    found, taken = self._entry_at(lexicon, words, at, own)
                except KokorodError:
                    raise
                except Exception as error:  # noqa: BLE001 - read it as if there were no entry
                    self._faults.caught("lexicon", error)
            if found is not None:
                readings[at] = found
                for i in range(at + 1, at + taken):
                    readings[i] = Reading("", Source.LEXICON, joined=True)
            at += taken

    def _entry_at(
        self, lexicon: Lexicon, texts: Sequence[str], at: int, lang: str
    ) -> tuple[Reading | None, int]:
        """The user's reading of the words from there on, and how many words it takes."""
        match = lexicon.match(texts, at, lang)
        if match is not None:
            return Reading(self._entry(match.entry, lang), Source.LEXICON), match.words
        if lang in ENGLISH and texts[at].endswith("'s"):
            match = lexicon.match([texts[at][:-2]], 0, lang)
            if match is not None and (phonemes := self._entry(match.entry, lang)):
                return Reading(endings.s(phonemes, lang == "en-gb"), Source.LEXICON), 1
        return None, 1

    def _entry(self, entry: Entry, lang: str) -> str:
        """An entry's phonemes; a respelling is read once."""
        return entry.phonemes or self._respelled(entry.like, lang)

    def respell(self, like: str, lang: str) -> str:
        """Phonemes of a respelling, without looking into the lexicon. Raises as `sentence`."""
        said = []
        for word in like.split():
            if respelling.is_syllables(word):
                said.append(respelling.say_syllables(word, lambda part: self._alone(part, lang)))
            else:
                said.append(self._alone(word, lang))
        return " ".join(s for s in said if s)

    def _alone(self, word: str, lang: str) -> str:
        tokens, readings = self._apart([Token(word, 0, len(word))], lang)
        self._read(Texts(tokens), readings, lang)
        return " ".join(p for r in readings if (p := self._fit(r).phonemes))

    def _english_in(self, lang: str) -> English:
        english = self._english.get(lang)
        if english is None:
            british = lang == "en-gb"
            dictionary = open_dictionary("gb" if british else "us", self._cache_folder)
            english = English(Words(dictionary, self._espeak, lang), british, self._faults)
            self._english[lang] = english
        return english

    def _phrases(
        self,
        tokens: Sequence[Token],
        readings: list[Reading | None],
        own: Sequence[int],
        lang: str,
    ) -> None:
        """Words between two marks are read together: a liaison does not cross a mark."""
        start = 0
        for end in range(1, len(own) + 1):
            if end < len(own) and own[end] == own[end - 1] + 1:
                continue
            phrase = own[start:end]
            start = end
            words = [tokens[i].text for i in phrase]
            for i, phonemes in zip(phrase, self._espeak.words(words, lang), strict=True):
                # espeak says some words within the one before them: il y a, of the.
                joined = not phonemes and i > phrase[0]
                source = Source.ESPEAK if phonemes or joined else Source.SILENT
                readings[i] = Reading(phonemes, source, joined)

    def _fit(self, reading: Reading | None) -> Reading:
        if reading is None:
            return Reading("", Source.SILENT)
        try:
            fitting = self._fitter.fit(reading.phonemes)
        except Exception as error:  # noqa: BLE001 - what the model knows of it is said
            self._faults.caught("symbols", error)
            fitting = "".join(c for c in reading.phonemes if c in self._vocabulary)
        if fitting == reading.phonemes:
            return reading
        return replace(reading, phonemes=fitting)


@functools.lru_cache(maxsize=_MARKS_KEPT)
def _mark(text: str) -> Reading | None:
    marks = written_as(text)
    return None if marks is None else Reading(marks, Source.MARK)


def _fixed(token: Token) -> Reading | None:
    """What needs no language: phonemes that were given, and marks."""
    if token.phonemes is not None:
        return Reading(" ".join(token.phonemes.split()), Source.GIVEN)
    return _mark(token.text) if token.punctuation else None


def _runs(
    tokens: Sequence[Token], readings: Sequence[Reading | None], lang: str
) -> list[tuple[str, list[int]]]:
    """The tokens still to be read, in runs of one language; marks do not end a run."""
    unread = [i for i, reading in enumerate(readings) if reading is None]
    if len({token.lang for token in tokens}) == 1:  # most sentences are of one language
        return [(tokens[0].lang or lang, unread)] if unread else []
    runs = itertools.groupby(unread, lambda i: tokens[i].lang or lang)
    return [(own, list(run)) for own, run in runs]
