# pure: no socket, thread or clock.
"""Is a word a noun, a verb or an adjective here? From its neighbours alone, for any word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from . import word_classes as g
from .context import Context
from .forms import Form


def noun_or_verb(context: Context) -> Form:
    """NOUN, VERB, ADJ or UNKNOWN."""
    before = context.before
    governor, at = context.governor()
    inflected = context.word.endswith("s") and not context.word.endswith("ss")
    if governor == "to":
        further = context.words[at - 1] if at > 0 else ""
        return Form.NOUN if further in g.TO_IS_PREPOSITION or inflected else Form.VERB
    if governor in g.MODALS and not inflected:
        return Form.VERB
    if before in g.DEGREE and before not in ("that", "most", "more", "less"):
        return Form.ADJ
    if before in ("all", "both") and context.near(-2) in g.SUBJECTS:
        return Form.VERB
    if before in ("that", "which", "who") or (before == "this" and inflected):
        return _after_relative(context, inflected)
    if g.is_determiner(before):
        return Form.NOUN
    if before in g.SUBJECTS:
        if context.near(-2) in g.CAUSATIVES or context.near(-2) in g.MODALS:
            return Form.VERB
        return Form.NOUN if before == "it" and context.near(-2) in g.PREPOSITIONS else Form.VERB
    if before in g.OBJECTS:
        return Form.VERB if context.near(-2) in g.CAUSATIVES else Form.NOUN
    if governor in g.SUBJECTS and governor != before:
        return Form.VERB
    if governor != before and g.is_plural(governor) and not inflected:
        return Form.VERB
    if before in g.PREPOSITIONS:
        return Form.NOUN
    if governor in g.BE:
        return Form.NOUN if inflected else Form.ADJ
    if governor in g.HAVE:
        return Form.NOUN
    if governor != before and governor in g.EDGE and context.after in g.STARTS_OBJECT:
        return Form.VERB  # never desert your post
    if before in g.EDGE or before in g.CONJUNCTIONS:
        return _at_start(context, inflected)
    if g.is_adjective(before):
        return Form.NOUN
    if before in g.LINKING:
        return Form.ADJ
    return _after_noun(context, inflected)


#: What can follow a command at once.
OBJECT_STARTS: Final = g.STARTS_OBJECT


def points(context: Context) -> bool:
    """Does `that` point at something (that one), or join two clauses (said that)?"""
    before, after = context.before, context.after
    if before == "that":
        return True  # said that that book is good
    if after in g.EDGE or after in g.BE or after in g.MODALS:
        # the man that is here: joins after a noun, points elsewhere
        return (
            before in g.EDGE
            or before in ("and", "but", "is", "was", "do", "did")
            or before in g.PREPOSITIONS
            or after in g.EDGE
        )
    if before in g.PREPOSITIONS or before in g.BE or before in ("all", "and", "to"):
        return after not in g.SUBJECTS and after not in g.DETERMINERS
    if before in g.EDGE:
        return after not in g.SUBJECTS and after not in g.DETERMINERS
    return after in ("one", "way", "time", "day", "night", "much", "many", "kind", "sort", "moment")


def _after_relative(context: Context, inflected: bool) -> Form:
    """that/which/who: tools that use steam; that use is new; those who object."""
    if context.before == "who" or (inflected and context.after in g.STARTS_OBJECT):
        return Form.VERB
    further = context.near(-2)
    if further == "" or (further in g.STOPS and context.before == "that"):
        return Form.VERB if context.after in g.STARTS_OBJECT else Form.NOUN
    if inflected:
        return Form.VERB if g.is_bare(further) or further in g.STOPS else Form.NOUN
    if g.is_plural(further) or further in ("those", "ones") or further in g.STOPS:
        return Form.VERB
    return Form.VERB if context.after in g.STARTS_OBJECT else Form.NOUN


def _at_start(context: Context, inflected: bool) -> Form:
    """First in its clause: a command has its object next; else it names something."""
    if context.before in g.CONJUNCTIONS and context.before not in ("and", "or", "but"):
        return Form.VERB if context.after in g.STARTS_OBJECT and not inflected else Form.NOUN
    if context.after in g.STARTS_OBJECT:
        return Form.VERB
    if context.before in ("and", "or") and not inflected:
        joined = Context(context.words, context.at - 1)
        if joined.before in _PLAIN_VERBS:
            return Form.VERB
    return Form.NOUN


_PLAIN_VERBS: Final = frozenset(
    ["go", "come", "stop", "play", "buy", "sell", "make", "collect", "store", "write", "read",
     "copy", "watch", "listen", "meet", "design", "build", "develop", "create", "explore", "cut"]
)  # fmt: skip


def _after_noun(context: Context, inflected: bool) -> Form:
    """The word before is a noun or a verb: farmers produce food; the use of force."""
    before, after = context.before, context.after
    clause = context.clause_before()
    named = len(clause) > 1 and g.is_determiner(clause[-2])
    if g.is_past(before) or (before.endswith("ing") and not named):
        return Form.NOUN
    if inflected:
        if (after == "to" or after in g.STARTS_OBJECT) and g.is_bare(before):
            return Form.VERB
        if clause[0] in g.CONJUNCTIONS and len(clause) == 2:
            return Form.VERB
        return Form.UNKNOWN
    if clause[0] in g.MODALS or (clause[0] in g.QUESTIONS and clause[1:2] in _ASKING):
        return Form.VERB
    if _is_subject(clause) and (g.is_plural(before) or "and" in clause):
        return Form.UNKNOWN if after == "of" or after in g.BE else Form.VERB
    if g.is_plural(before) and clause[0] not in ("a", "an"):
        return Form.UNKNOWN if after == "of" or after in g.EDGE else Form.VERB
    if after == "of" or after in g.BE or after in g.MODALS:
        return Form.NOUN
    return Form.UNKNOWN


_ASKING: Final = tuple([word] for word in ("do", "does", "did", "will", "would", "can", "could"))


#: A subject is at most so long; what is longer has its verb already.
_SUBJECT: Final = 5
#: oil and water
_PAIR: Final = 3


def _is_subject(clause: Sequence[str]) -> bool:
    """Only a noun and what belongs to it: these cheap bags; oil and water."""
    pair = [w for w in clause if not g.is_determiner(w)]
    if len(pair) == _PAIR and pair[1] == "and" and g.is_bare(pair[0]):
        return True
    if len(clause) > _SUBJECT or clause[0] in ("a", "an"):
        return False
    return all(
        g.is_determiner(w) or g.is_adjective(w) or w == "and" or g.is_plural(w) for w in clause[:-1]
    )
