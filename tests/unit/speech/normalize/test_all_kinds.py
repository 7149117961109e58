"""What holds for every reading: spans, spaces, robustness, languages, the shared cases."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.paths import SHARED
from support.readings import heard

from kokorod.speech.markup.markdown import read_markdown
from kokorod.speech.normalize import normalize
from kokorod.speech.token import Token, spoken
from kokorod.speech.tokenize import tokens_of

#: Characters that have rules, so that random text meets them often.
BUSY = st.lists(
    st.sampled_from(
        [
            *list("aAIbsx019 .,:;-–—/\\'\"()[]$£€%°#@&*_=+<>~^|…½²\n\t\x00"),
            "\u200d",
            "️",
            "́",
            "\u202e",
            "�",
            "😀",
            "🇫",
            "١",
            "१",
            "क",
            "中",
            "é",
            "Dr. ",
            "Jan. 5",
            "5 km",
            "10:30",
            "http://",
            "a.b",
            "IV",
            "NASA",
            "1st",
            "/usr",
            "v1.",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.shared
def test_every_shared_case_is_read_as_one_of_its_accepted_readings() -> None:
    cases = json.loads((SHARED / "text-cases.json").read_text(encoding="utf-8"))["cases"]
    wrong = []
    for case in cases:
        marked = re.search(r"^#|^- |\]\(", case["text"]) is not None
        if marked:
            said = " ".join(spoken(tokens_of(fragment)) for fragment in read_markdown(case["text"]))
        else:
            said = spoken(normalize(case["text"]))
        if heard(said) not in case["accept"]:
            wrong.append((case["text"], said))
    assert cases
    assert not wrong


def check(text: str, tokens: list[Token], base: int = 0) -> None:
    last = base
    for token in tokens:
        assert token.text
        assert not any(c.isspace() for c in token.text)
        assert base <= token.start <= token.end <= base + len(text)
        assert token.start >= last
        last = token.start


@settings(max_examples=examples(400), deadline=None)
@given(BUSY | st.text(max_size=80), st.sampled_from(["en-us", "en-gb", "fr-fr", "hi", "ja"]))
def test_any_text_gives_tokens_whose_spans_are_in_order_within_the_text(
    text: str, lang: str
) -> None:
    check(text, normalize(text, lang=lang))
    check(text, normalize(text, lang=lang, base=1_000, emoji="drop"), base=1_000)


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=30))
def test_letters_are_never_lost(text: str) -> None:
    assert normalize(text)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "A",
        "1",
        "1:",
        "1,",
        "1/",
        "/a",
        "a/",
        "a1",
        "0x",
        "1st",
        "I. ",
        "a.",
        "(",
        "-",
        "'",
        "$1",
        "😀",
        "é",
        "👩\u200d",
        "\u200d",
        "\x00",
        "�",
        "a_",
        "aB",
        "@a.",
        "http://",
        "[",
        "^2",
    ],
)
def test_the_same_again_and_again_is_read(unit: str) -> None:
    # Patterns that look ahead without bound take minutes here instead of a moment.
    text = (unit * 6_000)[:6_000]
    check(text, normalize(text))


def spans(text: str) -> list[tuple[str, str]]:
    return [(token.text, text[token.start : token.end]) for token in normalize(text)]


def test_each_word_knows_what_it_was_read_from() -> None:
    assert spans("On Jan. 5th, $5!") == [
        ("On", "On"),
        ("January", "Jan"),
        ("fifth", "5th"),
        (",", ","),
        ("five", "$5"),
        ("dollars", "$5"),
        ("!", "!"),
    ]


def test_spans_count_invisible_and_composed_characters_of_the_source() -> None:
    assert spans("a\u200bb cafe\u0301 ﬁne １２") == [
        ("ab", "a\u200bb"),
        ("café", "cafe\u0301"),
        ("fine", "ﬁne"),
        ("twelve", "１２"),
    ]


def test_base_moves_every_span() -> None:
    assert [(t.start, t.end) for t in normalize("hi you", base=10)] == [(10, 12), (13, 16)]


def test_letters_are_one_token_and_spoken_apart() -> None:
    tokens = normalize("FBI")
    assert [(t.text, t.letters) for t in tokens] == [("FBI", True)]
    assert spoken(tokens) == "F B I"


def test_marks_stand_close_to_their_words() -> None:
    tokens = normalize('He said, "go" (now) — yes.')
    assert spoken(tokens) == "He said, “go” (now) — yes."
    assert [t.text for t in tokens if t.punctuation] == [",", "“", "”", "(", ")", "—", "."]


def test_emoji_are_dropped_on_demand() -> None:
    assert spoken(normalize("ok 👍 then", emoji="drop")) == "ok then"


def test_british_numbers_and_dates() -> None:
    assert spoken(normalize("120 on 3/5/2024", lang="en-gb")) == (
        "one hundred and twenty on the third of May twenty twenty four"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("the infor-\nmation", "the information"),
        ("a thirty-\none day month", "a thirty-one day month"),
        ("a well-\n  known fact", "a well-known fact"),
        ("the ele\ufffephant", "the elephant"),
        ("it was en\xad\nforced", "it was enforced"),
    ],
)
def test_a_word_broken_at_the_end_of_a_line_is_one(written: str, read: str) -> None:
    tokens = normalize(written)
    assert spoken(tokens) == read
    assert all(written[t.start : t.end].strip() for t in tokens)
