# pure: no socket, thread or clock.
"""A token: what normalization hands to phonemization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final


# Frozen for the type checker alone: a frozen dataclass of eleven fields takes seven times as long
# to make, a sixth of all reading.
@dataclass(slots=True)
class Token:
    """One spoken word, or one punctuation mark. It is never changed.

    text          as it is to be spoken: "five", "NASA", "—"; no spaces inside
    start, end    characters of the user's text it came from; several tokens may
                  share a span ("$5" gives "five" and "dollars", both 0 to 2)
    space         a space follows it
    punctuation   not a word: not spoken, but heard as intonation and pause
    letters       spell it out, letter by letter
    rule          what has read it, for `kokoroctl explain`; no part of its value
    phonemes      given by the user (markup, lexicon), in Kokoro's alphabet
    lang          language of this word if markup says so, else ""
    pause_s       silence that markup asks for after this token
    event         name of a mark set by markup, reported when it is reached
    """

    text: Final[str]
    start: Final[int]
    end: Final[int]
    space: Final[bool] = True
    punctuation: Final[bool] = False
    letters: Final[bool] = False
    rule: Final[str] = field(default="", compare=False)
    phonemes: Final[str | None] = None
    lang: Final[str] = ""
    pause_s: Final[float | None] = None
    event: Final[str] = ""


def spoken(tokens: Sequence[Token]) -> str:
    """The tokens as text again; what is spelled has its letters apart."""
    text: list[str] = []
    for token in tokens:
        text.append(" ".join(token.text) if token.letters else token.text)
        if token.space:
            text.append(" ")
    return "".join(text).strip()
