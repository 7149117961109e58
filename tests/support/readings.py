"""How readings are compared, as the shared cases say."""

from __future__ import annotations

import re


def heard(text: str) -> str:
    """Lower case, letters and digits, hyphens and apostrophes as spaces, without "and"."""
    text = re.sub(r"[-'’‑]", " ", text.lower())
    text = "".join(c for c in text if c.isalnum() or c.isspace())
    return " ".join(word for word in text.split() if word != "and")
