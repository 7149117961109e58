"""Whatever reading raises is contained: the token, else the sentence, else the request."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.phonemizing import cache_folder

from kokorod.errors import EngineError
from kokorod.safety.faults import Fault, Faults
from kokorod.speech import frontend, tokenize
from kokorod.speech.frontend import KokoroFrontEnd
from kokorod.speech.lexicon import Lexicon
from kokorod.speech.markup import markdown, sources, ssml
from kokorod.speech.markup.sources import ContainedSource, open_source
from kokorod.speech.phonemes import asian, english, phonemizer
from kokorod.speech.phonemes.dictionary import Dictionary
from kokorod.speech.phonemes.espeak import Espeak
from kokorod.speech.phonemes.symbols import Fitter
from kokorod.speech.phonemes.words import Words
from kokorod.speech.thread import FrontEnd, ReadFailed, ReadingOptions, SpeechThread
from kokorod.types import CodeBlocks, Markup, PeerId, Reading, RequestKey, Sentence

#: What an error's message may quote, and no log may have.
SECRET = "Friday"


class Told(list[Fault]):
    """The faults that were contained."""

    @property
    def places(self) -> set[str]:
        return {fault.place for fault in self}


@pytest.fixture
def told() -> Told:
    return Told()


def front_end(told: Told, lexicon: str = "") -> KokoroFrontEnd:
    path = cache_folder() / "contained.toml"
    path.write_text(lexicon, encoding="utf-8")
    return KokoroFrontEnd(cache_folder(), path, pytest.fail, Faults(told.append))


def say(
    told: Told, text: str, markup: Markup = Markup.AUTO, lang: str = "en-us", lexicon: str = ""
) -> list[Sentence]:
    """The sentences of a text as the speech thread reads it."""
    mouth = front_end(told, lexicon)
    source = ContainedSource(open_source(markup, lang), lang, Faults(told.append))
    source.feed(text, final=True)
    sentences = []
    while (fragment := source.next()) is not None:
        sentences.append(mouth.say(ReadingOptions(lang, markup=markup), fragment))
    return sentences


def breaks(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, when: Callable[..., bool]
) -> None:
    """Let a function raise what nobody thought of, for some of what it is asked."""
    real = getattr(owner, name)

    def broken(*args: Any, **kwargs: Any) -> Any:
        if when(*args):
            raise LookupError(f"no such thing: {SECRET}")
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, broken)


def has_secret(*args: Any) -> bool:
    return any(isinstance(a, str) and SECRET.lower() in a.lower() for a in args)


@pytest.mark.parametrize(
    ("owner", "name", "place"),
    [
        (Words, "_say", "word"),
        (Dictionary, "lookup", "word"),
        (Lexicon, "_find", "lexicon"),
    ],
)
def test_a_word_that_raises_is_read_plainly_and_the_others_as_before(
    monkeypatch: pytest.MonkeyPatch, told: Told, owner: Any, name: str, place: str
) -> None:
    text, lexicon = "We met on Friday at noon.", '[en]\nFriday = "fɹˈIdA"\n'
    (before,) = say(told, text)
    assert not told
    breaks(monkeypatch, owner, name, lambda _, *rest: SECRET.lower() in str(rest).lower())
    (after,) = say(told, text, lexicon=lexicon if owner is Lexicon else "")
    assert told.places == {place}
    assert len(after.words) == len(before.words)
    for one, two in zip(before.words, after.words, strict=True):
        assert after.phonemes[two.first : two.last]
        if text[one.start : one.end] != SECRET:
            said = after.phonemes[two.first : two.last]
            assert said == before.phonemes[one.first : one.last]


def test_what_a_heteronym_raises_leaves_its_sentence(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    breaks(monkeypatch, english, "choose", lambda context: context.word == "read")
    (sentence,) = say(told, "I read two books.")
    assert len(sentence.words) == 4
    assert all(word.last > word.first for word in sentence.words)
    assert told.places == {"word"}


def test_a_word_that_espeak_raises_at_too_is_spelled(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    breaks(monkeypatch, Words, "_say", lambda _, text, *rest: text == "zyx")
    breaks(monkeypatch, Espeak, "words", lambda _, words, lang="": words == ["zyx"])
    (sentence,) = say(told, "The zyx is here.")
    zyx = sentence.words[1]
    assert " " in sentence.phonemes[zyx.first : zyx.last]  # three letters
    assert told.places == {"word", "plain word"}


def test_a_phrase_of_another_language_is_read_word_by_word(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    breaks(monkeypatch, Espeak, "words", lambda _, words, lang="": len(words) > 1)
    (sentence,) = say(told, "Bonjour tout le monde.", lang="fr")
    assert [word.last > word.first for word in sentence.words] == [True] * 4
    assert told.places == {"words of fr"}


def test_a_run_of_chinese_is_read_character_by_character(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    def words(self: asian.Reader, text: str, lang: str) -> list[asian.AsianWord]:
        if len(text) > 1 or text == "b":
            raise ValueError(SECRET)
        return [asian.AsianWord(0, 1, f"{text}a")]

    monkeypatch.setattr(asian.Reader, "words", words)
    (sentence,) = say(told, "abc", lang="zh")
    assert sentence.phonemes == "aa ca"
    assert told.places == {"zh", "plain word"}


def test_symbols_that_cannot_be_fitted_are_left_out(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    breaks(monkeypatch, Fitter, "fit", lambda *_: True)
    (sentence,) = say(told, "Here we are.")
    assert len(sentence.words) == 3
    assert told.places == {"symbols"}


@pytest.mark.parametrize(
    ("owner", "name", "text"),
    [
        (tokenize, "normalize", "The train of Friday is late."),
        (tokenize, "say_as", "<speak>It is <say-as interpret-as='date'>Friday</say-as>.</speak>"),
        (
            tokenize,
            "from_ipa",
            "<speak>On <phoneme alphabet='ipa' ph='Friday'>Friday</phoneme> we go.</speak>",
        ),
    ],
)
def test_a_sentence_that_cannot_be_normalized_is_read_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, told: Told, owner: Any, name: str, text: str
) -> None:
    mouth = front_end(told)
    breaks(monkeypatch, owner, name, has_secret)
    source = open_source(Markup.AUTO, "en-us")
    source.feed(text, final=True)
    fragment = source.next()
    assert fragment is not None
    sentence = mouth.say(ReadingOptions("en-us"), fragment)
    (friday,) = [w for w in sentence.words if SECRET in text[w.start : w.end]]
    assert sentence.phonemes[friday.first : friday.last] == "fɹˈIdˌA"
    assert told.places == {"sentence"}


@pytest.mark.parametrize("text_only", [False, True])
def test_the_built_in_voice_too(
    monkeypatch: pytest.MonkeyPatch, told: Told, text_only: bool
) -> None:
    mouth = front_end(told)
    breaks(monkeypatch, tokenize, "normalize", has_secret)
    source = open_source(Markup.AUTO, "en-us")
    source.feed("See you on Friday, 9 h.", final=True)
    fragment = source.next()
    assert fragment is not None
    sentence = mouth.say(ReadingOptions("en-us", text_only=text_only), fragment)
    assert sentence.spoken == "See you on Friday, 9 h."
    assert len(sentence.words) == 6


def test_markup_that_raises_loses_no_word(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    text = "# Head\n\nOne is here. Two is too.\n\n* Friday comes.\n\nThe *end* is near."
    breaks(monkeypatch, markdown, "parse", lambda lines, _: any(SECRET in x.text for x in lines))
    said = " ".join(sentence.spoken for sentence in say(told, text, Markup.MARKDOWN))
    for word in "Head One Two Friday end near".split():
        assert said.count(word) == 1, said
    assert told.places == {"markup"}


def test_spans_of_text_read_plainly_are_those_of_the_text(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    text = "One is here.\n\nFriday comes. And goes."
    breaks(monkeypatch, markdown, "parse", lambda lines, _: any(SECRET in x.text for x in lines))
    source = ContainedSource(open_source(Markup.MARKDOWN, "en-us"), "en-us", Faults(told.append))
    found = []
    for character in text:
        source.feed(character, final=False)
    source.feed("", final=True)
    while (fragment := source.next()) is not None:
        start, end = fragment.source_span(0, len(fragment.text))
        found.append(text[start:end].strip())
    assert found == ["One is here.", "Friday comes.", "And goes."]


def test_ssml_that_is_wrong_is_still_refused(told: Told) -> None:
    with pytest.raises(ssml.SsmlError):
        say(told, "<speak>never closed")
    assert not told


def test_nothing_of_the_text_is_told(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    breaks(monkeypatch, Words, "_say", has_secret)
    say(told, "We met on Friday.")
    (fault,) = told
    assert SECRET not in repr(fault)
    assert fault.error == "LookupError"
    assert fault.line.startswith("speech/phonemes/")
    assert fault.times == 1


def test_the_same_fault_is_worth_telling_less_and_less() -> None:
    told = Told()
    faults = Faults(told.append)
    for _ in range(1000):
        faults.caught("word", KeyError(SECRET))
    assert [fault.times for fault in told if fault.worth_telling] == [1, 10, 100, 1000]
    assert faults.total == 1000


def test_nothing_is_contained_if_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, Words, "_say", has_secret)
    mouth = phonemizer.Phonemizer(frontend.alphabet(), cache_folder())
    with pytest.raises(LookupError):
        mouth.respell(SECRET, "en-us")


# -- the speech thread

ONE, TWO = RequestKey(PeerId(1), 1), RequestKey(PeerId(1), 2)


class Speech:
    """A speech thread, and what it reports."""

    def __init__(self, make: Callable[[], FrontEnd], told: Told) -> None:
        self.reports: queue.Queue[tuple[RequestKey | None, Any]] = queue.Queue()
        self.thread = SpeechThread(
            make, lambda key, report: self.reports.put((key, report)), Faults(told.append)
        )
        self.thread.open()

    def read(self, key: RequestKey, text: str, markup: Markup = Markup.AUTO) -> Any:
        self.thread.begin(key, ReadingOptions("en-us", markup=markup, code=CodeBlocks.SKIP))
        self.thread.feed(key, text, final=True)
        self.thread.want(key)
        found, report = self.reports.get(timeout=60)
        assert found == key
        return report


@pytest.fixture
def speech(told: Told) -> Iterator[Callable[[Callable[[], FrontEnd]], Speech]]:
    begun: list[Speech] = []

    def begin(make: Callable[[], FrontEnd]) -> Speech:
        begun.append(Speech(make, told))
        return begun[-1]

    yield begin
    for each in begun:
        each.thread.close()
        assert each.thread.join(60)
        assert each.reports.empty()


def test_what_cannot_be_read_at_all_ends_its_request_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
    told: Told,
    speech: Callable[[Callable[[], FrontEnd]], Speech],
) -> None:
    breaks(
        monkeypatch, phonemizer, "assemble", lambda tokens, _: has_secret(*[t.text for t in tokens])
    )
    thread = speech(lambda: front_end(told))
    failed = thread.read(ONE, "We met on Friday.")
    assert isinstance(failed, ReadFailed)
    assert isinstance(failed.error, EngineError)
    assert SECRET not in str(failed.error)
    read = thread.read(TWO, "Here we are.")
    assert isinstance(read, Reading)
    assert read.sentences[0].phonemes
    assert told.places == {"sentence", "request"}


def test_markup_that_raises_with_plain_text_too_ends_its_request(
    monkeypatch: pytest.MonkeyPatch,
    told: Told,
    speech: Callable[[Callable[[], FrontEnd]], Speech],
) -> None:
    thread = speech(lambda: front_end(told))
    assert isinstance(thread.read(TWO, "Here we are."), Reading)
    breaks(monkeypatch, sources.SentenceSplitter, "feed", has_secret)
    failed = thread.read(ONE, "We met on Friday.")
    assert isinstance(failed, ReadFailed)
    assert isinstance(thread.read(TWO, "Here we are."), Reading)
    assert told.places == {"markup", "request"}


def test_a_front_end_that_cannot_be_made_is_tried_again_by_the_next_request(
    told: Told, speech: Callable[[Callable[[], FrontEnd]], Speech]
) -> None:
    tries = iter([OSError("disk"), OSError("disk")])

    def make() -> FrontEnd:
        if (error := next(tries, None)) is not None:
            raise error
        return front_end(told)

    thread = speech(make)
    assert isinstance(thread.read(ONE, "Here we are."), ReadFailed)
    assert isinstance(thread.read(TWO, "Here we are."), Reading)
    assert told.places == {"loading", "request"}


def test_a_word_that_cannot_be_said_at_all_is_not_lost_in_silence(
    monkeypatch: pytest.MonkeyPatch,
    told: Told,
    speech: Callable[[Callable[[], FrontEnd]], Speech],
) -> None:
    breaks(monkeypatch, Espeak, "words", lambda _, words, lang="": set("".join(words)) == {"q"})
    breaks(monkeypatch, Words, "_say", lambda _, text, *rest: text == "qqqq")
    thread = speech(lambda: front_end(told))
    assert isinstance(thread.read(ONE, "We qqqq there."), ReadFailed)
    assert isinstance(thread.read(TWO, "Here we are."), Reading)
    assert {"word", "plain word", "sentence", "request"} <= told.places
