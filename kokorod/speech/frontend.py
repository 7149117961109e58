# worker: used by the speech thread only.
"""The front end: one sentence of text to a Sentence, in one of two ways.

`espeak`: the phonemes of kokoro-onnx, exactly: for comparing the two.
`kokoro`: Kokoro's own alphabet, word by word, with spans (phonemes/).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from ..errors import ConfigError, KokorodError
from ..safety.faults import Faults
from ..safety.isolated import DiedError
from ..types import Mark, Sentence, Word
from ..vocabulary import alphabet
from ..voices.languages import check
from .lexicon import Lexicon
from .markup.fragments import Fragment
from .normalize import normalize
from .phonemes.espeak import Espeak, safe, taken_apart
from .phonemes.espeak_process import EspeakProcess
from .phonemes.phonemizer import Phonemizer
from .thread import FrontEnd, ReadingOptions
from .token import Token
from .tokenize import tokens_as_written, tokens_of

_WORD: Final = re.compile(r"\S+")


class EspeakFrontEnd:
    """Text as kokoro-onnx reads it."""

    def __init__(self, espeak: Espeak | None = None) -> None:
        self._vocabulary = alphabet()
        self._espeak = espeak or Espeak()
        # Loads the library now: the first request is not to wait for it.
        with contextlib.suppress(KokorodError, DiedError):
            self._espeak.raw("ready", "en-us", self._vocabulary)

    def begin(self) -> None:
        """There is nothing that a user changes."""

    def say(self, options: ReadingOptions, fragment: Fragment) -> Sentence:
        """One sentence; markup has no effect but that it is not read out."""
        text = fragment.text
        start, end = fragment.source_span(0, len(text))
        if options.phonemes:
            return _given(text, start, self._vocabulary)
        if options.text_only:
            return _text_only(text, start)
        if not any(c.isalnum() for c in text):
            return Sentence(start, end, "", "")  # marks alone have no sound of their own
        phonemes = self._espeak.raw(text, options.lang, self._vocabulary)
        phonemes = " ".join(phonemes.split())
        return Sentence(start, end, text, phonemes, _words(text, start, phonemes))


class KokoroFrontEnd:
    """Text as people say it: normalized, then dictionary, lexicon and espeak-ng."""

    def __init__(
        self,
        cache_folder: Path,
        lexicon_file: Path,
        warn: Callable[[str], None],
        faults: Faults | None = None,
        espeak: Espeak | None = None,
        taken: Callable[[], None] = lambda: None,
    ) -> None:
        """warn    told once for each wrong state of the lexicon file
        taken   called whenever a lexicon file that is right was taken in
        faults  is told what was contained; None: nothing is, it raises
        espeak  None: one in this process
        """
        self._vocabulary = alphabet()
        self._warn = warn
        self._taken = taken
        self._faults = faults or Faults()
        self._lexicon = Lexicon(lexicon_file, self._vocabulary)
        self._looked = False  # for the lexicon's file, in the reading under way
        self._phonemizer = Phonemizer(
            self._vocabulary, cache_folder, self._lexicon, self._faults, espeak
        )
        # Loads dictionary and library now: the first request is not to wait for them.
        # What cannot be loaded is told to the requests that need it.
        try:
            self._phonemizer.sentence(normalize("Ready for zyxxy at 5."), "en-us")
        except KokorodError:
            pass
        except Exception as error:  # noqa: BLE001 - a request may do without what failed
            self._faults.caught("loading", error)

    def begin(self) -> None:
        """A reading begins: its first sentence looks whether the lexicon changed."""
        self._looked = False

    def say(self, options: ReadingOptions, fragment: Fragment) -> Sentence:
        """One sentence, with what markup says of it. What cannot be read so is read word by
        word as it is written; what that raises is the request's end.
        """
        if options.phonemes:
            start, _ = fragment.source_span(0, len(fragment.text))
            return _given(fragment.text, start, self._vocabulary)
        if not self._looked:
            self._refresh_lexicon()
        lang = fragment.lang or options.lang
        check(lang)
        try:
            emoji: Literal["name", "drop"] = "name" if options.emoji else "drop"
            tokens = tokens_of(fragment, lang=lang, emoji=emoji)
            return self._sentence(options, fragment, tokens, lang)
        except KokorodError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are said
            self._faults.caught("sentence", error)
            return self._sentence(options, fragment, tokens_as_written(fragment), lang)

    def _refresh_lexicon(self) -> None:
        self._looked = True
        try:
            if self._lexicon.refresh():
                self._taken()
        except ConfigError as error:
            self._warn(str(error))  # the entries that were there stay
        except Exception as error:  # noqa: BLE001 - the same
            self._faults.caught("lexicon", error)

    def _sentence(
        self, options: ReadingOptions, fragment: Fragment, tokens: list[Token], lang: str
    ) -> Sentence:
        if options.text_only:
            text = fragment.text
            sentence = _spoken_only(tokens, text, fragment.source_span(0, len(text))[0])
        else:
            sentence = self._phonemizer.sentence(tokens, lang)
        if not sentence.words:  # marks alone have no sound of their own
            start, end = fragment.source_span(0, len(fragment.text))
            sentence = Sentence(start, end, "", "", pause_s=sentence.pause_s)
        marks = _marks(tokens, sentence)
        if not marks and (fragment.voice, fragment.rate, fragment.pause_s) == ("", 1.0, None):
            return sentence  # as most are: nothing is asked for
        pause_s = sentence.pause_s if fragment.pause_s is None else fragment.pause_s
        return replace(
            sentence, pause_s=pause_s, voice=fragment.voice, rate=fragment.rate, marks=marks
        )


def _marks(tokens: list[Token], sentence: Sentence) -> tuple[Mark, ...]:
    """Where the marks set by markup stand: before the first word that comes after them."""
    found = []
    for token in tokens:
        if token.event:
            later = [word.first for word in sentence.words if word.start >= token.start]
            found.append(Mark(token.event, later[0] if later else len(sentence.phonemes)))
    return tuple(found)


def _spoken_only(tokens: list[Token], text: str, start: int) -> Sentence:
    """For the built-in voice: words are ranges of the normalized text."""
    spoken = ""
    words: list[Word] = []
    for token in tokens:
        said = " ".join(token.text if token.letters else taken_apart(token.text))
        if not token.punctuation:
            words.append(Word(token.start, token.end, len(spoken), len(spoken) + len(said)))
        spoken += said + (" " if token.space else "")
    if not words:
        return Sentence(start, start + len(text), "", "")
    return Sentence(start, start + len(text), safe(spoken.rstrip()), "", tuple(words))


def _given(text: str, start: int, vocabulary: frozenset[str]) -> Sentence:
    """Phonemes from the user: what the model has no token for is left out."""
    phonemes = " ".join("".join(c if c in vocabulary else " " for c in text).split())
    return Sentence(start, start + len(text), text, phonemes, _words(text, start, phonemes))


def _text_only(text: str, start: int) -> Sentence:
    """For the built-in voice: words are ranges of the text itself."""
    spoken = safe(text) if any(c.isalnum() for c in text) else ""
    words = tuple(
        Word(start + m.start(), start + m.end(), m.start(), m.end()) for m in _WORD.finditer(text)
    )
    return Sentence(start, start + len(text), spoken, "", words if spoken else ())


def _words(text: str, start: int, phonemes: str) -> tuple[Word, ...]:
    """Pair written and spoken words if their numbers agree; else no words."""
    written = list(_WORD.finditer(text))
    said = list(_WORD.finditer(phonemes))
    if len(written) != len(said):
        return ()
    return tuple(
        Word(start + w.start(), start + w.end(), s.start(), s.end())
        for w, s in zip(written, said, strict=True)
    )


def make_front_end(
    front_end: str,
    cache_folder: Path,
    lexicon_file: Path,
    warn: Callable[[str], None],
    faults: Faults | None = None,
    *,
    isolated: bool = False,
    taken: Callable[[], None] = lambda: None,
) -> FrontEnd:
    """front_end: `kokoro` or `espeak`, the config's `phonemes`; the rest as in KokoroFrontEnd.

    isolated: espeak-ng in a process of its own, as the daemon has it.
    """
    # It starts beside what is loaded here.
    espeak = Espeak(library=EspeakProcess(cache_folder / "espeak")) if isolated else None
    if front_end == "espeak":
        return EspeakFrontEnd(espeak)
    return KokoroFrontEnd(cache_folder, lexicon_file, warn, faults, espeak, taken)
