"""Markdown as it is heard, whole or arriving."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokorod.speech.markup.fragments import Fragment
from kokorod.speech.markup.markdown import MarkdownReader, read_markdown
from kokorod.speech.normalize import spoken
from kokorod.speech.tokenize import tokens_of
from kokorod.types import CodeBlocks


def heard(fragments: list[Fragment]) -> list[tuple[str, str]]:
    said = [(fragment.kind.value, spoken(tokens_of(fragment))) for fragment in fragments]
    return [(kind, words) for kind, words in said if words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Big\n\nText.", [("heading", "Big"), ("paragraph", "Text.")]),
        ("### Less ###", [("heading", "Less")]),
        ("Big\n===\n\nSmall\n---", [("heading", "Big"), ("heading", "Small")]),
        ("#hashtag", [("paragraph", "hashtag hashtag")]),
        ("* a one\n* a two", [("item", "a one"), ("item", "a two")]),
        ("1. Boil\n2) Pour", [("item", "one. Boil"), ("item", "two. Pour")]),
        ("- [ ] wash\n- [x] dry", [("item", "wash"), ("item", "dry")]),
        ("- top\n  - inner\n  more", [("item", "top"), ("item", "inner more")]),
        ("> to be\n> or not", [("quote", "to be or not")]),
        ("one\n\n---\n\ntwo", [("paragraph", "one"), ("paragraph", "two")]),
        ("wrapped\nline", [("paragraph", "wrapped line")]),
        ("hard  \nbreak\\\nhere", [("paragraph", "hard break here")]),
        ("| a | b |\n|---|:-:|\n| 1 | **2** |", [("cell", w) for w in ("a", "b", "one", "two")]),
        ("a | b\n--|--\nc | d\n\nafter", [("cell", w) for w in "abcd"] + [("paragraph", "after")]),
        ("```py\nx = 1\n```\nafter", [("paragraph", "after")]),
        ("~~~\n```\n~~~\nafter", [("paragraph", "after")]),
        ("intro\n\n    code()\n\nafter", [("paragraph", "intro"), ("paragraph", "after")]),
        ("---\ntitle: x\n---\nbody", [("paragraph", "body")]),
        ("<!-- no\nno -->\nyes", [("paragraph", "yes")]),
        ("<script>\nno()\n</script>\nyes", [("paragraph", "yes")]),
        ("[1]: https://a.org\ntext", [("paragraph", "text")]),
        ("see[^1]\n\n[^1]: a note", [("paragraph", "see"), ("paragraph", "a note")]),
        ("", []),
    ],
)
def test_blocks(text: str, expected: list[tuple[str, str]]) -> None:
    assert heard(read_markdown(text)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*a* **big** ***red*** ~~old~~ cat", "a big red old cat"),
        ("_an_ __odd__ thing", "an odd thing"),
        ("un*believ*able", "unbelievable"),
        ("snake_case_name stays", "snake case name stays"),
        ("2 * 3 * 4", "two times three times four"),
        (r"\*not emphasis\*", "not emphasis"),
        ("run `get_size()` now", "run get size now"),
        ("``a ` b`` c", "a b c"),
        ("a [blue link](https://x.org 'title') here", "a blue link here"),
        ("a [ref][1] and [also][] here", "a ref and also here"),
        ("a [wiki](https://x.org/a_(b)) here", "a wiki here"),
        ("an [*odd* **link**](x) here", "an odd link here"),
        ("see ![a cat](cat.png) there", "see a cat there"),
        ("[![logo](l.png)](https://x.org) text", "logo text"),
        ("<https://example.com> is it", "example dot com is it"),
        ("5 &lt; 6 &amp; 7", "five is less than six and seven"),
        ("a <b>bold</b> <span class='x'>word</span>", "a bold word"),
        ("one<br>two", "one two"),
        ("kept [as is] here", "kept (as is) here"),
        ("lone * star and _ line", "lone star and line"),
        ("[Ng](/ɪŋ/)'s way", "Ng's way"),
    ],
)
def test_inline(text: str, said: str) -> None:
    assert " ".join(words for _, words in heard(read_markdown(text))) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (CodeBlocks.SKIP, ["before", "after"]),
        (CodeBlocks.ANNOUNCE, ["before", "Code block in rust.", "after"]),
        (CodeBlocks.READ, ["before", "let x equals one;", "after"]),
    ],
)
def test_code_blocks_are_skipped_announced_or_read(code: CodeBlocks, said: list[str]) -> None:
    text = "before\n\n```rust\nlet x = 1;\n```\n\nafter"
    assert [words for _, words in heard(read_markdown(text, code=code))] == said


def test_every_word_knows_its_place() -> None:
    text = "# A *big* day\n\n> said &amp; [done](http://x.y)\n\n| x | **5** |\n|---|---|\n"
    found = [
        (token.text, text[token.start : token.end])
        for fragment in read_markdown(text)
        for token in tokens_of(fragment)
    ]
    assert found == [
        ("A", "A"),
        ("big", "big"),
        ("day", "day"),
        ("said", "said"),
        ("and", "&amp;"),
        ("done", "done"),
        ("x", "x"),
        ("five", "5"),
    ]


def test_silence_follows_headings_paragraphs_and_rules() -> None:
    heading, one, two, last = read_markdown("# T\n\nOne. Two.\n\n***\n\nx [pause 1s]\n")
    assert heading.pause_s == 0.6
    assert one.pause_s is None
    assert two.pause_s == 0.8
    assert last.pause_s == 1.0


def test_a_sentence_of_a_paragraph_comes_before_the_paragraph_ends() -> None:
    reader = MarkdownReader()
    fragments = []
    for word in "The **first** one is here. And now".split(" "):
        fragments += reader.feed(word + " ")
    assert heard(fragments) == [("paragraph", "The first one is here.")]


def test_a_sentence_does_not_end_inside_emphasis_or_a_link() -> None:
    text = "**One here. Two here.** Three [a. B](http://x.y/z) four.\n"
    assert [words for _, words in heard(read_markdown(text))] == [
        "One here. Two here.",
        "Three a. B four.",
    ]


BLOCKS = st.lists(
    st.sampled_from(
        [
            *[
                "Some text. ",
                "More *text* here. ",
                "A [link](http://x.y) ends. ",
                "word ",
                "**b** ",
            ],
            *[
                "\n",
                "\n\n",
                "\r\n",
                "- item\n",
                "1. one\n",
                "# Head\n",
                "> quote\n",
                "---\n",
                "===\n",
            ],
            *[
                "```\ncode\n```\n",
                "| a | b |\n|---|---|\n| c | d |\n",
                "`x` ",
                "&amp;",
                "<b>",
                "*",
                "_",
            ],
            *[
                "    four\n",
                "[",
                "](",
                "\\",
                "![",
                "\t",
                "é",
                "😀",
                "|",
                "~~",
                "[pause 1s]",
                "<!--",
                "-->",
            ],
        ]
    ),
    max_size=16,
).map("".join)


def words(fragments: list[Fragment]) -> list[tuple[str, int, int]]:
    return [(t.text, t.start, t.end) for fragment in fragments for t in tokens_of(fragment)]


@settings(max_examples=300, deadline=None)
@given(BLOCKS | st.text(max_size=100))
def test_places_are_in_order_within_the_text(text: str) -> None:
    last = 0
    for _, start, end in words(read_markdown(text, code=CodeBlocks.READ)):
        assert last <= start <= end <= len(text)
        last = start


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.data())
def test_it_does_not_matter_how_the_text_arrives(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    reader = MarkdownReader(code=CodeBlocks.ANNOUNCE)
    fragments: list[Fragment] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        fragments += reader.feed(text[start:end])
    fragments += reader.feed("", final=True)
    assert words(fragments) == words(read_markdown(text, code=CodeBlocks.ANNOUNCE))


@pytest.mark.parametrize(
    "unit",
    [
        "*a",
        "[",
        "](",
        "`",
        "_a_ ",
        "<b",
        "&a",
        "![a](",
        "> ",
        "- ",
        "|a",
        "\\",
        "**",
        "a\n",
        "<!--",
    ],
)
def test_odd_text_takes_no_longer_than_other_text(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    assert sum(len(fragment.text) for fragment in read_markdown(text)) <= 2 * len(text)


def test_the_silence_of_macos_say() -> None:
    one, two = read_markdown("*Wait* [[slnc 1500]] here.")
    assert (one.text.strip(), one.pause_s) == ("Wait", 1.5)
    assert two.text.strip() == "here."


def test_a_backslash_at_a_lines_end_is_a_break_however_it_arrives() -> None:
    text = "This is a line that is long enough to be told at once, and it goes on\\\nhere."
    reader = MarkdownReader()
    fragments = [fragment for character in text for fragment in reader.feed(character)]
    fragments += reader.feed("", final=True)
    assert words(fragments) == words(read_markdown(text))


@pytest.mark.parametrize(
    ("html", "heard"),
    [
        ("<h1>Title</h1>\n<p>One</p>", [("Title", 0.6), ("One", 0.5)]),
        ("<p>Hi</p><p>There</p>", [("Hi", 0.5), ("There", 0.5)]),
        ("One<br/>two <b>bold</b>", [("One", 0.2), ("two bold", 0.5)]),
        ("<ul><li>one</li><li>two</li></ul>", [("one", 0.3), ("two", 0.5)]),
        ("<script>no()</script>Hello", [("Hello", 0.5)]),
        ("<!-- no -->Hello", [("Hello", 0.5)]),
        ('Look: <img src="x" alt="a cat"/>', [("Look: a cat", 0.5)]),
        ("<details><summary>More</summary>text</details>", [("More", 0.5), ("text", 0.5)]),
    ],
)
def test_html(html: str, heard: list[tuple[str, float]]) -> None:
    fragments = read_markdown(html)
    assert [(" ".join(fragment.text.split()), fragment.pause_s) for fragment in fragments] == heard
