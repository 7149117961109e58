"""Bytes of files and pipes: which encoding they are in, and what is no text."""

from __future__ import annotations

import codecs
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.cli.say.decoding import NotTextError, TextDecoder

TEXT = "It’s a café: don’t be late. It costs £5 — or 日本 😀.\n\nNext paragraph.\n"
LATIN = "It’s a café: don’t be late. It costs £5 — hurry.\n"


def decoded(data: bytes, size: int, encoding: str | None = None) -> str:
    decoder = TextDecoder(encoding)
    pieces = [decoder.decode(data[at : at + size]) for at in range(0, len(data), size)]
    return "".join(pieces) + decoder.decode(b"", final=True)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_known_by_its_first_bytes(encoding: str, size: int) -> None:
    assert decoded(TEXT.encode(encoding), size) == TEXT


@pytest.mark.parametrize("size", [16, 17, 4096])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_without_a_mark_it_is_known_by_its_zeros(encoding: str, size: int) -> None:
    assert decoded(LATIN.encode(encoding), size) == LATIN
    marked = {
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-be": codecs.BOM_UTF32_BE,
    }.get(encoding, b"")
    assert decoded(marked + LATIN.encode(encoding), size) == LATIN


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "latin-1", "shift_jis", "gb18030"])
def test_other_encodings_are_asked_for(encoding: str) -> None:
    text = "日本語です。" if encoding in ("shift_jis", "gb18030") else "Un café très léger."
    data = text.encode(encoding)
    with pytest.raises(NotTextError, match=r"it is not UTF-8 \(byte 0x.. at \d+\).*--encoding"):
        decoded(data, 4096)
    assert decoded(data, 3, encoding) == text


def test_the_byte_that_is_wrong_is_named() -> None:
    data = b"Plain words, then caf\xe9."
    with pytest.raises(NotTextError, match="byte 0xe9 at 21"):
        decoded(data, 4)


def test_a_text_in_utf_8_that_is_damaged_is_read() -> None:
    assert decoded("Grüße".encode() + b" \xff and on", 3) == "Grüße \ufffd and on"
    with pytest.raises(NotTextError, match=r"it is not UTF-8 \(byte 0xff at"):
        decoded("Grüß".encode() + b" \xff\xff\xff\xff", 3)


def test_the_wrong_encoding_is_told() -> None:
    with pytest.raises(NotTextError, match="--encoding names"):
        decoded(LATIN.encode(), 4096, "ascii")


def test_alphabets_that_are_switched_are_told() -> None:
    with pytest.raises(NotTextError, match="--encoding iso-2022-jp"):
        decoded("日本語です。".encode("iso-2022-jp"), 4096)


_RANDOM = random.Random(1).randbytes(3_000)
_WAV = b"RIFF" + struct.pack("<I4s4sIHHIIHH", 36, b"WAVE", b"fmt ", 16, 1, 1, 24000, 48000, 2, 16)


@pytest.mark.parametrize(
    "data",
    [
        _WAV + b"data" + struct.pack("<I", 2000) + _RANDOM[:2000],
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + _RANDOM,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + _RANDOM,
        b"\x1f\x8b\x08\x00" + zlib.compress(_RANDOM),
        b"PK\x03\x04\x14\x00\x06\x00" + _RANDOM,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        b"{\\rtf1\\ansi Hello}",
        _RANDOM,
        bytes(100),
        b"Half a text.\n" + bytes(3) + b" and more",
    ],
    ids=["wav", "elf", "png", "gzip", "docx", "pdf", "rtf", "random", "zeros", "zeros inside"],
)
@pytest.mark.parametrize("size", [512, 100_000])
def test_what_is_no_text_is_refused(data: bytes, size: int) -> None:
    with pytest.raises(NotTextError):
        decoded(data, size)


@pytest.mark.parametrize(
    "text",
    ["", "a", "Bell\a.", "\x1b[1mbold\x1b[0m words", "N\bNA\bAM\bME\bE", "a\fb", "\x01"],
)
def test_a_few_control_characters_are_text(text: str) -> None:
    assert decoded(text.encode(), 1) == text


def test_a_last_character_that_is_cut_is_left_out() -> None:
    assert decoded("Hello é".encode()[:-1], 4096) == "Hello "


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(1, 9))
def test_utf_8_arrives_as_it_was_in_pieces_of_any_size(text: str, size: int) -> None:
    text = f"So: {text}"
    assert decoded(text.encode(), size) == text
