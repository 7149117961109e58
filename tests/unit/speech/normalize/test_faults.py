"""A rule that raises: what it would have read is read without it, counted and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kokorod.speech.normalize import faults, grammar, normalize
from kokorod.speech.normalize.cursor import Cursor, Part
from kokorod.speech.normalize.faults import RuleFaults
from kokorod.speech.normalize.languages import grammar as languages
from kokorod.speech.normalize.languages.grammar import LOCAL_RULES
from kokorod.speech.normalize.languages.language import Language
from kokorod.speech.normalize.order import RULES
from kokorod.speech.normalize.rule import Start
from kokorod.speech.token import spoken


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> Iterator[RuleFaults]:
    """The faults of this test alone."""
    own = RuleFaults()
    monkeypatch.setattr(grammar, "FAULTS", own)
    yield own
    assert faults.FAULTS.value() == {}


def broken(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    raise ZeroDivisionError(match.group())


def raises(language: Language, match: re.Match[str]) -> str:
    raise ZeroDivisionError(match.group())


def break_rules(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for start, firsts in grammar._TRIED.items():
        for first in firsts:
            tried = firsts[first] or grammar._tried_at(start, first)
            if not any(n in names for _, _, n in tried):
                continue
            some = tuple((m, broken if name in names else r, name) for m, r, name in tried)
            monkeypatch.setitem(firsts, first, some)


@pytest.mark.parametrize("name", RULES)
def test_any_rule_may_raise(name: str, caught: RuleFaults, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    caught.tell = lambda rule, error: told.append((rule, type(error).__name__))
    break_rules(monkeypatch, name)
    for written, said, *_ in RULES[name].examples:
        tokens = normalize(f"Before {written} after.")
        assert [tokens[0].text, tokens[-2].text] == ["Before", "after"]
        assert name not in {token.rule for token in tokens}
        if re.search(r"\d", written):
            assert re.search(r"\w", spoken(normalize(written))), f"{said!r} is lost"
    assert caught.value().keys() == {name}
    assert caught.value()[name] >= len(RULES[name].examples)
    assert told == [(name, "ZeroDivisionError")] * caught.value()[name]


@pytest.mark.parametrize("name", LOCAL_RULES)
def test_any_rule_of_another_language_may_raise(
    name: str, caught: RuleFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "FAULTS", caught)
    rule = LOCAL_RULES[name]
    monkeypatch.setattr(languages, "LOCAL_RULES", {**LOCAL_RULES, name: replace(rule, read=raises)})
    for lang, written, _ in rule.examples:
        tokens = normalize(written, lang=lang)
        assert name not in {token.rule for token in tokens}
        assert spoken(tokens)
    assert caught.value().keys() == {name}


def test_numbers_are_said_even_if_every_rule_raises(
    caught: RuleFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_rules(monkeypatch, *RULES)
    assert spoken(normalize("Room 101, Dr. Lee")) == "Room one zero one Dr Lee"
    assert caught.value()["cardinal.number"] == 1
    assert caught.value().keys() <= RULES.keys()


def test_a_pattern_that_raises_is_caught_too(
    caught: RuleFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def matches(text: str, position: int) -> None:
        raise RecursionError

    monkeypatch.setitem(grammar._TRIED, Start.NUMBER, {"": ((matches, broken, "cardinal.number"),)})
    assert spoken(normalize("7")) == "seven"
    assert caught.value() == {"cardinal.number": 1}
