# pure: no socket, thread or clock.
"""Money and quantities in languages other than English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .language import Currency, Language
from .rule import NUMBER, LocalRule, any_of, digits_of

_MINUS: Final = r"(?P<minus>(?<![\w.,])[-−–])?"
_GREAT: Final = {
    "fr": {"k": "mille", "M": "millions", "Md": "milliards", "Mds": "milliards"},
    "es": {"mil": "mil", "M": "millones", "millones": "millones", "mill.": "millones"},
    "it": {"mila": "mila", "mln": "milioni", "mld": "miliardi", "milioni": "milioni",
           "miliardi": "miliardi"},
    "pt": {"mil": "mil", "mi": "milhões", "bi": "bilhões", "milhões": "milhões",
           "bilhões": "bilhões"},
    "hi": {"लाख": "लाख", "करोड़": "करोड़", "हज़ार": "हज़ार", "हजार": "हजार"},
}  # fmt: skip
#: Between a great number and what it counts: millions d'euros.
_OF: Final = {"fr": "de", "es": "de", "it": "di", "pt": "de", "hi": ""}


@cache
def _money(language: Language) -> re.Pattern[str]:
    signs = any_of(list(language.currencies))
    great = any_of(list(_GREAT[language.code]))
    return re.compile(
        rf"{_MINUS}(?:(?P<sign>{signs})[\s]?(?P<number>{NUMBER})(?:\s?(?P<great>{great})(?!\w))?"
        rf"|(?P<number2>{NUMBER})\s?(?:(?P<great2>{great})\s?)?(?P<sign2>{signs}))(?![\w])"
    )


def _read_money(language: Language, match: re.Match[str]) -> str:
    currency = language.currencies[match["sign"] or match["sign2"]]
    great = match["great"] or match["great2"]
    written = digits_of(match["number"] or match["number2"], language)
    minus = language.phrases.minus + " " if match["minus"] else ""
    if great:
        return minus + _great(language, written, _GREAT[language.code][great], currency)
    return minus + amount(language, written, currency)


def _great(language: Language, written: str, word: str, currency: Currency) -> str:
    of = _OF[language.code]
    unit = currency.unit.many
    if word in ("mille", "mil", "mila", "हज़ार", "हजार") or not of:
        return f"{written} {word} {unit}"
    if of == "de" and language.code == "fr" and unit[0] in "aeiouy":
        return f"{written} {word} d'{unit}"
    return f"{written} {word} {of} {unit}"


def amount(language: Language, written: str, currency: Currency) -> str:
    """12,50 of a currency: douze euros cinquante."""
    whole, _, part = re.split(r"([.,])", written + ".", maxsplit=1)[0:3]
    part = part.rstrip(".")
    unit, small = currency.unit, currency.small
    if len(part) == 1:
        part += "0"
    if not part or not part.strip("0") or len(part) != 2 or small is None:
        said = written if part.strip("0") else whole
        return language.counted(said, unit)
    cents = str(int(part))
    if whole.strip("0") == "":
        return language.counted(cents, small)
    said = language.counted(whole, unit)
    if language.code == "pt" or language.code == "hi" or currency.unit.feminine:
        return f"{said} {language.phrases.cents} {language.counted(cents, small)}"
    return f"{said} {language.phrases.cents} {cents}"


@cache
def _quantity(language: Language) -> re.Pattern[str]:
    units = any_of(list(language.units))
    return re.compile(
        rf"{_MINUS}(?:(?P<low>{NUMBER})\s?(?:[-–—à]|al?)\s?)?(?P<number>{NUMBER})"
        rf"(?:[\s\u00a0\u202f]?)(?P<unit>{units})(?![\w'’²³/])(?P<stop>\.(?=\s+[a-zàáâéèêíóôúç]))?"
    )


def _read_quantity(language: Language, match: re.Match[str]) -> str:
    unit = match["unit"]
    gap = match.string[match.end("number") : match.start("unit")]
    if unit in ("s", "t", "L", "V", "m", "W", "g", "l") and not gap and len(match["number"]) > 4:
        return ""
    digits = digits_of(match["number"], language)
    if height := _height(language, match, digits):
        return height
    said = language.counted(digits, language.units[unit])
    if low := match["low"]:
        said = f"{digits_of(low, language)} {language.phrases.to} {said}"
    return f"{language.phrases.minus} {said}" if match["minus"] else said


@cache
def _percent(language: Language) -> re.Pattern[str]:
    return re.compile(rf"{_MINUS}(?P<number>{NUMBER})[\s\u00a0\u202f]?%")


def _read_percent(language: Language, match: re.Match[str]) -> str:
    said = digits_of(match["number"], language) + "%"
    return f"{language.phrases.minus} {said}" if match["minus"] else said


@cache
def _negative(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,)\]])[-−](?P<number>{NUMBER})(?![\w-])")


def _read_negative(language: Language, match: re.Match[str]) -> str:
    before = match.string[: match.start()].rstrip()
    if match.group()[0] == "-" and before[-1:].isdigit():
        return ""
    return f"{language.phrases.minus} {digits_of(match['number'], language)}"


@cache
def _range(language: Language) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.,/-])(?P<low>{NUMBER})\s?[-–—]\s?(?P<high>{NUMBER})(?![\w/-]|[.,]\d)"
    )


def _read_range(language: Language, match: re.Match[str]) -> str:
    if language.code == "hi" and match.string.startswith(" से", match.end()):
        return f"{match['low']} {match['high']}"  # a score: 3-1 से जीता
    if language.code == "fr" and (match["low"], match["high"]) in _WARS:
        return f"{match['low']} {match['high']}"
    low, high = digits_of(match["low"], language), digits_of(match["high"], language)
    if (low.startswith("0") and len(low) > 1) or max(len(low), len(high)) > 5:
        return ""  # a telephone's
    if int(re.sub(r"\D", "", low)) > int(re.sub(r"\D", "", high)) > 99:
        return ""
    return f"{low} {language.phrases.to} {high}"


#: Known by their years: la guerre de quatorze-dix-huit.
_WARS: Final = {("14", "18"), ("39", "45")}

#: Between the sides of something: 40 x 30 cm.
_BY: Final = {"fr": "sur", "es": "por", "it": "per", "pt": "por", "hi": "गुणा"}


@cache
def _size(language: Language) -> re.Pattern[str]:
    units = any_of(list(language.units))
    return re.compile(
        rf"(?<![\w.,/-])(?P<one>{NUMBER})\s?[x×]\s?(?P<two>{NUMBER})"
        rf"(?:\s?[x×]\s?(?P<three>{NUMBER}))?(?:\s?(?P<unit>{units})(?![\w'’²³/])|(?![\w=]|[.,]\d))"
    )


def _read_size(language: Language, match: re.Match[str]) -> str:
    sides = [digits_of(side, language) for side in match.group("one", "two", "three") if side]
    if match["unit"]:
        sides[-1] = language.counted(sides[-1], language.units[match["unit"]])
    return f" {_BY[language.code]} ".join(sides)


#: How tall somebody is: un mètre soixante-douze.
_TALL: Final = re.compile(r"[12][.,]\d\d")
_MEASURES: Final = re.compile(
    r"\b(?:mesur\w*|taille|fai[ts]|mide|medía|mido|estatura|altura|altezza|alt[oa]|misura|mede|tem|"
    r"tenho|é)\b[^.!?\d]{0,16}\Z",
    re.IGNORECASE,
)


def _height(language: Language, match: re.Match[str], number: str) -> str:
    """Metres and centimetres, if somebody is measured."""
    if match["unit"] != "m" or match["low"] or not _TALL.fullmatch(number):
        return ""
    if language.code == "hi" or not _MEASURES.search(match.string[: match.start()][-40:]):
        return ""
    whole = language.counted(number[0], language.units["m"])
    joint = f" {_AND[language.code]} " if language.code in ("it", "pt") else " "
    part = str(int(number[2:]))
    return f"{whole}{joint}{part}" if part != "0" else whole


@cache
def _fraction(language: Language) -> re.Pattern[str]:
    units = any_of([unit for unit in language.units if unit[0] != "°"])
    return re.compile(
        r"(?:(?<![\w/.,])(?P<whole>\d{1,3})[ ]?)?"
        r"(?P<fraction>(?<![\d/.,])\d{1,3}/\d{1,3}(?![\w/]|[.,]\d)|[½⅓¼⅔¾])"
        rf"(?:\s(?P<unit>{units})(?![\w'’²³/]))?"
    )


#: What something is done in: 3 fois/jour, 2 veces/semana.
_EACH: Final = {
    "fr": ("fois|comprimés?|gouttes?|heures?|cuillères?|séances?|prises?|euros?",
           "jour|semaine|mois|an|heure|personne|nuit", "par"),
    "es": ("veces|vez|pastillas?|gotas?|horas?|euros?|dosis",
           "día|semana|mes|año|hora|persona|noche", "por"),
    "it": ("volte|volta|compresse|gocce|ore|euro",
           "giorno|settimana|mese|anno|ora|persona|notte", "al"),
    "pt": ("vezes|vez|comprimidos?|gotas?|horas?|reais", "dia|semana|mês|ano|hora|pessoa|noite",
           "por"),
}  # fmt: skip
_TO_THE: Final = {"settimana": "alla", "ora": "all'", "anno": "all'", "persona": "a", "notte": "a"}


@cache
def _each(language: Language) -> re.Pattern[str] | None:
    if language.code not in _EACH:
        return None
    what, when, _ = _EACH[language.code]
    return re.compile(rf"(?P<what>{what})/(?P<when>{when})(?![\w/])")


def _read_each(language: Language, match: re.Match[str]) -> str:
    when, by = match["when"], _EACH[language.code][2]
    if language.code == "it":
        by = _TO_THE.get(when, by)
    return f"{match['what']} {by}{'' if by.endswith(chr(39)) else ' '}{when}"


_AND: Final = {"fr": "et", "es": "y", "it": "e", "pt": "e", "hi": ""}


def _read_fraction(language: Language, match: re.Match[str]) -> str:
    written, whole = match["fraction"], match["whole"]
    said = language.phrases.fractions.get(written)
    if said is None:
        one, two = written.split("/")
        said = f"{one} {language.phrases.over} {two}"
        if whole and match.string[match.start() : match.end()].count(" "):
            return ""
    unit = match["unit"]
    after = f" {language.units[unit].one}" if unit else match.string[match.end() :][:20]
    if said in _HALVES and _FEMININE.match(after):
        said = said[:-1] + "a"
    if whole:
        said = f"{whole} {_AND[language.code]} {said}"
    return said + after if unit else said


#: Half an hour and half a cup: media hora, mezza tazza, meia hora.
_HALVES: Final = frozenset({"medio", "mezzo", "meio"})
_FEMININE: Final = re.compile(
    r"\s(?:[a-zà-ÿ]{3,}a|colher|noite|parte|vez|porção|mano|noche|notte|chiave|hectárea)\b"
)


def _read_grouped(language: Language, match: re.Match[str]) -> str:
    written = match.group()
    said = digits_of(written, language)
    return "" if said == written else said


@cache
def _grouped(language: Language) -> re.Pattern[str]:
    if language.code == "hi":
        return re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?![\w]|,\d)")
    return re.compile(
        r"(?<![\w.,])(?<!\d )\d{1,3}(?:[\u00a0\u202f. ]\d{3}(?!\d))+(?:,\d+)?(?! ?\w*\d|[.,]\d|\w)"
    )


MONEY: Final = LocalRule(
    "money.local", _money, _read_money,
    (
        ("fr", "Ça coûte 12,50 €.", "Ça coûte 12 euros 50."),
        ("fr", "Il vaut 3,5 M€.", "Il vaut 3,5 millions d'euros."),
        ("es", "Pagué $2000.", "Pagué 2000 dólares."),
        ("es", "Cuesta 21 €.", "Cuesta veintiún euros."),
        ("it", "Costa € 12,50.", "Costa 12 euro e 50."),
        ("pt", "Custa R$ 25,90.", "Custa 25 reais e 90 centavos."),
        ("hi", "कीमत ₹500 है।", "कीमत 500 रुपये है."),
    ),
)  # fmt: skip
QUANTITY: Final = LocalRule(
    "measure.local", _quantity, _read_quantity,
    (
        ("fr", "Il pèse 1 kg.", "Il pèse un kilo."),
        ("es", "Hace -5 °C.", "Hace menos 5 grados."),
        ("it", "Pesa 3 kg.", "Pesa 3 chili."),
        ("fr", "Elle mesure 1,72 m.", "Elle mesure un mètre 72."),
        ("pt", "Corre a 80 km/h.", "Corre a 80 quilômetros por hora."),
    ),
)  # fmt: skip
PERCENT: Final = LocalRule(
    "cardinal.local_percent", _percent, _read_percent, (("fr", "Il a -5 %.", "Il a moins 5%."),)
)
NEGATIVE: Final = LocalRule(
    "cardinal.local_minus", _negative, _read_negative, (("fr", "Il fait -5.", "Il fait moins 5."),)
)
SIZE: Final = LocalRule(
    "measure.local_size", _size, _read_size,
    (
        ("es", "Mide 40 x 30 cm.", "Mide 40 por 30 centímetros."),
        ("fr", "Un tapis de 2 x 3 m.", "Un tapis de 2 sur 3 mètres."),
        ("it", "Misura 10 x 20 x 5 cm.", "Misura 10 per 20 per 5 centimetri."),
    ),
)  # fmt: skip
RANGE: Final = LocalRule(
    "range.local", _range, _read_range, (("it", "Pagine 10-12.", "Pagine 10 a 12."),)
)
FRACTION: Final = LocalRule(
    "range.local_fraction", _fraction, _read_fraction,
    (("fr", "Ajoutez 1/2 verre.", "Ajoutez un demi verre."), ("es", "Son 2 ½.", "Son 2 y medio."),
     ("it", "Serve 1/2 l di latte.", "Serve mezzo litro di latte.")),
)  # fmt: skip
EACH: Final = LocalRule(
    "measure.local_each", _each, _read_each,
    (
        ("fr", "Prenez-en 3 fois/jour.", "Prenez-en 3 fois par jour."),
        ("it", "Due volte/settimana.", "Due volte alla settimana."),
    ),
)  # fmt: skip
GROUPED: Final = LocalRule(
    "cardinal.local_grouped", _grouped, _read_grouped,
    (("fr", "Ils sont 1 234 567.", "Ils sont 1234567."),),
)  # fmt: skip
