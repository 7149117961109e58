# pure: no socket, thread or clock.
"""A token: what normalization hands to phonemization."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Token:
    """One spoken word, or one punctuation mark.

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

    text: str
    start: int
    end: int
    space: bool = True
    punctuation: bool = False
    letters: bool = False
    rule: str = field(default="", compare=False)
    phonemes: str | None = None
    lang: str = ""
    pause_s: float | None = None
    event: str = ""
