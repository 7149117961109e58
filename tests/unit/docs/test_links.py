"""Every link of a page leads somewhere: to a file that is there, to a heading that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from support.paths import DOCS, ROOT

PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    ROOT / "client" / "README.md",
    *sorted(DOCS.rglob("*.md")),
]
_LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_ELSEWHERE: Final = ("https://", "http://", "mailto:")


def _prose(page: Path) -> str:
    """The page without its code, in which a bracket is no link."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`", text)


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.*)$", text, re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in _LINK.findall(_prose(page)):
        if link.startswith(_ELSEWHERE):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            dead.append(link)
    assert dead == []


def test_a_page_with_links_is_read() -> None:
    assert any(_LINK.search(_prose(page)) for page in PAGES)


#: What looks like a path of this repository in the middle of a sentence.
_PATH: Final = re.compile(
    r"`((?:kokorod|client|launchd|tests|tools|bench|examples|docs)/[\w./-]*\w/?)`"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    if page.name == "CHANGELOG.md" or page.parent.name == "decisions":
        return  # they tell what was
    named = _PATH.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []
