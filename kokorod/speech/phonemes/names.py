# pure: no socket, thread or clock.
"""What neither the dictionary nor espeak says as people do: signs, and names of computing.

NAMES: lower case -> phonemes, or (American, British). Stress marks stand before vowels.
"""

from __future__ import annotations

import re
from typing import Final

from ..tables import rows

#: Signs that stand for words, as tokens of their own.
SYMBOLS: Final = {
    "%": "percent",
    "‰": "per thousand",
    "&": "and",
    "+": "plus",
    "−": "minus",
    "±": "plus or minus",
    "×": "times",
    "÷": "divided by",
    "=": "equals",
    "≠": "is not equal to",
    "≈": "is about",
    "≤": "is at most",
    "≥": "is at least",
    "<": "less than",
    ">": "greater than",
    "@": "at",
    "#": "hash",
    "*": "star",
    "/": "slash",
    "\\": "backslash",
    "_": "underscore",
    "~": "tilde",
    "^": "caret",
    "|": "pipe",
    "$": "dollars",
    "£": "pounds",
    "€": "euros",
    "¥": "yen",
    "₹": "rupees",
    "¢": "cents",
    "°": "degrees",
    "§": "section",
    "¶": "paragraph",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "√": "square root of",
    "∞": "infinity",
    "π": "pie",
    "µ": "micro",
    "→": "to",
    "←": "from",
    "½": "one half",
    "¼": "one quarter",
    "¾": "three quarters",
    "№": "number",
    "✓": "check",
    "✔": "check",
    "✗": "cross",
    "✘": "cross",
}

NAMES: Final[dict[str, str | tuple[str, str]]] = {
    "airbnb": ("ˌɛɹbiˌɛnbˈi", "ˌɛːbiːˌɛnbˈiː"),
    "brr": ("bˈɜɹ", "bˈɜː"),
    "chmod": ("ʧˈAnʤ mˌɑd", "ʧˈAnʤ mɒd"),
    "config": ("kˈɑnfɪɡ", "kˈɒnfɪɡ"),
    "configs": ("kˈɑnfɪɡz", "kˈɒnfɪɡz"),
    "debian": "dˈɛbiən",
    "gandalf": ("ɡˈændˌælf", "ɡˈandalf"),
    "github": "ɡˈɪthˌʌb",
    "gitlab": ("ɡˈɪtlˌæb", "ɡˈɪtlab"),
    "ios": ("ˌIˌOˈɛs", "ˌIˌQˈɛs"),
    "ipad": ("ˈIpˌæd", "ˈIpad"),
    "iphone": ("ˈIfˌOn", "ˈIfQn"),
    "javascript": ("ʤˈɑvəskɹˌɪpt", "ʤˈɑːvəskɹɪpt"),
    "jinping": "ʤˌɪnpˈɪŋ",
    "json": ("ʤˈAsᵊn", "ʤˈAsᵊn"),
    "kubectl": ("kjˈub kəntɹˌOl", "kjˈuːb kəntɹˌQl"),
    "kokoro": ("kˈOkəɹO", "kˈQkəɹQ"),
    "kubernetes": ("kˌubəɹnˈɛɾiz", "kˌuːbənˈɛtiːz"),
    "linux": ("lˈɪnəks", "lˈɪnəks"),
    "macos": ("mˌækˌOˈɛs", "mˌakˌQˈɛs"),
    "mysql": ("mˌIˌɛskjˌuˈɛl", "mˌIˌɛskjˌuːˈɛl"),
    "nginx": ("ˌɛnʤənˈɛks", "ˌɛnʤɪnˈɛks"),
    "nguyen": ("wˈɪn", "wˈɪn"),
    "openai": ("ˌOpᵊnˌAˈI", "ˌQpᵊnˌAˈI"),
    "paypal": ("pˈApˌæl", "pˈApal"),
    "pikachu": ("pˈikəʧˌu", "pˈiːkəʧuː"),
    "pokemon": ("pˈOkəmˌɑn", "pˈQkɪmɒn"),
    "pokémon": ("pˈOkəmˌɑn", "pˈQkɪmɒn"),
    "postgres": ("pˈOstɡɹˌɛs", "pˈQstɡɹɛs"),
    "postgresql": ("pˌOstɡɹˌɛskjˌuˈɛl", "pˌQstɡɹɛskjˌuːˈɛl"),
    "pytorch": ("pˈItˌɔɹʧ", "pˈItɔːʧ"),
    "redis": "ɹˈɛdɪs",
    "resumé": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmA"),
    "résumé": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmA"),
    "résumés": ("ɹˈɛzəmˌAz", "ɹˈɛzjʊmAz"),
    "shh": "ʃ",
    "stderr": ("stˈændəɹd ˈɛɹəɹ", "stˈandəd ˈɛɹə"),
    "stdin": ("stˈændəɹd ˈɪn", "stˈandəd ˈɪn"),
    "stdout": ("stˈændəɹd ˈWt", "stˈandəd ˈWt"),
    "sudo": ("sˈudu", "sˈuːduː"),
    "systemd": ("sˌɪstəmdˈi", "sˌɪstəmdˈiː"),
    "tchaikovsky": ("ʧIkˈɔfski", "ʧIkˈɒfski"),
    "tiktok": ("tˈɪktˌɑk", "tˈɪktɒk"),
    "tuple": ("tˈʌpᵊl", "tjˈuːpᵊl"),
    "tuples": ("tˈʌpᵊlz", "tjˈuːpᵊlz"),
    "uber": ("ˈubəɹ", "ˈuːbə"),
    "whatsapp": ("wˈʌtsˌæp", "wˈɒtsap"),
    "wifi": "wˈIfˌI",
    "youtube": ("jˈutˌub", "jˈuːtjuːb"),
    "yaml": ("jˈæmᵊl", "jˈamᵊl"),
}

#: Well-known names that the dictionary itself gets wrong, by how they are written.
_WELL_KNOWN: Final = {row[0]: row[1] for row in rows("names")}
_VOWELS: Final = "aɑæɛɪiIAOQWYuʊʌɔəɒᵻˈˌ"
_TO_BRITISH: Final = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (rf"əɹ(?![{_VOWELS}])", "ə"),
        (r"ɜɹ", "ɜː"),
        (rf"([ɑɔɛ])ɹ(?![{_VOWELS}])", r"\1ː"),
        (r"([ˈˌ])([iuɑɔ])(?!ː)", r"\1\2ː"),
        (r"O", "Q"),
        (r"æ", "a"),
        (r"T", "t"),
    )
)


def well_known(word: str, british: bool) -> str | None:
    """The phonemes of a name that the dictionary and espeak-ng get wrong."""
    said = _WELL_KNOWN.get(word)
    if said is None and word.isupper() and len(word) > 3:
        said = _WELL_KNOWN.get(word.capitalize())
    said = said or _WELL_KNOWN.get(word.lower())
    if said is None or not british:
        return said
    for pattern, replacement in _TO_BRITISH:
        said = pattern.sub(replacement, said)
    return said
