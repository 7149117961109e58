# pure: no socket, thread or clock.
"""Words with capitals: acronyms said or spelled, initials, Roman numerals, C++, AT&T."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from .figures import label
from .numbers import cardinal, ordinal
from .scan import Kind, Part, Rule, Scan, mark, say, spell

#: Acronyms that are said as words. Others of up to five letters are spelled unless they
#: are ordinary words in capitals.
_SAID: Final = words(
    "nasa nato unesco unicef opec aids ram rom laser radar sonar scuba json yaml toml gif jpeg jpg "
    "mpeg wasm bios dos lan wan sim pin captcha covid sars mers fifa uefa nascar nasdaq osha fema "
    "swat potus scotus flotus nafta norad darpa arpa ascii ebcdic unix posix linux gnu gui ide "
    "raid cern esa iso ikea lego nabisco amex gestapo hamas interpol mensa nimby yuppie zip cmos "
    "cobol fortran basic lisp prolog ajax rest soap crud acid saas paas iaas sap cad cam nand nor "
    "nvram dram sram eprom eeprom risc simd cuda numa udp-lite voip wifi wi-fi hepa bafta emmy "
    "grammy tony egot awol fubar snafu rip-off pac nimh noaa wac wave "
    "waves seal seals navy army asean apec aukus brics benelux quad pisa toefl gmat lsat mcat sat "
    "act gerd maga yolo fomo meme bogof taser hipaa fafsa cobra "
    "roth nicu picu moma lacma bart nimbus caltrans amtrak conrail delta tesla "
    "nvidia asus acer dell sony bose visa stem cliff tarp snap wic dare peta pet "
    "cat scan nimrod ansi imax dolby atmos midi dac alexa siri nokia canon nikon "
    "arm mips sparc tor onion duo trim grub bash vim emacs perl ruby java rust swift dart julia "
    "numpy pandas pytorch keras onnx llama bert lora moe gan rag glue squad imap mime ldap scsi "
    "sata wep ping scrum kanban oled lidar maser teflon velcro nylon rayon kevlar "
    "opus vorbis flac alac ogg webp webm heic tiff epub latex tex mobi azw"
)
_SPELLED: Final = words(
    "usa uk us eu un fbi cia nsa irs dea atf doj dod fda cdc epa sec ftc fcc ceo cfo cto coo cio "
    "vp hr pr it ai ml nlp llm gpt api url uri html css xml sql http https ftp ssh tcp ip udp dns "
    "cpu gpu tpu ssd hdd usb hdmi pdf csv tv dvd cd dj mc diy faq fyi asap aka rsvp eta est pst gmt "
    "utc am pm bc ad ce bce bbc cnn nbc abc cbs espn hbo mtv npr pbs mit ucla nyu bmw ibm hp at&t "
    "ups usps dhl aws gcp sdk ui ux os ios ok id pc phd md ba ma mba bsc msc llc "
    "plc nba nfl nhl mlb ufc wwe nasl mls fc ncaa ioc atm gps sms mms wap sos vip "
    "mia kia pow iq eq emt er icu mri ct iv hiv std dna rna pcr abs suv mpv rv atv la nyc dc sf "
    "omg lol btw imo imho tbh brb ttyl idk smh rip tldr dm pm op iou erp crm seo roi kpi ipo gdp "
    "cpi vat ira ltv apr apy etf nft dao iot ar vr xr qa ci cd pr mr cli ioctl bff tba tbd "
    "ngo led lcd rgb cmyk dpi vhs ac/dc ptsd adhd ocd als bmi ssn dob usda usaid uae ussr "
    "rafb raf uav ufo icbm wmd eod ied vpn nat dhcp ssl tls lte gsm rfid nfc jvm jit ast orm mvc "
    "oop aes rsa sha md5 des rpm dpi fps nyse copd ieee acm ietf w3c "
    "asl bsl esl aol msn icq irc sse rss cms cdn"
)
#: English words of two to five letters that people write in capitals for emphasis.
_WORDS: Final = words(
    "a an the and but or nor so yet if then else when where why how who what which that this these "
    "those i you he she we they me him her them my your his its our their am is are was were be "
    "been being do does did done have has had can could will would shall should may might must "
    "not no yes yeah nope never always ever only just very too more most less least much many all "
    "any some none each every both few own same such other here there now today soon later again "
    "also even still well back away out off up down in on at to from for with by of as into onto "
    "over under about after before until since than like stop go come get got give gave take took "
    "make made see saw seen look know knew think want need love hate help hear wait run ran walk "
    "sit stand read write said say tell told ask use used try keep let put set end start begin open "
    "close push pull turn move play work live die dead kill win won lose lost buy sell sale free "
    "new old big small good bad best worst great right wrong left true false hot cold day night "
    "time year week month man men woman women boy girl baby kid kids home house door room food "
    "water fire air car road sign exit enter entry note notes warn error fatal info debug alert "
    "danger hello hi hey bye dear sorry thank thanks please okay wow oh ah ha hah haha um uh hmm yay "
    "one two three four five six seven eight nine ten zero first last next part list item name date "
    "place page line word words text file files data key keys code test tests type types value "
    "todo fixme hack done draft final copy save send sent edit view show hide find help quit "
    "menu main home user users admin guest login log out on off high low fast slow easy hard full "
    "empty black white red green blue gray grey pink brown gold silver north south east west king "
    "queen god jesus lord holy war peace life death mind body soul heart hand head face eyes fun fan "
    "top hit box toy cup hat bag bed bus cut cry dry fly eat ate egg far fat fit fix fog fur gas gun "
    "guy ice ill ink jam jar job joy key law lay leg lie lip lot map mix mud nut oak oil pan pay pen "
    "pet pie pig pin pit pot raw ray rid rob row rub sad sea sew sky son spy sun tap tax tea tie tin "
    "tip toe ton van way web wet wig zoo must only ours mine was huge epic legal maybe every never "
    "still while under above below right left again until could would might shall about their being "
    "doing going don't can't won't isn't didn't doesn't i'm i've it's that's let's you're we're "
    "select from where insert into update delete create table drop join order group limit and"
)

REGNAL: Final = words(
    "henry louis elizabeth charles george edward william james mary richard philip francis leo pius "
    "benedict gregory innocent clement urban boniface alexander catherine peter ivan nicholas "
    "frederick wilhelm otto ferdinand alfonso carlos juan paul ramses ramesses ptolemy cleopatra "
    "xerxes darius napoleon haakon harald olav christian gustav gustavus karl carl leopold albert "
    "baudouin umberto emmanuel felipe isabella margaret margrethe beatrix wilhelmina rama "
    "amenhotep thutmose seti cambyses artaxerxes mehmed murad selim suleiman osman rudolf joseph "
    "maximilian sigismund casimir stephen bela andrew matthias malcolm robert david kenneth "
    "constantine justinian theodosius john sixtus julius adrian hadrian celestine callixtus eugene "
    "martin victor sylvester honorius pedro manuel sancho tsar king queen pope emperor abdullah "
    "hussein hassan mohammed menelik akihito anne jane nerses vasily boris fyodor stefan basil"
)
_NUMBERED: Final = words(
    "chapter part act scene volume vol book section article appendix phase type class level stage "
    "title figure fig table war episode season bowl fantasy mark mk apollo saturn tier schedule "
    "plate canto psalm grade group round game day week step unit module lesson exercise question "
    "problem theorem lemma case number no vatican rocky rambo godfather final sonata symphony opus "
    "quartet concerto pentium quest auto wars olympiad division region zone block category "
    "generation gen schedule annex exhibit clause amendment factor cranial nerve corps mission "
    "gemini artemis sputnik soyuz falcon model series version edition street civilization halo"
)
_ROMAN: Final = re.compile(
    r"(?P<roman>(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
    r"(?P<suffix>th|st|nd|rd)?(?P<owner>'s)?(?:[-–](?P<roman2>[IVXLC]{1,7}))?(?![\w&+]|[-'.]\w)"
)
_SMALL_ROMAN: Final = re.compile(r"(?P<roman>ii|iii|iv|vi|vii|viii|ix|xi|xii)(?=\)|\.\s)")
_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
#: Roman numerals that are far more often something else.
_NOT_ROMAN: Final = words(
    "mix dim cd dc md mc cv civ mm cc xl xx xxl xxx di li mi mdi dv cm mv ml dl cl did dill mild lid vid mid mill mil mild livid civil civic vivid mimic dc"
)

_DOTTED: Final = re.compile(
    r"(?P<letters>(?:[A-Za-z]\.){2,})(?P<last>[A-Za-z](?![\w']))?(?P<owner>'s)?"
)
_INITIAL: Final = re.compile(r"(?P<letter>[A-Z])\.(?=[ ]?[A-Z]|[ ]?,)")
_PLUSSED: Final = re.compile(r"(?P<name>[A-Za-z]{1,10})(?P<plus>\+\+|\+|#|\*)(?![\w+])")
_JOINED: Final = re.compile(r"(?P<one>[A-Z]{1,3})&(?P<two>[A-Z]{1,3})(?P<owner>'?s)?(?!\w)")
_CAPITALS: Final = re.compile(
    r"(?P<name>[A-Z]{2,40})(?P<owner>'s|s|'S|'ll|'d|'re|'ve)?(?![\w&]|'[a-z])"
)
_ALONE: Final = re.compile(r"(?P<letter>[A-Za-z])(?P<owner>'s)?(?![\w'’])")
_DEGREE: Final = re.compile(
    r"(?P<name>Ph\.?D|Psy\.?D|Ed\.?D|D\.?Phil|M\.?Sc|B\.?Sc|M\.?Ed|M\.?Phil|LL\.?[BM])(?P<dot>\.?)(?P<owner>'?s)?(?!\w)"
)
_SLASHED: Final = re.compile(r"[A-Z]{1,5}(?:/[A-Z]{1,5}){1,4}(?!\w)")


def roman_value(text: str) -> int:
    """The number a valid Roman numeral stands for."""
    total = 0
    for letter, following in zip(text, text[1:] + " ", strict=True):
        value = _VALUES[letter]
        total += -value if _VALUES.get(following, 0) > value else value
    return total


def _read_roman(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    text = match["roman"]
    start, end = match.span("roman")
    before = scan.before(start)
    low = before.lower().rstrip(".")
    labelled = low in _NUMBERED
    if match["suffix"]:
        return say(ordinal(roman_value(text), scan.british), start, match.end("suffix"))
    if (
        low in REGNAL
        and before[:1].isupper()
        and (
            len(text) > 1
            or (text != "I" and text in "VX")
            or (text == "I" and _reigns(scan, start, end))
        )
    ):
        return _with_owner(
            say(f"the {ordinal(roman_value(text), scan.british)}", start, end), match
        )
    if labelled and (
        before[:1].isupper() or low not in ("type", "part", "no", "game", "number") or len(text) > 1
    ):
        if text == "I" and (before.islower() or low == "no"):
            return None
        return _with_range(scan, match)
    if len(text) < 2 or text.lower() in _NOT_ROMAN or set(text) - set("IVX"):
        return None
    if scan.after(end).lower() in (
        "century",
        "centuries",
        "amendment",
        "corps",
        "dynasty",
        "olympiad",
    ):
        return say(ordinal(roman_value(text), scan.british), start, end)
    if (
        before[:1].isupper()
        and not before.isupper()
        and low not in ("the", "an", "a", "his", "her", "this", "my")
    ):
        if scan.before(start, 2).lower() in REGNAL and text in ("II", "III", "IV"):
            return _with_owner(say(f"the {ordinal(roman_value(text))}", start, end), match)
        return _with_range(scan, match)
    if text == "IV" or before.islower():
        return spell(text, start, end) if text == "IV" else _with_range(scan, match)
    return _with_range(scan, match)


def _reigns(scan: Scan, start: int, end: int) -> bool:
    """Whether a single I after a king's name is his number and not the speaker."""
    after = scan.after(end)
    return not after.isalpha() or after in (
        "of",
        "and",
        "was",
        "is",
        "ruled",
        "became",
        "died",
        "reigned",
    )


def _with_owner(parts: list[Part], match: re.Match[str]) -> list[Part]:
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end("owner"))
    return parts


def _with_range(scan: Scan, match: re.Match[str]) -> list[Part]:
    parts = say(cardinal(roman_value(match["roman"]), scan.british), *match.span("roman"))
    if match["roman2"]:
        start, end = match.span("roman2")
        parts += say("to", start - 1, start)
        parts += say(cardinal(roman_value(match["roman2"]), scan.british), start, end)
    return _with_owner(parts, match)


def _read_small_roman(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    bracket = scan.text[end : end + 1] == ")"
    if not bracket and scan.text[:start].strip():
        return None
    return say(cardinal(roman_value(match["roman"].upper())), start, end)


def _read_dotted(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    written = match["letters"] + (match["last"] or "")
    start, end = (
        match.start(),
        match.end("owner") if match["owner"] else match.start() + len(written),
    )
    low = written.lower()
    if low.rstrip(".") in ("e.g", "i.e"):
        parts = say("for example" if low[0] == "e" else "that is", start, end)
    elif low.rstrip(".") == "a.k.a":
        parts = say("also known as", start, end)
    else:
        letters = written.replace(".", "").upper()
        parts = [Part(letters + (match["owner"] or ""), start, end, Kind.LETTERS)]
        if match["owner"]:
            parts = _owned(letters, match["owner"], start, end)
    if written.endswith(".") and not match["owner"] and scan.ends(end):
        parts += mark(".", end - 1, end)
    return parts


def _owned(letters: str, owner: str, start: int, end: int) -> list[Part]:
    """Spelled letters with an ending: FBI's, CPUs."""
    head = [Part(letters[:-1], start, end, Kind.LETTERS)] if len(letters) > 1 else []
    return [*head, Part(f"{letters[-1]}'{owner.lstrip(chr(39))}", start, end)]


def _read_initial(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if match["letter"] == "I" and not re.match(
        r" ?[A-Z]\.", scan.text[match.end() : match.end() + 3]
    ):
        before = scan.before(start)
        if before.islower():
            return None
    return spell(match["letter"], start, match.end())


def _read_plussed(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name, sign = match["name"], match["plus"]
    start, end = match.span("name")
    if sign == "#":
        if len(name) > 1 or not name.isupper():
            return None
        said = "sharp"
    elif sign == "*":
        if name.upper() != "A":
            return None
        said = "star"
    else:
        said = "plus plus" if sign == "++" else "plus"
    spelled = len(name) == 1 or (name.isupper() and not is_said(scan, name))
    parts = spell(name, start, end) if spelled else say(name, start, end)
    return parts + say(said, *match.span("plus"))


def _read_joined(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    one, two = match.span("one"), match.span("two")
    parts = [*spell(match["one"], *one), *say("and", one[1], two[0])]
    if match["owner"]:
        return parts + _owned(match["two"], match["owner"], two[0], match.end())
    return parts + spell(match["two"], *two)


def is_said(scan: Scan, name: str) -> bool:
    """Whether a name in capitals is said as a word and not letter by letter."""
    low = name.lower()
    if low in _SAID:
        return True
    if low in _SPELLED and not (_shouted(scan) and low in _WORDS):
        return False
    if low in _WORDS:
        return True
    if len(name) <= 3:
        return _shouted(scan) and _sayable(low)
    if len(name) == 4:
        return _shouted(scan) and _sayable(low)
    return _sayable(low)


def _shouted(scan: Scan) -> bool:
    """Whether nearly all of the text around is in capitals."""
    letters = [c for c in scan.text[:400] if c.isalpha()]
    return len(letters) > 8 and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _sayable(low: str) -> bool:
    return re.search(r"[aeiouy]", low) is not None and not re.search(
        r"[^aeiouy]{4}|^(?:[bcdfgjkmnpqtvwxz]{2}(?<!ch)(?<!wh)(?<!th)(?<!ph)(?<!kn)(?<!gn)(?<!tw)(?<!dw))[^aeiouylr]",
        low,
    )


def _read_capitals(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    name, owner = match["name"], match["owner"]
    start, end = match.span()
    if is_said(scan, name):
        low = name.lower()
        # A word in capitals for emphasis is the same word; NASA keeps its form.
        word = name if low in _SAID else low
        return say(word + (owner or "").lower(), start, end)
    if owner:
        return _owned(name, owner, start, end)
    return spell(name, start, end)


def _read_slashed(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    for name in re.finditer(r"[A-Z]+", match.group()):
        start, end = match.start() + name.start(), match.start() + name.end()
        word = is_said(scan, name.group()) and len(name.group()) > 1
        parts += say(name.group(), start, end) if word else spell(name.group(), start, end)
    return parts


def _read_alone(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    letter = match["letter"]
    start, end = match.span()
    if letter in "aAI" and not match["owner"]:
        if letter == "I" or not _math_beside(scan, start, end):
            label_before = scan.before(start).lower() in (
                "vitamin",
                "plan",
                "grade",
                "hepatitis",
                "section",
                "appendix",
                "option",
                "exhibit",
                "type",
                "group",
            )
            if letter != "A" or not label_before:
                return say(letter, start, end)
    if match["owner"]:
        return [Part(letter.upper() + "'s", start, end)]
    return spell(letter, start, end)


def _math_beside(scan: Scan, start: int, end: int) -> bool:
    return scan.after(end) in ("=", "+", "×", "÷", "<", ">", "≤", "≥", "^") or scan.before(start) in (
        "=", "+", "×", "÷", "<", ">", "≤", "≥",
    )  # fmt: skip


def _read_degree(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("name")
    parts = spell(match["name"].replace(".", "").upper(), start, end)
    if match["owner"]:
        parts = _owned(match["name"].replace(".", "").upper(), match["owner"], start, match.end())
    if match["dot"] and scan.ends(match.end()):
        parts += mark(".", *match.span("dot"))
    return parts


_MIXED: Final = re.compile(
    r"(?P<one>[A-Z]{1,6}|[a-z]|[A-Z][a-z]{1,12})(?P<joint>-?)(?P<number>\d{1,6})(?P<rest>[A-Za-z]{1,4}|-\d{1,4}|[A-Za-z]\d{1,4})?(?P<owner>'s|s)?(?![\w]|-\w|\.\d)"
)


def _read_mixed(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    """MP3, A4, COVID-19, B2B, H2O, F-16, i7, Q3."""
    name = match["one"]
    start, end = match.span("one")
    if len(name) == 1 or (name.isupper() and not is_said(scan, name)):
        parts = spell(name, start, end)
    else:
        parts = say(name, start, end)
    number = label(match["number"])
    first, last = match.span("number")
    if match["owner"] and not match["rest"]:
        number += match["owner"] if match["owner"][0] == "'" else "s"
        last = match.end("owner")
    parts += say(number, first, last)
    if match["rest"]:
        begin = match.start("rest")
        for run in re.finditer(r"\d+|[A-Za-z]+", match["rest"]):
            span = begin + run.start(), begin + run.end()
            parts += (
                say(label(run.group()), *span)
                if run.group().isdigit()
                else spell(run.group(), *span)
            )
    return parts


RULES: Final[list[Rule]] = [
    (_DEGREE, _read_degree),
    (_DOTTED, _read_dotted),
    (_INITIAL, _read_initial),
    (_ROMAN, _read_roman),
    (_SMALL_ROMAN, _read_small_roman),
    (_PLUSSED, _read_plussed),
    (_JOINED, _read_joined),
    (_SLASHED, _read_slashed),
    (_MIXED, _read_mixed),
    (_CAPITALS, _read_capitals),
    (_ALONE, _read_alone),
]
