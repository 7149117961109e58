"""The site of docs/ (mkdocs.yml): its menu has every page; nothing of it comes from elsewhere."""

from __future__ import annotations

import re

from support.paths import DOCS, ROOT

CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_page_is_in_the_menu_once() -> None:
    menu = re.findall(r"^ +- [^:\n]+: (\S+\.md)$", CONFIG.partition("\nnav:\n")[2], re.MULTILINE)
    pages = {str(path.relative_to(DOCS)) for path in DOCS.glob("*.md")}
    assert sorted(menu) == sorted({*pages, "decisions/README.md"})


def test_every_page_of_the_menu_is_listed_at_the_beginning() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for path in DOCS.glob("*.md"):
        assert path.stem == "index" or f"]({path.name})" in index, path.name


def test_a_reader_s_browser_asks_nobody_else() -> None:
    assert "font: false" in CONFIG
    assert "://" not in CONFIG
