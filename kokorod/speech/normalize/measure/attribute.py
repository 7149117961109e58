# pure: no socket, thread or clock.
"""Whether an amount stands before a noun as its attribute: a 10 km run, the $64,000 question."""

from __future__ import annotations

from typing import Final

from ...abbreviations import words
from ...patterns import lazy_pattern
from ..cursor import Cursor

#: Nouns that amounts are said of in the singular even without an article: a sixty watt bulb.
_MEASURED: Final = words(
    "adapter amplifier amp angle baby bag bank barbell barrel battery beam belt bill bit block "
    "board boat bolt bomb book bottle box bowl bridge budget building bulb bullet cable camera "
    "cannon car card ceiling charger chip climb coin connection container contract course cut dam "
    "dash deal "
    "deadline delay deposit descent diet discount distance dive diver donation dose drill drive "
    "drop dumbbell engine fee file film filter fine fish fence gap gate gift glass grant "
    "gun gust hammer hike hole hose house interval investment jar jog jug jump knife ladder laptop "
    "lens letter limit line link loan mast menu mile mission model monitor motor nail "
    "note notes pack package panel parcel payment period phone pipe pistol plan plank pole pool "
    "pot prize process question race radius range raise ramp rate relay resolution "
    "reward rifle ride road robot rod rope round route row ruler run sack sale sample scale screen "
    "jack plug adaptor headphone headphones speaker speakers subwoofer stud studs "
    "screw sentence shaft ship shot sign signal silence skyscraper snake socket span speed spoon "
    "sprint square stick stone stretch strip suite supply swim tank tape tax telescope test ticket "
    "timeout timer tower train trail tree trek trip truck tube tunnel turn tv video wafer wait "
    "walk wall warranty wave waterfall wavelength weight window wire zone "
    "backstroke breaststroke butterfly champion equiv equivalent freestyle heat "
    "hurdles medley capsule capsules cap caps tablet tablets tab tabs pill pills doses vial "
    "vials injection injections softgels patch patches bags bottles boxes cans jars tubes "
    "plant plants refinery pipeline "
    "version versions edition option variant "
    "alkaline rechargeable lithium removable upgrade upgrades revamp refurbishment overhaul "
    "facility "
    "bailout takeover acquisition merger settlement lawsuit windfall redevelopment renovation "
    "makeover fund scheme expansion extension factory mansion yacht jackpot valuation stake "
    "program programme package stadium hospital loss losses profit surplus deficit shortfall "
    "cables bulbs bolts nails screws pipes boards panels batteries drives sheets pans "
    "weights dumbbells plates bricks tanks barrels"
)
_ARTICLES: Final = words("a an another every each")
#: Words in small letters that are no noun: nothing is an attribute of them.
_NO_NOUN: Final = words(
    "a above after ago an and apart are as at away back before below but by can deep each for from "
    "go he high i if in into is it later left less long longer more my of off on or out over per "
    "she so tall than that the their then they this to under until was we were when while who wide "
    "will with worth you your"
)
#: 1 (15 oz) can
_CANNED: Final = lazy_pattern(
    r"\.?\) (?:cans?|jars?|tins?|bags?|box(?:es)?|bottles?|packages?|packets?|pkgs?|tubs?)(?!\w)"
)
_NOUN: Final = lazy_pattern(
    r"[ -](?P<names>(?:(?!SSD|HDD|TV|LED|RAM|SIM|OLED|USB)[A-Z][A-Za-z0-9-]{1,9} ){0,2})"
    r"(?P<noun>[a-z]+|SSD|HDD|TV|LED|SIM|OLED|USB)(?P<more>-[a-z])?"
)


def is_attribute(cursor: Cursor, start: int, end: int) -> bool:
    """Whether the amount that is written from `start` to `end` belongs to the noun after it."""
    if _CANNED.match(cursor.text, end) and cursor.text[start - 1 : start] == "(":
        return True
    following = _NOUN.match(cursor.text, end, end + 40)
    if following is None:
        return False
    noun = following["noun"]
    if noun in _NO_NOUN:
        return False
    if following["names"] or noun.isupper():
        return noun in _MEASURED or noun.isupper()
    article = cursor.before(start).lower()
    if article in _ARTICLES and (article not in ("every", "each") or noun in _MEASURED):
        return True
    return noun in _MEASURED and following["more"] is None
