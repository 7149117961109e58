# pure: no socket, thread or clock.
"""Decision lists of words whose parts of speech sound different: read, live, close, use ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import word_classes as g
from .conditions import (
    ADJECTIVE,
    ALWAYS,
    BEGINS,
    CAUSED,
    DETERMINER,
    ENDS,
    INFINITIVE,
    NAME,
    OBJECT_NEXT,
    PAST,
    PLURAL,
    Condition,
    after,
    before,
    governor,
    in_clause,
    in_sentence,
    near,
    shaped,
)
from .context import Context
from .decisions import Row, Rows
from .forms import Form
from .part_of_speech import noun_or_verb

NOUN, VERB, ADJ, VBD, VBN = Form.NOUN, Form.VERB, Form.ADJ, Form.VBD, Form.VBN


#: These decide, whatever else the sentence says of time: earlier today.
_SURELY_PAST: Final = g.words("yesterday ago earlier previously")
#: Two words that together say when: the other day, this morning.
_PAST_PAIRS: Final = frozenset(
    {("other", "day"), ("other", "night"), ("other", "week"), ("this", "morning")}
    | {("back", "in"), ("back", "then")}
)
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
_CLOSE_BY: Final = g.words(
    "to by friend friends together enough call calls range attention relationship relationships"
    " contact look eye quarters proximity second race behind relatives relative family ties up"
    " encounter encounters knit match one ones associate ally allies cousin election game"
    " inspection cooperation collaboration shave"
)
_BRINGING: Final = g.words("keep keeps kept hold holds held bring brings brought draw drew pull")
_EVERYBODY: Final = g.words(
    "nobody everybody everyone somebody someone anybody anyone me him her us them you people"
)
_REFUSED: Final = g.words(
    "collection bin bins dump disposal heap collector collectors truck trucks sacks bag bags site"
)
_GROCERIES: Final = g.words(
    "section aisle stand department market markets stall counter manager truck bag bags"
)
_OLD: Final = g.words(
    "man men woman women lady gentleman mother father parent parents aunt uncle relative relatives"
    " couple pensioner widow grandmother grandfather neighbour neighbor priest king queen"
)
_SELVES: Final = g.words("himself herself themselves yourself myself ourselves")


def _speaks_of_past(context: Context) -> bool:
    """Does the sentence speak of the past?"""
    for i, word in enumerate(context.words):
        if i != context.at and (g.is_past(word) or word in g.PAST_TIMES):
            return True
        if tuple(context.words[i : i + 2]) in _PAST_PAIRS:
            return True
    return False


def _asked(*groups: str | frozenset[str]) -> Condition:
    """The nearest word before, in the clause, that says how a verb stands is one of these."""
    auxiliaries = g.HAVE | g.MODALS | g.CAUSATIVES | {"to"} | g.CONJUNCTIONS | g.QUESTIONS
    wanted = near(0, *groups)

    def holds(context: Context) -> bool:
        first = max(context.at - _AUXILIARY, context.at - len(context.clause_before()))
        for at in range(context.at - 1, first - 1, -1):
            if context.words[at] in auxiliaries:
                return wanted.holds(Context(context.words, at))
        return False

    return Condition(holds)


def _is_ing(word: str) -> bool:
    return word.endswith("ing")


def _is_self(word: str) -> bool:
    return word.endswith(("self", "selves"))


#: Words between an auxiliary and its verb: had the old teacher of the school read.
_AUXILIARY: Final = 6
_PAST_SENTENCE: Final = Condition(_speaks_of_past)
_ING: Final = shaped(-1, _is_ing)
#: The governor is not the first word.
_GOVERNED: Final = Condition(lambda c: c.governor()[1] > 0)
_WE: Final = governor("i you we they and or but who") | PLURAL
_THE_CLOSE: Final = DETERMINER | ADJECTIVE | before("at")
_CLOSE_TO: Final = _CLOSE_BY - {"to", "by", "up", "enough", "together", "second"}
_CALLED: Final = governor(g.BE, g.LINKING) | before(g.DEGREE)
_CONTENT_WITH: Final = after("with to in") & ~DETERMINER
_VERB_NEXT: Final = shaped(1, g.is_past) | after(g.MODALS, g.BE, g.EDGE, "at")

_DOING: Final = "do does did don't doesn't didn't"
#: Only a noun and its article stand between: does the bank close.
_ITS_SUBJECT: Final = near(-2, _DOING) | shaped(-2, g.is_determiner)
_ENDS_SOON: Final = ENDS | shaped(1, lambda word: word.endswith("ly"))
_COLLECTING: Final = g.words(
    "collects collect collected collecting dumps dumped dumping burns burned burning burnt sorts "
    "sorting hauls hauled household domestic kitchen garden uncollected rotting"
)
_KEEPING: Final = g.words("keep keeps kept keeping hold leave make making made remain stay stays")
_NOW: Final = ENDS | after("today here tonight now yesterday in at")

_READ: Final = (
    Row("the read", DETERMINER | (ADJECTIVE & _GOVERNED), NOUN),
    Row("to read", INFINITIVE, NOUN),
    Row("have read", governor(g.HAVE, g.BE), VBN),
    Row("well read", before("well widely most little much once"), VBN),
    # have you read; had the teacher read; would she read
    Row("have you read", _asked(g.HAVE), VBN),
    Row("would you read", _asked(g.MODALS, g.CAUSATIVES, "to"), NOUN),
    Row("read by", BEGINS & after("by"), VBN),
    Row("past clause", before(",") & _PAST_SENTENCE, VBD),
    Row("command", BEGINS, NOUN),
    Row("we read yesterday", _WE & in_sentence(_SURELY_PAST), VBD),
    Row("we read every day", _WE & in_sentence(g.PRESENT_TIMES), NOUN),
    Row("than we read", _WE & in_clause("than") & in_sentence("reads"), NOUN),
    Row("we read, past", _WE & _PAST_SENTENCE, VBD),
    Row("we read it", _WE & governor("i we they") & ~after(""), VBD),
    Row("we read", _WE, NOUN),
    Row("she read", governor(g.SINGULAR_SUBJECTS), VBD),
    Row("name", Condition(lambda c: g.is_bare(c.governor()[0])), VBD),
    Row("usual", ALWAYS, NOUN),
)

#: perfect, separate, frequent, absent ...: a verb only if nothing else can stand there.
_ADJECTIVE_FIRST: Final = (
    Row("to perfect", INFINITIVE, VERB),
    Row("is it appropriate", near(-2, g.BE) & before(g.SUBJECTS), ADJ),
    Row("kept separate", in_clause(_KEEPING) & PLURAL & ENDS, ADJ),
    Row("subject", before(g.SUBJECTS) | (PLURAL & ~governor("")), VERB),
    Row("and verb", near(-2, "and") & Condition(lambda c: noun_or_verb(c) == VERB), VERB),
    Row("command", OBJECT_NEXT & before("and", g.EDGE), VERB),
    Row("usual", ALWAYS, ADJ),
)

#: abuse, use, increase ...: after another noun it is one too (drug abuse).
_COMPOUND_NOUN: Final = (
    Row("compound", Condition(lambda c: not noun_or_verb(c)) & (NAME | after("of in")), NOUN),
)

VERB_FORMS: Final[Mapping[str, Rows]] = {
    "read": _READ,
    "reread": _READ,
    "live": (
        Row("on air", after("on") & near(2, _STAGES), ADJ),
        Row("live music", after(_LIVED_IN) | (after("from") & ~before("i we they you")), ADJ),
        Row("to live", INFINITIVE | before(g.SUBJECTS) | governor(g.SUBJECTS), VERB),
        Row("let it live", CAUSED, VERB),
        Row("let live", before("let") | (before("") & after("and")), VERB),
        Row("long live", before("long") & OBJECT_NEXT, VERB),
        Row("is live", DETERMINER | governor(g.BE, g.LINKING) | PAST, ADJ),
        Row("going live", _ING, ADJ),
        Row("and live", before(g.STOPS, "and or who that which"), VERB),
        Row("live in", before("") & (after(_LIVE_WITH) | OBJECT_NEXT), VERB),
        Row("live, first", before(""), ADJ),
        Row("they live in", after(_LIVE_WITH) | PLURAL, VERB),
        Row("where", before(g.QUESTIONS), VERB),
        Row("usual", ALWAYS, ADJ),
    ),
    "lives": (
        Row("she lives", before(g.SINGULAR_SUBJECTS) | governor(g.SINGULAR_SUBJECTS), VERB),
        Row("the lives", DETERMINER | before(g.PREPOSITIONS) | ADJECTIVE, NOUN),
        Row("saved lives", PAST | _ING | before("save saves change cost"), NOUN),
        Row("name lives in", after(_LIVE_WITH) & ~before("and or", g.EDGE), VERB),
        Row("and lives in", before("and") & after(_LIVE_WITH), VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "close": (
        Row("to close friends", before("to") & after(_CLOSE_TO), ADJ),
        Row("to close", INFINITIVE | before(g.SUBJECTS), VERB),
        Row("does it close", in_clause(_DOING) & _ENDS_SOON & _ITS_SUBJECT, VERB),
        Row("is close", before(g.DEGREE) | governor(g.BE, g.LINKING), ADJ),
        Row("the close of", _THE_CLOSE & after("of", g.EDGE), NOUN),
        Row("the close call", _THE_CLOSE, ADJ),
        Row("let it close", CAUSED, VERB),
        Row("close the", OBJECT_NEXT, VERB),
        Row("close by", after(_CLOSE_BY), ADJ),
        Row("hold close", in_clause(_BRINGING), ADJ),
        Row("shops close", PLURAL | after("at on early down in"), VERB),
        Row("usual", ALWAYS, ADJ),
    ),
    "content": (
        Row("more content", before("more most much less that"), NOUN),
        Row("happy and content", before("and") & shaped(-2, g.is_adjective), ADJ),
        Row("is content marketing", _CALLED & after("and marketing creator creators"), NOUN),
        Row("is content", _CALLED, ADJ),
        Row("in content with", _CONTENT_WITH & (before(g.PREPOSITIONS) | ADJECTIVE), NOUN),
        Row("content with", _CONTENT_WITH, ADJ),
        Row("everybody content", before(_EVERYBODY) & ENDS, ADJ),
        Row("himself content", before(_SELVES), ADJ),
        Row("to content oneself", governor("to") & shaped(1, _is_self), VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "refuse": (
        Row("the refuse", DETERMINER, NOUN),
        Row("refuse to", after("to"), VERB),
        Row("collects refuse", before(_COLLECTING), NOUN),
        Row("refuse bin", after(_REFUSED) | (NAME & ~OBJECT_NEXT), NOUN),
    ),
    "produce": (Row("produce aisle", after(_GROCERIES), NOUN),),
    # those present at the meeting; all members present voted
    "present": (
        Row("those present", _VERB_NEXT & PLURAL, ADJ),
        Row("are they present", in_clause(g.BE) & PLURAL & _NOW, ADJ),
    ),
    "perfect": _ADJECTIVE_FIRST,
    "separate": _ADJECTIVE_FIRST,
    "frequent": _ADJECTIVE_FIRST,
    "absent": _ADJECTIVE_FIRST,
    "moderate": _ADJECTIVE_FIRST,
    "appropriate": _ADJECTIVE_FIRST,
    "intimate": _ADJECTIVE_FIRST,
    "legitimate": _ADJECTIVE_FIRST,
    "approximate": _ADJECTIVE_FIRST,
    "excuse": (Row("excuse me", after("me us my the him her them") & ~DETERMINER, VERB),),
    "abuse": _COMPOUND_NOUN,
    "use": _COMPOUND_NOUN,
    "misuse": _COMPOUND_NOUN,
    "reuse": _COMPOUND_NOUN,
    "increase": _COMPOUND_NOUN,
    "decrease": _COMPOUND_NOUN,
    "import": _COMPOUND_NOUN,
    "estimate": _COMPOUND_NOUN,
    "upgrade": _COMPOUND_NOUN,
    "update": _COMPOUND_NOUN,
    # used to: once did, or accustomed; but a knife is used to cut.
    "used": (
        Row("not used to", ~after("to"), VERB),
        Row("used to", ~governor(g.BE), VBD),
        Row("used to it", near(2, g.STARTS_OBJECT, "such being", "") | shaped(2, _is_ing), VBD),
        Row("i'm used to", governor("i'm you're he's she's we're they're"), VBD),
        Row("is used to", ALWAYS, VERB),
    ),
    "learned": (
        Row("a learned man", DETERMINER & ~after("to that", g.EDGE), ADJ),
        Row("usual", ALWAYS, VERB),
    ),
    # an aged man has two syllables, aged cheese and a boy aged ten have one
    "aged": (
        Row("the aged", before("the") & after("and in", g.EDGE), ADJ),
        Row("an aged man", after(_OLD), ADJ),
        Row("usual", ALWAYS, VERB),
    ),
    # a blessed relief; but blessed with talent
    "blessed": (
        Row("verb", ~DETERMINER, VERB),
        Row("blessed with", after("with by", g.EDGE), VERB),
        Row("a blessed relief", ALWAYS, ADJ),
    ),
    "mouth": (
        Row("to mouth", INFINITIVE, VERB),
        Row("usual", ALWAYS, NOUN),
    ),
}
