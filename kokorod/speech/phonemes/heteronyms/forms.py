# pure: no socket, thread or clock.
"""The forms of words that are chosen between, and those the dictionary does not have."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Form(StrEnum):
    """A form of a word: the dictionary's name for it, or one of EXTRA."""

    NOUN = "NOUN"
    VERB = "VERB"
    ADJ = "ADJ"
    VBD = "VBD"
    VBN = "VBN"
    METAL = "METAL"
    QUARREL = "QUARREL"
    DEER = "DEER"
    UNKNOWN = ""  # no telling


#: Readings the dictionary has no form for: word -> form -> (American, British).
EXTRA: Final[dict[str, dict[Form, tuple[str, str]]]] = {
    "lead": {Form.METAL: ("lˈɛd", "lˈɛd")},
    "aged": {Form.ADJ: ("ˈAʤᵻd", "ˈAʤɪd")},
    "blessed": {Form.ADJ: ("blˈɛsᵻd", "blˈɛsɪd")},
    "row": {Form.QUARREL: ("ɹˈW", "ɹˈW")},
    "does": {Form.DEER: ("dˈOz", "dˈQz")},
    "number": {Form.ADJ: ("nˈʌməɹ", "nˈʌmə")},
    "seconded": {Form.ADJ: ("sˈɛkəndᵻd", "sˈɛkəndɪd")},
    "lima": {Form.NOUN: ("lˈImə", "lˈiːmə")},
    "axes": {Form.ADJ: ("ˈæksᵻz", "ˈaksɪz")},
    "bases": {Form.ADJ: ("bˈAsᵻz", "bˈAsɪz")},
    "slough": {Form.VERB: ("slˈʌf", "slˈʌf")},
    "closer": {Form.ADJ: ("klˈOsəɹ", "klˈQsə")},
    "frequent": {Form.VERB: ("fɹikwˈɛnt", "fɹɪkwˈɛnt")},
    "resume": {Form.NOUN: ("ɹˈɛzəmˌA", "ɹˈɛzjʊmA")},
    "export": {Form.VERB: ("ɪkspˈɔɹt", "ɪkspˈɔːt")},
    "exports": {Form.VERB: ("ɪkspˈɔɹts", "ɪkspˈɔːts")},
    "protest": {Form.VERB: ("pɹətˈɛst", "pɹətˈɛst")},
    "protests": {Form.VERB: ("pɹətˈɛsts", "pɹətˈɛsts")},
}
