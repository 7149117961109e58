# pure: no socket, thread or clock.
"""One spelling, two words: which one a sentence means, from the words around it.

A rule for each of the common ones, and one for the many whose noun and verb differ.
Measured on tests/cases/heteronyms.tsv; the score is in docs/pronunciation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from . import homographs, verb_forms
from .context import Context
from .part_of_speech import noun_or_verb


def part_of_speech(context: Context) -> str:
    """NOUN, VERB, ADJ, VBD, VBN or a name of EXTRA; "" = no telling, the usual one."""
    rule = _RULES.get(context.word)
    found = rule(context) if rule is not None else ""
    found = found or noun_or_verb(context)
    # elaborate, deliberate ...: the dictionary's other form is the adjective.
    return "ADJ" if found == "NOUN" and context.word.endswith("ate") and rule is None else found


_RULES: Final[dict[str, Callable[[Context], str]]] = {
    "read": verb_forms.read,
    "reread": verb_forms.read,
    "lead": homographs.lead,
    "live": verb_forms.live,
    "lives": verb_forms.lives,
    "wind": homographs.wind,
    "winds": homographs.winds,
    "wound": homographs.wound,
    "tear": homographs.tear,
    "tears": homographs.tears,
    "close": verb_forms.close,
    "minute": homographs.minute,
    "content": verb_forms.content,
    "refuse": verb_forms.refuse,
    "produce": verb_forms.produce,
    "row": homographs.row,
    "bow": homographs.bow,
    "sow": homographs.sow,
    "bass": homographs.bass,
    "dove": homographs.dove,
    "invalid": homographs.invalid,
    "present": verb_forms.present,
    "perfect": verb_forms.adjective_first,
    "separate": verb_forms.adjective_first,
    "frequent": verb_forms.adjective_first,
    "absent": verb_forms.adjective_first,
    "moderate": verb_forms.adjective_first,
    "appropriate": verb_forms.adjective_first,
    "intimate": verb_forms.adjective_first,
    "legitimate": verb_forms.adjective_first,
    "approximate": verb_forms.adjective_first,
    "excuse": verb_forms.excuse,
    "abuse": verb_forms.compound_noun,
    "use": verb_forms.compound_noun,
    "misuse": verb_forms.compound_noun,
    "reuse": verb_forms.compound_noun,
    "increase": verb_forms.compound_noun,
    "decrease": verb_forms.compound_noun,
    "import": verb_forms.compound_noun,
    "estimate": verb_forms.compound_noun,
    "upgrade": verb_forms.compound_noun,
    "update": verb_forms.compound_noun,
    "resume": homographs.resume,
    "does": homographs.does,
    "used": verb_forms.used,
    "learned": verb_forms.learned,
    "mouth": verb_forms.mouth,
    "aged": verb_forms.aged,
    "blessed": verb_forms.blessed,
}

#: Readings the dictionary has no form for: word -> part of speech -> (American, British).
EXTRA: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "lead": {"METAL": ("lˈɛd", "lˈɛd")},
    "aged": {"ADJ": ("ˈAʤᵻd", "ˈAʤɪd")},
    "blessed": {"ADJ": ("blˈɛsᵻd", "blˈɛsɪd")},
    "row": {"QUARREL": ("ɹˈW", "ɹˈW")},
    "does": {"DEER": ("dˈOz", "dˈQz")},
    "resume": {"NOUN": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmA")},
    "export": {"VERB": ("ɪkspˈɔɹt", "ɪkspˈɔːt")},
    "exports": {"VERB": ("ɪkspˈɔɹts", "ɪkspˈɔːts")},
    "protest": {"VERB": ("pɹətˈɛst", "pɹətˈɛst")},
    "protests": {"VERB": ("pɹətˈɛsts", "pɹətˈɛsts")},
}
