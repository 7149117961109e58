"""A text as lines of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.cli.say.screen_lines import ScreenLines, width_of


def screen_lines(text: str) -> ScreenLines:
    return ScreenLines(lambda start, end: text[start:end])


def lines(text: str, columns: int) -> list[str]:
    found = []
    at = screen_lines(text)
    while (line := at.line(columns)).next > line.start:
        found.append(line.text)
        at.turn_to(line.next, columns)
        if at.start == line.start:
            break
    return found


def test_a_line_ends_at_a_space_or_where_the_text_says() -> None:
    assert lines("one two three\n\nfour", 8) == ["one two", "three", "", "four"]
    assert lines("one two", 7) == ["one two"]
    assert lines("one two three", 7) == ["one two", "three"]


def test_a_word_that_no_line_holds_is_cut() -> None:
    assert lines("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    assert lines("吾輩は猫", 5) == ["吾輩", "は猫"]
    assert lines("e\u0301e\u0301e\u0301", 2) == ["e\u0301e\u0301", "e\u0301"]


def test_what_would_move_the_cursor_is_shown_as_a_space() -> None:
    assert lines("a\tb\x1b[31mc\rd", 40) == ["a b [31mc d"]


def test_a_page_turns_to_a_word_and_tells_the_lines_it_leaves() -> None:
    at = screen_lines("one two three four")
    assert [line.text for line in at.turn_to(8, 7)] == ["one two"]
    assert at.line(7).text == "three"
    assert at.line(7, 1).text == "four"
    assert at.turn_to(8, 7) == []
    assert at.start == 8


@given(st.text("ab é吾\u0301\n", max_size=200), st.integers(2, 30))
def test_lines_hold_each_character_once_and_are_never_too_wide(text: str, columns: int) -> None:
    at = screen_lines(text)
    seen = 0
    while (line := at.line(columns)).next > line.start:
        assert line.start == seen
        assert len(line.text) == line.end - line.start
        assert text[line.end : line.next] in ("", " ", "\n")
        assert sum(map(width_of, line.text)) <= columns
        seen = line.next
        at.turn_to(seen, columns)
        if at.start != seen:  # the last line
            break
    assert seen == len(text)
