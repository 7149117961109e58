"""Arriving text to fragments: the kind of markup, and that arrival does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.speech.markup.sources import MarkdownSource, open_source
from kokorod.speech.markup.ssml import SsmlError
from kokorod.types import Markup

SSML = '<speak>Hello <mark name="m"/>there. <break time="1s"/><s>Go on.</s></speak>'
MARKDOWN = "# Title\n\nSome *bold* text. And [a link](http://x.org/).\n\n- one\n- two\n"
PLAIN = "Wait. [pause 700ms] I am [Nguyen](/wˈɪn/). It costs $5.30 at 3 p.m. today."


def seen(markup: Markup, chunks: list[str]) -> list[tuple[str, int, int, float | None]]:
    """Text, source span and pause of each fragment."""
    source = open_source(markup, "en-us")
    found = []
    for number, chunk in enumerate(chunks, 1):
        source.feed(chunk, final=number == len(chunks))
        while (fragment := source.next()) is not None:
            found.append(
                (fragment.text, *fragment.source_span(0, len(fragment.text)), fragment.pause_s)
            )
    return found


def texts(markup: Markup, text: str) -> list[str]:
    return [fragment[0].strip() for fragment in seen(markup, [text]) if fragment[0].strip()]


def test_auto_knows_ssml_by_its_first_tag() -> None:
    assert texts(Markup.AUTO, SSML) == ["Hello there.", "Go on."]
    assert texts(Markup.AUTO, "<b>Hello</b> there.") == ["<b>Hello</b> there."]
    assert texts(Markup.AUTO, "") == []
    assert texts(Markup.AUTO, "<") == ["<"]


def test_plain_has_no_markup_at_all() -> None:
    assert texts(Markup.PLAIN, "A [pause 700ms] b.") == ["A [pause 700ms] b."]


def test_inline_markup_is_heard_not_read() -> None:
    fragments = seen(Markup.AUTO, [PLAIN])
    assert [p[0].strip() for p in fragments if p[0].strip()] == [
        "Wait.",
        "I am Nguyen.",
        "It costs $5.30 at 3 p.m. today.",
    ]
    assert 0.7 in [p[3] for p in fragments]


def test_markdown_shows_what_is_seen() -> None:
    assert texts(Markup.MARKDOWN, MARKDOWN) == [
        "Title",
        "Some bold text.",
        "And a link.",
        "one",
        "two",
    ]


def test_malformed_ssml_says_where() -> None:
    with pytest.raises(SsmlError, match="line 1, column"):
        seen(Markup.AUTO, ["<speak>Bad <b></speak>"])


@given(
    st.sampled_from([(Markup.AUTO, SSML), (Markup.AUTO, PLAIN), (Markup.MARKDOWN, MARKDOWN)]),
    st.lists(st.integers(1, 30), max_size=20),
)
def test_how_a_text_arrives_does_not_matter(case: tuple[Markup, str], sizes: list[int]) -> None:
    markup, text = case
    chunks, at = [], 0
    for size in sizes:
        chunks.append(text[at : at + size])
        at += size
    assert seen(markup, [*chunks, text[at:]]) == seen(markup, [text])


def test_a_long_markdown_text_is_not_parsed_before_its_first_sentence_is_given_out() -> None:
    source = MarkdownSource("en-us")
    source.feed("One sentence is here. Two is. " * 10_000, final=True)
    source.next()
    assert source.unread > 290_000


def test_an_idle_flush_counts_for_all_that_came_before_it() -> None:
    source = open_source(Markup.MARKDOWN, "en-us")
    source.feed("A word. " * 1_000 + "And a last one.", final=False)
    source.flush_idle()
    found = []
    while (fragment := source.next()) is not None:
        found.append(fragment.text)
    assert found[-1] == "And a last one."
