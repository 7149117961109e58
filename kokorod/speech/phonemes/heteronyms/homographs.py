# pure: no socket, thread or clock.
"""Rules for words of one spelling that have nothing else in common: lead, wind, tear, bow ...

Each takes a Context and gives NOUN, VERB, ADJ, VBD, a name of heteronyms.EXTRA, or "".
"""

from __future__ import annotations

from typing import Final

from . import word_classes as g
from .context import Context
from .part_of_speech import noun_or_verb

_METAL: Final = g.words(
    "pipe pipes paint paints poisoning bullet bullets pencil pencils acid acetate weight weights"
    " shot crystal ore glass oxide sheet solder contamination exposure balloon toxicity sinker"
    " shielding roof apron bars coffin mine mines battery batteries lined level levels"
    " concentration concentrations particles dust"
)


_METALS: Final = g.words(
    "copper zinc tin mercury iron metal metals arsenic cadmium gold silver molten toxic poisonous"
    " steel aluminium aluminum nickel smelting smelted melted melts gasoline petrol heavy asbestos"
    " stripped smelter plumber plumbers"
)


_POLLUTED: Final = g.words(
    "soil water blood air paint pipes gasoline petrol toys food dust pencil pencils"
)


def lead(context: Context) -> str:
    if context.after in _METAL or (context.after == "in" and context.near(3) in _POLLUTED):
        return "METAL"
    governor, _ = context.governor()
    if governor == "to" or governor in g.MODALS or governor in g.SUBJECTS or governor == "the":
        return "NOUN"
    if context.before == "in" and context.after in ("", *g.STOPS):
        return "METAL"
    if context.any_near(_METALS, 5):
        return "METAL"
    if context.before in ("of", "contains", "contain", "contained", "containing", "with", "from"):
        return "METAL" if context.after in ("", "in", "and", *g.STOPS) else "NOUN"
    return "NOUN"


_WINDING: Final = g.words(
    "up down around through back along tightly it your its towards past upward upwards downward"
)


def wind(context: Context) -> str:
    governor, _ = context.governor()
    if governor == "to" or governor in g.MODALS or context.before in ("i", "you", "we", "they"):
        return "VERB" if context.after in g.STARTS_OBJECT or context.after in _WINDING else "NOUN"
    if g.is_determiner(context.before) or context.before in g.PREPOSITIONS:
        return "NOUN"
    if context.after in g.STARTS_OBJECT and context.before in ("", "and", *g.STOPS):
        return "VERB"
    if context.after in _WINDING and context.before not in ("strong", "cold", "high", "warm"):
        return "VERB"
    return "NOUN"


def winds(context: Context) -> str:
    if context.after in _WINDING and g.is_bare(context.before):
        return "VERB"
    return "VERB" if context.before in g.SINGULAR_SUBJECTS else "NOUN"


def wound(context: Context) -> str:
    governor, _ = context.governor()
    if governor == "to" or governor in g.MODALS or g.is_determiner(context.before):
        return "NOUN"
    if context.after in _WINDING and not (
        context.after == "your" or g.is_adjective(context.before)
    ):
        return "VBD"
    if governor in g.SUBJECTS or governor in g.HAVE or governor in g.BE:
        return "VBD"
    if context.after in ("the", "a", "his", "her", "my") and governor not in ("", *g.STOPS):
        return "VBD"
    return "NOUN"


_RIPS: Final = g.words(
    "fabric muscle ligament jacket shirt cloth curtain sleeve tendon meniscus seam pants trousers"
    " dress rotator retina paper wear wall sail tent skirt fibres"
)


_RIPPING: Final = g.words("down apart up off out through into away open it at along here gently")


def tear(context: Context) -> str:
    governor, _ = context.governor()
    if context.after == "gas":
        return "NOUN"
    if governor == "to" or governor in g.MODALS or context.before in g.SUBJECTS:
        return "VERB"
    if context.after in _RIPPING or context.before in _RIPS or context.near(-2) == "wear":
        return "VERB"
    if context.before in g.OBJECTS and context.near(-2) in g.CAUSATIVES:
        return "VERB"
    if g.is_determiner(context.before) or g.is_adjective(context.before):
        return "VERB" if context.any_near(_RIPS) else "NOUN"
    return "VERB" if context.after in g.STARTS_OBJECT or g.is_plural(context.before) else "NOUN"


def tears(context: Context) -> str:
    if context.before in g.SINGULAR_SUBJECTS:
        return "VERB"
    if g.is_determiner(context.before) or context.before in g.PREPOSITIONS:
        return "VERB" if context.any_near(_RIPS) else "NOUN"
    if context.before and g.is_bare(context.before):
        later = [context.near(n) for n in (1, 2, 3)]
        if later[0] in _RIPPING - {"down", "off", "into"} or "off" in later or "from" in later[1:]:
            return "VERB"
    return noun_or_verb(context)


_QUARRELS: Final = g.words("over about erupted broke with blew between")


_QUARRELSOME: Final = g.words(
    "heated bitter furious blazing public diplomatic almighty terrible huge angry big massive"
    " blistering unholy political noisy"
)


def row(context: Context) -> str:
    if context.before in _QUARRELSOME:
        return "QUARREL"
    if context.near(-2) in g.HAVE and context.before in ("a", "another") and context.after != "of":
        return "QUARREL"
    if g.is_determiner(context.before) and context.after in _QUARRELS:
        return (
            ""
            if context.any_near(g.words("seats table numbers houses column front"), 4)
            else ("QUARREL")
        )
    return "NOUN"


_SHIPS: Final = g.words("ship boat stern vessel ferry canoe hull yacht sea waves starboard port")


_BOWING: Final = g.words("deep slight polite low final formal curt little graceful")


_ARCHERY: Final = g.words("arrow arrows violin cello hair ribbon tie string archer gift red pink")


def bow(context: Context) -> str:
    governor, _ = context.governor()
    if context.any_near(_ARCHERY):
        return "NOUN"
    if context.before in _BOWING or (
        context.near(-2) in ("take", "took", "takes", "taking") and context.before == "a"
    ):
        return "VERB"
    if context.any_near(_SHIPS) or context.before.removesuffix("'s") in _SHIPS:
        return "VERB"
    if context.after in (
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
        return "NOUN" if g.is_determiner(context.before) else "VERB"
    return "VERB" if governor == "to" or governor in g.MODALS else ""


_PIGS: Final = g.words("piglets piglet pig pigs boar sty farrowing litter")


def sow(context: Context) -> str:
    return "NOUN" if g.is_determiner(context.before) or context.any_near(_PIGS) else "VERB"


_FISH: Final = g.words(
    "fish fishing fished caught catch lake striped largemouth smallmouth sea river pond grilled"
    " fillet boat hooked angler anglers trout perch freshwater"
)


_BAND: Final = g.words("player players guitar guitarist drum line clef note singer solo voice")


def bass(context: Context) -> str:
    if context.after in _BAND:
        return "ADJ"
    return "NOUN" if context.any_near(_FISH) else "ADJ"


_DIVING: Final = g.words("into in down off under deep headfirst straight for from right beneath to")


def dove(context: Context) -> str:
    if g.is_determiner(context.before) or g.is_adjective(context.before):
        return "NOUN"
    return "VERB" if context.before in g.SUBJECTS or context.after in _DIVING else "NOUN"


_SMALL: Final = g.words(
    "detail details amount amounts quantity quantities particle particles difference differences"
    " change changes trace traces fraction fractions proportions examination inspection crack"
    " cracks organisms creatures fragments scrutiny variations adjustments doses dose"
    " variation specks"
)


def minute(context: Context) -> str:
    if context.after in _SMALL and not context.before.isdigit():
        return "ADJ"
    before = context.before
    if before in ("so", "very", "extremely", "incredibly", "too", "relatively"):
        return "ADJ"
    if context.governor()[0] in g.BE and context.after in ("", *g.STOPS):
        return "ADJ"
    return "NOUN"


_KIN: Final = g.words("mother father wife husband brother sister son daughter aunt uncle child")


def invalid(context: Context) -> str:
    if g.is_determiner(context.before) and (
        context.after in ("", *g.STOPS, "who", "for", "with", "and", "since", "after", "in", "all")
        or context.after in g.BE
        or context.after in g.HAVE
        or context.after in g.STARTS_OBJECT
        or g.is_past(context.after)
    ):
        return "NOUN"
    return "NOUN" if context.after in _KIN else "ADJ"


def resume(context: Context) -> str:
    before = context.before
    if g.is_determiner(before) or g.is_adjective(before) or before in ("and", "of", "on"):
        return "NOUN"
    return "VERB"


def does(context: Context) -> str:
    deer = g.words("deer bucks buck fawns fawn stags stag antlers herd")
    if context.any_near(deer) and (
        g.is_determiner(context.before) or "and" in (context.before, context.after)
    ):
        return "DEER"
    return ""
