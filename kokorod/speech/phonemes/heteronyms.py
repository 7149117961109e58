# pure: no socket, thread or clock.
"""One spelling, two words: which one a sentence means, from the words around it.

A rule for each of the common ones, and one for the many whose noun and verb differ.
Measured on tests/heteronyms.tsv; the score is in docs/pronunciation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from . import grammar as g


@dataclass(frozen=True, slots=True)
class Place:
    """A word in its sentence: all in lower case, marks included."""

    words: Sequence[str]
    at: int

    @property
    def word(self) -> str:
        return self.words[self.at]

    def near(self, offset: int) -> str:
        """The word so far away, "" past an end of the sentence."""
        i = self.at + offset
        return self.words[i] if 0 <= i < len(self.words) else ""

    @property
    def before(self) -> str:
        return self.near(-1)

    @property
    def after(self) -> str:
        return self.near(1)

    def governor(self) -> tuple[str, int]:
        """The nearest word before that is no adverb, and where it is."""
        i = self.at - 1
        while i >= 0 and g.is_adverb(self.words[i]):
            i -= 1
        return (self.words[i], i) if i >= 0 else ("", -1)

    def any_near(self, words: frozenset[str], reach: int = 8) -> bool:
        first, last = max(0, self.at - reach), self.at + reach + 1
        return any(w in words for w in self.words[first:last] if w != self.word)

    def clause_before(self) -> Sequence[str]:
        """What stands before, back to the last mark."""
        i = self.at
        while i > 0 and self.words[i - 1] not in g.STOPS:
            i -= 1
        return self.words[i : self.at]


def part_of_speech(place: Place) -> str:
    """NOUN, VERB, ADJ, VBD, VBN or a name of EXTRA; "" = no telling, the usual one."""
    rule = _RULES.get(place.word)
    if rule is not None and (found := rule(place)):
        return found
    return noun_or_verb(place)


def noun_or_verb(place: Place) -> str:
    """NOUN, VERB, ADJ or "" from the neighbours alone."""
    before, after = place.before, place.after
    governor, at = place.governor()
    inflected = place.word.endswith("s") and not place.word.endswith("ss")
    if governor == "to":
        further = place.words[at - 1] if at > 0 else ""
        return "NOUN" if further in g.TO_IS_PREPOSITION or inflected else "VERB"
    if governor in g.MODALS and not inflected:
        return "VERB"
    if before in g.DEGREE and before not in ("that", "most", "more", "less"):
        return "ADJ"
    if before in ("all", "both") and place.near(-2) in g.SUBJECTS:
        return "VERB"
    if before in ("that", "which", "who"):
        return _after_relative(place, inflected)
    if g.is_determiner(before):
        return "NOUN"
    if before in g.SUBJECTS:
        if place.near(-2) in g.CAUSATIVES or place.near(-2) in g.MODALS:
            return "VERB"
        return "NOUN" if before == "it" and place.near(-2) in g.PREPOSITIONS else "VERB"
    if before in g.OBJECTS:
        return "VERB" if place.near(-2) in g.CAUSATIVES else "NOUN"
    if governor in g.SUBJECTS and governor != before:
        return "VERB"
    if before in g.PREPOSITIONS:
        return "NOUN"
    if governor in g.BE:
        return "NOUN" if inflected else "ADJ"
    if governor in g.HAVE:
        return "NOUN"
    if before == "" or before in g.STOPS or before in g.CONJUNCTIONS:
        return _at_start(place, inflected)
    if g.is_adjective(before):
        return "NOUN"
    if before in g.LINKING:
        return "ADJ"
    return _after_noun(place, inflected)


#: What can follow a command at once.
OBJECT_STARTS: Final = g.STARTS_OBJECT


def points(place: Place) -> bool:
    """Does `that` point at something (that one), or join two clauses (said that)?"""
    before, after = place.before, place.after
    if after in ("", *g.STOPS) or after in g.BE or after in g.MODALS:
        # the man that is here: joins after a noun, points elsewhere
        return (
            before in ("", *g.STOPS, "and", "but", "is", "was", "do", "did")
            or (before in g.PREPOSITIONS)
            or after in ("", *g.STOPS)
        )
    if before in g.PREPOSITIONS or before in g.BE or before in ("all", "and"):
        return after not in g.SUBJECTS and after not in g.DETERMINERS
    if before in ("", *g.STOPS):
        return after not in g.SUBJECTS and after not in g.DETERMINERS
    return after in ("one", "way", "time", "day", "night", "much", "many", "kind", "sort", "moment")


def _after_relative(place: Place, inflected: bool) -> str:
    """that/which/who: tools that use steam; that use is new; those who object."""
    if place.before == "who":
        return "VERB"
    further = place.near(-2)
    if further == "" or (further in g.STOPS and place.before == "that"):
        return "VERB" if place.after in g.STARTS_OBJECT else "NOUN"
    if inflected:
        return "VERB" if g.is_bare(further) or further in g.STOPS else "NOUN"
    if g.is_plural(further) or further in ("those", "ones", *g.STOPS):
        return "VERB"
    return "VERB" if place.after in g.STARTS_OBJECT else "NOUN"


def _at_start(place: Place, inflected: bool) -> str:
    """First in its clause: a command has its object next; else it names something."""
    if place.before in g.CONJUNCTIONS and place.before not in ("and", "or", "but"):
        return "VERB" if place.after in g.STARTS_OBJECT and not inflected else "NOUN"
    if place.after in g.STARTS_OBJECT:
        return "VERB"
    if place.before in ("and", "or") and not inflected:
        joined = Place(place.words, place.at - 1)
        if joined.before in _PLAIN_VERBS:
            return "VERB"
    return "NOUN"


_PLAIN_VERBS: Final = frozenset(
    ["go", "come", "stop", "play", "buy", "sell", "make", "collect", "store", "write", "read",
     "copy", "watch", "listen", "meet", "design", "build", "develop", "create", "explore", "cut"]
)  # fmt: skip


def _after_noun(place: Place, inflected: bool) -> str:
    """The word before is a noun or a verb: farmers produce food; the use of force."""
    before, after = place.before, place.after
    if after in g.STARTS_OBJECT:
        if inflected:
            return "VERB" if g.is_bare(before) and not g.is_past(before) else "NOUN"
        return "VERB" if g.is_plural(before) else ""
    if not inflected and g.is_plural(before) and not g.is_past(before):
        return "" if after in ("", *g.STOPS, "of") else "VERB"
    if g.is_past(before) or before.endswith("ing"):
        return "NOUN"
    if after == "of" or after in g.BE or after in g.MODALS:
        return "NOUN"
    return ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _read(place: Place) -> str:
    governor, at = place.governor()
    before, after = place.before, place.after
    clause = place.clause_before()
    if g.is_determiner(before) or (g.is_adjective(before) and at > 0):
        return "NOUN"
    if governor == "to" or governor in g.MODALS:
        return "NOUN"
    if governor in g.HAVE or governor in g.BE:
        return "VBN"
    if before in ("well", "widely", "most", "little", "much"):
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
        return "VBN" if after == "by" else ("VBD" if before == "," and _past(place) else "NOUN")
    if governor in ("i", "you", "we", "they", "and", "or", "but", "who") or g.is_plural(before):
        if any(w in g.PRESENT_TIMES for w in place.words):
            return "NOUN"
        if _past(place):
            return "VBD"
        return "VBD" if governor in ("i", "we", "they") and after != "" else "NOUN"
    if governor in g.SINGULAR_SUBJECTS:
        return "VBD"
    return "VBD" if g.is_bare(governor) and at >= 0 else "NOUN"


def _past(place: Place) -> bool:
    """Does the sentence speak of the past?"""
    for i, word in enumerate(place.words):
        if i != place.at and (g.is_past(word) or word in g.PAST_TIMES):
            return True
    return False


_METAL: Final = _words(
    "pipe pipes paint paints poisoning bullet bullets pencil pencils acid acetate weight weights"
    " shot crystal ore glass oxide sheet solder contamination exposure balloon toxicity sinker"
    " shielding roof apron bars coffin mine mines battery batteries lined"
)
_METALS: Final = _words(
    "copper zinc tin mercury iron metal metals arsenic cadmium gold silver molten toxic poisonous"
    " steel aluminium aluminum nickel smelting smelted melted melts gasoline petrol heavy asbestos"
)


def _lead(place: Place) -> str:
    if place.after in _METAL:
        return "METAL"
    governor, _ = place.governor()
    if governor == "to" or governor in g.MODALS or governor in g.SUBJECTS or governor == "the":
        return "NOUN"
    if place.any_near(_METALS, 5):
        return "METAL"
    if place.before in ("of", "contains", "contain", "contained", "containing", "with", "from"):
        return "METAL" if place.after in ("", "in", "and", *g.STOPS) else "NOUN"
    return "NOUN"


_LIVE_WITH: Final = _words(
    "in at with on there here alone together forever long near by under happily as without for"
    " through longer next among off up out between to where above below abroad nearby somewhere"
    " apart downstairs upstairs outside inside beyond"
)
_LIVED_IN: Final = _words(
    "music show shows stream streams streaming broadcast broadcasts band bands performance"
    " performances album albums audience audiences tv television coverage wire wires concert event"
    " events update updates chat demo data feed video bait animals ammunition recording session fire"
    " sports football games game match news report reports blog radio theater theatre entertainment"
    " version round rounds dj tour auction cameras camera chickens lobster plants culture cultures"
    " birth births webcast production births vaccine traffic map interview ammo"
)


def _live(place: Place) -> str:
    governor, at = place.governor()
    before, after = place.before, place.after
    if after in _LIVED_IN or (after == "from" and before not in ("i", "we", "they", "you")):
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS or governor in g.SUBJECTS:
        return "VERB"
    if before in g.OBJECTS and place.near(-2) in g.CAUSATIVES:
        return "VERB"
    if g.is_determiner(before) or governor in g.BE or governor in g.LINKING or g.is_past(before):
        return "ADJ"
    if before in ("", "and", "or", *g.STOPS, "who", "that", "which"):
        return "VERB" if after in _LIVE_WITH or after in g.STARTS_OBJECT or before else "ADJ"
    if after in _LIVE_WITH or g.is_plural(before):
        return "VERB"
    return "VERB" if at >= 0 and before in g.QUESTIONS else "ADJ"


def _lives(place: Place) -> str:
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


_WINDING: Final = _words("up down around through back along tightly it your its towards past")


def _wind(place: Place) -> str:
    governor, _ = place.governor()
    if governor == "to" or governor in g.MODALS or place.before in ("i", "you", "we", "they"):
        return "VERB" if place.after in g.STARTS_OBJECT or place.after in _WINDING else "NOUN"
    if g.is_determiner(place.before) or place.before in g.PREPOSITIONS:
        return "NOUN"
    if place.after in g.STARTS_OBJECT and place.before in ("", "and", *g.STOPS):
        return "VERB"
    if place.after in _WINDING and place.before not in ("strong", "cold", "high", "warm"):
        return "VERB"
    return "NOUN"


def _wound(place: Place) -> str:
    governor, _ = place.governor()
    if governor == "to" or governor in g.MODALS or g.is_determiner(place.before):
        return "NOUN"
    if place.after in _WINDING and not (place.after == "your" or g.is_adjective(place.before)):
        return "VBD"
    if governor in g.SUBJECTS or governor in g.HAVE or governor in g.BE:
        return "VBD"
    if place.after in ("the", "a", "his", "her", "my") and governor not in ("", *g.STOPS):
        return "VBD"
    return "NOUN"


_RIPS: Final = _words(
    "fabric muscle ligament jacket shirt cloth curtain sleeve tendon meniscus seam pants trousers"
    " dress rotator retina paper wear wall sail tent skirt fibres"
)
_RIPPING: Final = _words("down apart up off out through into away open it at")


def _tear(place: Place) -> str:
    governor, _ = place.governor()
    if place.after == "gas":
        return "NOUN"
    if governor == "to" or governor in g.MODALS or place.before in g.SUBJECTS:
        return "VERB"
    if place.after in _RIPPING or place.before in _RIPS or place.near(-2) == "wear":
        return "VERB"
    if place.before in g.OBJECTS and place.near(-2) in g.CAUSATIVES:
        return "VERB"
    if g.is_determiner(place.before) or g.is_adjective(place.before):
        return "VERB" if place.any_near(_RIPS) else "NOUN"
    return "VERB" if place.after in g.STARTS_OBJECT else "NOUN"


def _tears(place: Place) -> str:
    if place.before in g.SINGULAR_SUBJECTS:
        return "VERB"
    if g.is_determiner(place.before) or place.before in g.PREPOSITIONS:
        return "VERB" if place.any_near(_RIPS) else "NOUN"
    if place.after in _RIPPING - {"down", "off", "into"} and g.is_bare(place.before):
        return "VERB"
    return noun_or_verb(place)


_CLOSE_BY: Final = _words(
    "to by friend friends together enough call calls range attention relationship relationships"
    " contact look eye quarters proximity second race behind relatives relative family ties up"
    " encounter encounters knit match one ones associate ally allies cousin election game"
    " inspection cooperation collaboration shave"
)


def _close(place: Place) -> str:
    governor, _ = place.governor()
    before, after = place.before, place.after
    if before == "to" and after in _CLOSE_BY - {"to", "by", "up", "enough", "together", "second"}:
        return "ADJ"
    if governor == "to" or governor in g.MODALS or before in g.SUBJECTS:
        return "VERB"
    if before in g.DEGREE or governor in g.BE or governor in g.LINKING:
        return "ADJ"
    if g.is_determiner(before) or g.is_adjective(before) or before == "at":
        return "NOUN" if after in ("of", "", *g.STOPS) and before not in ("a",) else "ADJ"
    if before in g.OBJECTS and place.near(-2) in g.CAUSATIVES:
        return "VERB"
    if after in g.STARTS_OBJECT:
        return "VERB"
    if after in _CLOSE_BY:
        return "ADJ"
    if g.is_plural(before) or after in ("at", "on", "early", "down", "in"):
        return "VERB"
    return "ADJ"


_SMALL: Final = _words(
    "detail details amount amounts quantity quantities particle particles difference differences"
    " change changes trace traces fraction fractions proportions examination inspection crack cracks"
    " organisms creatures fragments scrutiny variations adjustments doses dose variation specks"
)


def _minute(place: Place) -> str:
    if place.after in _SMALL and not place.before.isdigit():
        return "ADJ"
    before = place.before
    if before in ("so", "very", "extremely", "incredibly", "too", "relatively"):
        return "ADJ"
    if place.governor()[0] in g.BE and place.after in ("", *g.STOPS):
        return "ADJ"
    return "NOUN"


def _content(place: Place) -> str:
    governor, _ = place.governor()
    if governor in g.BE or governor in g.LINKING or place.before in g.DEGREE:
        return "NOUN" if place.after in ("and", "marketing", "creator", "creators") else "ADJ"
    if place.after in ("with", "to", "in") and not g.is_determiner(place.before):
        return "NOUN" if place.before in g.PREPOSITIONS or g.is_adjective(place.before) else "ADJ"
    if place.before in ("himself", "herself", "themselves", "yourself", "myself", "ourselves"):
        return "ADJ"
    return "VERB" if governor == "to" and place.after.endswith(("self", "selves")) else "NOUN"


_REFUSED: Final = _words(
    "collection bin bins dump disposal heap collector collectors truck trucks sacks bag bags site"
)


def _refuse(place: Place) -> str:
    if place.after == "to":
        return "VERB"
    return "NOUN" if place.after in _REFUSED else ""


_GROCERIES: Final = _words(
    "section aisle stand department market markets stall counter manager truck bag bags"
)


def _produce(place: Place) -> str:
    return "NOUN" if place.after in _GROCERIES else ""


_QUARRELS: Final = _words("over about erupted broke with blew between")
_QUARRELSOME: Final = _words(
    "heated bitter furious blazing public diplomatic almighty terrible huge angry big massive"
    " blistering unholy political noisy"
)


def _row(place: Place) -> str:
    if place.before in _QUARRELSOME:
        return "QUARREL"
    if g.is_determiner(place.before) and place.after in _QUARRELS:
        return (
            ""
            if place.any_near(_words("seats table numbers houses column front"), 4)
            else ("QUARREL")
        )
    return "NOUN"


_SHIPS: Final = _words("ship boat stern vessel ferry canoe hull yacht sea waves starboard port")
_BOWING: Final = _words("deep slight polite low final formal curt little graceful")
_ARCHERY: Final = _words("arrow arrows violin cello hair ribbon tie string archer gift red pink")


def _bow(place: Place) -> str:
    governor, _ = place.governor()
    if place.any_near(_ARCHERY):
        return "NOUN"
    if place.before in _BOWING or (
        place.near(-2) in ("take", "took", "takes", "taking") and place.before == "a"
    ):
        return "VERB"
    if place.any_near(_SHIPS):
        return "VERB"
    if place.after in (
        "to",
        "before",
        "down",
        "out",
        "your",
        "his",
        "her",
        "their",
        "respectfully",
    ):
        return "NOUN" if g.is_determiner(place.before) else "VERB"
    return "VERB" if governor == "to" or governor in g.MODALS else ""


def _sow(place: Place) -> str:
    return "NOUN" if g.is_determiner(place.before) or place.any_near(_PIGS) else "VERB"


_PIGS: Final = _words("piglets piglet pig pigs boar sty farrowing litter")
_FISH: Final = _words(
    "fish fishing fished caught catch lake striped largemouth smallmouth sea river pond grilled"
    " fillet boat hooked angler anglers trout perch freshwater"
)


def _bass(place: Place) -> str:
    return "NOUN" if place.any_near(_FISH) else "ADJ"


_DIVING: Final = _words("into in down off under deep headfirst straight for from right beneath to")


def _dove(place: Place) -> str:
    if g.is_determiner(place.before) or g.is_adjective(place.before):
        return "NOUN"
    return "VERB" if place.before in g.SUBJECTS or place.after in _DIVING else "NOUN"


def _invalid(place: Place) -> str:
    if g.is_determiner(place.before) and (
        place.after in ("", *g.STOPS, "who", "for", "with", "and", "since", "after", "in", "all")
        or place.after in g.BE
        or place.after in g.HAVE
        or g.is_past(place.after)
    ):
        return "NOUN"
    return "ADJ"


def _adjective_first(place: Place) -> str:
    """perfect, separate, frequent, absent ...: a verb only where nothing else can stand."""
    governor, at = place.governor()
    if governor == "to" or governor in g.MODALS:
        return "VERB"
    if (place.before in g.SUBJECTS or g.is_plural(place.before)) and at >= 0:
        return "VERB"
    if place.after in g.STARTS_OBJECT and place.before in ("", "and", *g.STOPS):
        return "VERB"
    return "ADJ"


def _excuse(place: Place) -> str:
    if place.after in ("me", "us", "my", "the", "him", "her", "them") and not g.is_determiner(
        place.before
    ):
        return "VERB"
    return ""


def _compound_noun(place: Place) -> str:
    """abuse, use, increase ...: after another noun it is one too (drug abuse)."""
    found = noun_or_verb(place)
    if found:
        return found
    return "NOUN" if g.is_bare(place.before) or place.after in ("of", "in") else ""


def _resume(place: Place) -> str:
    before = place.before
    if g.is_determiner(before) or g.is_adjective(before) or before in ("and", "of", "on"):
        return "NOUN"
    return "VERB"


def _does(place: Place) -> str:
    deer = _words("deer bucks buck fawns fawn stags stag antlers herd")
    if place.any_near(deer) and (g.is_determiner(place.before) or place.after == "and"):
        return "DEER"
    return ""


def _used(place: Place) -> str:
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


def _learned(place: Place) -> str:
    if g.is_determiner(place.before) and place.after not in ("", *g.STOPS, "to", "that"):
        return "ADJ"
    return "VERB"


def _mouth(place: Place) -> str:
    governor, _ = place.governor()
    return "VERB" if governor == "to" or governor in g.MODALS else "NOUN"


_RULES: Final[dict[str, Callable[[Place], str]]] = {
    "read": _read,
    "reread": _read,
    "lead": _lead,
    "live": _live,
    "lives": _lives,
    "wind": _wind,
    "wound": _wound,
    "tear": _tear,
    "tears": _tears,
    "close": _close,
    "minute": _minute,
    "content": _content,
    "refuse": _refuse,
    "produce": _produce,
    "row": _row,
    "bow": _bow,
    "sow": _sow,
    "bass": _bass,
    "dove": _dove,
    "invalid": _invalid,
    "perfect": _adjective_first,
    "separate": _adjective_first,
    "frequent": _adjective_first,
    "absent": _adjective_first,
    "moderate": _adjective_first,
    "appropriate": _adjective_first,
    "intimate": _adjective_first,
    "legitimate": _adjective_first,
    "approximate": _adjective_first,
    "excuse": _excuse,
    "abuse": _compound_noun,
    "use": _compound_noun,
    "misuse": _compound_noun,
    "reuse": _compound_noun,
    "increase": _compound_noun,
    "decrease": _compound_noun,
    "import": _compound_noun,
    "estimate": _compound_noun,
    "upgrade": _compound_noun,
    "update": _compound_noun,
    "resume": _resume,
    "does": _does,
    "used": _used,
    "learned": _learned,
    "mouth": _mouth,
}

#: Readings the dictionary has no form for: word -> part of speech -> (American, British).
EXTRA: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "lead": {"METAL": ("lˈɛd", "lˈɛd")},
    "row": {"QUARREL": ("ɹˈW", "ɹˈW")},
    "does": {"DEER": ("dˈOz", "dˈQz")},
    "resume": {"NOUN": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmA")},
    "export": {"VERB": ("ɪkspˈɔɹt", "ɪkspˈɔːt")},
    "exports": {"VERB": ("ɪkspˈɔɹts", "ɪkspˈɔːts")},
    "protest": {"VERB": ("pɹətˈɛst", "pɹətˈɛst")},
    "protests": {"VERB": ("pɹətˈɛsts", "pɹətˈɛsts")},
}
