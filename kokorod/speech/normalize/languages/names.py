# pure: no socket, thread or clock.
"""Abbreviations, ordinals and Roman numbers in languages other than English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .language import Language
from .rule import LocalRule, any_of

_ROMAN: Final = r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def number_of(roman: str) -> int:
    """The value of a well-formed Roman number."""
    total = 0
    for one, two in zip(roman, roman[1:] + "I", strict=False):
        value = _VALUES[one]
        total += -value if value < _VALUES[two] and one != two else value
    return total


#: A capital, perhaps behind a small word (et, de la), a quotation mark, a letter of Devanagari.
_BEFORE_NAME: Final = (
    r"(?=(?<=-)\w|[\s\u00a0]{1,2}(?:[a-zà-ÿ]{1,4}\s)?[A-ZÀ-Þ«“\"\u0900-\u097f]|[\s\u00a0]{1,2}\d)"
)


@cache
def _abbreviation(language: Language) -> re.Pattern[str]:
    parts = []
    for stands, follows in (
        ("anywhere", r"(?!\w)"),
        ("name", _BEFORE_NAME),
        ("number", r"(?=[\s\u00a0]{0,2}(?:\d|[IVXLC]+\b))"),
    ):
        if written := list(language.abbreviations[stands]):
            parts.append(rf"(?P<{stands}>{any_of(written)}){follows}")
    return re.compile(rf"(?<![\w.])(?:{'|'.join(parts)})")


def _read_abbreviation(language: Language, match: re.Match[str]) -> str | tuple[str, int]:
    stands = match.lastgroup or ""
    written, end = match[stands], match.end()
    if written[-1] == "." and not match.string[end:].strip(' \n"»”’)'):
        end -= 1  # its full stop ends the sentence too
    return language.abbreviations[stands][written], end


@cache
def _ordinal(language: Language) -> re.Pattern[str] | None:
    if language.code == "fr":
        return re.compile(
            rf"(?<![\w.,])(?P<number>\d{{1,3}}|(?![LC](?:es?\b|ers?\b)){_ROMAN})"
            r"(?P<end>ères?|ers?|res?|i?[èe]mes?|nde?s?|de?s?|es?|ᵉ|ᵉʳ)(?!\w)"
        )
    if language.code == "it":
        return re.compile(
            r"(?<![\w.,])(?P<number>\d{1,3})(?P<end>[ºª]|°(?=\s(?:[a-zà-ÿ]{4}|al\s\d))(?!\s(?:alla|alle|nella|nelle"
            r"|sotto|sopra|circa|quando|dopo|prima|durante|senza)\b))"
        )
    if language.code == "es":
        return re.compile(
            r"(?<![\w.,])(?P<number>\d{1,3})(?P<end>\.?[ºª]|\.?er|do|da|ro|ra|to|ta|mo|ma|vo|va|no|na"
            r"|°(?=\s(?:grado|piso|lugar|puesto|año|curso|de\s)))(?!\w)"
        )
    if language.code == "pt":
        return re.compile(
            r"(?<![\w.,])(?P<number>\d{1,3})(?P<end>\.?[ºª]|[oa](?=\s)|°(?=\s(?:lugar|andar|ano|dia|grau"
            r"|turno|tempo|round)))(?!\w)"
        )
    return None


def _read_ordinal(language: Language, match: re.Match[str]) -> str:
    end = match["end"].lstrip(".")
    written = match["number"]
    number = int(written) if written.isdecimal() else number_of(written)
    if language.code == "fr":
        return _french_ordinal(language, number, end, written)
    said = language.ordinal(number, end[-1] in "ªa")
    if end == "er" or (
        language.code == "es"
        and end in ("º", "°")
        and number in (1, 3)
        and re.match(r"\s[a-zá-ú]{3}", match.string[match.end() : match.end() + 5])
        and not re.match(r"\s(?:de|del|en|y|por|con|que|para)\b", match.string[match.end() :][:6])
    ):
        said = said.removesuffix("o")  # primer, tercer
    return said


def _french_ordinal(language: Language, number: int, end: str, written: str) -> str:
    if end[0] in "nd":
        if number != 2:
            return ""
        return (
            "seconde" + "s" * end.endswith("s")
            if "e" in end
            else "second" + "s" * end.endswith("s")
        )
    first = end.rstrip("s") in ("er", "re", "ère", "ᵉʳ")
    if first != (number == 1) or not written:
        return ""
    said = language.ordinal(number, end.rstrip("s") in ("re", "ère"))
    return said + "s" if said and end.endswith("s") else said


#: After these a Roman number is a cardinal.
_PARTS: Final = {
    "fr": "chapitre tome volume acte livre partie titre annexe article section scène",
    "es": "capítulo tomo volumen acto libro parte título anexo artículo sección tema escena",
    "it": "capitolo tomo volume libro parte allegato articolo sezione titolo",
    "pt": "capítulo tomo volume ato livro parte título anexo artigo seção cena",
}
#: Before these a Roman number is an ordinal, feminine or not.
_ORDINAL_BEFORE: Final = {
    "fr": {},
    "es": {"guerra": True, "congreso": False, "edición": True, "jornadas": True, "siglo": False,
           "república": True, "concilio": False, "cumbre": True, "encuentro": False},
    "it": {"secolo": False, "guerra": True, "edizione": True, "congresso": False,
           "millennio": False, "repubblica": True, "legislatura": True, "concilio": False},
    "pt": {"guerra": True, "congresso": False, "edição": True, "república": True,
           "encontro": False, "concílio": False, "século": False},
}  # fmt: skip
_CENTURY: Final = {"fr": "siècle", "es": "siglo", "it": "secolo", "pt": "século"}


@cache
def _roman(language: Language) -> re.Pattern[str] | None:
    if language.code not in _PARTS:
        return None
    before = "|".join(_ORDINAL_BEFORE[language.code]) or "\\b\\B"
    return re.compile(
        rf"(?<![\w.'’-])(?P<roman>{_ROMAN})(?![\w.'’-](?<!\.)|\.\w)(?P<after>\s+(?:{before})\b)?"
    )


def _read_roman(language: Language, match: re.Match[str]) -> str | tuple[str, int]:
    roman = match["roman"]
    number = number_of(roman)
    left = match.string[max(0, match.start() - 40) : match.start()]
    word = (left.split() or [""])[-1] if left[-1:].isspace() else ""
    said = ""
    follower = re.match(r"\s+([^\W\d_]+)", match.string[match.end("roman") :][:40])
    after = follower[1].lower() if follower else ""
    kinds = _ORDINAL_BEFORE[language.code]
    century = _CENTURY[language.code]
    if after in kinds:
        said = language.ordinal(number, kinds[after])
    elif word.lower().rstrip("s") == century:
        ordinal = (
            language.code == "it"
            or (language.code == "pt" and number <= 10)
            or (language.code == "es" and number < 10)
        )
        said = language.ordinal(number, False) if ordinal else str(number)
    elif word.lower() in _PARTS[language.code].split():
        said = str(number)
    elif (
        word[:1].isupper()
        and word.isalpha()
        and len(word) > 2
        and (len(roman) > 1 or roman in "IVX")
    ):
        said = _of_a_ruler(language, word, number, roman, after)
    return (said, match.end("roman")) if said else ""


def _of_a_ruler(language: Language, name: str, number: int, roman: str, after: str) -> str:
    if roman in ("C", "L", "D", "M") or number > 39:
        return ""
    feminine = (name.endswith("a") and name not in ("Luca", "Andrea", "Nicola")) or name in (
        "Isabel", "Elisabeth", "Beatriz", "Beatrix",
    )  # fmt: skip
    match language.code:
        case "fr":
            return language.ordinal(1, feminine) if number == 1 else str(number)
        case "it":
            return language.ordinal(number, feminine)
        case _:
            return language.ordinal(number, feminine) if number <= 10 else str(number)


#: Two capitals that espeak-ng says as a word: l'OM, l'UA.
_WORDS: Final = frozenset(
    "IL LE LA LU EN ET OU DU AU UN ON TU CE SE NE DE JE ME TE MA SA TA SI NI VA AI AS ES OR OH AH "
    "VU PU BU DO RE MI FA SU OS EU ÇA LÀ AN OÙ II IV VI IX XI XV XX".split()
)


@cache
def _letters(language: Language) -> re.Pattern[str] | None:
    if language.code != "fr":
        return None
    return re.compile(r"(?P<elided>[lLdD]['’])?(?P<name>[A-Z]{2})(?!\.?\w|['’-])")


def _read_letters(language: Language, match: re.Match[str]) -> str:
    name = match["name"]
    near = match.string[max(0, match.start() - 12) : match.start()]
    rest = match.string[match.end() : match.end() + 12]
    if name in _WORDS or _LOUD_LEFT.search(near) or _LOUD_RIGHT.match(rest):
        return ""
    return (match["elided"] or "").lower() + " ".join(name)


#: A line in capitals.
_LOUD_LEFT: Final = re.compile(r"[A-ZÀ-Þ]{2,}\s\Z")
_LOUD_RIGHT: Final = re.compile(r"\s[A-ZÀ-Þ]{2,}")


LETTERS: Final = LocalRule(
    "names.local_letters", _letters, _read_letters, (("fr", "Voici l'OM ici.", "Voici l'O M ici."),)
)
ABBREVIATION: Final = LocalRule(
    "abbreviation.local", _abbreviation, _read_abbreviation,
    (
        ("fr", "M. Petit est là.", "monsieur Petit est là."),
        ("fr", "La page n° 5 manque.", "La page numéro 5 manque."),
        ("es", "Vive en EE. UU. hoy.", "Vive en Estados Unidos hoy."),
        ("it", "Il Sig. Rossi parla.", "Il signor Rossi parla."),
        ("pt", "O Sr. Silva chegou.", "O senhor Silva chegou."),
        ("hi", "डॉ. शर्मा आए।", "डॉक्टर शर्मा आए."),
    ),
)  # fmt: skip
ORDINAL: Final = LocalRule(
    "ordinal.local", _ordinal, _read_ordinal,
    (
        ("fr", "La 2e sortie.", "La deuxième sortie."),
        ("fr", "Au XXe siècle.", "Au vingtième siècle."),
        ("fr", "La 71e fois.", "La soixante-et-onzième fois."),
        ("es", "La 3.ª fila.", "La tercera fila."),
        ("es", "El 1er piso.", "El primer piso."),
        ("it", "È la 1ª volta.", "È la prima volta."),
        ("it", "Il 23º posto.", "Il ventitreesimo posto."),
        ("pt", "É a 3ª via.", "É a terceira via."),
        ("pt", "O 21º andar.", "O vigésimo primeiro andar."),
    ),
)  # fmt: skip
ROMAN: Final = LocalRule(
    "roman.local", _roman, _read_roman,
    (
        ("fr", "Louis XIV régna.", "Louis 14 régna."),
        ("es", "El siglo XX pasó.", "El siglo 20 pasó."),
        ("es", "La II Guerra Mundial.", "La segunda Guerra Mundial."),
        ("it", "Luigi XIV regnò.", "Luigi quattordicesimo regnò."),
        ("it", "Nel XX secolo.", "Nel ventesimo secolo."),
        ("pt", "Dom Pedro II foi.", "Dom Pedro segundo foi."),
    ),
)  # fmt: skip
