# pure: no socket, thread or clock.
"""What machines write: URLs, e-mail, paths, IP addresses, hashes."""

from __future__ import annotations

import re
from string import hexdigits
from typing import Final

from ..patterns import lazy_pattern
from ..tables import rows
from .cardinal import characters, label
from .cursor import Cursor, Part, Upto, say, spell
from .number_words import cardinal, digits
from .rule import LETTERS, Rule, Start

#: No word and no number: encoded data. Longer patterns than this are never tried on it.
_LONG: Final = lazy_pattern(r"(?=[A-Za-z]{0,64}\d)[A-Za-z0-9]{65,}")
#: Longest address read as one; the rest of a longer one is read as text.
_LONGEST: Final = 2_048

_TOP: Final = (
    "com|org|net|edu|gov|mil|int|io|ai|dev|app|co|me|info|biz|tv|fm|uk|us|ca|de|fr|it|es|nl|eu|"
    "jp|cn|in|br|au|ch|se|no|fi|dk|pl|ru|be|at|ie|nz|kr|xyz|tech|blog|shop|online|site|cloud"
)
_URL: Final = lazy_pattern(
    rf"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{{1,15}})://|(?P<www>(?=www\.)))(?P<rest>[^\s<>\"”“\[\]{{}}|\\^`]{{1,{_LONGEST}}})"
)
_DOMAIN: Final = lazy_pattern(
    rf"(?P<rest>(?:[a-zA-Z0-9][a-zA-Z0-9-]{{0,62}}\.){{1,5}}(?:{_TOP})(?![\w-]|\.\w)(?::\d+)?"
    rf"(?:[/?#][^\s<>\"”“\[\]{{}}|\\^`]{{0,{_LONGEST}}})?)"
)
_EMAIL: Final = lazy_pattern(
    r"(?:mailto:)?(?P<name>[A-Za-z0-9][\w.+-]{0,63})@(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})"
)
_PATH: Final = lazy_pattern(
    r"(?P<root>~|\.{1,2})?(?:/[\w.@%+~$-]{1,255}){1,40}/?"
    r"(?:\?[\w.%-]{1,64}=[\w.%=&+-]{0,255})?(?![\w/])|~/"
)
_RELATIVE: Final = lazy_pattern(
    r"(?=[\w.-]{1,64}/)(?:[\w-][\w.-]{0,255}/){1,40}(?:[\w-]{0,255}\.[A-Za-z]\w{0,7}|(?<=/[\w-]/)[\w.-]+)?(?:(?<=\w):\d{1,6}){0,2}(?![\w/])"
)
_WINDOWS: Final = lazy_pattern(
    r"[A-Za-z]:/(?!/)[\w./~-]{0,255}|(?:[A-Za-z]:\\|\\\\)(?:[\w.$ ~-]{0,255}?\\)*[\w.$~-]{0,255}"
)
_FILE: Final = lazy_pattern(
    r"(?P<stem>\.?[\w-]{1,128}(?:\.[\w-]{1,32}){0,3})\.(?P<ext>[A-Za-z][A-Za-z0-9]{0,4})(?P<version>(?<=\.so)(?:\.\d{1,4}){1,4})?(?P<line>(?::\d{1,6}){1,2}(?!\w))?(?![\w]|\.\w)"
)
_IP4: Final = lazy_pattern(
    r"(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?P<port>:\d{1,5})?(?P<net>/\d{1,2})?(?![\w]|\.\d)"
)
_IP6: Final = lazy_pattern(
    r"(?=[0-9A-Fa-f:]{3,40}(?![0-9A-Za-z]))(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)"
    r"(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?P<net>/\d{1,3})?(?![\w:])"
)
_MAC: Final = lazy_pattern(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:])")
_LOCAL: Final = lazy_pattern(r"localhost:\d{1,5}(?!\w)")
_UUID: Final = lazy_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)")
_HASH: Final = lazy_pattern(r"(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}(?!\w)")

_SYMBOL: Final = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "?": "question mark",
    "=": "equals", "&": "and", "#": "hash", "%": "percent", ":": "colon", "~": "tilde",
    "+": "plus", "@": "at", "\\": "backslash", ",": "comma", "$": "dollar", "*": "star",
    "!": "exclamation mark", ";": "semicolon",
}  # fmt: skip

_ROWS: Final = rows("computing")


def _computing(how: str) -> frozenset[str]:
    return frozenset(name for name, read in _ROWS if read == how)


#: Extensions and short names that are said as words although they look unsayable.
_SAID: Final = _computing("said")
_SPELLED: Final = _computing("spelled")
_PIECE: Final = lazy_pattern(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+|[^\W\d_]+|.", re.DOTALL)
_VOWELS: Final = frozenset("aeiouyAEIOUY")


def piece_parts(text: str, start: int) -> list[Part]:
    """A URL, path or name, piece by piece; `start` is where it stands."""
    parts: list[Part] = []
    for found in _PIECE.finditer(text):
        piece = found.group()
        begin, end = start + found.start(), start + found.end()
        if piece in _SYMBOL:
            parts += say(_SYMBOL[piece], begin, end)
        elif piece.isdecimal():
            parts += say(label(piece) if len(piece) < 5 else digits(piece), begin, end)
        elif piece.isalpha():
            parts += letters_or_word(piece, begin, end)
    return parts


def letters_or_word(piece: str, start: int, end: int) -> list[Part]:
    """A run of letters inside a name: said if it can be, else spelled."""
    low = piece.lower()
    if low.startswith("lib") and 3 < len(low) < 8 and not _VOWELS.intersection(low[3:]):
        return [*say("lib", start, start + 3), *spell(piece[3:], start + 3, end)]
    if low in _SPELLED or (
        low not in _SAID
        and len(piece) < 6
        and (
            len(piece) == 1
            or not _VOWELS.intersection(piece)
            or (piece.isupper() and len(piece) < 4)
        )
    ):
        return spell(piece, start, end)
    return say(piece, start, end)


def _trim(text: str) -> str:
    """Without the marks that belong to the sentence."""
    while text and text[-1] in ".,;:!?'*_~)":
        if text[-1] == ")" and text.count("(") >= text.count(")"):
            break
        text = text[:-1]
    return text


def _read_url(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    rest = _trim(match["rest"])
    start = match.start("rest")
    return Upto(piece_parts(rest.rstrip("/"), start), start + len(rest)) if rest else None


def _read_email(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    at = match.start("host") - 1
    return [
        *piece_parts(match["name"], match.start("name")),
        *say("at", at, at + 1),
        *piece_parts(match["host"], match.start("host")),
    ]


def _read_path(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    before = cursor.text[match.start() - 1 : match.start()] if match.start() else ""
    if before.isalnum() or before in (")", "/"):
        return None
    text = _trim(match.group())
    if match.group().startswith("/") and not any(c.isalpha() for c in text):
        return None
    return _upto(match, text) if text else None


def _read_local(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return piece_parts(match.group(), match.start())


def _upto(match: re.Match[str], text: str) -> Upto:
    return Upto(piece_parts(text, match.start()), match.start() + len(text))


def _read_relative(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    text = _trim(match.group())
    last = text.rsplit("/", 1)[-1]
    if text.count("/") < 2 and "." not in last:
        return None
    if not any(c.isalpha() for c in text) or re.fullmatch(r"(?:[A-Z]{1,4}/)+[A-Z]{0,4}", text):
        return None
    return _upto(match, text)


def _read_windows(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    return _upto(match, _trim(match.group()))


def _read_file(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    stem = match["stem"]
    if match["ext"].lower() not in _EXTENSIONS or not re.search(r"[A-Za-z]", stem):
        return None
    if len(match["ext"]) == 1 and len(stem.rsplit(".", 1)[-1]) == 1:
        return None  # U.S.A
    parts = piece_parts(stem, match.start())
    # snake_case and kebab-case names are said without their joints.
    parts = [p for p in parts if p.text not in ("underscore", "dash")]
    dot = match.start("ext") - 1
    parts += [*say("dot", dot, dot + 1), *piece_parts(match["ext"], dot + 1)]
    for group in ("version", "line"):
        parts += piece_parts(match[group], match.start(group)) if match[group] else []
    return parts


_EXTENSIONS: Final = _computing("extension")


def _read_long(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return characters(match.group(), *match.span())


def _octet(text: str) -> str:
    return label(text) if not text.startswith("0") else digits(text)


def _read_ip4(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    octets = match["address"].split(".")
    if any(int(o) > 255 for o in octets):
        return None
    parts = say(" dot ".join(_octet(o) for o in octets), *match.span("address"))
    if match["port"]:
        parts += say(f"colon {label(match['port'][1:])}", *match.span("port"))
    if match["net"]:
        parts += say(f"slash {cardinal(match['net'][1:])}", *match.span("net"))
    return parts


def _read_ip6(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    text = match.group().split("/")[0]
    if not re.search(r"[A-Fa-f]|::", text) and text.count(":") < 7:
        return None
    if text.endswith(":") and not text.endswith("::"):
        return None
    parts: list[Part] = []
    for piece in re.finditer(r":|[^:]+", text):
        start, end = match.start() + piece.start(), match.start() + piece.end()
        if piece.group() == ":":
            parts += say("colon", start, end)
        else:
            parts += characters(piece.group().upper(), start, end)
    if match["net"]:
        parts += say(f"slash {cardinal(match['net'][1:])}", *match.span("net"))
    return parts


def _read_characters(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return characters(match.group().upper(), *match.span())


RULES: Final = (
    Rule(
        "electronic.encoded",
        Start.RUN,
        _LONG,
        _read_long,
        (("0f" * 33, " ".join(["zero f"] * 33)),),
    ),
    Rule(
        "electronic.uuid",
        Start.NUMBER | Start.CODED,
        _UUID,
        _read_characters,
        (
            (
                "550e8400-e29b-41d4-a716-446655440000",
                "five five zero E eight four zero zero E two nine B four one D four A seven one "
                "six four four six six five five four four zero zero zero zero",
            ),
        ),
        firsts=hexdigits,
    ),
    Rule(
        "electronic.mac",
        Start.NUMBER | Start.CODED,
        _MAC,
        _read_characters,
        (("00:1A:2B:3C:4D:5E", "zero zero one A two B three C four D five E"),),
        firsts=hexdigits,
    ),
    Rule(
        "electronic.ipv6",
        Start.NUMBER | Start.CODED | Start.SIGN,
        _IP6,
        _read_ip6,
        (
            ("fe80::1", "F E eight zero colon colon one"),
            ("::1", "colon colon one"),
        ),
        firsts="0123456789abcdefABCDEF:",
    ),
    Rule(
        "electronic.ipv4",
        Start.NUMBER,
        _IP4,
        _read_ip4,
        (
            ("127.0.0.1", "one twenty seven dot zero dot zero dot one", "addresses"),
            ("10.0.0.0/8", "ten dot zero dot zero dot zero slash eight"),
            ("10.0.0.1:8080", "ten dot zero dot zero dot one colon eighty eighty"),
        ),
    ),
    Rule(
        "electronic.hash",
        Start.NUMBER | Start.CODED | Start.COUNTED,
        _HASH,
        _read_characters,
        (("commit a1b2c3d", "commit A one B two C three D"),),
        firsts="0123456789abcdef",
    ),
    Rule(
        "electronic.url",
        Start.CODED,
        _URL,
        _read_url,
        (
            ("https://example.com/docs", "example dot com slash docs", "addresses"),
            ("www.python.org", "w w w dot python dot org"),
        ),
    ),
    Rule(
        "electronic.email",
        Start.CODED,
        _EMAIL,
        _read_email,
        (("bob@example.com", "bob at example dot com", "addresses"),),
    ),
    Rule(
        "electronic.domain",
        Start.CODED,
        _DOMAIN,
        _read_url,
        (("example.com/help", "example dot com slash help"),),
    ),
    Rule(
        "electronic.localhost",
        Start.CODED,
        _LOCAL,
        _read_local,
        (("localhost:3000", "localhost colon three thousand"),),
        firsts="l",
    ),
    Rule(
        "electronic.path",
        Start.SIGN,
        _PATH,
        _read_path,
        (
            ("/usr/lib/libfoo.so", "slash usr slash lib slash libfoo dot so", "addresses"),
            ("~/.bashrc", "tilde slash dot bashrc"),
        ),
        firsts="~./",
    ),
    Rule(
        "electronic.windows_path",
        Start.CODED | Start.SIGN,
        _WINDOWS,
        _read_windows,
        (("C:\\Users\\x", "C colon backslash Users backslash x"),),
        firsts=LETTERS + "\\",
    ),
    Rule(
        "electronic.relative_path",
        Start.CODED,
        _RELATIVE,
        _read_relative,
        (("src/main.rs:42", "src slash main dot r s colon forty two"),),
    ),
    Rule(
        "electronic.file",
        Start.CODED | Start.SIGN,
        _FILE,
        _read_file,
        (
            ("in main.py", "in main dot py"),
            ("foo.tar.gz", "foo dot tar dot g z"),
        ),
    ),
)
