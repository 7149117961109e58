"""Where sentences end, however the text arrives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from kokorod.speech.sentences import SentenceSplitter


def split(text: str, lang: str = "en-us", parts: list[str] | None = None, **more: int) -> list[str]:
    splitter = SentenceSplitter(lang, **more)
    spans = []
    for part in parts if parts is not None else [text]:
        splitter.feed(part)
        while span := splitter.next():
            spans.append(span)
    splitter.feed("", final=True)
    while span := splitter.next():
        spans.append(span)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    "expected",
    [
        ["No.", "I left."],
        ["No.", "Birds sing."],
        ["No. 7 is late.", "It comes at 9."],
        ["Model no. XJ900 is sold.", "It is old."],
        ["I said no.", "XJ is a model."],
        ["Use x ?? y or a.b ?? null.", "It works."],
        ["Did you see that ??", "omg"],
        ["Pl.'s Mot. for Summ. J. is due.", "So is Def. Ex. 3."],
        ["Add 1 c. sugar.", "Stir 2 T. butter in."],
        ["A Cat. 3 storm hit.", "We left."],
        ["I love my cat.", "3 dogs came."],
        ["Pt. denies pain.", "He left."],
        ["He left 2 hours before dep.", "We waited."],
        ["Trains dep. Boston at 9.", "Be early."],
        ["“No.” he said.", "Then he went."],
        ["Dr. Lee met Mrs. Oak.", "They spoke."],
        ["He lives on Elm St.", "The house is red."],
        ["St. Mark's Square is wet."],
        ["It cost $3.50 in all.", "Fine."],
        ["See https://a.example/b.c?d.", "OK."],
        ["Mail me at a.b@c.org.", "Thanks!"],
        ["We met at 5 p.m. on Monday.", "It rained."],
        ["We met at 5 p.m.", "The sun shone."],
        ["The U.S. Navy sailed.", "It came from the U.S.", "Then it left."],
        ["Bring pens, paper, etc.", "Then sit."],
        ["J. K. Rowling wrote it.", "P. D. James did too."],
        ["So do I.", "Then we agree."],
        ["Use e.g. apples, i.e. fruit.", "Good."],
        ["“Stop!” she cried.", "He did not."],
        ["Really?!", "Yes!!", "No..."],
        ["He left (at last.)", "She stayed."],
        ["“It is done.”", "“Good.”"],
        ["See fig. 3 and vol. 2.", "Then rest."],
        ["Well… maybe so.", "Fine."],
        ["Version 2.0.1 is out.", "Get it."],
        ["wait... what"],
        ["Acme Inc. said no.", "It fell 5.", "So what?"],
        ["He ended.[1]", "Then more."],
        ["He ended.[1][12]", "Then more."],
        ["It was cold.¹²", "Snow fell."],
        ["The king died.7", "His son ruled."],
        ["It fell to 5.7 There it stayed."],
        ["We live in Apt. 3 now.", "Go down Rte. 9 and see p. 4."],
        ["I love art.", "3 of us came."],
        ["A town (pop. 900) burned."],
        ["It is at 4 p.m. CET today.", "The next is at 5 p.m. JST.", "Come."],
        ["Call at 3 p.m. London time today.", "I left at 4 p.m.", "London slept."],
        ["We meet at 9 a.m. New York time.", "Be there."],
        ["It took 40 ms.", "That is fast."],
        ["Add 3 oz.", "Mix well."],
        ["It lasted 2 hrs.", "30 people came."],
        ["He is 6 ft. 2 in. tall."],
        ["It takes 1 hr. 20 min. to bake."],
        ["1 lb. Italian sausage"],
        ["They came from the U.K.", "Prices rose."],
        ["She sits in the U.S. Senate.", "He moved to the U.S.", "Nobody knew."],
        ["4! = 24 is right."],
        ["1. d4 d5 2. Nf3 Nf6"],
        ["Dismiss it under Fed. R. Civ. P. 12(b)(6).", "It is late."],
        ["See Fed. R. Evid. 403.", "Read 93 S. Ct. 705 too."],
        ["See Cal. Civ. Code § 51.", "See Tex. Bus. & Com. Code § 17."],
        ["He works at Acme Corp.", "The work is hard."],
        ["See Ex. A to the motion.", "He is my ex.", "A pity."],
        ["Meet in Conf. Rm. B today.", "Ask Assoc. Professor Lee."],
        ["Take 1 cap. 3x/day.", "He wore a cap.", "3 of us did."],
        ["Go 2 mi. E of town.", "He ran 2 mi.", "Everyone clapped."],
        ["It takes 15 mins. & costs $5.", "It ran Jan.-Feb. 2024."],
        ["We saw npm ERR! code 1.", "We left."],
        ["See ex. 4 below.", "He met his ex.", "3 of us saw it."],
        ["Pt. is a 45 y.o. M with pain.", "He sat."],
        ["It is at 101 S. 5th St. now.", "Go there."],
        ["See amend. XIV of it.", "Read vol. II too."],
    ],
)
def test_english(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- one\n- two\n\nthree", ["- one", "- two", "three"]),
        ("1. First\n2. Second\n3. Third", ["1. First", "2. Second", "3. Third"]),
        ("• tea\n• milk", ["• tea", "• milk"]),
        ("# Title\nSome text", ["# Title", "Some text"]),
        ("A heading\n\nand a text", ["A heading", "and a text"]),
        ("Roses are red\nViolets are blue", ["Roses are red", "Violets are blue"]),
        (
            "this line is wrapped where an editor wraps its lines, at\nSeventy characters or so",
            ["this line is wrapped where an editor wraps its lines, at\nSeventy characters or so"],
        ),
        ("Dear Ann,\nI write", ["Dear Ann,\nI write"]),
        ("Buy:\nmilk", ["Buy:", "milk"]),
        ("one\r\n\r\ntwo", ["one", "two"]),
        ("", []),
        ("  \n ", []),
        ("...", ["..."]),
    ],
)
def test_lines(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("lang", "expected", "joint"),
    [
        ("ja", ["これは本です。", "あれは？", "「はい。」", "そうです。"], ""),
        ("zh", ["你好！", "我是学生。", "真的吗？"], ""),
        ("hi", ["यह घर है।", "वह पेड़ है।"], " "),
        ("es", ["¿Qué pasa?", "¡Nada!", "El Sr. Gómez llegó."], " "),
        ("fr-fr", ["M. Dupont est là.", "Il a 3,5 ans.", "« Oui ! »", "Non."], " "),
        ("it", ["Il dott. Rossi parla.", "Ciao!"], " "),
        ("pt-br", ["O Dr. Silva saiu.", "Tchau."], " "),
    ],
)
def test_languages(lang: str, expected: list[str], joint: str) -> None:
    assert split(joint.join(expected), lang) == expected


def test_a_sentence_comes_as_soon_as_its_end_is_certain() -> None:
    splitter = SentenceSplitter()
    splitter.feed("Hello there.")
    assert splitter.next() is None  # "." may be followed by more of the same word
    splitter.feed(" ")
    assert splitter.next() is None  # by a small letter the sentence would go on
    splitter.feed("I")
    assert splitter.next() == (0, 12)
    assert splitter.next() is None
    splitter.feed(" am\n\n")
    assert splitter.next() == (13, 17)


def test_the_first_sentence_of_a_long_text_needs_none_of_the_rest() -> None:
    splitter = SentenceSplitter()
    splitter.feed("First one. " + "And so on. " * 100_000)
    assert splitter.next() == (0, 10)


def test_text_without_end_marks_is_cut_at_clauses_then_words_then_anywhere() -> None:
    clauses = split("some words go on, " * 200, limit=100)
    assert all(len(s) <= 100 and s.endswith(",") for s in clauses)
    words = split("word " * 200, limit=100)
    assert all(len(s) <= 100 and s.replace("word", "").strip() == "" for s in words)
    assert [len(s) for s in split("x" * 5_000)] == [2_000, 2_000, 1_000]


def test_a_cut_leaves_a_letter_and_its_accent_together() -> None:
    text = "e\u0301" * 60
    assert all(not s.startswith("\u0301") for s in split(text, limit=51))


def test_no_text_after_the_end() -> None:
    splitter = SentenceSplitter()
    splitter.feed("x", final=True)
    with pytest.raises(ValueError, match="after the final"):
        splitter.feed("y")


TEXT = st.lists(
    st.sampled_from(
        [
            "Hello",
            "no",
            "No",
            "Dr",
            "I",
            "U.S",
            "5",
            "p.m",
            "etc",
            "St",
            "a",
            "The",
            "3.5",
            "…",
            ".",
            ".",
            "!",
            "?",
            " ",
            " ",
            " ",
            "\n",
            "\n\n",
            '"',
            ")",
            "(",
            "- ",
            "。",
            "は",
            "[1]",
            "«",
            "»",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=examples(300), deadline=None)
@given(TEXT | st.text(max_size=120), st.data(), st.sampled_from(["en-us", "ja", "es"]))
def test_the_cuts_do_not_depend_on_how_the_text_arrives(
    text: str, data: st.DataObject, lang: str
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    limit = data.draw(st.sampled_from([20, 2_000]))
    whole = split(text, lang, limit=limit)
    assert split(text, lang, parts, limit=limit) == whole
    assert split(text, lang, list(text), limit=limit) == whole


@settings(max_examples=examples(200), deadline=None)
@given(TEXT | st.text(max_size=200))
def test_only_white_space_is_left_out(text: str) -> None:
    sentences = split(text, limit=30)
    assert "".join("".join(s.split()) for s in sentences) == "".join(text.split())
    assert all(s and s == s.strip() and len(s) <= 30 for s in sentences)


@pytest.mark.parametrize("unit", ["a. ", ". ", "\n", "a\n", "...)", "I. ", "x", "。", '"', "1.\n"])
def test_odd_text_takes_no_longer_than_other_text(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    assert "".join("".join(s.split()) for s in split(text)) == "".join(text.split())


# An idle flush: the writer pauses


@pytest.mark.parametrize(
    "text",
    [
        "Hello there.",
        "Hello there. ",
        "Hello there!",
        "Really?",
        "Well…",
        'He said "stop."',
        "It is I.",
        "Hello there\n",
        "Hallo dort.\n",
        "はい。",
        "(Yes.)",
    ],
)
def test_in_an_idle_flush_what_looks_whole_is_given_out(text: str) -> None:
    splitter = SentenceSplitter()
    splitter.feed(text)
    splitter.flush_idle()
    assert splitter.next() == (0, len(text.rstrip()))
    assert splitter.next() is None
    splitter.feed(" And more. Yes", final=True)
    more = len(text) + 1
    assert splitter.next() == (more, more + 9)


@pytest.mark.parametrize(
    "text",
    [
        "Hello there",
        "Hello,",
        "Ask Dr.",
        "It costs 3.",
        "At 5 p.m.",
        "No.",
        "J.",
        "U.S.",
        "e.g.",
        "",
        " \n",
        "one, two,\n",
        'He said. "',
        "1.\n",
    ],
)
def test_in_an_idle_flush_what_likely_goes_on_waits(text: str) -> None:
    splitter = SentenceSplitter()
    splitter.feed(text)
    splitter.flush_idle()
    assert splitter.next() is None


def test_an_idle_flush_is_over_when_more_comes() -> None:
    splitter = SentenceSplitter()
    splitter.feed("Hello the")
    splitter.flush_idle()
    assert splitter.next() is None
    splitter.feed("re.")
    assert splitter.next() is None
    splitter.flush_idle()
    splitter.flush_idle()
    assert splitter.next() == (0, 12)
    splitter.flush_idle()
    assert splitter.next() is None


@settings(max_examples=examples(200), deadline=None)
@given(TEXT | st.text(max_size=120), st.data())
def test_idle_flushes_lose_and_double_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    splitter = SentenceSplitter()
    said = []

    def take() -> None:
        while (span := splitter.next()) is not None:
            said.append(text[slice(*span)])

    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        splitter.feed(text[begin:end])
        splitter.flush_idle()
        take()
    splitter.feed("", final=True)
    take()
    assert "".join("".join(s.split()) for s in said) == "".join(text.split())
    assert all(s and s == s.strip() for s in said)


def test_a_line_is_as_long_as_it_was_when_the_sentence_before_it_was_given_out() -> None:
    text = "It was written in one line, this sentence. And this one on the same\n[line] is."
    whole = split(text)
    assert split(text, "en-us", list(text)) == whole
    assert len(whole) == 2


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Abita al n. 5 di via Roma."),
        ("pt-br", "Mora na Av. Paulista."),
        ("hi", "सं. 5 देखें।"),
        ("hi", "डॉ. शर्मा आए।"),
        ("fr", "M. Petit est là."),
        ("es", "La Dra. Gil llegó."),
    ],
)
def test_an_abbreviation_of_another_language_ends_no_sentence(lang: str, text: str) -> None:
    splitter = SentenceSplitter(lang)
    splitter.feed(text, final=True)
    assert splitter.next() == (0, len(text))
