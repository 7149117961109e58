# pure: no socket, thread or clock.
"""Rules for words whose parts of speech sound different: read, live, close, use, content ...

Each takes a Context and gives NOUN, VERB, ADJ, VBD, VBN or "".
"""

from __future__ import annotations

from typing import Final

from . import word_classes as g
from .context import Context
from .part_of_speech import noun_or_verb


def read(context: Context) -> str:
    governor, at = context.governor()
    before, after = context.before, context.after
    clause = context.clause_before()
    if g.is_determiner(before) or (g.is_adjective(before) and at > 0):
        return "NOUN"
    if governor == "to" or governor in g.MODALS:
        return "NOUN"
    if governor in g.HAVE or governor in g.BE:
        return "VBN"
    if before in ("well", "widely", "most", "little", "much", "once"):
        return "VBN"
    # have you read; had the teacher read; would she read
    for word in reversed(clause[-6:]):
        if word in g.HAVE:
            return "VBN"
        if word in g.MODALS or word in g.CAUSATIVES or word == "to":
            return "NOUN"
        if word in g.CONJUNCTIONS or word in g.QUESTIONS:
            break
    if before == "" or before in g.STOPS:
        return "VBN" if after == "by" else ("VBD" if before == "," and past(context) else "NOUN")
    if governor in ("i", "you", "we", "they", "and", "or", "but", "who") or g.is_plural(before):
        if any(w in _SURELY_PAST for w in context.words):
            return "VBD"
        if any(w in g.PRESENT_TIMES for w in context.words):
            return "NOUN"
        if "than" in clause and "reads" in context.words:
            return "NOUN"
        if past(context):
            return "VBD"
        return "VBD" if governor in ("i", "we", "they") and after != "" else "NOUN"
    if governor in g.SINGULAR_SUBJECTS:
        return "VBD"
    return "VBD" if g.is_bare(governor) and at >= 0 else "NOUN"


#: These decide, whatever else the sentence says of time: earlier today.
_SURELY_PAST: Final = g.words("yesterday ago earlier previously")
#: Two words that together say when: the other day, this morning.
_PAST_PAIRS: Final = frozenset(
    {("other", "day"), ("other", "night"), ("other", "week"), ("this", "morning")}
    | {("back", "in"), ("back", "then")}
)


def past(context: Context) -> bool:
    """Does the sentence speak of the past?"""
    for i, word in enumerate(context.words):
        if i != context.at and (g.is_past(word) or word in g.PAST_TIMES):
            return True
        if tuple(context.words[i : i + 2]) in _PAST_PAIRS:
            return True
    return False


_LIVE_WITH: Final = g.words(
    "in at with on there here alone together forever long near by under happily as without for"
    " through longer next among off up out between to where above below abroad nearby somewhere"
    " apart downstairs upstairs outside inside beyond"
)


_LIVED_IN: Final = g.words(
    "music show shows stream streams streaming broadcast broadcasts band bands performance"
    " performances album albums audience audiences tv television coverage wire wires concert event"
    " events update updates chat demo data feed video bait animals ammunition recording session"
    " fire sports football games game match news report reports blog radio theater theatre"
    " entertainment version round rounds dj tour auction cameras camera chickens lobster"
    " plants culture cultures birth births webcast production vaccine traffic map interview ammo"
)


_STAGES: Final = g.words("television tv air stage radio youtube camera screen twitch stream")


def live(context: Context) -> str:
    governor, _ = context.governor()
    before, after = context.before, context.after
    if after == "on" and context.near(2) in _STAGES:
        return "ADJ"
    if after in _LIVED_IN or (after == "from" and before not in ("i", "we", "they", "you")):
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS or governor in g.SUBJECTS:
        return "VERB"
    if before in g.OBJECTS and context.near(-2) in g.CAUSATIVES:
        return "VERB"
    if before == "let" or (before == "" and after == "and"):
        return "VERB"
    if before == "long" and after in g.STARTS_OBJECT:
        return "VERB"
    if g.is_determiner(before) or governor in g.BE or governor in g.LINKING or g.is_past(before):
        return "ADJ"
    if before.endswith("ing"):
        return "ADJ"
    if before in ("", "and", "or", *g.STOPS, "who", "that", "which"):
        return "VERB" if after in _LIVE_WITH or after in g.STARTS_OBJECT or before else "ADJ"
    if after in _LIVE_WITH or g.is_plural(before):
        return "VERB"
    return "VERB" if before in g.QUESTIONS else "ADJ"


def lives(context: Context) -> str:
    before = context.before
    if before in g.SINGULAR_SUBJECTS or context.governor()[0] in g.SINGULAR_SUBJECTS:
        return "VERB"
    if g.is_determiner(before) or before in g.PREPOSITIONS or g.is_adjective(before):
        return "NOUN"
    if g.is_past(before) or before.endswith("ing") or before in ("save", "saves", "change", "cost"):
        return "NOUN"
    if context.after in _LIVE_WITH and before not in ("", "and", "or", *g.STOPS):
        return "VERB"
    return "VERB" if before == "and" and context.after in _LIVE_WITH else "NOUN"


_CLOSE_BY: Final = g.words(
    "to by friend friends together enough call calls range attention relationship relationships"
    " contact look eye quarters proximity second race behind relatives relative family ties up"
    " encounter encounters knit match one ones associate ally allies cousin election game"
    " inspection cooperation collaboration shave"
)


_BRINGING: Final = g.words("keep keeps kept hold holds held bring brings brought draw drew pull")


def close(context: Context) -> str:
    governor, _ = context.governor()
    before, after = context.before, context.after
    if before == "to" and after in _CLOSE_BY - {"to", "by", "up", "enough", "together", "second"}:
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS:
        return "VERB"
    if before in g.DEGREE or governor in g.BE or governor in g.LINKING:
        return "ADJ"
    if g.is_determiner(before) or g.is_adjective(before) or before == "at":
        return "NOUN" if after in ("of", "", *g.STOPS) else "ADJ"
    if before in g.OBJECTS and context.near(-2) in g.CAUSATIVES:
        return "VERB"
    if after in g.STARTS_OBJECT:
        return "VERB"
    if after in _CLOSE_BY:
        return "ADJ"
    if any(w in _BRINGING for w in context.clause_before()):
        return "ADJ"
    if g.is_plural(before) or after in ("at", "on", "early", "down", "in"):
        return "VERB"
    return "ADJ"


_EVERYBODY: Final = g.words(
    "nobody everybody everyone somebody someone anybody anyone me him her us them you people"
)


def content(context: Context) -> str:
    governor, _ = context.governor()
    if context.before in ("more", "most", "much", "less", "that"):
        return "NOUN"
    if context.before == "and" and g.is_adjective(context.near(-2)):
        return "ADJ"
    if governor in g.BE or governor in g.LINKING or context.before in g.DEGREE:
        return "NOUN" if context.after in ("and", "marketing", "creator", "creators") else "ADJ"
    if context.after in ("with", "to", "in") and not g.is_determiner(context.before):
        return (
            "NOUN" if context.before in g.PREPOSITIONS or g.is_adjective(context.before) else "ADJ"
        )
    if context.before in _EVERYBODY and context.after in ("", *g.STOPS):
        return "ADJ"
    if context.before in ("himself", "herself", "themselves", "yourself", "myself", "ourselves"):
        return "ADJ"
    return "VERB" if governor == "to" and context.after.endswith(("self", "selves")) else "NOUN"


_REFUSED: Final = g.words(
    "collection bin bins dump disposal heap collector collectors truck trucks sacks bag bags site"
)


def refuse(context: Context) -> str:
    if g.is_determiner(context.before):
        return "NOUN"
    if context.after == "to":
        return "VERB"
    if context.after in _REFUSED or (
        context.before and g.is_bare(context.before) and context.after not in g.STARTS_OBJECT
    ):
        return "NOUN"
    return ""


_GROCERIES: Final = g.words(
    "section aisle stand department market markets stall counter manager truck bag bags"
)


def produce(context: Context) -> str:
    return "NOUN" if context.after in _GROCERIES else ""


def present(context: Context) -> str:
    """those present at the meeting; all members present voted"""
    after = context.after
    verb = g.is_past(after) or after in g.MODALS or after in g.BE or after in ("at", "", *g.STOPS)
    return "ADJ" if verb and g.is_plural(context.before) else ""


def adjective_first(context: Context) -> str:
    """perfect, separate, frequent, absent ...: a verb only where nothing else can stand."""
    governor, at = context.governor()
    if governor == "to" or governor in g.MODALS:
        return "VERB"
    if (context.before in g.SUBJECTS or g.is_plural(context.before)) and at >= 0:
        return "VERB"
    if context.near(-2) == "and" and noun_or_verb(context) == "VERB":
        return "VERB"
    if context.after in g.STARTS_OBJECT and context.before in ("", "and", *g.STOPS):
        return "VERB"
    return "ADJ"


def excuse(context: Context) -> str:
    if context.after in ("me", "us", "my", "the", "him", "her", "them") and not g.is_determiner(
        context.before
    ):
        return "VERB"
    return ""


def compound_noun(context: Context) -> str:
    """abuse, use, increase ...: after another noun it is one too (drug abuse)."""
    found = noun_or_verb(context)
    if found:
        return found
    return "NOUN" if g.is_bare(context.before) or context.after in ("of", "in") else ""


def used(context: Context) -> str:
    """used to: once did, or accustomed; but a knife is used to cut."""
    if context.after != "to":
        return "VERB"
    governor, _ = context.governor()
    if governor not in g.BE:
        return "VBD"
    then = context.near(2)
    if then in g.STARTS_OBJECT or then.endswith("ing") or then in ("such", "being", ""):
        return "VBD"
    return "VBD" if governor in ("i'm", "you're", "he's", "she's", "we're", "they're") else "VERB"


def learned(context: Context) -> str:
    if g.is_determiner(context.before) and context.after not in ("", *g.STOPS, "to", "that"):
        return "ADJ"
    return "VERB"


_OLD: Final = g.words(
    "man men woman women lady gentleman mother father parent parents aunt uncle relative relatives"
    " couple pensioner widow grandmother grandfather neighbour neighbor priest king queen"
)


def aged(context: Context) -> str:
    """an aged man has two syllables, aged cheese and a boy aged ten have one"""
    the = context.before == "the" and (
        context.after in g.STOPS or context.after in ("", "and", "in")
    )
    return "ADJ" if the or context.after in _OLD else "VERB"


def blessed(context: Context) -> str:
    """a blessed relief; but blessed with talent"""
    if not g.is_determiner(context.before):
        return "VERB"
    return "VERB" if context.after in ("", "with", "by", *g.STOPS) else "ADJ"


def mouth(context: Context) -> str:
    governor, _ = context.governor()
    return "VERB" if governor == "to" or governor in g.MODALS else "NOUN"
