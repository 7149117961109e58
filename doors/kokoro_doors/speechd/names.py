# pure: no socket, thread or clock.
"""What single characters and keys are called, in Kokoro's languages (names.tsv)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).with_name("names.tsv")

#: A key of SSIP under another name.
_ALIASES: Final = {
    "underscore": "_",
    "page-up": "prior",
    "page-down": "next",
    "esc": "escape",
    "linefeed": "enter",
    "windows": "window",
}

#: Marks that are named in the levels of punctuation; "all" names every one.
SOME: Final = frozenset("#$%&*+/<=>@\\^_`|~")
MOST: Final = SOME | frozenset('"()[]{}:;…€£°')

#: What a screen reader says all day; none of it is typed by a person.
WORDS: Final = (
    "button,link,heading,list,list item,check box,checked,not checked,radio button,combo box,edit,"
    "text,menu,menu item,menu bar,tab,table,row,column,cell,dialog,window,frame,icon,image,"
    "graphic,blank,selected,not selected,expanded,collapsed,pressed,page,panel,tool bar,status bar,"
    "separator,tree item,slider,entry,push button,toggle button,landmark,paragraph,visited link"
).split(",")


@cache
def _table() -> tuple[dict[str, int], dict[str, list[str]]]:
    lines = [line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines()]
    languages = {name: column for column, name in enumerate(lines[1][1:])}
    return languages, {line[0]: line[1:] for line in lines[2:]}


def languages() -> list[str]:
    return list(_table()[0])


def name_of(symbol: str, lang: str) -> str:
    """Its name in the language, e.g. en-us; English if it has none; "" if it is not there."""
    columns, names = _table()
    found = names.get(symbol)
    return found[columns.get(lang.partition("-")[0], 0)] if found else ""


def character(char: str, lang: str, *, capitals: bool = False) -> str:
    """What is said for one character. capitals: say which letters are."""
    char = " " if char == "space" else char
    if char == " ":
        return name_of("space", lang)
    if name := name_of(char, lang):
        return name
    if char.isalpha() and char.upper() != char.lower():
        # A letter alone is read by its name if it is a capital: "a" would be the article.
        letter = char.upper() if len(char.upper()) == 1 else char
        told = capitals and char == letter
        return name_of("capital", lang).replace("%s", letter) if told else letter
    if char.isalnum():
        return char
    return unicodedata.name(char, "").lower() if len(char) == 1 else char


def key(name: str, lang: str, *, capitals: bool = False) -> str:
    """What is said for a key of SSIP: "shift_kp-enter" is "shift keypad enter"."""
    if len(name) == 1:
        return character(name, lang, capitals=capitals)
    whole = _ALIASES.get(name.lower())
    parts = [whole] if whole else [part for part in name.split("_") if part]
    return ", ".join(_key(part, lang, capitals) for part in parts)


def _key(part: str, lang: str, capitals: bool) -> str:
    if len(part) == 1:
        return character(part, lang, capitals=capitals)
    lower = _ALIASES.get(part.lower(), part.lower())
    if lower.startswith("kp-"):
        return f"{name_of('kp', lang)} {_key(lower[3:], lang, capitals)}"
    if lower[0] == "f" and lower[1:].isdigit():
        return f"F {lower[1:]}"
    return name_of(lower, lang) or part.replace("-", " ")


def spelled(text: str, lang: str, *, capitals: bool = False) -> str:
    """Character by character."""
    return ", ".join(
        character(char, lang, capitals=capitals) for char in text if not char.isspace()
    )


def punctuated(text: str, marks: frozenset[str] | None, lang: str) -> str:
    """The text with its marks named. marks: which; None: every one."""
    _, names = _table()
    said: list[str] = []
    for char in text:
        named = len(char) == 1 and char in names and (marks is None or char in marks)
        said.append(f" {name_of(char, lang)}{char if char in ',.!?:;' else ''} " if named else char)
    return " ".join("".join(said).split()) if marks != frozenset() else text


def table_entries(lang: str) -> list[str]:
    """All that a single character or key is called, letters and digits first."""
    columns, names = _table()
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    column = columns.get(lang.partition("-")[0], 0)
    return [
        *letters,
        *"0123456789",
        *(row[column] for key, row in names.items() if key != "capital"),
    ]
