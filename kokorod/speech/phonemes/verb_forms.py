# pure: no socket, thread or clock.
"""Rules for words whose parts of speech sound different: read, live, close, use, content ...

Each takes a Place and gives NOUN, VERB, ADJ, VBD, VBN or "".
"""

from __future__ import annotations

from typing import Final

from . import grammar as g
from .noun_or_verb import noun_or_verb
from .place import Place


def read(place: Place) -> str:
    governor, at = place.governor()
    before, after = place.before, place.after
    clause = place.clause_before()
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
        return "VBN" if after == "by" else ("VBD" if before == "," and past(place) else "NOUN")
    if governor in ("i", "you", "we", "they", "and", "or", "but", "who") or g.is_plural(before):
        if any(w in _SURELY_PAST for w in place.words):
            return "VBD"
        if any(w in g.PRESENT_TIMES for w in place.words):
            return "NOUN"
        if "than" in clause and "reads" in place.words:
            return "NOUN"
        if past(place):
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


def past(place: Place) -> bool:
    """Does the sentence speak of the past?"""
    for i, word in enumerate(place.words):
        if i != place.at and (g.is_past(word) or word in g.PAST_TIMES):
            return True
        if tuple(place.words[i : i + 2]) in _PAST_PAIRS:
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


def live(place: Place) -> str:
    governor, _ = place.governor()
    before, after = place.before, place.after
    if after == "on" and place.near(2) in _STAGES:
        return "ADJ"
    if after in _LIVED_IN or (after == "from" and before not in ("i", "we", "they", "you")):
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS or governor in g.SUBJECTS:
        return "VERB"
    if before in g.OBJECTS and place.near(-2) in g.CAUSATIVES:
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


def lives(place: Place) -> str:
    before = place.before
    if before in g.SINGULAR_SUBJECTS or place.governor()[0] in g.SINGULAR_SUBJECTS:
        return "VERB"
    if g.is_determiner(before) or before in g.PREPOSITIONS or g.is_adjective(before):
        return "NOUN"
    if g.is_past(before) or before.endswith("ing") or before in ("save", "saves", "change", "cost"):
        return "NOUN"
    if place.after in _LIVE_WITH and before not in ("", "and", "or", *g.STOPS):
        return "VERB"
    return "VERB" if before == "and" and place.after in _LIVE_WITH else "NOUN"


_CLOSE_BY: Final = g.words(
    "to by friend friends together enough call calls range attention relationship relationships"
    " contact look eye quarters proximity second race behind relatives relative family ties up"
    " encounter encounters knit match one ones associate ally allies cousin election game"
    " inspection cooperation collaboration shave"
)


_BRINGING: Final = g.words("keep keeps kept hold holds held bring brings brought draw drew pull")


def close(place: Place) -> str:
    governor, _ = place.governor()
    before, after = place.before, place.after
    if before == "to" and after in _CLOSE_BY - {"to", "by", "up", "enough", "together", "second"}:
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS:
        return "VERB"
    if before in g.DEGREE or governor in g.BE or governor in g.LINKING:
        return "ADJ"
    if g.is_determiner(before) or g.is_adjective(before) or before == "at":
        return "NOUN" if after in ("of", "", *g.STOPS) else "ADJ"
    if before in g.OBJECTS and place.near(-2) in g.CAUSATIVES:
        return "VERB"
    if after in g.STARTS_OBJECT:
        return "VERB"
    if after in _CLOSE_BY:
        return "ADJ"
    if any(w in _BRINGING for w in place.clause_before()):
        return "ADJ"
    if g.is_plural(before) or after in ("at", "on", "early", "down", "in"):
        return "VERB"
    return "ADJ"


_EVERYBODY: Final = g.words(
    "nobody everybody everyone somebody someone anybody anyone me him her us them you people"
)


def content(place: Place) -> str:
    governor, _ = place.governor()
    if place.before in ("more", "most", "much", "less", "that"):
        return "NOUN"
    if place.before == "and" and g.is_adjective(place.near(-2)):
        return "ADJ"
    if governor in g.BE or governor in g.LINKING or place.before in g.DEGREE:
        return "NOUN" if place.after in ("and", "marketing", "creator", "creators") else "ADJ"
    if place.after in ("with", "to", "in") and not g.is_determiner(place.before):
        return "NOUN" if place.before in g.PREPOSITIONS or g.is_adjective(place.before) else "ADJ"
    if place.before in _EVERYBODY and place.after in ("", *g.STOPS):
        return "ADJ"
    if place.before in ("himself", "herself", "themselves", "yourself", "myself", "ourselves"):
        return "ADJ"
    return "VERB" if governor == "to" and place.after.endswith(("self", "selves")) else "NOUN"


_REFUSED: Final = g.words(
    "collection bin bins dump disposal heap collector collectors truck trucks sacks bag bags site"
)


def refuse(place: Place) -> str:
    if g.is_determiner(place.before):
        return "NOUN"
    if place.after == "to":
        return "VERB"
    if place.after in _REFUSED or (
        place.before and g.is_bare(place.before) and place.after not in g.STARTS_OBJECT
    ):
        return "NOUN"
    return ""


_GROCERIES: Final = g.words(
    "section aisle stand department market markets stall counter manager truck bag bags"
)


def produce(place: Place) -> str:
    return "NOUN" if place.after in _GROCERIES else ""


def present(place: Place) -> str:
    """those present at the meeting; all members present voted"""
    after = place.after
    verb = g.is_past(after) or after in g.MODALS or after in g.BE or after in ("at", "", *g.STOPS)
    return "ADJ" if verb and g.is_plural(place.before) else ""


def adjective_first(place: Place) -> str:
    """perfect, separate, frequent, absent ...: a verb only where nothing else can stand."""
    governor, at = place.governor()
    if governor == "to" or governor in g.MODALS:
        return "VERB"
    if (place.before in g.SUBJECTS or g.is_plural(place.before)) and at >= 0:
        return "VERB"
    if place.near(-2) == "and" and noun_or_verb(place) == "VERB":
        return "VERB"
    if place.after in g.STARTS_OBJECT and place.before in ("", "and", *g.STOPS):
        return "VERB"
    return "ADJ"


def excuse(place: Place) -> str:
    if place.after in ("me", "us", "my", "the", "him", "her", "them") and not g.is_determiner(
        place.before
    ):
        return "VERB"
    return ""


def compound_noun(place: Place) -> str:
    """abuse, use, increase ...: after another noun it is one too (drug abuse)."""
    found = noun_or_verb(place)
    if found:
        return found
    return "NOUN" if g.is_bare(place.before) or place.after in ("of", "in") else ""


def used(place: Place) -> str:
    """used to: once did, or accustomed; but a knife is used to cut."""
    if place.after != "to":
        return "VERB"
    governor, _ = place.governor()
    if governor not in g.BE:
        return "VBD"
    then = place.near(2)
    if then in g.STARTS_OBJECT or then.endswith("ing") or then in ("such", "being", ""):
        return "VBD"
    return "VBD" if governor in ("i'm", "you're", "he's", "she's", "we're", "they're") else "VERB"


def learned(place: Place) -> str:
    if g.is_determiner(place.before) and place.after not in ("", *g.STOPS, "to", "that"):
        return "ADJ"
    return "VERB"


_OLD: Final = g.words(
    "man men woman women lady gentleman mother father parent parents aunt uncle relative relatives"
    " couple pensioner widow grandmother grandfather neighbour neighbor priest king queen"
)


def aged(place: Place) -> str:
    """an aged man has two syllables, aged cheese and a boy aged ten have one"""
    the = place.before == "the" and (place.after in g.STOPS or place.after in ("", "and", "in"))
    return "ADJ" if the or place.after in _OLD else "VERB"


def blessed(place: Place) -> str:
    """a blessed relief; but blessed with talent"""
    if not g.is_determiner(place.before):
        return "VERB"
    return "VERB" if place.after in ("", "with", "by", *g.STOPS) else "ADJ"


def mouth(place: Place) -> str:
    governor, _ = place.governor()
    return "VERB" if governor == "to" or governor in g.MODALS else "NOUN"
