# pure: no socket, thread or clock.
"""One spelling, two words: which one a sentence means, from the words around it.

A decision list for each of the common ones, and one function for the many whose noun and
verb differ. Measured on the sentences of tests/cases/heteronyms.tsv; the score is in
docs/pronunciation.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .context import Context
from .decisions import Rows
from .forms import Form
from .homographs import HOMOGRAPHS
from .part_of_speech import noun_or_verb
from .verb_forms import VERB_FORMS

DECISIONS: Final[Mapping[str, Rows]] = {**HOMOGRAPHS, **VERB_FORMS}

#: In place of a row's name: the neighbours alone decided.
NEIGHBOURS: Final = "neighbours"


@dataclass(frozen=True, slots=True)
class Choice:
    """The form that was chosen, and the name of the row that chose it."""

    form: Form
    row: str


def choose(context: Context) -> Choice:
    """The form of the word; UNKNOWN: no telling, the usual one."""
    rows = DECISIONS.get(context.word)
    for each in rows or ():
        if each.condition.holds(context):
            if each.form:
                return Choice(each.form, f"{context.word}: {each.name}")
            break
    found = noun_or_verb(context)
    # elaborate, deliberate ...: the dictionary's other form is the adjective.
    if found is Form.NOUN and rows is None and context.word.endswith("ate"):
        found = Form.ADJ
    return Choice(found, NEIGHBOURS if found else "")
