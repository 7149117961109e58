"""Markdown as it is heard, whole or arriving."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.untraced import untraced

from kokorod.speech.markup import markdown
from kokorod.speech.markup.blocks import Line, Parsed, parse
from kokorod.speech.markup.fragments import Fragment
from kokorod.speech.markup.markdown import MarkdownReader, read_markdown
from kokorod.speech.token import spoken
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
        (":::note\nHere.\n:::\nText.", [("paragraph", "Here."), ("paragraph", "Text.")]),
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
        ("a ==lit== word", "a lit word"),
        ("un**believ**able *a*b", "unbelievable ab"),
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
            *[
                "  ",
                "> ",
                "> ```\n",
                "~~~ py\n",
                "[foo]: /url\n",
                "'title'\n",
                "[^1]: note\n",
                "<div>",
                "<script>",
                "</script>",
                "2) ",
            ],
        ]
    ),
    max_size=16,
).map("".join)


def words(fragments: list[Fragment]) -> list[tuple[str, int, int]]:
    return [(t.text, t.start, t.end) for fragment in fragments for t in tokens_of(fragment)]


@settings(max_examples=examples(300), deadline=None)
@given(BLOCKS | st.text(max_size=100))
def test_places_are_in_order_within_the_text(text: str) -> None:
    last = 0
    for _, start, end in words(read_markdown(text, code=CodeBlocks.READ)):
        assert last <= start <= end <= len(text)
        last = start


@settings(max_examples=examples(300), deadline=None)
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Paragraphs, quotations, tables, notes of a list item; code of it is code.
        ("10. Tenth step.\n\n    Then its own column.\n", "10. Tenth step.|Then its own column."),
        ("- Outer.\n  - Inner.\n\n    Inner paragraph.\n", "Outer.|Inner.|Inner paragraph."),
        ("- a\n\n\tby a tab\n\n      not this\n", "a|by a tab"),
        ("- a\n\n  > quoted\n\n  **Note** this.\n", "a|quoted|Note this."),
        ("- a\n\n  | b | c |\n  |---|---|\n  | d | e |\n", "a|b|c|d|e"),
        ("1.\n   text\n2. - both\n", "1. text|2.|both"),
        ("x.[^1]\n\n[^1]: First.\n\n    Second.\n\nAfter.\n", "x.|First.|Second.|After."),
        # Fences in quotations and items end with them.
        ("> ```\n> no\n\nAfter it.\n", "After it."),
        ("- x\n  ```\n  no\n\nAfter.\n", "x|After."),
        ("1. x\n\n   ```py\n   no\n   ```\n\n   Then.\n2. y\n", "1. x|Then.|2. y"),
        ("> - ~~~\n>   no\n> - y\n\nz\n", "y|z"),
        # A first line of dashes.
        ("---\n\nHello there.\n\nSecond.\n", "Hello there.|Second."),
        ("---\nHello there.\n---\nSecond.\n", "Hello there.|Second."),
        ("---\ntitle: x\n\nSecond.\n", "title: x|Second."),
        ("---\ntitle: x\n\nmore: y\n...\nSecond.\n", "Second."),
        # Labels of speakers, and definitions.
        ("[Alice]: Hello, Bob.\n\n[Bob]: It is noon.\n", "[Alice]: Hello, Bob.|[Bob]: It is noon."),
        ("[Bob]: Yes.\n\n[Ann]: No!\n\n[Bob]: Okay\n", "[Bob]: Yes.|[Ann]: No!|[Bob]: Okay"),
        ("[a]: http://x.y\n[b]: <z> 'Title'\n[c]:\n  /d\n\"Title\"\n\nText.\n", "Text."),
        ("[a]: /x 'A title. It goes\non here. And ends.'\n\nText.\n", "Text."),
        # What never ends takes no text with it but its own.
        ("<!-- one\n", ""),
        ("use the <template> tag here", "use the  tag here"),
        ("<svg>\n\n<text>no</text>\n</svg>\nyes\n", "yes"),
    ],
)
def test_no_text_is_lost(text: str, said: str) -> None:
    pieces = MarkdownReader()
    by_one = [fragment for character in text for fragment in pieces.feed(character)]
    by_one += pieces.feed("", final=True)
    for fragments in (read_markdown(text), by_one):
        assert "|".join(filter(None, (f.text.strip() for f in fragments))) == said


@pytest.mark.parametrize("code", CodeBlocks)
def test_a_fence_that_never_ends_is_told(code: CodeBlocks) -> None:
    for text in ("Before.\n\n```\nx = 1\n\nAfter.", "Before.\n\n- y\n  ~~~ py\n  x = 1\n"):
        assert heard(read_markdown(text, code=code))[-1] == ("code", "The code block has no end.")
    closed = "Before.\n\n```\nx\n```\n\n> ```\n> x\n\nAfter."
    assert "end" not in str(heard(read_markdown(closed, code=code)))


def test_signs_of_equality_are_no_marks() -> None:
    assert read_markdown("if a==b and c==d")[0].text == "if a==b and c==d"


def test_what_is_nested_too_deep_is_text() -> None:
    text = "> " * 200 + "Still here.\n\n" + "- " * 200 + "And here.\n\nAfter.\n"
    assert [words for _, words in heard(read_markdown(text))] == [
        "Still here.",
        "And here.",
        "After.",
    ]


SENTENCE = "This is a sentence of **some** words, and [another](http://x.y) one.\n"


@pytest.mark.parametrize(
    ("begin", "line", "held"),
    [
        ("", SENTENCE, 10_000),
        ("", f"- {SENTENCE}", 10_000),
        ("```\n", SENTENCE, 10_000),
        ("| a | b |\n|---|---|\n", "| one cell | two cells |\n", 10_000),
        ("", "[foo]: /url\n", 10_000),
        # Of these no part can be parsed without the others.
        ("", f"> {SENTENCE}", 270_000),
        ("- x\n", f"  {SENTENCE}\n", 270_000),
        ("<!--\n", SENTENCE, 270_000),
        ("<div>\n", SENTENCE, 270_000),
        ("", SENTENCE.replace("\n", " "), 270_000),
    ],
)
def test_an_endless_block_is_parsed_a_few_times_and_forgotten(
    begin: str, line: str, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = begin + line * (examples(900_000) // len(line))
    seen: list[int] = []

    def counting(lines: Sequence[Line], final: bool) -> Parsed:
        seen.append(sum(len(x.text) for x in lines))
        return parse(lines, final)

    monkeypatch.setattr(markdown, "parse", counting)
    reader = MarkdownReader()
    with untraced():
        for start in range(0, len(text), 2000):
            reader.feed(text[start : start + 2000])
        reader.feed("", final=True)
    # A block that is open is parsed again when it has grown by a fourth: five times its length.
    assert sum(seen) <= 8 * len(text)
    assert max(seen, default=0) <= held


def test_an_endless_line_is_not_cut_inside_a_word() -> None:
    text = "Words of many letters, " * 20_000
    fragments = read_markdown(text)
    assert set(" ".join(f.text for f in fragments).split()) == {"Words", "of", "many", "letters,"}


def test_what_is_left_out_has_an_end() -> None:
    text = "<!-- never closed\n" + "words of it\n" * 25_000 + "\nBut this is heard.\n"
    assert read_markdown(text)[-1].text == "But this is heard."


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
