"""Where back and forward lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.speaker.sentences import AGAIN_S, KEPT, Sentences


def _of(*begins: float, end_s: float) -> Sentences:
    sentences = Sentences()
    assert sentences.learn(begins, end_s) is None
    return sentences


@pytest.mark.parametrize(
    ("heard_s", "back_s", "forward_s"),
    [
        (0.0, 0.0, 3.0),
        (0.5, 0.0, 3.0),
        (2.9, 0.0, 3.0),
        (3.0, 0.0, 7.5),  # it has just begun
        (3.9, 0.0, 7.5),
        (4.0, 3.0, 7.5),
        (8.0, 3.0, 9.0),
        (8.6, 7.5, 9.0),
        (9.0, 7.5, 9.0),  # behind all that is known
    ],
)
def test_by_one_sentence(heard_s: float, back_s: float, forward_s: float) -> None:
    assert _of(0.0, 3.0, 7.5, end_s=9.0).back(heard_s) == back_s
    assert _of(0.0, 3.0, 7.5, end_s=9.0).forward(heard_s) == forward_s


def test_back_again_and_again_leads_to_the_beginning_and_stays_there() -> None:
    sentences = _of(0.0, 2.0, 4.0, 6.0, end_s=8.0)
    heard_s, places = 7.5, []
    for _ in range(5):
        heard_s = sentences.back(heard_s)
        places.append(heard_s)
    assert places == [6.0, 4.0, 2.0, 0.0, 0.0]


def test_before_anything_is_known_all_lead_to_the_beginning() -> None:
    assert Sentences().back(0.0) == 0.0
    assert Sentences().forward(0.0) == 0.0


def test_forward_to_what_is_not_known_goes_on_when_it_is() -> None:
    sentences = _of(0.0, end_s=4.0)
    assert sentences.forward(1.0) == 4.0
    assert sentences.learn([], 4.0) is None, "a chunk of what is known already"
    assert sentences.learn([], 6.0) == 6.0, "it was only another clause"
    assert sentences.learn([6.5, 9.0], 10.0) == 6.5
    assert sentences.learn([12.0], 14.0) is None


def test_forward_twice_to_what_is_not_known_is_two_sentences() -> None:
    sentences = _of(0.0, end_s=4.0)
    assert sentences.forward(1.0) == sentences.forward(4.0) == 4.0
    assert sentences.learn([4.0], 6.0) == 6.0
    assert sentences.learn([6.0], 8.0) == 6.0
    assert sentences.learn([8.0], 9.0) is None


def test_back_forgets_that_more_was_wanted() -> None:
    sentences = _of(0.0, 2.0, end_s=4.0)
    assert sentences.forward(3.0) == 4.0
    assert sentences.back(4.0) == 2.0
    assert sentences.learn([4.0], 6.0) is None


@given(st.lists(st.floats(0.1, 20.0), min_size=1, max_size=40), st.data())
def test_back_is_never_ahead_and_forward_never_behind(
    lengths: list[float], data: st.DataObject
) -> None:
    begins = [0.0]
    for length in lengths:
        begins.append(begins[-1] + length)
    end_s = begins.pop()
    heard_s = data.draw(st.floats(0.0, end_s))
    sentences = _of(*begins, end_s=end_s)
    back, forward = sentences.back(heard_s), sentences.forward(heard_s)
    assert back <= heard_s <= forward
    assert back in begins
    assert forward in (*begins, end_s)
    # No more than one sentence is passed.
    assert sum(back < at_s <= heard_s for at_s in begins) <= 1
    assert sum(heard_s < at_s < forward for at_s in begins) == 0
    if heard_s - max(at_s for at_s in begins if at_s <= heard_s) >= AGAIN_S:
        assert not any(back < at_s <= heard_s for at_s in begins)


def test_a_book_leaves_what_anybody_goes_back_to() -> None:
    sentences = Sentences()
    for number in range(3 * KEPT):
        sentences.learn([2.0 * number], 2.0 * number + 2)
    assert len(sentences._begins) == KEPT
    assert sentences.back(6.0 * KEPT - 0.5) == 6.0 * KEPT - 2
