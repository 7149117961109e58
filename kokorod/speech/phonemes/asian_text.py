# pure: no socket, thread or clock.
"""Japanese and Chinese text as misaki's readers take it: they raise at what they do not know.

Numbers are written out, clocks and grouped digits before them; a character that neither
reader has a sound for is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from ..tables import rows

#: misaki's number words end there; longer numbers are read digit by digit.
LONGEST_NUMBER: Final = 9

_DIGITS: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
#: cn2an raises at more than 16 digits.
_TOO_LONG: Final = re.compile(r"[0-9]{16,}(?:\.[0-9]+)?")
_KANJI: Final = "零一二三四五六七八九"
_OTHER_DIGITS: Final = re.compile(r"[^\W0-9]|[²³¹]")
_GROUPED: Final = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_CLOCK: Final = re.compile(
    r"(?<![0-9:.])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:]|\.[0-9])"
)
#: From one clock to another.
_CLOCKS: Final = re.compile(r"([0-9]{1,2}:[0-5][0-9])[-~–—～〜]([0-9]{1,2}:[0-5][0-9])(?![0-9:])")
_NOT_HAN: Final = re.compile(
    r"[^\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
)
_SMALL: Final = str.maketrans(
    "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮｧｨｩｪｫｬｭｮ", "あいうえおやゆよわアイウエオヤユヨワｱｲｳｴｵﾔﾕﾖ"
)


#: Units close behind a number, in Latin letters, by language.
UNITS: Final = {
    "ja": {"km/h": "キロ", "km": "キロ", "kg": "キロ", "cm": "センチ", "mm": "ミリ",
           "mg": "ミリグラム", "ml": "ミリリットル", "mL": "ミリリットル",
           "m": "メートル", "g": "グラム", "L": "リットル"},
    "zh": {"km/h": "公里每小时", "km": "公里", "kg": "公斤", "cm": "厘米",
           "mm": "毫米", "mg": "毫克", "ml": "毫升", "mL": "毫升", "m": "米", "g": "克", "L": "升"},
}  # fmt: skip
_UNIT: Final = re.compile(r"(?<=[0-9])(?:km/h|[kcm]m|[km]g|m[lL]|[mgL])(?![A-Za-z])")


def is_unit(text: str, start: int, end: int) -> bool:
    """Whether the Latin letters of a text are those of a unit: the km of 10km."""
    written = text[start:end]
    if written == "h" and text.endswith("km/", 0, start):
        return True
    return text[start - 1 : start].isdecimal() and written in UNITS["ja"]


def _with_units(text: str, lang: str) -> str:
    return _UNIT.sub(lambda found: UNITS[lang][found.group()], text)


_MOBILE: Final = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_LANDLINE: Final = re.compile(r"(?<![0-9-])0[0-9]{2,3}-?[0-9]{7,8}(?![0-9-])")
_ROOM: Final = re.compile(r"(?<![0-9.第])[1-9][0-9]{2,3}(?=室|号房|房间)")
_UP_TO: Final = re.compile(
    r"(?<![0-9.-])([0-9]{1,4})[-~–—]([0-9]{1,4})(?=[个次天岁年月日号人本只件元块万公米度点小分秒周页])"
)
_RATIO: Final = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9])(?![0-9:])")
_YUAN: Final = re.compile(r"¥([0-9]+(?:\.[0-9]+)?)")
_DECADE: Final = re.compile(r"(?<![0-9])([2-9])0(?=年代)")
#: Two of something that is counted: not the second.
_TWO: Final = re.compile(r"(?<![0-9第./])2(?=[个本件只条张次天位杯瓶台辆家间双对碗块])")


def _chinese_numbers(text: str) -> str:
    """What cn2an reads otherwise than people."""
    text = _LANDLINE.sub(lambda found: _spelled(found.group().replace("-", "")), text)
    text = _ROOM.sub(lambda found: _spelled(found.group()), text)
    text = _MOBILE.sub(lambda found: _spelled(found.group()).replace("一", "幺"), text)
    text = _UP_TO.sub(r"\1到\2", text)
    text = _RATIO.sub(r"\1比\2", text)
    text = _YUAN.sub(r"\1元", text)
    text = _DECADE.sub(lambda found: _KANJI[int(found[1])] + "十", text)
    return _TWO.sub("两", _with_units(text, "zh"))


_JAPANESE_PHONE: Final = re.compile(r"(?<![0-9])0[0-9]{1,4}(?:-[0-9]{2,4}){2}(?![0-9])")
_JAPANESE_CLOCK: Final = re.compile(r"(?<![0-9:.])([01]?[0-9]|2[0-4]):([0-5][0-9])(?![0-9:])")
_PARTS: Final = re.compile(r"(?<![0-9/])([123])/([2345])(?![0-9/])")


#: Goals: 3対2.
_AGAINST: Final = re.compile(r"(?<![0-9])([0-9]{1,3})対([0-9]{1,3})(?![0-9])")
#: How often a day, no day of a month: 1日に1回.
_A_DAY: Final = re.compile(
    r"(?<![0-9月])1日(?=に[0-9一二三四五六七八九十数何]|[0-9]{1,2}[回杯個本錠食]|あたり|当たり|おき|分)"
)
#: Words that unidic-lite takes apart, as they are said.
_MISREAD: Final = {"小麦粉": "こむぎこ", "薄力粉": "はくりきこ", "強力粉": "きょうりきこ"}


def _japanese_numbers(text: str) -> str:
    """What is said otherwise than one sign after the other."""
    text = _JAPANESE_PHONE.sub(
        lambda found: "の".join(map(_spelled, found.group().split("-"))), text
    )
    text = _CLOCKS.sub(r"\1から\2", text)
    text = re.sub(r"(?<=[0-9])[〜～](?=[0-9])", "から", text)
    text = _JAPANESE_CLOCK.sub(_japanese_clock, text)
    text = _PARTS.sub(lambda found: f"{_KANJI[int(found[2])]}分の{_KANJI[int(found[1])]}", text)
    text = _AGAINST.sub(r"\1たい\2", text)
    text = _A_DAY.sub("いちにち", text)
    text = re.sub("|".join(_MISREAD), lambda found: _MISREAD[found.group()], text)
    text = re.sub(r"(?<=[0-9])[%％]", "パーセント", text)
    text = re.sub(r"(?<![0-9A-Za-z-])[-−](?=[0-9]+(?:\.[0-9]+)?[度℃°])", "マイナス", text)
    return _with_units(text, "ja")


def _japanese_clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def digits_in(text: str) -> bool:
    return _DIGITS.search(text) is not None


def chinese(run: str, transform: Callable[[str], str]) -> str:
    """The run with its numbers in characters. transform: cn2an's, of Arabic numbers."""
    text = _ascii_digits(run)
    if not digits_in(text):
        return text
    text = _CLOCKS.sub(r"\1到\2", text)
    text = _CLOCK.sub(_chinese_clock, text)
    text = _GROUPED.sub(lambda found: found.group().replace(",", ""), text)
    text = _chinese_numbers(text)
    # cn2an takes a minus for one only before digits alone: not in -5℃.
    text = re.sub(r"(?<![0-9\w])[-−](?=[0-9])", "负", text)
    text = _TOO_LONG.sub(_one_by_one, text)
    return _DIGITS.sub(_one_by_one, transform(text))


def han(word: str) -> str:
    """The characters of a Chinese word that have a sound."""
    return _NOT_HAN.sub("", word)


def japanese(run: str, convert: Callable[[str], str]) -> str:
    """The run with its numbers in kanji: kana for numbers are taken apart wrongly.

    convert: misaki's, of one number
    """
    text = _ascii_digits(run)
    text = _japanese_numbers(text)
    text = re.sub(r"(?<![0-9\w])[-−](?=[0-9])", "マイナス", text)
    text = _COUNTED.sub(lambda found: _COUNTERS[found.group()], text)
    return _DIGITS.sub(lambda found: _japanese_number(found.group(), convert), text)


#: Numbers with what they count, that are said otherwise than one after the other.
_COUNTERS: Final = {row[0]: row[1] for row in rows("japanese_counters")}
#: A day of a month, not a number of days: 1日中 is all day, 一日.
_COUNTED: Final = re.compile(
    rf"(?<![0-9.,])(?:{'|'.join(sorted(_COUNTERS, key=len, reverse=True))})(?![間中])"
)


def full_size(text: str) -> str:
    """The text with its small kana as large ones."""
    return text.translate(_SMALL)


def _japanese_number(written: str, convert: Callable[[str], str]) -> str:
    digits = written.replace(",", "")
    whole, _, fraction = digits.partition(".")
    if len(whole) > LONGEST_NUMBER or "." in fraction:
        return _spelled(digits)
    if fraction and not whole.strip("0"):
        return "零点" + _spelled(fraction)  # misaki asks what stands before a single 0
    return convert(digits).replace(" ", "")


def _ascii_digits(text: str) -> str:
    """Digits of other scripts as 0 to 9, in as many characters."""
    if text.isascii():
        return text
    return _OTHER_DIGITS.sub(_ascii_digit, text)


def _ascii_digit(found: re.Match[str]) -> str:
    digit = unicodedata.digit(found.group(), None)
    return found.group() if digit is None else str(digit)


def _chinese_clock(found: re.Match[str]) -> str:
    hour, minute, second = int(found[1]), int(found[2]), found[3]
    said = ("两" if hour == 2 else _under_hundred(hour)) + "点"
    if minute or second:
        said += ("零" if minute < 10 and minute else "") + _under_hundred(minute) + "分"
    if second:
        said += _under_hundred(int(second)) + "秒"
    return said


def _under_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    said = ("" if tens == 1 else _KANJI[tens]) + "十" if tens else ""
    return said + (_KANJI[ones] if ones or not tens else "")


def _one_by_one(found: re.Match[str]) -> str:
    return _spelled(found.group())


def _spelled(digits: str) -> str:
    return "".join("点" if d == "." else _KANJI[int(d)] for d in digits if d != ",")
