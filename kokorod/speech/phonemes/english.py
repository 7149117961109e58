# worker: words the dictionary lacks go to espeak-ng, which one thread uses.
"""An English sentence: each word's reading, by its neighbours if they decide it.

Owns: a bounded memory of the words that are said alike wherever they stand, and of those that
hang on what is said next alone. It reads a sentence from its end to its start, because `the`, `a`
and `to` sound by what follows them.
Never: remembers anything of one sentence for the next.

Which words are weak, and what a capital letter does to stress, is as in misaki
(misaki/en.py, hexgrad, Apache-2.0), so that the model hears what it was trained on.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from ...errors import KokorodError
from ...safety.faults import Faults
from ..token import Token
from . import endings
from .heteronyms import word_classes
from .heteronyms.choose import choose
from .heteronyms.context import Context
from .heteronyms.forms import EXTRA
from .heteronyms.namesakes import NAMESAKES, WORDS_TOO, name_of
from .heteronyms.part_of_speech import OBJECT_STARTS, noun_or_verb, points
from .plainly import read_plainly
from .reading import Reading, Source
from .rejoining import spelled_plural, whole_word
from .stress import CONSONANTS, VOWELS, emphasize, lift
from .words import Words, form, plain

_PAUSES = frozenset(";:,.!?—…")

#: Tokens of another language that are looked through for the next sound.
_AHEAD = 20

#: Kokoro has its own letter for the flap, and learned no glottal stop.
_NOT_LEARNED = frozenset("ɾʔ")

#: Words of one form that are kept: about 1 MB, and those of a book's chapter.
_SETTLED = 4096

#: A sentence of fewer words in capitals may as well be a list of acronyms.
_SHOUTED_WORDS = 3


class English:
    """Reads English tokens. See the module for what it must not do."""

    def __init__(self, words: Words, british: bool, faults: Faults) -> None:
        self._words = words
        self._british = british
        self._faults = faults
        #: Said alike wherever they stand.
        self._settled: dict[str, _Kept] = {}
        #: A word, and whether a vowel is said next: that alone decides. Weak words, and those that
        #: the dictionary has another form of before a pause: some forty in all.
        self._by_next: dict[tuple[str, bool | None], _Kept] = {}

    def read(
        self, texts: Texts, readings: list[Reading | None], own: Sequence[int], *, rows: bool = True
    ) -> None:
        """Fill in the readings of the tokens at `own`; what follows them is already there.

        texts, readings  the whole sentence; a reading is None if it is still to be found
        rows             Reading.row is wanted: words that sound the same whatever their
                         neighbours are have one too, and are looked at each time
        """
        tokens, plains = texts.tokens, texts.plains
        vowel: bool | None = None
        for reading in reversed(readings[own[-1] + 1 : own[-1] + 1 + _AHEAD]):
            vowel = _begins_with_vowel(reading, vowel)
        wholes = self._wholes(tokens, own)
        settled = self._settled
        by_next = {} if rows else self._by_next
        shouted = texts.shouted
        for i in range(own[-1], own[0] - 1, -1):
            said = readings[i]
            if said is None:
                # Most words end here: a megabyte waits for these lines.
                if not (shouted or tokens[i].letters or i in wholes):
                    text = plains[i]
                    kept = settled.get(text) or by_next.get((text, vowel))
                    if kept is not None:
                        readings[i], vowel = kept
                        continue
                said = readings[i] = _learned(wholes.get(i) or self._token(texts, i, vowel))
            vowel = _begins_with_vowel(said, vowel)

    def _token(self, texts: Texts, i: int, vowel: bool | None) -> Reading:
        token = texts.tokens[i]
        try:
            return self._words.spell(token.text) if token.letters else self._word(texts, i, vowel)
        except KokorodError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other words are said
            self._faults.caught("word", error)
            return read_plainly(token.text, self._words.foreign, self._faults)

    def _wholes(self, tokens: Sequence[Token], own: Sequence[int]) -> dict[int, Reading]:
        """Readings of words that came in parts: the first part has it, the others join it."""
        found: dict[int, Reading] = {}
        for i in own:
            # Most words have a space or a mark behind them, and are whole.
            if i + 1 == len(tokens):
                continue
            after = tokens[i + 1]
            if after.punctuation or after.start > tokens[i].end or i in found:
                continue
            if (letters := spelled_plural(tokens, i)) is not None:
                spelled = self._words.spell(letters)
                phonemes = endings.s(spelled.phonemes, self._british)
                found[i] = Reading(phonemes, spelled.source)
                count = 2
            elif (whole := whole_word(tokens, i, self._words.has)) is not None:
                text, count = whole
                found[i] = self._words.say(text)
            else:
                continue
            for j in range(i + 1, i + count):
                if j in own:
                    found[j] = Reading("", found[i].source, joined=True)
        return found

    def _word(self, texts: Texts, i: int, vowel: bool | None) -> Reading:
        text = texts.plains[i]
        if (weak := self._weak(texts, i, text, vowel)) is not None:
            said = Reading(weak, Source.CONTEXT)
            if text in _BY_NEXT:
                self._keep_by_next(text, vowel, said, texts)
            return said
        if text in NAMESAKES and (name := name_of(text, texts.context(i), texts.capital_next(i))):
            return Reading(name.british if self._british else name.american, Source.CONTEXT)
        if text in WORDS_TOO:
            text = text.lower()
        if text == "Polish" and texts.polishes(i):
            text = "polish"
        lower = text.lower()
        entry = self._words.entry(lower)
        last = vowel is None
        if lower in EXTRA or (entry is not None and entry.forms):
            said = self._heteronym(texts, i, text, last)
            pause_decides = entry is not None and entry.forms.keys() == _BEFORE_PAUSE
            if pause_decides and text == lower and text not in EXTRA:
                self._keep_by_next(text, vowel, said, texts)  # the neighbours only name the row
            return said
        reading = self._words.say(text, "", last, texts.shouted)
        if text.endswith("s") and entry is None:
            # `minutes` is only in the dictionary as `minute`: the stem's form decides.
            return self._inflected(texts, i, text, last)
        no_name = text == lower and lower not in _WEAK
        if entry is not None and (no_name or lower not in _UNSETTLED):
            self._settle(text, reading, texts.shouted)
        return reading

    def _heteronym(self, texts: Texts, i: int, text: str, last: bool) -> Reading:
        """A word of several readings, by its neighbours."""
        lower = text.lower()
        entry = self._words.entry(lower)
        choice = choose(texts.context(i))
        extra = EXTRA.get(lower, {}).get(choice.form)
        if extra is not None and not text.isupper():
            return Reading(extra[self._british], Source.CONTEXT, row=choice.row)
        reading = self._words.say(text, choice.form, last, texts.shouted)
        source = reading.source
        if entry is None:
            if not choice.form and text.endswith("s"):
                return self._inflected(texts, i, text, last)
        elif source is Source.DICTIONARY and form(entry, choice.form, last) != entry.default:
            source = Source.CONTEXT
        return Reading(reading.phonemes, source, reading.joined, choice.row)

    def _settle(self, text: str, reading: Reading, shouted: bool) -> None:
        """Keep the reading of a word that has one form wherever it stands."""
        kept = _kept(reading)
        if shouted or kept is None:
            return
        if len(self._settled) >= _SETTLED:
            self._settled.clear()
        self._settled[text] = kept

    def _keep_by_next(self, text: str, vowel: bool | None, reading: Reading, texts: Texts) -> None:
        kept = _kept(replace(reading, row=""))
        if kept is not None and not texts.shouted:
            self._by_next[text, vowel] = kept

    def _inflected(self, texts: Texts, i: int, text: str, last: bool) -> Reading:
        stem = text[:-1].removesuffix("'").lower()
        entry = self._words.entry(stem)
        if entry is None or not entry.forms or texts.shouted:
            return self._words.say(text, "", last, texts.shouted)
        tag = "NOUN" if "'" in text else noun_or_verb(texts.context(i))
        return self._words.say(text, tag, last, texts.shouted)

    def _weak(self, texts: Texts, i: int, text: str, vowel: bool | None) -> str | None:
        """Function words whose sound hangs on the next word."""
        lower = text.lower()
        if lower not in _WEAK:
            return None
        capitals = text.isupper() and len(text) > 1 and not texts.shouted
        if lower == "the":
            return "ði" if vowel else "ðə"
        if lower == "to":
            # Before a pause it keeps its full vowel.
            return None if vowel is None else "tʊ" if vowel else "tə"
        if lower == "a":
            return "ɐ" if text == "a" or texts.is_article(i) else None
        if lower == "an":
            return "ɐn" if not capitals else None
        if lower == "i":
            return "ˌI" if text == "I" else None
        if lower == "in":
            return None if capitals and i else ("ˈɪn" if vowel is None else "ɪn")
        if lower == "am":
            return "ɐm" if text == "am" and vowel is not None else None
        if lower == "that":
            return self._that(texts, i, text)
        return None

    def _that(self, texts: Texts, i: int, text: str) -> str | None:
        """`that` pointing at something is stressed; joining clauses it is not."""
        form = self._words.entry("that")
        if form is None or "DT" not in form.forms:
            return None
        if points(texts.context(i)):
            return form.forms["DT"]
        weak = form.default or ""
        return emphasize(weak) if text == "THAT" else weak if text == "that" else lift(weak)


#: A reading that is kept, and whether it begins with a vowel.
_Kept = tuple[Reading, bool]

_WEAK = frozenset(["the", "to", "a", "an", "i", "in", "am", "that"])

#: As they are mostly written: what is said next is all that matters then.
_BY_NEXT = frozenset(["the", "The", "to", "To", "a", "an", "An", "I", "in", "In", "am"])

#: The dictionary's forms of a word that has one of its own before a pause, and no other.
_BEFORE_PAUSE = {"None"}

#: Said by what stands around, though the dictionary has one form.
_UNSETTLED = _WEAK | EXTRA.keys() | {"polish"} | {name.lower() for name in NAMESAKES}

#: Before these a capital A is the letter: A is for apple.
_AFTER_LETTER = word_classes.BE | word_classes.MODALS | {"and", "or", "to", "through"}

#: Words on either side that the rules for heteronyms may look at.
_WINDOW = 30

#: After these a capital A is the letter.
_LETTERED = frozenset(
    ["vitamin", "letter", "grade", "plan", "type", "class", "group", "option", "section", "an",
     "hepatitis", "exhibit", "point", "team", "level", "appendix", "series", "model", "straight"]
)  # fmt: skip


class Texts:
    """The words of one sentence as the rules want them, worked out once for all its runs."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._written = [token.text for token in tokens]
        #: The words with one kind of apostrophe; as in most sentences, all may have it.
        self.plains = self._written
        together = "".join(self._written)
        if plain(together) != together:
            self.plains = [plain(text) for text in self._written]
        #: Whether the sentence is written in capitals.
        self.shouted = self._is_shouted()

    @functools.cached_property
    def lower(self) -> list[str]:
        return [text.lower() for text in self.plains]

    def context(self, i: int) -> Context:
        """The word among its neighbours: a rule looks no further, however long the text."""
        first = max(0, i - _WINDOW)
        return Context(self.lower[first : i + _WINDOW + 1], i - first)

    def _is_shouted(self) -> bool:
        if sum(map(str.isupper, self._written)) < _SHOUTED_WORDS:
            return False
        words = [t for t in self.tokens if not (t.punctuation or t.letters) and len(t.text) > 1]
        loud = [t for t in words if t.text.isupper()]
        return len(loud) >= _SHOUTED_WORDS and 2 * len(loud) > len(words)

    def is_article(self, i: int) -> bool:
        """A in capitals that is a word: at the start, or in a title before another word."""
        if self.shouted:
            return True
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if after is None or after.punctuation or self.lower[i + 1] in _AFTER_LETTER:
            return False
        before = self.lower[i - 1] if i else ""
        return not before or (before not in _LETTERED and after.text[:1].isupper())

    def capital_next(self, i: int) -> bool:
        """Whether another word with a capital follows at once."""
        after = self.plains[i + 1] if i + 1 < len(self.plains) else ""
        return after[:1].isupper()

    def polishes(self, i: int) -> bool:
        """A command at the start of a sentence, not the language."""
        starts = i == 0 or self.tokens[i - 1].punctuation
        after = self.lower[i + 1] if i + 1 < len(self.lower) else ""
        return starts and after in OBJECT_STARTS


def _learned(said: Reading) -> Reading:
    """The reading with what Kokoro has for sounds that it has not learned."""
    if _NOT_LEARNED.isdisjoint(said.phonemes):
        return said
    return replace(said, phonemes=said.phonemes.replace("ɾ", "T").replace("ʔ", "t"))


def _kept(said: Reading) -> _Kept | None:
    """What is kept of a reading; None: it has no sound, so that what follows is heard first."""
    said = _learned(said)
    vowel = _begins_with_vowel(said, None)
    return None if vowel is None else (said, vowel)


def _begins_with_vowel(reading: Reading | None, after: bool | None) -> bool | None:
    """Is a vowel said next, from this reading on? None: a pause or the end comes first.

    after: the answer for what follows the reading, which counts if it is silent
    """
    for c in reading.phonemes if reading else "":
        if c in _PAUSES:
            return None
        if c in VOWELS:
            return True
        if c in CONSONANTS:
            return False
    return after
