# pure: no socket, thread or clock.
"""Dates and clocks in languages other than English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .language import Language
from .rule import LocalRule, any_of


def _date(language: Language, day: int, month: int, year: str) -> str:
    of = language.phrases.day
    said = [_first(language) if day == 1 else str(day), of, language.months[month - 1]]
    if year:
        said += [of, year]
    return " ".join(word for word in said if word)


def _first(language: Language) -> str:
    """The first of a month."""
    if language.code == "es":
        return "uno"
    return language.ordinal(1, False) or "1"


@cache
def _numeric(_: Language) -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w/.,-])(?:(?P<day>0?[1-9]|[12]\d|3[01])(?P<sign>[/.-])(?P<month>0?[1-9]|1[0-2])"
        r"(?:(?P=sign)(?P<year>\d{4}|\d{2}))?"
        r"|(?P<year2>\d{4})-(?P<month2>0[1-9]|1[0-2])-(?P<day2>0[1-9]|[12]\d|3[01]))(?![\w/-]|[.,]\d)"
    )


def _read_numeric(language: Language, match: re.Match[str]) -> str:
    if match["year2"]:
        return _date(language, int(match["day2"]), int(match["month2"]), match["year2"])
    year = match["year"] or ""
    padded = match["day"].startswith("0") or match["month"].startswith("0")
    if not year and (match["sign"] != "/" or not padded):
        return ""  # a fraction, a score, a number with decimals
    if len(year) == 2:
        if match["sign"] != "/" and not padded:
            return ""
        year = ("20" if int(year) < 50 else "19") + year
    return _date(language, int(match["day"]), int(match["month"]), year)


@cache
def _written(language: Language) -> re.Pattern[str]:
    names = any_of(list(language.month_numbers))
    of = r"(?:de\s+)?" if language.code in ("es", "pt") else ""
    return re.compile(
        rf"(?<![\w/.,-])(?P<day>0?[1-9]|[12]\d|3[01])(?P<mark>er|°|º|\.º)?\s+(?P<of>{of})"
        rf"(?P<month>{names})(?P<stop>\.(?=\s*[\d,;]|\s+[a-zàé]))?(?!\w)"
    )


def _read_written(language: Language, match: re.Match[str]) -> str:
    name = match["month"]
    full = language.months[language.month_numbers[name] - 1]
    short = name != full and bool(match["stop"])
    if name != full and not short and name not in language.months:
        return ""
    day = int(match["day"])
    if day != 1 and not short and not match["mark"]:
        return ""
    of = language.phrases.day
    said = _first(language) if day == 1 else str(day)
    return f"{said} {of} {full}" if of else f"{said} {full}"


#: Feminine hours, if hours are feminine: la una, vinte e uma.
_HOURS: Final = {
    "fr": {0: "0", 1: "une", 21: "vingt et une"},
    "es": {1: "una", 21: "veintiuna"},
    "it": {1: "una"},
    "pt": {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"},
    "hi": {},
}


@cache
def _clock(language: Language) -> re.Pattern[str]:
    after = r"(?:\s*(?:hrs?|h)(?!\w)(?:\.(?=\s*\S))?)?" if language.code == "es" else ""
    if language.code == "hi":
        after = r"(?:\s*बजे)?"
    return re.compile(
        rf"(?<![\w:.,])(?P<hour>[01]?\d|2[0-4])(?:\s?(?P<h>[hH])\s?(?:(?P<minute>[0-5]\d)"
        rf"(?P<lasts>\s?(?:min(?!\w)(?:\.(?=\s*\S))?|['′]))?)?(?![\w:])"
        rf"|:(?P<minute2>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:]){after})"
    )


def _read_clock(language: Language, match: re.Match[str]) -> str:
    hour = int(match["hour"])
    minute = int(match["minute"] or match["minute2"] or 0)
    if match["second"]:
        return ""
    if language.code == "hi":
        return _hindi_clock(hour, minute, match.group().endswith("बजे"))
    if match["lasts"]:
        return _duration(language, hour, minute)
    said = _HOURS[language.code].get(hour, str(hour))
    one, many = language.phrases.hour
    if match["h"] and language.code in ("es", "it"):
        one, many = ("hora", "horas") if language.code == "es" else ("ora", "ore")
        if minute:
            one = many = ""
    if language.code == "fr" or (many and not minute):
        return f"{said} {one if hour < 2 else many}" + (f" {minute}" if minute else "")
    if not minute:
        sharp = language.code == "es" and not _FROM.search(match.string[: match.start()][-8:])
        return f"{said} en punto" if sharp else said
    return f"{said} {language.phrases.minutes} {minute}"


#: From an hour to another one: de 9:00 a 14:30.
_FROM: Final = re.compile(r"(?<!\w)(?:de|desde|a|entre|y|hasta)\s\Z", re.IGNORECASE)
_LENGTHS: Final = {
    "fr": ("une heure", "heures", "", "minutes"), "es": ("una hora", "horas", "y", "minutos"),
    "it": ("un'ora", "ore", "e", "minuti"), "pt": ("uma hora", "horas", "e", "minutos"),
}  # fmt: skip


def _duration(language: Language, hour: int, minute: int) -> str:
    """How long it lasts: 1h50min."""
    one, many, joint, minutes = _LENGTHS[language.code]
    hours = one if hour == 1 else f"{hour} {many}"
    return " ".join(word for word in (hours, joint, str(minute), minutes) if word)


def _hindi_clock(hour: int, minute: int, named: bool) -> str:
    end = " बजे" if named else ""
    if minute == 30:
        return {1: "डेढ़", 2: "ढाई"}.get(hour, f"साढ़े {hour}") + " बजे"
    if minute == 15:
        return f"सवा {hour} बजे"
    if minute == 45:
        return f"पौने {hour % 12 + 1 if hour < 13 else hour + 1} बजे"
    if minute:
        return f"{hour} बजकर {minute} मिनट"
    return f"{hour}{end or ' बजे'}"


#: With a point behind the hour, after words that hours have: alle 6.50, a las 8.15.
_AT: Final = {
    "it": re.compile(r"\b(?:alle|dalle|delle|ore|le|fino alle)\s\Z", re.IGNORECASE),
    "es": re.compile(r"\b(?:a|de|desde|hasta|sobre) las?\s\Z", re.IGNORECASE),
    "pt": re.compile(r"\b(?:às|das|até as)\s\Z", re.IGNORECASE),
}


@cache
def _pointed(language: Language) -> re.Pattern[str] | None:
    if language.code not in _AT:
        return None
    return re.compile(
        r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\w%€]|[.,]\d)"
        r"(?:\s*(?:hrs?|h)(?!\w))?"
    )


def _read_pointed(language: Language, match: re.Match[str]) -> str:
    if not _AT[language.code].search(match.string[: match.start()][-16:]):
        return ""
    hour, minute = int(match["hour"]), int(match["minute"])
    said = _HOURS[language.code].get(hour, str(hour))
    return f"{said} {language.phrases.minutes} {minute}" if minute else said


@cache
def _hours(_: Language) -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w:.,])(?P<hour>[01]?\d|2[0-4])\s?(?P<sign>[hH]|[:.](?=[0-5]\d))(?P<minute>[0-5]\d)?"
        r"\s?[-–]\s?(?P<hour2>[01]?\d|2[0-4])\s?(?P=sign)(?P<minute2>[0-5]\d)?(?![\w:€%]|[.,]\d)"
    )


def _read_hours(language: Language, match: re.Match[str]) -> str:
    """From one hour to another: 9h-19h, 9.00-18.00."""
    one, two = (
        int(match[n] + (match[m] or "00")) for n, m in (("hour", "minute"), ("hour2", "minute2"))
    )
    if match["sign"] == "." and (language.code == "fr" or one >= two or one % 5 or two % 5):
        return ""
    sign = ":" if match["sign"] == "." else match["sign"]
    said = []
    for hour, minute in (("hour", "minute"), ("hour2", "minute2")):
        clock = _clock(language).fullmatch(f"{match[hour]}{sign}{match[minute] or ''}")
        if clock is None:
            return ""
        said.append(_read_clock(language, clock).removesuffix(" en punto"))
    return f" {language.phrases.to} ".join(said) if all(said) else ""


#: Short names of days; those that are the sea too need another day, a date or an article.
_DAYS: Final = {
    "fr": {"lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi",
           "sam": "samedi", "dim": "dimanche"},
    "es": {"lun": "lunes", "mar": "martes", "mié": "miércoles", "jue": "jueves",
           "vie": "viernes", "sáb": "sábado", "dom": "domingo"},
    "it": {"lun": "lunedì", "mar": "martedì", "mer": "mercoledì", "gio": "giovedì",
           "ven": "venerdì", "sab": "sabato", "dom": "domenica"},
    "pt": {"seg": "segunda", "ter": "terça", "qua": "quarta", "qui": "quinta", "sex": "sexta",
           "sáb": "sábado", "dom": "domingo"},
}  # fmt: skip
_SEA: Final = ("mar", "mer")
_THE_DAY: Final = re.compile(r"\b(?:il|ogni)\s\Z", re.IGNORECASE)


@cache
def _weekday(language: Language) -> re.Pattern[str] | None:
    if language.code not in _DAYS:
        return None
    days = any_of(list(_DAYS[language.code]))
    return re.compile(
        rf"(?<![\w.-])(?P<day>{days})(?:\.?\s?(?P<to>[-–/])\s?(?P<day2>{days})(?:\.|(?!\w))|\.)",
        re.IGNORECASE,
    )


def _read_weekday(language: Language, match: re.Match[str]) -> str | tuple[str, int]:
    days = _DAYS[language.code]
    one, end = match["day"].lower(), match.end()
    rest = match.string[end:]
    if match["day2"] is None and one in _SEA:
        named = _THE_DAY.search(match.string[: match.start()][-8:]) and language.code == "it"
        if not named and not re.match(r"\s?(?:\d|[-–,])", rest):
            return ""
    if match.group()[-1] == "." and not rest.strip(' \n"»”’)'):
        end -= 1  # its full stop ends the sentence too
    said = days[one]
    if match["day2"]:
        joint = _AND_DAY[language.code] if match["to"] == "/" else language.phrases.to
        said = f"{said} {joint} {days[match['day2'].lower()]}"
    return said, end


_AND_DAY: Final = {"fr": "et", "es": "y", "it": "e", "pt": "e"}


NUMERIC: Final = LocalRule(
    "date.local_numeric", _numeric, _read_numeric,
    (
        ("es", "El 01/02/2023 llovió.", "El uno de febrero de 2023 llovió."),
        ("fr", "Le 2024-05-03, il part.", "Le 3 mai 2024, il part."),
        ("it", "Il 05/12 parto.", "Il 5 dicembre parto."),
        ("pt", "Em 7/9/1822 foi.", "Em 7 de setembro de 1822 foi."),
    ),
)  # fmt: skip
WRITTEN: Final = LocalRule(
    "date.local_written", _written, _read_written,
    (
        ("fr", "Le 1er mai, il part.", "Le premier mai, il part."),
        ("it", "Il 1 maggio.", "Il primo maggio."),
        ("pt", "Em 1º de janeiro.", "Em primeiro de janeiro."),
        ("es", "El 3 ene. llegó.", "El 3 de enero llegó."),
    ),
)  # fmt: skip
CLOCK: Final = LocalRule(
    "clock.local", _clock, _read_clock,
    (
        ("fr", "Le train de 14h30 arrive.", "Le train de 14 heures 30 arrive."),
        ("pt", "Chega às 8h05.", "Chega às 8 e 5."),
        ("es", "Son las 10:30.", "Son las 10 y 30."),
        ("it", "Sono le 10:30.", "Sono le 10 e 30."),
        ("hi", "10:30 बजे आना।", "साढ़े 10 बजे आना."),
        ("hi", "8:45 बजे आना।", "पौने 9 बजे आना."),
        ("pt", "O filme dura 1h50min.", "O filme dura uma hora e 50 minutos."),
    ),
)  # fmt: skip
HOURS: Final = LocalRule(
    "clock.local_span", _hours, _read_hours,
    (
        ("fr", "Ouvert 9h-19h, sauf lundi.", "Ouvert 9 heures à 19 heures, sauf lundi."),
        ("it", "Aperto 9.00-18.30 oggi.", "Aperto 9 a 18 e 30 oggi."),
        ("es", "Abierto 9:30-14:00 hoy.", "Abierto 9 y 30 a 14 hoy."),
    ),
)  # fmt: skip
POINTED: Final = LocalRule(
    "clock.local_pointed", _pointed, _read_pointed,
    (
        ("it", "Il treno delle 6.50 parte.", "Il treno delle 6 e 50 parte."),
        ("es", "Sale a las 8.15 h.", "Sale a las 8 y 15."),
    ),
)  # fmt: skip
WEEKDAY: Final = LocalRule(
    "weekday.local", _weekday, _read_weekday,
    (
        ("es", "Abre lun.-vie. de 9 a 14.", "Abre lunes a viernes de 9 a 14."),
        ("it", "Riceve il lun. e il mer.", "Riceve il lunedì e il mercoledì."),
        ("fr", "Ouvert mar. 3 juin.", "Ouvert mardi 3 juin."),
        ("pt", "De seg. a sex.", "De segunda a sexta."),
    ),
)  # fmt: skip
