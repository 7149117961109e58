# pure: no socket, thread or clock.
"""English endings: which stem a word may have, and how the ending sounds after it.

The sounds of -s, -ed and -ing follow the voicing of the stem's last sound, as in any
grammar; which of ɪ and ᵻ, and where a t becomes a flap, is misaki's dictionary's way
(hexgrad, Apache-2.0). The further endings are here because, measured on the dictionary's
own words, they come out right more often than from espeak.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_VOICELESS_S: Final = frozenset("ptkfθ")
_SIBILANT: Final = frozenset("szʃʒʧʤ")
_VOICELESS_T: Final = frozenset("pkfθʃsʧ")
_FLAPS_AFTER: Final = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
_SHORT: Final = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")
_DOUBLED: Final = re.compile(r"([bdgklmnprstvz])\1$|ck$")

#: Phonemes of a stem, and whether British -> phonemes of the word; None: it cannot say.
Join = Callable[[str, bool], str | None]


def flap(stem: str, british: bool) -> str:
    """American t between vowels: `write` + er -> ɹˈITəɹ."""
    if not british and len(stem) > 1 and stem[-1] == "t" and stem[-2] in _FLAPS_AFTER:
        return stem[:-1] + "ɾ"
    return stem


def s(stem: str, british: bool) -> str:
    """-s, -es and 's: cats, dogs, horses."""
    if stem[-1] in _VOICELESS_S:
        return stem + "s"
    if stem[-1] in _SIBILANT:
        return stem + ("ɪ" if british else "ᵻ") + "z"
    return stem + "z"


def ed(stem: str, british: bool) -> str:
    """-ed: walked, loved, wanted."""
    if stem[-1] in _VOICELESS_T:
        return stem + "t"
    if stem[-1] == "d":
        return stem + ("ɪ" if british else "ᵻ") + "d"
    if stem[-1] != "t":
        return stem + "d"
    if british:
        return stem + "ɪd"
    return flap(stem, british) + "ᵻd"


def ing(stem: str, british: bool) -> str | None:
    """-ing. None if a British stem ends in a vowel that hides an r: its sound is unknown."""
    if british and stem[-1] in "əː":
        return None
    return flap(stem, british) + "ɪŋ"


def er(stem: str, british: bool) -> str | None:
    if british and stem[-1] in "əː":
        return stem + "ɹə"
    if stem.endswith("ᵊl"):
        stem = stem[:-2] + "l"
    return flap(stem, british) + ("ə" if british else "əɹ")


def est(stem: str, british: bool) -> str | None:
    if stem.endswith("ᵊl"):
        stem = stem[:-2] + "l"
    return flap(stem, british) + ("ɪst" if british else "ᵻst")


def ly(stem: str, british: bool) -> str:
    if stem.endswith("bᵊl"):
        return stem[:-2] + "li"
    if stem.endswith("ᵊl"):
        return stem + "i"
    return stem + ("i" if stem.endswith("l") else "li")


def ily(stem: str, british: bool) -> str | None:
    if not stem.endswith("i"):
        return None
    return stem[:-1] + ("ɪli" if british else "əli")


def _added(american: str, british: str) -> Join:
    return lambda stem, gb: stem + (british if gb else american)


def stems(word: str) -> Iterator[tuple[str, Join]]:
    """Stems the word may be made of, likeliest first, with the way to say it from them.

    `word` is in lower case but for a stem that keeps its capitals (CEOs). A possessive
    comes without its apostrophe's doubt: dogs' is dog + 's.
    """
    if word.endswith("s'"):
        yield word[:-1], lambda stem, _: stem
        yield word[:-2], s
        return
    if word.endswith("'s"):
        yield word[:-2], s
        return
    if word.endswith("'") and len(word) > 2:
        # talkin'
        if word.endswith("in'"):
            yield word[:-1] + "g", lambda stem, _: stem.removesuffix("ŋ") + "n"
        yield word[:-1], lambda stem, _: stem
        return
    yield from _contracted(word)
    yield from _inflected(word)
    yield from _derived(word)


def _contracted(word: str) -> Iterator[tuple[str, Join]]:
    head, mark, tail = word.rpartition("'")
    if not mark or not head:
        return
    for ending, american, british in (
        ("ll", "əl", "əl"),
        ("ve", "əv", "əv"),
        ("re", "əɹ", "ə"),
        ("d", "əd", "əd"),
        ("m", "əm", "əm"),
    ):
        if tail == ending:
            yield head, _added(american, british)
    if tail == "t" and head.endswith("n"):
        yield head[:-1], _added("ᵊnt", "ᵊnt")


def _inflected(word: str) -> Iterator[tuple[str, Join]]:
    size = len(word)
    if size > 2 and word.endswith("s") and not word.endswith("ss"):
        yield word[:-1], s
        if size > 4 and word.endswith("ies"):
            yield word[:-3] + "y", s
        elif size > 4 and word.endswith("es"):
            yield word[:-2], s
    if size > 3 and word.endswith("d") and not word.endswith("dd"):
        yield word[:-1], ed
        if size > 4 and word.endswith("ed") and not word.endswith("eed"):
            yield word[:-2], ed
            if word.endswith("ied"):
                yield word[:-3] + "y", ed
            if _DOUBLED.search(word[:-2]):
                yield word[:-3], ed
    if size > 4 and word.endswith("ing"):
        # skating is from skate: skat would be skatting.
        silent = bool(_SHORT.search(word[:-3]))
        if silent:
            yield word[:-3] + "e", ing
        if size > 5:
            yield word[:-3], ing
        if not silent:
            yield word[:-3] + "e", ing
        if size > 5 and _DOUBLED.search(word[:-3]):
            yield word[:-4], ing


#: Endings that come out right more often than espeak has them: spelling, what the stem is
#: spelled with instead, the sound.
_DERIVED: Final[tuple[tuple[str, str, Join], ...]] = (
    ("ily", "y", ily),
    ("bly", "ble", ly),
    ("ly", "", ly),
    ("lessness", "less", _added("nəs", "nəs")),
    ("iness", "y", _added("nəs", "nəs")),
    ("ness", "", _added("nəs", "nəs")),
    ("less", "", _added("ləs", "ləs")),
    ("like", "", _added("lˌIk", "lIk")),
    ("ship", "", _added("ʃˌɪp", "ʃɪp")),
    ("hood", "", _added("hˌʊd", "hʊd")),
    ("ment", "", _added("mᵊnt", "mᵊnt")),
    ("able", "", lambda stem, gb: flap(stem, gb) + "əbᵊl"),
    ("able", "e", lambda stem, gb: flap(stem, gb) + "əbᵊl"),
    ("iest", "y", est),
    ("est", "", est),
    ("est", "e", est),
    ("ier", "y", er),
    ("er", "", er),
    ("er", "e", er),
    ("ish", "", lambda stem, gb: flap(stem, gb) + "ɪʃ"),
)

_PREFIXES: Final = (
    ("un", "ˌʌn", "ʌn"),
    ("mis", "mˌɪs", "mɪs"),
    ("over", "ˌOvəɹ", "ˌQvə"),
    ("non", "nˌɑn", "nɒn"),
    ("re", "ɹi", "ɹiː"),
)

#: A stem shorter than this is found by chance.
_SHORTEST_STEM: Final = 3


def _derived(word: str) -> Iterator[tuple[str, Join]]:
    for ending, instead, join in _DERIVED:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word[: -len(ending)]
            yield stem + instead, join
            if not instead and ending[0] in "aei" and _DOUBLED.search(stem):
                yield stem[:-1], join
    for prefix, american, british in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > _SHORTEST_STEM:
            yield word[len(prefix) :], _before(american, british)


def _before(american: str, british: str) -> Join:
    return lambda stem, gb: (british if gb else american) + stem
