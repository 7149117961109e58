"""Pages with spans in them: nothing of a page is lost, and each word is in its own clip."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.epubs import page

from kokoro_doors.book.blocks import read_page
from kokoro_doors.book.marking import Place, mark_page, with_spans
from kokoro_doors.book.render.clips import Clip, clips_of
from kokoro_doors.book.render.files import SpokenChapter
from kokoro_doors.book.render.plan import Part, PlannedChapter
from kokoro_doors.book.render.work import Spoken, Word

BODY = (
    "<h1>A &amp; B</h1>\n<p>It was\n <b>th<i>e</i></b> best&#8212;caf&#xe9;! <br/>No<!-- c --></p>"
    '<p>Sank<sup><a href="#n">1</a></sup>.</p><math><mi>x</mi></math><p><![CDATA[a < b]]> c</p>'
    '<aside epub:type="footnote">Unread.</aside><ul><li>One<ol><li>two</li></ol>three</li></ul>'
)


def all_spans(source: str) -> list[tuple[int, int, str]]:
    """A span for each run of each paragraph."""
    spans: list[tuple[int, int, str]] = []
    for block in mark_page(source):
        runs: dict[int, list[Place]] = {}
        for place in block.places:
            if place is not None:
                runs.setdefault(place.run, []).append(place)
        for places in runs.values():
            spans.append((places[0].start, places[-1].end, f"s{len(spans)}"))
    return spans


def check(source: str) -> None:
    marked = mark_page(source)
    assert [one.block for one in marked] == read_page(source).blocks
    for one in marked:
        assert len(one.places) == len("".join(one.block.text.split()))
    made = with_spans(source, all_spans(source))
    before, after = ET.fromstring(source), ET.fromstring(made)
    assert "".join(before.itertext()) == "".join(after.itertext())
    # Read aloud it is the same book.
    assert read_page(made).blocks == read_page(source).blocks


def test_a_page_with_spans_is_the_page() -> None:
    source = page(BODY)
    check(source)
    made = with_spans(source, all_spans(source))
    assert '<b><span id="s2">th</span><i><span id="s3">e</span></i></b>' in made
    assert ">best&#8212;caf&#xe9;!</span>" in made
    assert "<mi>x</mi>" in made
    assert "<![CDATA[a < b]]>" in made


nested = st.recursive(
    st.sampled_from(["a", " ", "b c", "&amp;", "&#233;", "&lt;x", "é\n", "<br/>", "<!-- a -->"]),
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "b", "i", "sup", "li", "section"]),
        st.lists(inner, max_size=4),
    ).map(lambda one: f"<{one[0]}>{''.join(one[1])}</{one[0]}>"),
    max_leaves=12,
)


@settings(max_examples=40)
@given(st.lists(nested, max_size=5).map("".join))
def test_any_well_formed_page_stays_one(body: str) -> None:
    check(page(body))


def chapter(*paragraphs: tuple[str, ...]) -> SpokenChapter:
    """Each word is a second, each part its words and one second more."""
    parts, spoken = [], []
    for number, pieces in enumerate(paragraphs):
        for text in pieces:
            words, at = [], 0
            for count, word in enumerate(text.split()):
                at = text.index(word, at)
                bare = word.strip("“”.,?!")
                start = at + word.index(bare)
                words.append(Word(start, start + len(bare), float(count), count + 0.9))
                at += len(word)
            parts.append(Part(text, "key", 0.5, number))
            spoken.append(Spoken(48_000 * (len(words) + 1), 0, tuple(words)))
    return SpokenChapter(PlannedChapter(1, "C", tuple(parts)), tuple(spoken))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (False, [(0, 7, 0.5, 2.4), (7, 12, 2.5, 3.4), (12, 19, 5.0, 6.9)]),
        (
            True,
            [
                *((0, 3, 0.5, 1.4), (3, 7, 1.5, 2.4), (7, 12, 2.5, 3.4)),
                *((12, 14, 5.0, 5.9), (14, 19, 6.0, 6.9)),
            ],
        ),
    ],
)
def test_clips_of_a_paragraph_in_two_parts(
    words: bool, expected: list[tuple[int, int, float, float]]
) -> None:
    one = chapter(
        ("It, was.  “Hm?”", "He left."),
    )
    (clips,) = clips_of(one, [19], words)
    found = [(c.first, c.last, round(c.begin_s, 6), round(c.end_s, 6)) for c in clips]
    assert found == expected


def test_what_was_said_otherwise_is_one_clip() -> None:
    one = chapter(("Doctor No.",), ("Hm.",))
    first, second = clips_of(one, [6, 3], words=True)
    assert first == [Clip(0, 6, 0.5, 3.5)]
    assert [(c.first, c.last) for c in second] == [(0, 3)]
