"""Whether a text looks like Markdown: signs that prose does not have."""

from __future__ import annotations

import re
from typing import Final

#: A fence, a table's second line, a link, bold text.
_SURE: Final = re.compile(
    r"^ {0,3}(?:```|~~~)"
    r"|^ {0,3}\|?[ ]{0,9}:?-{1,99}:?[ ]{0,9}(?:\|[ ]{0,9}:?-{1,99}:?[ ]{0,9}){1,40}\|?[ ]*$"
    r"|!?\[[^\[\]\n]{1,300}\]\((?:[a-z]{2,10}:|[#./]|[\w-]{1,60}[./])[^()\s]{0,500}\)"
    r"|(?<![*\w])\*\*[^\s*][^*\n]{0,300}(?<!\s)\*\*(?![*\w])",
    re.MULTILINE,
)
#: A heading may be a comment of a script: with an empty line behind it, or several.
_HEADING: Final = re.compile(r"^#{1,6} [^\n#]{1,200}$", re.MULTILINE)
_ALONE: Final = re.compile(r"^#{1,6} [^\n#]{1,200}\n\s*\n\s*\S", re.MULTILINE)


def looks_like_markdown(text: str) -> bool:
    """Whether what the text begins with is read better as Markdown."""
    if text.lstrip().startswith(("#!", "<speak", "<?xml")):
        return False
    if _SURE.search(text) or _ALONE.search(text):
        return True
    return len(_HEADING.findall(text)) > 1 and "\n\n" in text
