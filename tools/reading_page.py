"""The table of docs/reading.md, made from the examples of the rules that are marked for it.

    python tools/reading_page.py     write the table into docs/reading.md

An example is marked by a third text, which names its row. ROWS has the rows in order;
tests/unit/docs/test_reading.py holds the page to the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reading.md"
BEGIN = "<!-- tools/reading_page.py: begin -->\n"
END = "<!-- tools/reading_page.py: end -->\n"

ROWS = (
    "money", "ranges", "times", "dates", "years", "numbers", "labels", "marks", "fractions",
    "units", "verses, timings", "phone", "versions", "addresses", "names", "acronyms",
    "titles, streets", "abbreviations", "mathematics", "formulas", "games", "scores", "music",
    "code", "social", "chat", "rates", "law", "emoji",
)  # fmt: skip


def marked() -> dict[str, list[tuple[str, str]]]:
    """Row -> its examples, (written, spoken), in the order of the rules."""
    from kokorod.speech.normalize.order import RULES

    rows: dict[str, list[tuple[str, str]]] = {}
    for rule in RULES.values():
        for written, spoken, *row in rule.examples:
            if row:
                rows.setdefault(row[0], []).append((written, spoken))
    return rows


def table() -> str:
    """The table in Markdown."""
    rows = marked()
    lines = ["| kind | written | read |", "|---|---|---|"]
    for row in ROWS:
        written = " ".join(f"`{_cell(text)}`" for text, _ in rows[row])
        spoken = "; ".join(_cell(text.rstrip(".")) for _, text in rows[row])
        lines.append(f"| {row} | {written} | {spoken} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    assert not {"`", "\n"} & set(text), f"{text!r} cannot stand in a table"
    return text.replace("|", "\\|")


def page() -> str:
    """The page, with the table as the code has it."""
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        sys.exit(f"{PAGE.name} has no lines {BEGIN.strip()} and {END.strip()}: put them back")
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
