"""`make listen`: words against words, and the texts that are spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.listen import chapter, ear, texts
from bench.listen.__main__ import spoken
from bench.listen.ear import Ear, NoEarsError
from bench.listen.words import compare, error_rate, plain
from kokoro_doors.book.plain import read_book

words = st.lists(st.sampled_from(["one", "two", "three"]), max_size=6)


@pytest.mark.parametrize(
    ("said", "heard", "errors", "first", "last", "added"),
    [
        ("All tests passed.", "all tests passed", 0, False, False, False),
        ("Four hours of steady work", "For hours of study work", 2, False, False, False),
        ("Wait for me.", "for me", 1, True, False, False),
        ("Wait for me.", "Wait for", 1, False, True, False),
        ("Wait.", "", 1, True, True, False),
        ("Wait.", "Wait, you.", 1, False, False, True),
        ("It's late", "its late", 0, False, False, False),
        ("", "", 0, False, False, False),
    ],
)
def test_what_is_lost_and_added(
    said: str, heard: str, errors: int, first: bool, last: bool, added: bool
) -> None:
    found = compare(plain(said), plain(heard))
    assert found.errors == errors
    assert (found.first_lost, found.last_lost, found.added) == (first, last, added)


@given(words, words)
def test_errors_are_a_distance(said: list[str], heard: list[str]) -> None:
    found = compare(said, heard)
    assert (found.errors == 0) == (said == heard)
    assert abs(len(said) - len(heard)) <= found.errors <= max(len(said), len(heard))
    assert found.errors == compare(heard, said).errors
    if found.first_lost or found.last_lost:
        assert found.errors > 0


def test_the_rate_is_of_all_words_together() -> None:
    pair = [compare(["a"] * 9, ["a"] * 9), compare(["a"], [])]
    assert error_rate(pair) == 10.0
    assert error_rate([]) == 0.0


def test_figures_are_read_out_before_phrases_are_compared() -> None:
    assert spoken("10%.") == spoken("Ten percent.")


def test_there_are_200_phrases_of_one_to_four_words_and_200_sentences() -> None:
    phrases = texts.read({}, short=False).phrases
    assert len(phrases) == len(set(phrases)) == 200
    assert {len(phrase.split()) for phrase in phrases} == {1, 2, 3, 4}
    lines = (texts.HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 200


def test_the_short_form_has_ten_phrases_of_each_length() -> None:
    short = texts.read({}, short=True)
    assert len(short.phrases) == 10
    assert not short.sentences
    assert {len(phrase.split()) for phrase in short.phrases} >= {1, 2, 3}


def test_only_what_is_wanted_is_spoken() -> None:
    found = texts.read({}, short=False, kinds=["phrases"])
    assert (len(found.phrases), found.sentences, found.paragraphs) == (200, (), ())
    assert not texts.read({}, short=False, kinds=["sentences"]).phrases


def test_the_chapter_is_read_as_it_is_written_down(tmp_path: Path) -> None:
    """Without its notes and numbers, and each word once."""
    (one,) = read_book(chapter.make(tmp_path / "b.epub")).chapters
    assert plain(" ".join(one.paragraphs)) == plain(chapter.SAID)
    wanted = texts.read({}, short=False, kinds=["chapter"])
    assert (" ".join(wanted.chapter).split(), wanted.phrases) == (chapter.SAID.split(), ())


def test_a_chapter_is_heard_paragraph_by_paragraph() -> None:
    said, pause, silence = (
        np.ones(9, np.int16),
        np.zeros(6_000, np.int16),
        np.zeros(14_400, np.int16),
    )
    sound = np.concatenate((silence, said, pause, said, silence, said, silence))
    pieces = list(chapter.cut(sound))
    assert [int(piece.sum()) for piece in pieces] == [18, 9]
    assert np.array_equal(np.concatenate(pieces), sound)


def test_words_that_were_heard_as_others_are_not_lost() -> None:
    found = compare(plain("four hours of steady work"), plain("for hours steady work"))
    assert [found.said[at] for at in found.lost] == ["of"]


def test_without_the_shared_sentences_others_are_spoken_and_that_is_said(tmp_path: Path) -> None:
    found = texts.read({"KOKORO_SHARED": str(tmp_path)}, short=False)
    assert len(found.sentences) == 30
    assert "sentences.txt" in found.note


def test_missing_ears_are_named_with_what_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear, "ENVIRONMENT", tmp_path / ".venv-listen")
    with pytest.raises(NoEarsError, match=r"no \.venv-listen; `make listen` installs it"):
        Ear(tmp_path)
