"""Japanese and Chinese as misaki's readers take it, without them."""

from __future__ import annotations

import pytest

from kokorod.speech.phonemes import asian_text
from kokorod.speech.phonemes.asian import _characters


def marked(digits: str) -> str:
    """A stand-in for a library: what it was asked."""
    return f"<{digits}>"


@pytest.mark.parametrize(
    ("written", "handed_on"),
    [
        ("会议10:30开始", "会议十点三十分开始"),
        ("2:05", "两点零五分"),
        ("9:00", "九点"),
        ("10:30:15", "十点三十分十五秒"),
        ("0:00", "零点"),
        ("7,999元", "七九九九元"),
        ("-5℃", "负五℃"),
        ("-" + "9" * 21 + ".80s", "负" + "九" * 21 + "点八零s"),
        ("２０人", "二零人"),
        ("③", "三"),
        ("v1.2.3", "v一点二点三"),
        ("没有数字", "没有数字"),
        ("电话13812345678", "电话幺三八幺二三四五六七八"),
        ("吃2-3次", "吃二到三次"),
        ("3:1", "三比一"),
        ("¥199一件", "一九九元一件"),
        ("90年代", "九十年代"),
        ("2本和第2本", "两本和第二本"),
        ("80km/h和5kg", "八零公里每小时和五公斤"),
        ("请拨010-62345678", "请拨零一零六二三四五六七八"),
        ("5楼502室", "五楼五零二室"),
        ("9:00-18:00", "九点到十八点"),
    ],
)
def test_chinese_numbers_are_written_out(written: str, handed_on: str) -> None:
    assert asian_text.chinese(written, lambda text: text) == handed_on


@pytest.mark.parametrize("score", ["10:75", "25:00", "1:2:3:4"])
def test_what_is_no_clock_has_no_digit_left(score: str) -> None:
    assert not any(c.isdigit() for c in asian_text.chinese(score, lambda text: text))


def test_chinese_signs_have_no_sound() -> None:
    assert asian_text.han("三:，a1") == "三"
    assert asian_text.han(":") == ""


def test_a_character_without_a_reading_leaves_the_others() -> None:
    def ipa(word: str) -> str:
        if "x" in word:
            raise ValueError(word)
        return f"{word}1"

    assert _characters("axb", ipa) == "a b"
    assert _characters("x", ipa) == ""


@pytest.mark.parametrize(
    ("written", "handed_on"),
    [
        ("0.8", "零点八"),
        ("1.5", "<1.5>"),
        ("1,980円", "<1980>円"),
        ("1.2.3", "一点二点三"),
        ("0123456789", "零一二三四五六七八九"),
        ("ラーメン", "ラーメン"),
        ("²", "<2>"),
    ],
)
def test_japanese_is_what_misaki_takes(written: str, handed_on: str) -> None:
    assert asian_text.japanese(written, marked) == handed_on


def test_small_kana_are_written_large() -> None:
    assert asian_text.full_size("ーァ、シャ") == "ーア、シヤ"


@pytest.mark.parametrize(
    ("written", "handed_on"),
    [
        ("03-1234-5678です", "零三の一二三四の五六七八です"),
        ("1/2加える", "二分の一加える"),
        ("5〜6個", "<5>からろっこ"),
        ("25%が", "<25>パーセントが"),
        ("気温は-5℃", "気温はマイナス<5>℃"),
        ("10kmを", "<10>キロを"),
        ("8:15に", "<8>時<15>分に"),
        ("2本", "にほん"),
        ("3対2で", "<3>たい<2>で"),
        ("1日に5度", "いちにちに<5>度"),
        ("4月1日に", "しがつついたちに"),
        ("9:00〜18:30", "くじから<18>時さんじゅっぷん"),
        ("小麦粉と水", "こむぎこと水"),
    ],
)
def test_japanese_signs_and_units_are_written_out(written: str, handed_on: str) -> None:
    assert asian_text.japanese(written, marked) == handed_on


def test_a_unit_is_no_english_word() -> None:
    assert asian_text.is_unit("10km/hで", 2, 4)
    assert asian_text.is_unit("10km/hで", 5, 6)
    assert not asian_text.is_unit("東京km", 2, 4)
    assert not asian_text.is_unit("3D", 1, 2)
