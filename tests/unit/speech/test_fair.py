"""One text does not hold up the reading of others, however it is written."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.safety.faults import Faults
from kokorod.speech.markup import arriving, ssml
from kokorod.speech.markup.arriving import Arriving
from kokorod.speech.markup.fragments import Fragment
from kokorod.speech.markup.sources import ContainedSource, NotYetError, Source, open_source
from kokorod.speech.markup.ssml import SsmlError, read_ssml
from kokorod.speech.reader import MOST_SILENCE_S, Reader
from kokorod.speech.thread import ReadingOptions, Report, SpeechThread
from kokorod.types import Markup, PeerId, Reading, RequestKey, Sentence, TextState

HOG, OTHER = RequestKey(PeerId(1), 1), RequestKey(PeerId(2), 1)
PATIENCE_S = 60.0


class Mouth:
    """Says a letter for each letter."""

    def begin(self) -> None: ...

    def say(self, options: ReadingOptions, fragment: Fragment) -> Sentence:
        return said(fragment)


def said(fragment: Fragment) -> Sentence:
    text = fragment.text
    spoken = text if any(c.isalnum() for c in text) else ""
    return Sentence(0, len(text), spoken, spoken, pause_s=fragment.pause_s)


Reports = queue.SimpleQueue[tuple[RequestKey | None, Report]]


@pytest.fixture
def thread() -> Iterator[tuple[SpeechThread, Reports]]:
    reports: Reports = queue.SimpleQueue()
    made = SpeechThread(Mouth, lambda key, report: reports.put((key, report)), Faults())
    made.open()
    yield made, reports
    made.close()
    assert made.join(PATIENCE_S)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (Markup.SSML, "<speak>" + "<p>a</p>\n" * 12_000 + "</speak>"),
        (Markup.MARKDOWN, "```\nnot said\n```\n\n" * 8_000),
        (Markup.AUTO, "\n<emphasis>" * 20_000),
    ],
    ids=["ssml", "markdown", "tags"],
)
def test_who_waits_is_read_between_two_parts_of_a_long_document(
    thread: tuple[SpeechThread, Reports], markup: Markup, text: str
) -> None:
    speech, reports = thread
    speech.begin(HOG, ReadingOptions("en-us", markup=markup))
    speech.feed(HOG, text, final=True)
    speech.want(HOG)
    speech.begin(OTHER, ReadingOptions("en-us"))
    speech.feed(OTHER, "Here I am.", final=True)
    speech.want(OTHER)
    assert reports.get(timeout=PATIENCE_S) == (HOG, Reading([], TextState.MORE))
    key, report = reports.get(timeout=PATIENCE_S)
    assert key == OTHER
    assert isinstance(report, Reading)
    assert [sentence.spoken for sentence in report.sentences] == ["Here I am."]
    speech.want(HOG)  # nobody waits: it is read to its first sentence, or its end
    _, report = reports.get(timeout=PATIENCE_S)
    assert isinstance(report, Reading)
    if markup is Markup.SSML:
        assert report.sentences[0].spoken == "a"


def fragments(source: Source) -> Iterator[Fragment]:
    while True:
        try:
            fragment = source.next()
        except NotYetError:
            continue
        if fragment is None:
            return
        yield fragment


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (Markup.SSML, "<speak>One. <p>Two &amp; three</p> <b>four > five</b>\r\n six.</speak>"),
        (Markup.MARKDOWN, "# One\n\n```\nno\n```\n\nTwo *and* three.\n\n" + "- item\n" * 900),
        (Markup.AUTO, " \n" * 400 + "<speak><s>One</s><s>two</s></speak>"),
    ],
)
def test_what_is_read_in_turns_is_what_is_read_at_once(markup: Markup, text: str) -> None:
    found = []
    for spent in (False, True):
        source = open_source(markup, "en-us", spent=lambda spent=spent: spent)  # type: ignore[misc]
        contained = ContainedSource(source, "en-us", Faults())
        contained.feed(text, final=True)
        found.append(list(fragments(contained)))
    assert found[0] == found[1]
    assert len(found[0]) > 1


TAGS = ["<p>", "</p>", "<s>", "</s>", "<b>", "</b>", "a > b", "&amp;", "\r\n", "\n", "x ", "\ud800"]


@given(st.lists(st.sampled_from(TAGS), max_size=30), st.integers(0, 40))
def test_a_document_is_the_same_in_steps_of_any_size(parts: list[str], step: int) -> None:
    text = f"<speak>{''.join(parts)}</speak>"

    def read() -> object:
        try:
            return read_ssml(text)
        except SsmlError as error:
            return str(error)

    whole = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssml, "_STEP", step)
        assert read() == whole


def test_a_sentence_of_endless_parts_is_cut_at_a_blank() -> None:
    text = "<speak>" + "<emphasis>a</emphasis> " * 3_000 + "</speak>"
    found = read_ssml(text).fragments
    assert len(found) > 2
    assert max(len(fragment.spans) for fragment in found) <= 502
    assert "".join(fragment.text for fragment in found).split() == ["a"] * 3_000


# -- what took minutes: these end


def test_thoughts_without_an_end_are_looked_for_once() -> None:
    text = "\n<think>" * 40_000
    assert Arriving(thoughts=False).feed(text, final=True) == text


def test_a_thought_that_comes_in_small_parts_is_looked_through_once() -> None:
    thinking = Arriving(thoughts=False)
    assert thinking.feed("<think>", final=False) == ""
    for _ in range(100_000):
        assert thinking.feed("hm, hm, so it is", final=False) == ""
    assert thinking.feed("</thi", final=False) == ""
    assert thinking.feed("nk>Four.", final=False).lstrip("\n") == "Four."


def test_formulas_without_an_end_are_looked_for_as_far_as_one_may_go() -> None:
    text = "\\[" * 2_000_000
    assert Arriving(thoughts=False).feed(text, final=True) == text


FORMULAS = ["\\[", "\\]", "$$", "\n", "\n\n", "a b", "x" * 40, "<think>", "</think>"]


@given(st.lists(st.sampled_from(FORMULAS), max_size=60), st.booleans())
def test_what_is_skipped_is_no_formula(parts: list[str], final: bool) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving, "_LONGEST_FORMULA", 50)
        skipped = Arriving(thoughts=False).feed(text, final)
        patch.setattr(arriving._Beginnings, "skip", lambda *_: None)
        assert Arriving(thoughts=False).feed(text, final) == skipped


@pytest.mark.parametrize("markup", [Markup.AUTO, Markup.PLAIN])
def test_text_in_small_parts_is_not_copied_at_each(markup: Markup) -> None:
    source = ContainedSource(open_source(markup, "en-us"), "en-us", Faults())
    for _ in range(30_000):
        source.feed(" " * 16, final=False)
    for _ in range(100_000):
        source.feed("A word, a word. ", final=False)
    first = source.next()
    assert first is not None
    assert first.text.strip() == "A word, a word."


# -- silence


def silence_s(markup: Markup, text: str) -> float:
    """The silence that a text asks for, in all."""
    source = ContainedSource(open_source(markup, "en-us"), "en-us", Faults())
    reader = Reader(source, said)
    reader.feed(text, final=True)
    total = 0.0
    while (reading := reader.read()).state is TextState.MORE:
        total += sum(sentence.pause_s or 0.0 for sentence in reading.sentences)
    return total + sum(sentence.pause_s or 0.0 for sentence in reading.sentences)


_BREAK = "<break time='30s'/>"


def ssml_of(written: str) -> tuple[Markup, str]:
    return Markup.SSML, f"<speak>{written}</speak>"


SILENT: dict[str, Callable[[int], tuple[Markup, str]]] = {
    "breaks": lambda n: ssml_of(_BREAK * n),
    "words between": lambda n: ssml_of(f"a{_BREAK}" * n),
    "marks between": lambda n: ssml_of(f'<mark name="m"/>{_BREAK}' * n),
    "short ones": lambda n: ssml_of("a<break time='700ms'/>" * 9 * n),
    "empty paragraphs": lambda n: ssml_of("<p>.</p>" * 9 * n),
    "pauses": lambda n: (Markup.AUTO, "[pause 30s] a. " * n),
    "pauses in a row": lambda n: (Markup.AUTO, "[pause 30s]" * 9 * n),
    "macOS' pauses": lambda n: (Markup.AUTO, "One. [[slnc 30000]] " * n),
    "Markdown's": lambda n: (Markup.MARKDOWN, "One. [pause 30s]\n\n" * n),
}


@pytest.mark.parametrize("how", SILENT)
def test_silence_is_bounded_however_it_is_written(how: str) -> None:
    markup, text = SILENT[how](400)
    asked_s = silence_s(markup, text)
    # Between Markdown's paragraphs there is a pause of half a second that nobody asked for.
    paragraphs_s = 400 * 0.5 * (how == "Markdown's")
    assert asked_s <= MOST_SILENCE_S + paragraphs_s + 0.01
    assert asked_s >= (30 if how == "breaks" else MOST_SILENCE_S - 0.01)
    markup, text = SILENT[how](3)
    assert 2 < silence_s(markup, text) <= 95


def test_a_book_keeps_the_pauses_between_its_paragraphs() -> None:
    text = "<speak>" + "<p>A paragraph.</p>" * 3_000 + "</speak>"
    assert silence_s(Markup.SSML, text) == pytest.approx(3_000 * 0.6)
