# pure: no socket, thread or clock.
"""Decision lists of words of one spelling that have nothing else in common: lead, tear, bow ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import word_classes as g
from .conditions import (
    ADJECTIVE,
    ALWAYS,
    CAUSED,
    DETERMINER,
    ENDS,
    INFINITIVE,
    NAME,
    OBJECT_NEXT,
    PLURAL,
    after,
    around,
    before,
    governor,
    near,
    shaped,
)
from .decisions import Row, Rows
from .forms import Form

NOUN, VERB, ADJ, VBD = Form.NOUN, Form.VERB, Form.ADJ, Form.VBD
METAL, QUARREL, DEER, NEIGHBOURS = Form.METAL, Form.QUARREL, Form.DEER, Form.UNKNOWN


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
_WINDING: Final = g.words(
    "up down around through back along tightly it your its towards past upward upwards downward"
)
_RIPS: Final = g.words(
    "fabric muscle ligament jacket shirt cloth curtain sleeve tendon meniscus seam pants trousers"
    " dress rotator retina paper wear wall sail tent skirt fibres"
)
_RIPPING: Final = g.words("down apart up off out through into away open it at along here gently")
_QUARRELS: Final = g.words("over about erupted broke with blew between")
_QUARRELSOME: Final = g.words(
    "heated bitter furious blazing public diplomatic almighty terrible huge angry big massive"
    " blistering unholy political noisy"
)
_SHIPS: Final = g.words("ship boat stern vessel ferry canoe hull yacht sea waves starboard port")
_BOWING: Final = g.words("deep slight polite low final formal curt little graceful")
_ARCHERY: Final = g.words("arrow arrows violin cello hair ribbon tie string archer gift red pink")
_PIGS: Final = g.words("piglets piglet pig pigs boar sty farrowing litter")
_FISH: Final = g.words(
    "fish fishing fished caught catch lake striped largemouth smallmouth sea river pond grilled"
    " fillet boat hooked angler anglers trout perch freshwater"
)
_BAND: Final = g.words("player players guitar guitarist drum line clef note singer solo voice")
_DIVING: Final = g.words("into in down off under deep headfirst straight for from right beneath to")
_SMALL: Final = g.words(
    "detail details amount amounts quantity quantities particle particles difference differences"
    " change changes trace traces fraction fractions proportions examination inspection crack"
    " cracks organisms creatures fragments scrutiny variations adjustments doses dose"
    " variation specks"
)
_KIN: Final = g.words("mother father wife husband brother sister son daughter aunt uncle child")
_HOLDING: Final = g.words("of contains contain contained containing with from")
_SEATS: Final = g.words("seats table numbers houses column front")
_BENDING: Final = g.words("to before down out your his her their respectfully")
_DEER: Final = g.words("deer bucks buck fawns fawn stags stag antlers herd")

_COUNTS: Final = g.words("two three four five six seven eight nine ten several many few both")
_BECOMING: Final = g.words("grew grow grows growing got getting get became become went going feel")
_CHOPPING: Final = g.words(
    "sharpened sharpen sharp chop chopped chopping wood swung swing battle hatchet hatchets saws"
    " lumberjack lumberjacks tree trees throwing threw handle handles forged knives swords blade"
)
_REASONS: Final = g.words(
    "legal theoretical moral factual conceptual philosophical decision decisions argument arguments"
    " scientific rational reasons intellectual biological"
)
_PLANTS: Final = g.words("vanilla almond lemon yeast malt plant root herbal tea leaf bark mint")

#: it tears at the edge, tears the page off, tears a leaf from
_TORN_APART: Final = (
    after(_RIPPING - {"down", "off", "into"})
    | near(1, "off")
    | near(2, "off from")
    | near(3, "off from")
)
_TO_WIND: Final = INFINITIVE | before("i you we they")
_OF_A_SHIP: Final = shaped(-1, lambda word: word.removesuffix("'s") in _SHIPS)
_INVALID_ENDS: Final = (
    after(g.EDGE, "who for with and since after in all")
    | after(g.BE, g.HAVE, g.STARTS_OBJECT)
    | shaped(1, g.is_past)
)


HOMOGRAPHS: Final[Mapping[str, Rows]] = {
    "lead": (
        Row("compound", after(_METAL) | (after("in") & near(3, _POLLUTED)), METAL),
        Row("verb", INFINITIVE | governor(g.SUBJECTS, "the"), NOUN),
        Row("in lead", before("in") & ENDS, METAL),
        Row("other metals", around(_METALS, reach=5), METAL),
        Row("of lead", before(_HOLDING) & after("in and", g.EDGE), METAL),
        Row("usual", ALWAYS, NOUN),
    ),
    "wind": (
        Row(
            "to wind it",
            (INFINITIVE | before("i you we they")) & (OBJECT_NEXT | after(_WINDING)),
            VERB,
        ),
        Row("no object", INFINITIVE | before("i you we they"), NOUN),
        Row("the wind", DETERMINER | before(g.PREPOSITIONS), NOUN),
        Row("command", OBJECT_NEXT & before("and", g.EDGE), VERB),
        Row("up", after(_WINDING) & ~before("strong cold high warm"), VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "winds": (
        Row("up", after(_WINDING) & NAME, VERB),
        Row("subject", before(g.SINGULAR_SUBJECTS), VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "wound": (
        Row("the wound", INFINITIVE | DETERMINER, NOUN),
        Row("up", after(_WINDING) & ~after("your") & ~ADJECTIVE, VBD),
        Row("subject", governor(g.SUBJECTS, g.HAVE, g.BE), VBD),
        Row("object", after("the a his her my") & ~governor(g.EDGE), VBD),
        Row("usual", ALWAYS, NOUN),
    ),
    "tear": (
        Row("tear gas", after("gas"), NOUN),
        Row("to tear", INFINITIVE | before(g.SUBJECTS), VERB),
        Row("apart", after(_RIPPING) | before(_RIPS) | near(-2, "wear"), VERB),
        Row("let it tear", CAUSED, VERB),
        Row("a tear in cloth", (DETERMINER | ADJECTIVE) & around(_RIPS), VERB),
        Row("a tear", DETERMINER | ADJECTIVE, NOUN),
        Row("object", OBJECT_NEXT | PLURAL, VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "tears": (
        Row("subject", before(g.SINGULAR_SUBJECTS), VERB),
        Row("tears in cloth", (DETERMINER | before(g.PREPOSITIONS)) & around(_RIPS), VERB),
        Row("the tears", DETERMINER | before(g.PREPOSITIONS), NOUN),
        Row("apart", NAME & _TORN_APART, VERB),
    ),
    "row": (
        Row("heated", before(_QUARRELSOME), QUARREL),
        Row("had a row", near(-2, g.HAVE) & before("a another") & ~after("of"), QUARREL),
        Row("of seats", DETERMINER & after(_QUARRELS) & around(_SEATS, reach=4), NEIGHBOURS),
        Row("a row over", DETERMINER & after(_QUARRELS), QUARREL),
        Row("usual", ALWAYS, NOUN),
    ),
    "bow": (
        Row("arrows", around(_ARCHERY), NOUN),
        Row("deep", before(_BOWING), VERB),
        Row("take a bow", near(-2, "take took takes taking") & before("a"), VERB),
        Row("ships", around(_SHIPS) | _OF_A_SHIP, VERB),
        Row("the bow to", after(_BENDING) & DETERMINER, NOUN),
        Row("bow to", after(_BENDING), VERB),
        Row("to bow", INFINITIVE, VERB),
    ),
    "sow": (
        Row("pig", DETERMINER | around(_PIGS), NOUN),
        Row("usual", ALWAYS, VERB),
    ),
    "bass": (
        Row("music", after(_BAND), ADJ),
        Row("fish", around(_FISH), NOUN),
        Row("usual", ALWAYS, ADJ),
    ),
    "dove": (
        Row("a dove", DETERMINER | ADJECTIVE, NOUN),
        Row("dived", before(g.SUBJECTS) | after(_DIVING), VERB),
        Row("usual", ALWAYS, NOUN),
    ),
    "minute": (
        Row("small", after(_SMALL) & ~shaped(-1, str.isdigit), ADJ),
        Row("degree", before("so very extremely incredibly too relatively"), ADJ),
        Row("is minute", governor(g.BE) & ENDS, ADJ),
        Row("usual", ALWAYS, NOUN),
    ),
    "invalid": (
        Row("an invalid", DETERMINER & _INVALID_ENDS, NOUN),
        Row("kin", after(_KIN), NOUN),
        Row("usual", ALWAYS, ADJ),
    ),
    "resume": (
        Row("a resume", DETERMINER | ADJECTIVE | before("and of on"), NOUN),
        Row("usual", ALWAYS, VERB),
    ),
    "does": (
        Row("deer", around(_DEER) & (DETERMINER | before("and") | after("and")), DEER),
        Row("counted", before(_COUNTS) & ~after("not n't it he she this that"), DEER),
    ),
    "number": (Row("more numb", before(_BECOMING) & after(g.EDGE, "and with in than from"), ADJ),),
    "seconded": (
        Row("sent", after("to from") & before(g.BE), NOUN),
        Row("usual", ALWAYS, ADJ),
    ),
    "lima": (Row("beans", after("bean beans"), NOUN),),
    "axes": (Row("tools", around(_CHOPPING), ADJ),),
    "bases": (
        Row("reasons", around(_REASONS, reach=4), NOUN),
        Row("usual", ALWAYS, ADJ),
    ),
    "slough": (Row("off", INFINITIVE | after("off their its his her") | PLURAL, VERB),),
    "closer": (
        Row("who closes", DETERMINER & after(g.EDGE, "for in was is who"), NEIGHBOURS),
        Row("usual", ALWAYS, ADJ),
    ),
    "escort": (Row("object", OBJECT_NEXT & ~DETERMINER & ~ADJECTIVE, VERB),),
    "extract": (Row("of plants", before(_PLANTS), NOUN),),
}
