# pure: no socket, thread or clock.
"""English abbreviations: what they say, and which of them may end a sentence."""

from __future__ import annotations

from typing import Final


def words(listed: str) -> frozenset[str]:
    """The words of `listed`, which white space parts."""
    return frozenset(listed.split())


#: Before a name: the full stop after these never ends a sentence.
TITLES: Final[dict[str, str]] = {
    "mr": "mister",
    "mrs": "missus",
    "ms": "miz",
    "mx": "mix",
    "dr": "doctor",
    "drs": "doctors",
    "prof": "professor",
    "rev": "reverend",
    "hon": "honorable",
    "fr": "father",
    "sr": "senior",
    "jr": "junior",
    "gen": "general",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "capt": "captain",
    "cpt": "captain",
    "cmdr": "commander",
    "cdr": "commander",
    "col": "colonel",
    "cpl": "corporal",
    "maj": "major",
    "adm": "admiral",
    "pvt": "private",
    "gov": "governor",
    "pres": "president",
    "sen": "senator",
    "rep": "representative",
    "supt": "superintendent",
    "insp": "inspector",
    "det": "detective",
    "msgr": "monsignor",
    "messrs": "messieurs",
    "mme": "madame",
    "mlle": "mademoiselle",
    "st": "saint",
    "ste": "sainte",
    "mt": "mount",
    "ft": "fort",
}

#: After a name, a number or a list: these may end a sentence.
ENDERS: Final = words(
    "st ave blvd rd ln ct pl hwy pkwy sq ter jr sr esq inc ltd co corp bros llc plc etc al "
    "dept univ assn ft in oz lb lbs yd yds mi min mins hr hrs sec secs mo yr yrs wk wks "
    "approx est ext tel max jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed "
    "thu thur thurs fri sat sun ph.d m.d b.a m.a b.s m.s d.c u.s u.k e.u u.n u.s.a a.m p.m "
    "a.d b.c c.e b.c.e am pm ibid lol vol cm mm km kg dr"
)

#: Words that begin a sentence far more often than they follow an abbreviation inside one.
STARTERS: Final = words(
    "the this that these those it it's its he he's she she's they they're we we're you you're "
    "i i'm i've i'll i'd a an in on at by for from with to of as but and or so yet however "
    "there there's then when if what what's why how who where which while after before since "
    "until because although though my his her their our your some many most all each every "
    "both no yes not nothing please let let's do does did is are was were can could will "
    "would should may might must have has had here here's now today tomorrow yesterday also "
    "still even just only perhaps maybe finally first next later meanwhile instead thus "
    "therefore once such one two three nobody everyone everybody everything someone something"
)

#: Said wherever they stand with their full stop, and where _BARE has them, without it.
EXPANDED: Final[dict[str, str]] = {
    "etc": "et cetera",
    "vs": "versus",
    "approx": "approximately",
    "dept": "department",
    "depts": "departments",
    "univ": "university",
    "assn": "association",
    "assoc": "associate",
    "inc": "incorporated",
    "ltd": "limited",
    "corp": "corporation",
    "bros": "brothers",
    "blvd": "boulevard",
    "hwy": "highway",
    "pkwy": "parkway",
    "apt": "apartment",
    "bldg": "building",
    "govt": "government",
    "gov't": "government",
    "misc": "miscellaneous",
    "max": "maximum",
    "avg": "average",
    "temp": "temperature",
    "tel": "telephone",
    "esq": "esquire",
    "jr": "junior",
    "sr": "senior",
    "est": "established",
    "ext": "extension",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgr": "manager",
    "natl": "national",
    "intl": "international",
    "int'l": "international",
    "nat'l": "national",
    "prev": "previous",
    "incl": "including",
    "excl": "excluding",
    "orig": "original",
    "viz": "namely",
    "cf": "compare",
    "al": "al",
    "ibid": "ibid",
    "w/o": "without",
    "ave": "avenue",
    "rd": "road",
    "ln": "lane",
    "co": "company",
    "messrs": "messieurs",
    "attn": "attention",
    "cont": "continued",
    "contd": "continued",
    "diam": "diameter",
    "dist": "district",
    "div": "division",
    "esp": "especially",
    "freq": "frequency",
    "hist": "history",
    "lang": "language",
    "maint": "maintenance",
    "pkg": "package",
    "qty": "quantity",
    "recd": "received",
    "ref": "reference",
    "req": "required",
    "resp": "respectively",
    "spec": "specification",
    "tech": "technology",
    "trans": "translated",
    "hon": "honorable",
    "calif": "california",
    "conn": "connecticut",
    "penn": "pennsylvania",
    "tenn": "tennessee",
}

#: Of those, the ones that are also said without a full stop.
BARE: Final = words(
    "etc vs dept depts blvd hwy pkwy bldg govt mfg mgmt mgr natl intl incl excl attn contd "
    "qty approx"
)

#: Before a number (or a Roman one): what the abbreviation says.
BEFORE_NUMBER: Final[dict[str, str]] = {
    "no": "number",
    "nos": "numbers",
    "nr": "number",
    "vol": "volume",
    "vols": "volumes",
    "fig": "figure",
    "figs": "figures",
    "ch": "chapter",
    "chap": "chapter",
    "sec": "section",
    "sect": "section",
    "art": "article",
    "p": "page",
    "pp": "pages",
    "pg": "page",
    "pt": "part",
    "para": "paragraph",
    "eq": "equation",
    "eqn": "equation",
    "ex": "example",
    "tab": "table",
    "app": "appendix",
    "prop": "proposition",
    "ed": "edition",
    "ver": "version",
    "v": "version",
    "op": "opus",
    "ste": "suite",
    "rm": "room",
    "fl": "floor",
    "ext": "extension",
    "apt": "apartment",
    "min": "minimum",
    "max": "maximum",
    "c": "circa",
    "ca": "circa",
    "est": "established",
    "b": "born",
    "d": "died",
    "r": "reigned",
    "l": "line",
    "ll": "lines",
    "bk": "book",
    "div": "division",
    "rte": "route",
    "rt": "route",
}

#: After a number: units are `normalize.measure`; these are the other words.
AFTER_NUMBER: Final[dict[str, str]] = {
    "ed": "edition",
    "fl": "floor",
    "ave": "avenue",
    "st": "street",
    "dr": "drive",
}

#: After a name: parts of an address.
ROADS: Final[dict[str, str]] = {
    "st": "street",
    "ave": "avenue",
    "dr": "drive",
    "rd": "road",
    "ln": "lane",
    "ct": "court",
    "pl": "place",
    "sq": "square",
    "ter": "terrace",
    "cir": "circle",
    "blvd": "boulevard",
    "hwy": "highway",
    "pkwy": "parkway",
    "expy": "expressway",
    "ft": "fort",
    "mt": "mount",
    "mts": "mountains",
    "bros": "brothers",
    "co": "company",
    "cos": "companies",
}
