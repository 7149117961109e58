# pure: no socket, thread or clock.
"""Names that are spelled as words are: Nice, Reading, Mobile, Job; told by what stands around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .conditions import ALWAYS, Condition, after, around, before, near
from .context import Context

_NEVER: Final = ~ALWAYS


@dataclass(frozen=True, slots=True)
class Namesake:
    """american, british  phonemes of the name
    surely             it is the name wherever its sentence has it
    inside             the same if it is not the first word and no other capital follows
    """

    american: str
    british: str
    surely: Condition = _NEVER
    inside: Condition = _NEVER


_AT_A_PLACE: Final = before(
    "in to from near at via visit visited visiting visits between outside leaving left leave reach"
    " reached toward towards around through"
)
_LEARNED: Final = near(-2, "degree skills score scores a proficiency course test exam tutor aide")
_LESSONS: Final = after("and or") & near(2, "writing math maths arithmetic comprehension spelling")
_NUMBERS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth"
)


def _in_land(*lands: str) -> Condition:
    return after(",") & near(2, *lands)


#: As written -> how it sounds as a name.
NAMESAKES: Final[Mapping[str, Namesake]] = {
    "Nice": Namesake(
        "nˈis", "nˈiːs", _in_land("france") | before("provence"), _AT_A_PLACE | before("of")
    ),
    "Reading": Namesake(
        "ɹˈɛdɪŋ",
        "ɹˈɛdɪŋ",
        _in_land("pennsylvania berkshire england uk")
        | after("festival fc gaol railroad borough")
        | (before("the") & after("festival")),
        _AT_A_PLACE & ~_LEARNED & ~_LESSONS,
    ),
    "Mobile": Namesake("mObˈil", "mQbˈiːl", _in_land("alabama") | after("bay"), _AT_A_PLACE),
    "Job": Namesake(
        "ʤˈOb",
        "ʤˈQb",
        before("of") & near(-2, "book patience story trials sufferings faith boils"),
    ),
    "Lima": Namesake("lˈImə", "lˈImə", _in_land("ohio")),
    "Cairo": Namesake("kˈɛɹO", "kˈɛːɹQ", _in_land("illinois georgia")),
    "Tours": Namesake(
        "tˈʊɹ", "tˈʊə", _in_land("france") | (before("of") & near(-2, "battle gregory martin"))
    ),
    "Worms": Namesake("vˈɔɹmz", "vˈɔːmz", before("of") & near(-2, "diet edict concordat")),
    "Said": Namesake("sɑˈid", "sɑːˈiːd", before("edward port mohamed nuri")),
    "Bologna": Namesake(
        "bəlˈOnjə", "bəlˈQnjə", _in_land("italy") | before("of"), _AT_A_PLACE | around("italy")
    ),
    "Louis": Namesake(
        "lˈui", "lˈuːi", (after("the") & near(2, _NUMBERS)) | after("pasteur vuitton braille")
    ),
    "Real": Namesake(
        "ɹAˈɑl", "ɹAˈɑːl", after("madrid sociedad betis valladolid zaragoza mallorca salt")
    ),
    "Des": Namesake("də", "də", after("moines")),
}


#: The dictionary has them as names alone: at the start of a sentence they are words.
WORDS_TOO: Final = frozenset({"Mobile"})


def name_of(written: str, context: Context, followed: bool) -> Namesake | None:
    """The name that `written`, a word with a capital, is in its sentence; None: it is the word.

    followed: another word with a capital stands next
    """
    name = NAMESAKES.get(written)
    if name is None:
        return None
    if name.surely.holds(context):
        return name
    first = context.before in ("", "“", "(", ".", "!", "?", "—")
    return name if not first and not followed and name.inside.holds(context) else None
