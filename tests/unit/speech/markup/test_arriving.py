"""A model's thoughts go unsaid; displayed formulas stay in one line; nothing else changes."""

from __future__ import annotations

import pytest

from kokorod.speech.markup.arriving import Arriving
from kokorod.speech.markup.sources import open_source
from kokorod.types import Markup

THOUGHT = "<think>\nLet me see. Is it <b>four</b>?\n</think>\n\nThe answer is four."


def given(text: str, step: int, *, thoughts: bool = False) -> str:
    arriving = Arriving(thoughts=thoughts)
    pieces = [text[i : i + step] for i in range(0, len(text), step)]
    return "".join(arriving.feed(piece, False) for piece in pieces) + arriving.feed("", True)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_thoughts_are_blank_lines_in_pieces_of_any_size(step: int) -> None:
    out = given(THOUGHT, step)
    assert len(out) == len(THOUGHT)
    assert out.strip() == "The answer is four."


@pytest.mark.parametrize("step", [1, 5, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "The <think> tag is only spoken of.",
        "<think>a thought without its end",
        "It costs $5, a < b and <details>open</details> too.",
        "a\\b $$ c",
        "<details><summary>More</summary>text</details>",
    ],
)
def test_everything_else_is_as_it_was(text: str, step: int) -> None:
    assert given(text, step) == text


def test_thoughts_may_be_said() -> None:
    assert given(THOUGHT, 3, thoughts=True) == THOUGHT


@pytest.mark.parametrize("step", [1, 4, 1000])
def test_a_displayed_formula_is_one_line(step: int) -> None:
    assert given("See\n$$\nx\n$$\nhere", step) == "See\n$$ x $$\nhere"


def test_reasoning_in_details_is_a_thought() -> None:
    text = '<details type="reasoning">\n<summary>Thought</summary>\nHm.\n</details>\nFour.'
    assert given(text, 1).strip() == "Four."


@pytest.mark.parametrize("markup", [Markup.AUTO, Markup.MARKDOWN])
def test_a_source_does_not_see_them_and_keeps_its_places(markup: Markup) -> None:
    source = open_source(markup, "en-us")
    source.feed(THOUGHT, final=True)
    fragment = source.next()
    assert fragment is not None
    start, end = fragment.source_span(0, len(fragment.text))
    assert THOUGHT[start:end] == fragment.text == "The answer is four."
    assert source.next() is None


def test_plain_text_is_said_whole() -> None:
    source = open_source(Markup.PLAIN, "en-us")
    source.feed("<think>Hm.</think> Four.", final=True)
    fragment = source.next()
    assert fragment is not None
    assert fragment.text == "<think>Hm.</think> Four."
