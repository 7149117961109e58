"""Whether standard input is read as Markdown."""

from __future__ import annotations

import pytest

from kokoro_client.cli.say.markdown_signs import looks_like_markdown


@pytest.mark.parametrize(
    "text",
    [
        "Run this:\n\n```sh\nmake\n```\n",
        "See [the docs](https://example.org/x) first.",
        "It is **very** good.",
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n",
        "# Title\n\nSome prose.",
        "## One\n\ntext\n\n## Two\n",
        "A picture: ![a cat](img/cat.png)",
    ],
)
def test_markdown_is_told_by_its_signs(text: str) -> None:
    assert looks_like_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just a sentence.",
        "2 ** 3 ** 2 and a*b*c",
        "#!/bin/sh\n# one\n\n# two\n",
        "# a comment\nmake all\n",
        "An array [0](1) and f[x](y).",
        "<speak>**no**</speak>",
        "----------\nA line.\n",
        "Dear all,\n\n- one\n- two\n",
    ],
)
def test_other_text_is_not(text: str) -> None:
    assert not looks_like_markdown(text)
