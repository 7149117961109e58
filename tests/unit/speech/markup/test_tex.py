"""Formulas as people read them; a price is a price."""

from __future__ import annotations

import pytest

from kokorod.speech.markup.sources import open_source
from kokorod.speech.markup.tex import is_formula, spoken
from kokorod.types import Markup

pytest.importorskip("pylatexenc")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"\frac{1}{2}", "one half"),
        (r"n^2 \leq 9", "n squared less than or equal to 9"),
        (r"\sqrt{x}", "the square root of x"),
        (r"\sqrt[3]{8}", "the cube root of 8"),
        ("E = mc^2", "E equals m c squared"),
        ("f(x) = 2x + 1", "f of x equals 2 x plus 1"),
        (r"\sum_{i=1}^{n} i", "the sum from i equals 1 to n of i"),
        (r"\int_0^1 x^2 \, dx", "the integral from 0 to 1 of x squared d x"),
        (r"\lim_{x \to 0} f'(x)", "the limit as x to 0 of f prime of x"),
        (r"e^{i\pi} + 1 = 0", "e to the power of i pi plus 1 equals 0"),
        ("2^n", "2 to the nth"),
        ("x_1", "x sub 1"),
        (r"P(A|B)", "P of A given B"),
        (r"\alpha \in \mathbb{R}", "alpha in R"),
        (r"\text{if } x > 0", "if x greater than 0"),
    ],
)
def test_a_formula_is_read(formula: str, said: str) -> None:
    assert spoken(formula) == said


@pytest.mark.parametrize("broken", [r"\frac{1}", "{", "}", "^", "_", r"\begin{x}", "{" * 500])
def test_what_is_broken_raises_nothing(broken: str) -> None:
    spoken(broken)


@pytest.mark.parametrize("dollars", ["x", "n^2", "a, b", "f(x)", r"\pi", "x+1", "2n", "3 < 4"])
def test_mathematics_between_dollars(dollars: str) -> None:
    assert is_formula(dollars)


@pytest.mark.parametrize(
    "dollars", ["5 and US", "5-", "20 to ", "1.50, not ", "5k vs ", "HOME/bin:"]
)
def test_money_between_dollars(dollars: str) -> None:
    assert not is_formula(dollars)


def heard(text: str, markup: Markup) -> str:
    source = open_source(markup, "en-us")
    source.feed(text, final=True)
    found = []
    while (fragment := source.next()) is not None:
        found.append(" ".join(fragment.text.split()))
    return " | ".join(found)


@pytest.mark.parametrize("markup", [Markup.AUTO, Markup.MARKDOWN])
def test_formulas_stand_in_text(markup: Markup) -> None:
    assert heard("Let $x$ be real.", markup) == "Let x be real."
    assert heard(r"Take \( \frac{1}{2} \) of it.", markup) == "Take one half of it."
    assert heard("It costs $5 or $6 here.", markup) == "It costs $5 or $6 here."
    assert heard("So $$\nx = 1\n$$ holds.", markup) == "So x equals 1 holds."
