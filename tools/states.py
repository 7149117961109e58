"""The picture of a request's states in docs/architecture.md, drawn from their table.

    python tools/states.py

tests/unit/rules/test_states_picture.py holds it up to date.
"""

from __future__ import annotations

from pathlib import Path

from kokorod.requests.state import TRANSITIONS, RequestState

PAGE = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
BEGIN = "<!-- made by tools/states.py: begin -->\n"
END = "<!-- made by tools/states.py: end -->\n"


def picture() -> str:
    """A mermaid diagram, and the same as text for whoever reads the file itself."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {RequestState.ACCEPTED}: Accepted"]
    for state, following in TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {why}" for after, why in following.items()]
        if not following:
            lines.append(f"    {state} --> [*]")
    return "\n".join([*lines, "```"]) + "\n"


def with_picture(page: str, drawn: str) -> str:
    """The page with the picture between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawn}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_picture(PAGE.read_text(encoding="utf-8"), picture()), encoding="utf-8")
