# pure: no socket, thread or clock.
"""Acronyms: which are said as words (NASA) and which are spelled (FBI)."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from .cursor import Cursor

#: Acronyms that are said as words. Others of up to five letters are spelled unless they
#: are ordinary words in capitals.
SAID: Final = words(
    "ok nasa nato unesco unicef opec aids ram rom laser radar sonar scuba json yaml toml gif "
    "jpeg jpg mpeg wasm bios dos lan wan sim pin captcha covid sars mers fifa uefa nascar "
    "nasdaq osha fema swat potus scotus flotus nafta norad darpa arpa ascii ebcdic unix posix "
    "linux gnu gui ide raid cern esa iso ikea lego nabisco amex gestapo hamas interpol mensa "
    "nimby yuppie zip cmos cobol fortran basic lisp prolog ajax rest soap crud acid saas paas "
    "iaas sap cad cam nand nor nvram dram sram eprom eeprom risc simd cuda numa udp-lite voip "
    "wifi wi-fi hepa bafta emmy grammy tony egot awol fubar snafu rip-off pac nimh noaa wac "
    "wave waves seal seals navy army asean apec aukus brics benelux quad pisa toefl gmat lsat "
    "mcat sat act gerd maga yolo fomo meme bogof taser hipaa fafsa cobra roth nicu picu moma "
    "lacma bart nimbus caltrans amtrak conrail delta tesla nvidia asus acer dell sony bose "
    "visa stem cliff tarp snap wic dare peta pet cat scan nimrod ansi imax dolby atmos midi "
    "dac alexa siri nokia canon nikon arm mips sparc tor onion duo trim grub bash vim emacs "
    "perl ruby java rust swift dart julia numpy pandas pytorch keras onnx llama bert lora moe "
    "gan rag glue squad imap mime ldap scsi sata wep ping scrum kanban oled lidar maser "
    "teflon velcro nylon rayon kevlar opus vorbis flac alac ogg webp webm heic tiff epub "
    "latex tex mobi azw"
)
_SPELLED: Final = words(
    "usa uk us eu un fbi cia nsa irs dea atf doj dod fda cdc epa sec ftc fcc ceo cfo cto coo "
    "cio vp hr pr it ai ml nlp llm gpt api url uri html css xml sql http https ftp ssh tcp ip "
    "udp dns cpu gpu tpu ssd hdd usb hdmi pdf csv tv dvd cd dj mc diy faq fyi asap aka rsvp "
    "eta est pst gmt utc am pm bc ad ce bce bbc cnn nbc abc cbs espn hbo mtv npr pbs mit ucla "
    "nyu bmw ibm hp at&t ups usps dhl aws gcp sdk ui ux os ios id pc phd md ba ma mba bsc "
    "msc llc plc nba nfl nhl mlb ufc wwe nasl mls fc ncaa ioc atm gps sms mms wap sos vip mia "
    "kia pow iq eq emt er icu mri ct iv hiv std dna rna pcr abs suv mpv rv atv la nyc dc sf "
    "omg lol btw imo imho tbh brb ttyl idk smh rip tldr dm op iou erp crm seo roi kpi ipo gdp "
    "cpi vat ira ltv apr apy etf nft dao iot ar vr xr qa ci mr cli ioctl bff tba tbd ngo led "
    "lcd rgb cmyk dpi vhs ac/dc ptsd adhd ocd als bmi ssn dob usda usaid uae ussr rafb raf "
    "uav ufo icbm wmd eod ied vpn nat dhcp ssl tls lte gsm rfid nfc jvm jit ast orm mvc oop "
    "aes rsa sha md5 des rpm fps nyse copd ieee acm ietf w3c asl bsl esl aol msn icq irc sse "
    "rss cms cdn"
)
#: English words of two to five letters that people write in capitals for emphasis.
_WORDS: Final = words(
    "a an the and but or nor so yet if then else when where why how who what which that this "
    "these those "
    "it us i you he she we they me him her them my your his its our their am is are was "
    "were be been being do does did done have has had can could will would shall should may "
    "might must not no yes yeah nope never always ever only just very too more most less "
    "least much many all any some none each every both few own same such other here there now "
    "today soon later again also even still well back away out off up down in on at to from "
    "for with by of as into onto over under about after before until since than like stop go "
    "come get got give gave take took make made see saw seen look know knew think want need "
    "love hate help hear wait run ran walk sit stand read write said say tell told ask use "
    "used try keep let put set end start begin open close push pull turn move play work live "
    "die dead kill win won lose lost buy sell sale free new old big small good bad best worst "
    "great right wrong left true false hot cold day night time year week month man men woman "
    "women boy girl baby kid kids home house door room food water fire air car road sign exit "
    "enter entry note notes warn error fatal info debug alert danger hello hi hey bye dear "
    "sorry thank thanks please okay wow oh ah ha hah haha um uh hmm yay one two three four "
    "five six seven eight nine ten zero first last next part list item name date place page "
    "line word words text file files data key keys code test tests type types value todo "
    "fixme hack draft final copy save send sent edit view show hide find quit menu main user "
    "users admin guest login log high low fast slow easy hard full empty black white red "
    "green blue gray grey pink brown gold silver north south east west king queen god jesus "
    "lord holy war peace life death mind body soul heart hand head face eyes fun fan top hit "
    "box toy cup hat bag bed bus cut cry dry fly eat ate egg far fat fit fix fog fur gas gun "
    "guy ice ill ink jam jar job joy law lay leg lie lip lot map mix mud nut oak oil pan pay "
    "pen pet pie pig pin pit pot raw ray rid rob row rub sad sea sew sky son spy sun tap tax "
    "tea tie tin tip toe ton van way web wet wig zoo ours mine huge epic legal maybe while "
    "above below doing going don't can't won't isn't didn't doesn't i'm i've it's that's "
    "let's you're we're select insert update delete create table drop join order group limit"
)


def is_said(cursor: Cursor, name: str) -> bool:
    """Whether a name in capitals is said as a word and not letter by letter."""
    low = name.lower()
    if low in SAID:
        return True
    if low in _SPELLED and not (shouted(cursor) and low in _WORDS):
        return False
    if low in _WORDS:
        return True
    if len(name) <= 3:
        return shouted(cursor) and _sayable(low)
    if len(name) == 4:
        return shouted(cursor) and _sayable(low)
    return _sayable(low)


def shouted(cursor: Cursor) -> bool:
    """Whether nearly all of the text around is in capitals."""
    letters = [c for c in cursor.text[:400] if c.isalpha()]
    return len(letters) > 8 and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _sayable(low: str) -> bool:
    return re.search(r"[aeiouy]", low) is not None and not re.search(
        r"[^aeiouy]{4}|^(?:[bcdfgjkmnpqtvwxz]{2}(?<!ch)(?<!wh)(?<!th)(?<!ph)(?<!kn)(?<!gn)(?<!tw)(?<!dw))[^aeiouylr]",
        low,
    )
