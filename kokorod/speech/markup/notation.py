# pure: no socket, thread or clock.
"""The inline notation that plain text and Markdown may have: silences, phonemes, tags, formulas.

`[pause 500ms]`, `[[slnc 500]]` as macOS' say has it, `[word](/phonemes/)`, and what other
programs for Kokoro have: `[pause:1.5s]`, `[word](+2)`, `[voice:name]`. A link is its text. Whole
tags of SSML: a break is a silence, a voice speaks, a phoneme is said so, the others are unsaid.
Formulas of TeX are said in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from . import tex
from .fragments import IPA, MAX_PAUSE_S, Fragment, FragmentKind, Span, join_fragments
from .pauses import BREAKS, break_s

#: Silence of a `[pause]` without a length, in seconds.
PAUSE_S: Final = 0.5

#: What a bracket's word may be given: its phonemes, or another program's weight of it.
_SAID: Final = r"/(?P<phonemes>[^/()\n]{1,400})/|[-+]?\d(?:\.\d{1,2})?"
_LINK: Final = r"(?:https?://|mailto:)[^()\s]{1,500}"


def _notation(target: str) -> str:
    """The brackets that are read here; target: what may stand behind a word in brackets."""
    return (
        r"\[pause(?:[ :=]{1,3}(?P<value>\d{1,6}(?:\.\d{1,3})?)[ ]*(?P<unit>ms|s)?)?\]"
        r"|\[\[slnc[ ]+(?P<slnc>\d{1,6})[ ]*\]\]"  # macOS' say: milliseconds
        rf"|\[(?P<word>[^\[\]\n]{{1,200}})\]\((?:{target})\)"
        r"|\[voice:(?P<voice>[\w:,.+-]{0,80})\]"
    )


_INLINE: Final = re.compile(_notation(f"{_SAID}|{_LINK}"), re.IGNORECASE)

#: The same without names for its parts, for Markdown's reader, which has links of its own.
OURS: Final = re.sub(r"\?P<\w+>", "?:", _notation(_SAID)) + r"|<break(?:\s[^<>]{0,100})?/?>"

_TAG: Final = re.compile(
    r"<(?P<close>/)?(?P<name>break|emphasis|prosody|say-as|voice|phoneme|lang|mark|sub|speak|think"
    r"|thinking)(?P<attributes>(?:\s{1,9}[\w:-]{1,30}\s?=\s?(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'))"
    r"{0,9})\s{0,9}/?>(?:(?P<inner>[^<>]{1,200})(?=</(?:phoneme|sub)>))?"
)
_ATTRIBUTE: Final = re.compile(r"(?P<key>[\w:-]+)\s?=\s?(?:\"(?P<one>[^\"]*)\"|'(?P<two>[^']*)')")
_FORMULA: Final = re.compile(tex.FORMULA, re.DOTALL)


@dataclass(frozen=True, slots=True)
class VoiceChange:
    """From here on another voice speaks; "": the request's."""

    name: str


def pause_of(value: str | None, unit: str | None) -> float:
    """Seconds of a [pause 500ms]; at most MAX_PAUSE_S."""
    if not value:
        return PAUSE_S
    seconds = float(value) / (1000 if (unit or "").lower() == "ms" else 1)
    return min(seconds, MAX_PAUSE_S)


def split_inline(span: Span, lang: str = "en") -> list[Span | float | VoiceChange]:
    """`span` without its inline markup: phonemes apart, silences in seconds, changes of voice."""
    found: list[Span | float | VoiceChange] = []
    last = 0
    for place, end, said in sorted(_marks(span, lang), key=lambda mark: mark[0]):
        if place < last:
            continue  # within another
        if place > last:
            found.append(span.cut(last, place))
        if said is not None:
            found.append(said)
        last = end
    if last < len(span.text):
        found.append(span.cut(last, len(span.text)))
    return found


_Mark = tuple[int, int, Span | float | VoiceChange | None]


def _marks(span: Span, lang: str) -> Iterator[_Mark]:
    text = span.text
    if "[" in text:
        for mark in _INLINE.finditer(text):
            yield mark.start(), mark.end(), _of_bracket(span, mark)
    if "<" in text:
        for mark in _TAG.finditer(text):
            yield mark.start(), mark.end(), _of_tag(span, mark)
    if ("$" in text or "\\" in text) and lang.startswith("en"):
        for mark in _FORMULA.finditer(text):
            if mark["dollars"] and not tex.is_formula(mark["dollars"]):
                continue
            formula = mark["display"] or mark["shown"] or mark["inline"] or mark["dollars"]
            if words := tex.spoken(formula):
                whole = span.cut(*mark.span())
                # As long as the formula would be a span of single characters; it is not one.
                words += " " * (len(words) == len(whole.text))
                yield mark.start(), mark.end(), replace(whole, text=words)


def _of_bracket(span: Span, mark: re.Match[str]) -> Span | float | VoiceChange:
    if mark["slnc"]:
        return pause_of(mark["slnc"], "ms")
    if mark["voice"] is not None:
        name = mark["voice"]
        return VoiceChange("" if name.lower() in ("default", "reset") else name)
    if mark["word"] is None:
        return pause_of(mark["value"], mark["unit"])
    if mark["phonemes"] is None:
        return span.cut(*mark.span("word"))
    whole = span.cut(*mark.span())
    return replace(whole, text=mark["word"], phonemes=mark["phonemes"])


def _of_tag(span: Span, mark: re.Match[str]) -> Span | float | VoiceChange | None:
    """What a tag of SSML says; None: nothing."""
    name, close, inner = mark["name"], mark["close"], mark["inner"]
    values = {a["key"]: a["one"] or a["two"] or "" for a in _ATTRIBUTE.finditer(mark["attributes"])}
    if name == "break" and not close:
        length_s = break_s(values.get("time", ""))
        if length_s is not None:
            return length_s
        return BREAKS.get(values.get("strength", "medium"), PAUSE_S)
    if name == "voice" and (close or values.get("name")):
        return VoiceChange("" if close else values["name"])
    if inner is None:
        return None
    whole = span.cut(*mark.span("inner"))
    if name == "phoneme" and values.get("ph"):
        detail = IPA if values.get("alphabet", "").lower() == IPA else ""
        return replace(whole, phonemes=values["ph"], detail=detail)
    return replace(whole, text=values["alias"]) if values.get("alias") else whole


def read_inline_from(
    voice: str, text: str, base: int, lang: str = "en"
) -> tuple[list[Fragment], str]:
    """Plain text with inline notation in it, and who speaks at its end.

    voice: who speaks at its beginning, "" for the request's; base: where it begins in the
    user's text
    """
    if not text:
        return [], voice
    whole = Span(text, base, base + len(text))
    if not ("[" in text or "<" in text or "$" in text or "\\" in text):
        return [Fragment(FragmentKind.TEXT, (whole,), voice=voice)], voice
    fragments: list[Fragment] = []
    held: list[Span | float] = []
    for part in [*split_inline(whole, lang), VoiceChange(voice)]:
        if isinstance(part, VoiceChange):
            more = join_fragments(FragmentKind.TEXT, held)
            fragments += [replace(f, voice=voice) for f in more]
            held = []
            end, voice = voice, part.name
        else:
            held.append(part)
    return fragments, end
