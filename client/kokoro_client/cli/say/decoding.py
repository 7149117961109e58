# pure: no socket, thread or clock.
"""Bytes to text: which encoding it is, or why it is no text.

UTF-8, UTF-16 and UTF-32 are told from each other by their first bytes. Which of the many
encodings of one byte a letter it is cannot be known, so that is asked for: a wrong guess would
be read aloud.
"""

from __future__ import annotations

import codecs
from typing import Final

_UTF_8: Final = "utf-8-sig"

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: Files that are taken for text by mistake, and what turns them into text.
_SIGNATURES: Final = (
    (b"%PDF-", "a PDF; `pdftotext FILE - | kokoroctl say -` reads one"),
    (b"{\\rtf", "RTF; save it as plain text"),
    (b"PK\x03\x04", "a zip archive, as .docx, .odt and .epub are; save it as plain text"),
    (b"%!PS", "PostScript; `ps2ascii FILE | kokoroctl say -` reads one"),
)

#: ISO 2022 switches alphabets with these; every byte is one of ASCII's all the same.
_ISO_2022: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J")

#: First bytes looked at for zeros.
_SAMPLE_BYTES: Final = 4096

#: Control characters that stand in texts: tab, line ends, and what terminals and man pages use.
_USUAL: Final = frozenset("\t\n\r\f\v\b\x1b")

#: More than so many of others, and more than this part: no text, whatever it decodes as.
_FEW_CONTROLS: Final = 8
_MOST_CONTROLS: Final = 0.02


#: Stands for bytes that are no UTF-8 until they are counted; no character, so in no text.
_MARK: Final = "\U0010ffff"

codecs.register_error("kokoro-mark", lambda error: (_MARK, error.end))  # type: ignore[attr-defined]


class NotTextError(Exception):
    """These bytes are not text in the encoding; the message says so, without the name."""


class TextDecoder:
    """Decodes what arrives, in pieces of any size.

    Owns:       the bytes of one character that has not come whole.
    Invariants: bytes that are no UTF-8 become U+FFFD only in a text that has shown more letters
                in UTF-8 than such bytes: it is damaged, not in another encoding.
    """

    def __init__(self, encoding: str | None) -> None:
        """encoding: a name that Python's codecs know; None: found out.

        Raises LookupError for a name that is not known.
        """
        self._held = b""
        self._at = 0  # bytes that have been decoded
        self._letters = self._wrong = 0  # beyond ASCII, and what is no UTF-8
        self._given = encoding is not None
        self._decoder = None if encoding is None else codecs.getincrementaldecoder(encoding)()

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of what is complete. Raises NotTextError."""
        if self._decoder is None:
            self._held += data
            if not final and _may_go_on(self._held):
                return ""
            data, self._held = self._held, b""
            name = _encoding_of(data)
            errors = "kokoro-mark" if name == _UTF_8 else "strict"
            self._decoder = codecs.getincrementaldecoder(name)(errors)
        pending = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(data)
        except UnicodeError:
            raise NotTextError(
                "it is not in the encoding that --encoding names"
                if self._given
                else "it is not text"
            ) from None
        if not text.isascii() and not self._given:
            self._count(text, pending + data, self._at - len(pending))
            text = text.replace(_MARK, "\ufffd")
        self._at += len(data)
        if final:
            # A last character that is cut, as `head -c` leaves it, is no fault.
            self._decoder.reset()
        _refuse_binary(text)
        return text

    def _count(self, text: str, data: bytes, begin: int) -> None:
        """begin: the offset of `data`, of which `text` was decoded."""
        wrong = text.count(_MARK)
        self._wrong += wrong
        self._letters += sum(char > "\x7f" for char in text) - wrong
        if not wrong or self._wrong <= self._letters:
            return
        if _many_controls(text):
            raise NotTextError("it is not text")
        at = len(text[: text.index(_MARK)].encode())
        raise NotTextError(
            f"it is not UTF-8 (byte {data[at]:#x} at {begin + at}); say which encoding it has, "
            "e.g. --encoding windows-1252 or --encoding macroman"
        )


def _may_go_on(data: bytes) -> bool:
    """Whether it takes more bytes to tell what these are."""
    return len(data) < 4 and (not data or data[0] in b"\x00\xfe\xff" or 0 in data)


def _encoding_of(data: bytes) -> str:
    """By the first bytes of a text. Raises NotTextError for what is none."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise NotTextError(f"it is {what}")
    if any(sequence in data for sequence in _ISO_2022):
        raise NotTextError("it is not UTF-8 but ISO 2022; give --encoding iso-2022-jp")
    sample = data[:_SAMPLE_BYTES]
    if 0 not in sample:
        return _UTF_8
    zeros = [sample[at::4].count(0) / max(1, len(sample[at::4])) for at in range(4)]
    match [share > 0.5 for share in zeros]:
        case [False, True, True, True] if not zeros[0]:
            return "utf-32-le"
        case [True, True, True, False] if not zeros[3]:
            return "utf-32-be"
        case [False, True, False, True] if not zeros[0] + zeros[2]:
            return "utf-16-le"
        case [True, False, True, False] if not zeros[1] + zeros[3]:
            return "utf-16-be"
    raise NotTextError("it is not text")


def _refuse_binary(text: str) -> None:
    if "\0" in text or _many_controls(text):
        raise NotTextError("it is not text")


def _many_controls(text: str) -> bool:
    controls = sum(char < " " and char not in _USUAL for char in text)
    return controls > max(_FEW_CONTROLS, len(text) * _MOST_CONTROLS)
