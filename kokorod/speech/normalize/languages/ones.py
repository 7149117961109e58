# pure: no socket, thread or clock.
"""One of something, and units without a number, in languages other than English: 1 taza, al kg."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .language import Language
from .rule import LocalRule, any_of

#: What is taken, cooked or waited for, by its gender; espeak-ng reads a 1 as if it stood alone.
_FEMININE: Final = {
    "fr": "cuillère cuillerée heure semaine personne fois goutte dose tasse gousse pincée page "
    "gélule nuit minute seconde boîte bouteille tranche pomme carotte",
    "es": "pastilla cucharada cucharadita taza hora semana persona vez gota dosis cebolla botella "
    "lata copa unidad página cápsula noche pizca rama hoja zanahoria tableta manzana",
    "it": "compressa volta tazza ora settimana persona goccia dose cipolla bottiglia pagina notte "
    "fetta carota mela bustina",
    "pt": "colher xícara hora semana pessoa vez gota dose cebola garrafa página cápsula noite "
    "pitada lata fatia cenoura maçã",
}
_MASCULINE: Final = {
    "es": "comprimido vaso día mes año minuto huevo diente tomate litro kilo paquete sobre limón "
    "segundo gramo metro kilómetro piso",
    "it": "bicchiere giorno mese anno minuto litro chilo pacco limone secondo metro chilometro "
    "cucchiaio cucchiaino",
}
#: Before a unit that stands for one of it.
_BEFORE: Final = {
    "fr": "au le par",
    "es": "al el por cada",
    "it": "al il per ogni",
    "pt": "o por ao cada",
}
_UNITS: Final = ("kg", "km", "kWh", "m²", "mq", "ha", "GB")


@cache
def _one(language: Language) -> re.Pattern[str] | None:
    nouns = [*_FEMININE.get(language.code, "").split(), *_MASCULINE.get(language.code, "").split()]
    if not nouns:
        return None
    return re.compile(rf"(?<![\w.,/:-])1(?=\s(?P<noun>{any_of(nouns)})(?!\w))")


def _read_one(language: Language, match: re.Match[str]) -> str:
    return language.phrases.one[match["noun"] in _FEMININE[language.code].split()]


@cache
def _unit(language: Language) -> re.Pattern[str] | None:
    if language.code not in _BEFORE:
        return None
    units = [unit for unit in _UNITS if unit in language.units]
    return re.compile(rf"(?<!\w)(?P<unit>{any_of(units)})(?![\w/²'’-])")


def _read_unit(language: Language, match: re.Match[str]) -> str:
    left = match.string[max(0, match.start() - 8) : match.start()].split()
    if not left or left[-1].lower() not in _BEFORE[language.code].split():
        return ""
    return language.units[match["unit"]].one


ONE: Final = LocalRule(
    "cardinal.local_one", _one, _read_one,
    (
        ("es", "Tome 1 pastilla.", "Tome una pastilla."),
        ("it", "Beve 1 bicchiere.", "Beve un bicchiere."),
        ("pt", "Ponha 1 colher.", "Ponha uma colher."),
    ),
)  # fmt: skip
UNIT: Final = LocalRule(
    "measure.local_unit", _unit, _read_unit,
    (
        ("it", "Costa 3 € al kg.", "Costa 3 euro al chilo."),
        ("fr", "Il coûte 3 € le kg.", "Il coûte 3 euros le kilo."),
    ),
)  # fmt: skip
