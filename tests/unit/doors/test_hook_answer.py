"""What is heard of an agent's answer."""

from __future__ import annotations

import pytest

from kokoro_doors.hook.answer import MAX_CHARS, Code, split, spoken

FENCE = "```"


def test_first_sentences_are_spoken_and_no_more() -> None:
    answer = "One is done. Two is, too! Is three? Four is not said. Nor five."
    assert spoken(answer) == "One is done. Two is, too! Is three?"
    assert spoken(answer, 1) == "One is done."
    assert spoken(answer, 0) == ""


def test_headings_items_and_paragraphs_are_parts_of_their_own() -> None:
    answer = "## Done\n\n- [x] fixed the *first* fault\n- and the second\n  one\n1. third"
    assert spoken(answer) == "Done\n\nfixed the *first* fault\n\nand the second one"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("See e.g. Section 3. Then go on.", ["See e.g. Section 3.", "Then go on."]),
        ("Ask Dr. Watson. He knows.", ["Ask Dr. Watson.", "He knows."]),
        ("It is 3.5 times as fast. Good.", ["It is 3.5 times as fast.", "Good."]),
        ("Call `a.b()` first. **Then** wait.", ["Call `a.b()` first.", "**Then** wait."]),
        ('He said "no." Then "yes."', ['He said "no."', 'Then "yes."']),
        ("これは一つ。これは二つ。", ["これは一つ。", "これは二つ。"]),
        ("main.py and setup.cfg are changed", ["main.py and setup.cfg are changed"]),
        ("...", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_block_of_code_is_announced_or_skipped() -> None:
    prose = "The call was missing, and so nothing was written to the file at all. "
    answer = f"{prose}\n\n{FENCE}python\nx = 1\ny = 2\n{FENCE}\nRun it again."
    assert spoken(answer) == f"{prose.strip()}\n\nCode, 2 lines of Python.\n\nRun it again."
    assert spoken(answer, code=Code.SKIP) == f"{prose.strip()}\n\nRun it again."


def test_a_fence_that_is_never_closed_is_code_to_the_end() -> None:
    prose = "This is a long enough sentence to be most of the answer. " * 2
    assert spoken(f"{prose}\n~~~\n{FENCE}\nx").endswith("\n\nCode, 2 lines.")


def test_blocks_inside_blocks_are_found() -> None:
    answer = (
        "> It is a note\n> of two lines.\n\n"
        f"1. Run it:\n\n   {FENCE}sh\n   make\n   {FENCE}\n\n"
        "2. Look:\n\n   | a | b |\n   |---|---|\n   | 1 | 2 |\n"
    )
    assert spoken(answer) == (
        "It is a note of two lines.\n\nRun it:\n\nCode, 1 line of shell.\n\nLook:"
    )
    assert spoken(answer, 4).endswith("\n\nLook:\n\nA table of 1 row: a and b.")


def test_what_is_no_block_is_text() -> None:
    assert spoken("The dash - here\n*and* is no item, 1) nor this.") == (
        "The dash - here *and* is no item, 1) nor this."
    )
    assert spoken("Title\n=====\nText | with a bar.") == "Title\n\nText | with a bar."
    assert spoken("See [it].\n\n[it]: https://example.org 'The thing'") == "See [it]."


def test_a_table_is_summed_up() -> None:
    answer = "Times:\n| file | ms | |\n|:--|--:|---|\n| a.py | 3 | |\n| b.py | 4 | |\nAll well."
    assert spoken(answer) == "Times:\n\nA table of 2 rows: file and ms.\n\nAll well."
    wide = "|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n|1|2|3|4|5|6|"
    assert spoken(wide) == "A table of 1 row: a, b, c, d, e and more."


def test_an_answer_that_is_mostly_code_is_one_sentence() -> None:
    listing = f"{FENCE}ts\n" + "const a = compute(a, b);\n" * 9 + FENCE
    assert spoken(f"Here. It is long. Very.\n{listing}\nDone.\n{listing}") == (
        "The answer is mostly code: code, 18 lines of TypeScript."
    )


def test_what_is_spoken_is_bounded_and_ends_with_a_word() -> None:
    said = spoken("word " * 10_000)
    assert MAX_CHARS - 10 < len(said) <= MAX_CHARS
    assert said.endswith("word")


def test_nothing_to_hear_is_nothing() -> None:
    assert spoken("") == spoken("---\n\n<!-- a note -->\n***\n") == ""
