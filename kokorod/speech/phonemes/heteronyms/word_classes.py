# pure: no socket, thread or clock.
"""English word classes: small closed lists, and guesses from a word's shape.

All words are in lower case with straight apostrophes.
"""

from __future__ import annotations

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a list written as one string."""
    return frozenset(text.split())


DETERMINERS: Final = words(
    "a an the this these those my your his her its our their whose no each every either neither"
    " some any another much many several few most such both enough"
    " two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred"
    " hundreds thousand thousands million first second third next last own same other"
)
#: A noun phrase starts here: after a verb, before an object.
STARTS_OBJECT: Final = words(
    "a an the this these those my your his her its our their whose no each every some any another"
    " me him us them it you myself yourself himself herself itself ourselves themselves all both"
    " everything everyone anything nothing something someone what how whatever two three four five"
    " six seven eight nine ten many more most several few enough less"
)
SUBJECTS: Final = words(
    "i you he she it we they who everyone everybody nobody someone somebody anyone anybody people"
    " y'all let's"
)
SINGULAR_SUBJECTS: Final = words(
    "he she it who everyone everybody nobody someone somebody anyone anybody which that this"
)
OBJECTS: Final = words("me him her us them it you everyone people")
MODALS: Final = words(
    "can could will would shall should may might must do does did cannot can't couldn't won't"
    " wouldn't shan't shouldn't mightn't mustn't don't doesn't didn't i'll you'll he'll she'll"
    " it'll we'll they'll i'd he'd she'd we'd they'd that'll there'll let's please gonna wanna"
    " gotta dare needn't who'll who'd you'd"
)
BE: Final = words(
    "am is are was were be been being isn't aren't wasn't weren't i'm you're he's she's it's we're"
    " they're that's there's who's what's where's here's ain't"
)
#: Verbs that take an adjective as `be` does.
LINKING: Final = words(
    "feel feels felt seem seems seemed look looks looked become becomes became remain remains"
    " remained stay stays stayed stayin' keep keeps kept get gets got getting grow grew grows turn"
    " turned appear appears appeared sound sounds sounded come comes came coming go goes going went"
    " gone stand stands stood sit sits sat hold held draw drew cut"
)
HAVE: Final = words(
    "have has had having haven't hasn't hadn't i've you've we've they've who've should've would've"
    " could've might've must've"
)
PREPOSITIONS: Final = words(
    "of in on at by with from for into onto upon about over under between among through during"
    " before after without within against toward towards across along behind beyond near per via"
    " despite except like unlike since until till as than off including regarding concerning"
    " throughout amid around beneath below above beside besides inside outside"
)
#: After these `to` is a preposition, and a noun follows.
TO_IS_PREPOSITION: Final = words(
    "due thanks according addition opposed subject access prone related contrary owing addicted"
    " response respect reference damage exposure resistant similar next"
)
DEGREE: Final = words(
    "very so too quite rather pretty really extremely how more most as fairly incredibly that"
    " perfectly completely totally fully almost nearly least less dangerously uncomfortably"
)
ADVERBS: Final = words(
    "not never always often usually also just only really still already even ever soon then now"
    " rarely seldom sometimes perhaps maybe actually simply recently finally n't again back better"
    " once both all almost hardly barely generally typically normally currently immediately further"
)
CONJUNCTIONS: Final = words(
    "and or but nor yet so because if when while although though unless whether where why"
)
QUESTIONS: Final = words("who which that where when what how why")
#: let me *record* it: after verb + object the bare verb follows.
CAUSATIVES: Final = words(
    "let lets make makes made help helps helped see saw watch watched hear heard have had"
)
ADJECTIVES: Final = words(
    "new old good great bad big small large little long short high low early late young fresh local"
    " free full final general major minor public private personal national international official"
    " main recent common clear strong weak hard easy soft hot cold warm cool dry wet clean dirty"
    " dark bright deep wide narrow heavy light quick slow rapid sharp smooth rough rich poor safe"
    " human sole single double entire whole certain various different important possible likely"
    " real true false right wrong best worst better worse top current previous former latter prime"
    " domestic foreign modern ancient hidden secret strange huge tiny vast annual daily weekly"
    " monthly yearly online digital medical legal political social criminal sexual verbal"
    " physical mental emotional substance drug alcohol child organic raw cheap expensive loud quiet"
    " steady slight sudden gradual significant sharp dramatic broken lasting open closed live flat"
    " signed written mutual joint peaceful angry heated bitter furious blazing polite proper unfair"
    " fair poor rough ballpark conservative lame flimsy world written criminal military wild dead"
    " hard-won past permanent temporary complete perfect fine thick thin dense outdoor indoor left"
    " brief firm"
)
_ADJECTIVE_ENDS: Final = (
    "ful", "ous", "ive", "able", "ible", "less", "ical", "ish", "ary", "ial", "ual", "nal", "ern",
    "ese", "ian", "est",
)  # fmt: skip
#: Past forms that do not end in -ed, for the question when something happens.
PAST_VERBS: Final = words(
    "was were had did said went saw took came got gave found told left felt thought knew became"
    " wrote spoke sat stood ran began kept held brought bought taught caught fell grew drew threw"
    " broke chose drove ate forgot heard met paid sent slept sold spent swam understood woke won"
    " wore lost made laughed cried smiled couldn't didn't wasn't weren't hadn't wouldn't lay lit"
)
PAST_TIMES: Final = words(
    "yesterday ago last earlier previously once already before then tonight's finally recently just"
    " nineteen"
)
PRESENT_TIMES: Final = words(
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays weekends weekdays mornings"
    " evenings nights summers winters"
    " each every often usually always sometimes rarely seldom generally normally daily weekly now"
    " today"
    " nowadays currently tomorrow typically tonight regularly never"
)
#: Clause ends: what is before them does not govern what follows.
STOPS: Final = frozenset(',.;:!?—…()“”"')
#: The same, and an end of the sentence.
EDGE: Final = STOPS | {""}


def is_adverb(word: str) -> bool:
    return word in ADVERBS or (len(word) > 4 and word.endswith("ly") and word not in _NOT_ADVERBS)


_NOT_ADVERBS: Final = words("family july reply supply apply early daily only italy rely ally fly")


def is_adjective(word: str) -> bool:
    return word in ADJECTIVES or (len(word) > 5 and word.endswith(_ADJECTIVE_ENDS))


def is_possessive(word: str) -> bool:
    return (word.endswith("'s") and word not in BE and word != "let's") or word.endswith("s'")


def is_determiner(word: str) -> bool:
    return word in DETERMINERS or is_possessive(word) or word.isdigit()


def is_plural(word: str) -> bool:
    """A noun in the plural, by its shape."""
    if word in _PLURALS:
        return True
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "ous", "'s"))
        and word not in _NOT_PLURALS
    )


_PLURALS: Final = words(
    "data media criteria phenomena cattle people men women children we they you these those mice"
    " geese feet"
)
_NOT_PLURALS: Final = words(
    "was has does is this his its always perhaps sometimes besides towards goes says less unless"
    " plus news gets makes takes comes across"
)


def is_past(word: str) -> bool:
    return word in PAST_VERBS or (len(word) > 4 and word.endswith("ed") and word not in _NOT_PAST)


_NOT_PAST: Final = words("need indeed speed seed feed hundred sacred naked bleed breed")


def is_bare(word: str) -> bool:
    """Looks like a noun or name of one thing: the subject of a verb in the singular."""
    return (
        word.isalpha()
        and not is_plural(word)
        and word not in DETERMINERS
        and word not in PREPOSITIONS
        and word not in MODALS
        and word not in BE
        and word not in HAVE
        and word not in CONJUNCTIONS
        and word != "to"
        and not is_adverb(word)
        and not is_adjective(word)
    )
