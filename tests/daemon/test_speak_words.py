"""Where the words of `segment` stand in the user's own text, however it is read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess


def _words(daemon: DaemonProcess, text: str, **fields: object) -> list[tuple[str, float, float]]:
    """What each word is in `text`, and when it is heard; a word of two segments once."""
    spans: list[tuple[int, int]] = []
    times: list[tuple[float, float]] = []
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, text, timings=True, cache=False, **fields)
        sound_s = conversation.end_of(1)["stats"]["sound_s"]
        for segment in conversation.answers[1]:
            if segment["type"] != "segment":
                continue
            assert segment["exact"]
            for word in segment["words"]:
                assert segment["start"] <= word["start"] < word["end"] <= segment["end"]
                assert segment["start_s"] <= word["start_s"] < word["end_s"]
                span = word["start"], word["end"]
                if spans and spans[-1] == span:
                    times[-1] = times[-1][0], word["end_s"]
                else:
                    spans.append(span)
                    times.append((word["start_s"], word["end_s"]))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(before[1] <= after[0] for before, after in pairwise(times))
    assert times[-1][1] <= sound_s
    return [(text[a:b], *heard) for (a, b), heard in zip(spans, times, strict=True)]


@pytest.mark.parametrize(
    ("markup", "text", "expected"),
    [
        (
            "plain",
            "It costs $5.30, not $3.5bn.\nAt 3:30pm Dr. Lee met J. R. R. Tolkien and/or you.",
            "It|costs|$5.30|not|$3.5bn|At|3:30|pm|Dr.|Lee|met|J.|R.|R.|Tolkien|and/or|you",
        ),
        (
            "auto",
            "[Nguyen](/wˈɪn/) [pause 500ms] house; 👍 well-known.",
            "[Nguyen](/wˈɪn/)|house|👍|well-known",
        ),
        (
            "markdown",
            "# A *title*\n\nSome `code`, [a link](http://x.com).\n\n- [ ] $5\n\n| a | 3 |\n|-|-|\n",
            "A|title|Some|code|a|link|$5|a|3",
        ),
        (
            "ssml",
            '<speak>Pay <say-as interpret-as="ordinal">12</say-as> &amp; '
            '<sub alias="World Wide Web">WWW</sub> <prosody rate="slow">$5.30</prosody>'
            '<phoneme ph="wˈɪn">Nguyen</phoneme></speak>',
            'Pay|12|&amp;|<sub alias="World Wide Web">WWW</sub>|$5.30|Nguyen',
        ),
    ],
)
def test_a_word_is_what_stands_in_the_users_text(
    shared_daemon: DaemonProcess, markup: str, text: str, expected: str
) -> None:
    words = [word for word, _, _ in _words(shared_daemon, text, markup=markup)]
    assert words == expected.split("|")


def test_phonemes_have_words_too(shared_daemon: DaemonProcess) -> None:
    words = _words(shared_daemon, "həlˈO wˈɜɹld, ðɪs.", phonemes=True)
    assert [word for word, _, _ in words] == ["həlˈO", "wˈɜɹld,", "ðɪs."]


def test_an_amount_is_one_word_from_its_first_sound_to_its_last(
    shared_daemon: DaemonProcess,
) -> None:
    # With so little time for the first sound the amount is cut between two segments.
    text = "It costs $5.30, and that is all there is to say of it today."
    with Conversation(shared_daemon.socket) as conversation:
        conversation.said(1, text, timings=True, cache=False, ttfa_ms=50)
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
    parts = [
        (segment["index"], word["start_s"], word["end_s"])
        for segment in segments
        for word in segment["words"]
        if text[word["start"] : word["end"]] == "$5.30"
    ]
    following = next(
        word
        for segment in segments
        for word in segment["words"]
        if text[word["start"] : word["end"]] == "and"
    )
    # From "costs" to "and", a comma aside, it is the word that is heard.
    assert following["start_s"] - parts[-1][2] < 0.5
    assert parts[-1][2] - parts[0][1] > 1.5
    assert all(abs(after[1] - before[2]) < 0.2 for before, after in pairwise(parts))
