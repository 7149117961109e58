"""The rules of normalization: their order, and the examples that each of them reads."""

from __future__ import annotations

from collections import Counter

import pytest

from kokorod.speech.normalize import normalize, walk
from kokorod.speech.normalize.clean import Cleaned
from kokorod.speech.normalize.cursor import Cursor
from kokorod.speech.normalize.languages.grammar import LOCAL_RULES
from kokorod.speech.normalize.languages.rule import LocalRule
from kokorod.speech.normalize.order import FILES, ORDER, RULES
from kokorod.speech.normalize.rule import Rule, Start
from kokorod.speech.token import spoken

EVERY = [rule for file in FILES for rule in file.RULES]


def readers(text: str) -> set[str]:
    """The names of the rules that read something of `text`."""
    cursor = Cursor(Cleaned(text).text)
    walk(cursor)
    return {name for _, _, name in cursor.runs}


def test_no_two_rules_have_one_name() -> None:
    assert [name for name, times in Counter(r.name for r in EVERY).items() if times > 1] == []


def test_a_rule_is_named_after_its_file() -> None:
    for file in FILES:
        room = file.__name__.split(".normalize.")[1].split(".")[0]
        assert {rule.name.split(".")[0] for rule in file.RULES} == {room}


@pytest.mark.parametrize("start", Start)
def test_the_order_has_each_rule_once_where_it_says_that_it_starts(start: Start) -> None:
    assert Counter(ORDER[start]) == Counter(r.name for r in EVERY if start in r.starts)


def test_every_rule_is_tried_somewhere() -> None:
    assert {name for names in ORDER.values() for name in names} == RULES.keys()


#: Letters, digits and signs, two by two, and the examples of every rule.
PIECES = [
    Cleaned(piece).text
    for piece in (
        *(a + b for a in map(chr, range(33, 0x250)) for b in "a1.-A "),
        *(example[0] for rule in EVERY for example in rule.examples),
    )
]


@pytest.mark.parametrize("rule", [r for r in EVERY if r.firsts], ids=lambda rule: rule.name)
def test_a_rule_begins_with_the_characters_that_it_says(rule: Rule) -> None:
    match = rule.pattern.match
    begun = {text[p] for text in PIECES for p in range(len(text)) if match(text, p)}
    assert begun
    assert begun <= set(rule.firsts)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_every_rule_reads_its_examples(rule: Rule) -> None:
    assert rule.examples
    for written, said, *_ in rule.examples:
        assert spoken(normalize(written)) == said
        assert rule.name in readers(written), f"{written!r} was read by {readers(written)}"


@pytest.mark.parametrize("rule", LOCAL_RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_of_another_language_reads_its_examples(rule: LocalRule) -> None:
    assert rule.examples
    for lang, written, said in rule.examples:
        tokens = normalize(written, lang=lang)
        assert spoken(tokens) == said
        assert rule.name in {token.rule for token in tokens}


def test_a_token_names_the_rule_that_read_it() -> None:
    tokens = normalize("It cost $5 on 2024-03-05.")
    assert [(t.text, t.rule) for t in tokens] == [
        ("It", "plain"),
        ("cost", "plain"),
        ("five", "money.unit_first"),
        ("dollars", "money.unit_first"),
        ("on", "plain"),
        *((word, "date.iso") for word in "March fifth twenty twenty four".split()),
        (".", "symbols.stop"),
    ]
