"""Texts of pieces that rules look at, put together by chance: what nobody meant to write."""

from __future__ import annotations

import contextlib
import html
import random
import re

from kokorod.errors import KokorodError, UnknownLanguageError
from kokorod.speech.markup.sources import open_source
from kokorod.speech.normalize.languages.grammar import LOCAL_RULES
from kokorod.speech.normalize.order import RULES
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.speech.tables import rows
from kokorod.speech.tokenize import tokens_of
from kokorod.types import CodeBlocks, Markup

from .mutated import CORPUS
from .phonemizing import phonemizer

LANGUAGES = ("en-us", "en-gb", "es", "fr", "hi", "it", "ja", "pt-br", "zh")

NUMBERS = (
    "0 1 2 5 7 9 10 12 21 24 30 50 100 365 911 1066 1984 2024 12345 007 0.5 .5 1.5 2.50 3.14159 "
    "1,234 1,00,000 1.234,56 12,50 1/2 3/4 7/10 1/21 10:30 25:61 1:2:3 1.5:1 1-2 3–5 1e6 1.5e-3 "
    "2^10 0xFF 1st 22nd 3rd 101th 1.2.3 127.0.0.1 2024-03-05 3/5/2024 31.12.1999 555-0123 "
    "½ ¼ 2½ ² ³ ⁻¹ ₂ ① Ⅳ १२ ٣ 十 百 三 '99 1990s 80s 5'10\" IV XIX MCMXC 999999999999999999999"
).split()
SIGNS = (
    "- – — − + ± ~ ≈ < > ≥ ≤ = ≠ × x X * · / ÷ : ; . , .. ... … ! ? ?! ' ’ \" “ ” « » „ ` ° º % ‰ "
    "$ £ € ¥ ₹ ¢ ₿ § ¶ © ® ™ # @ & | \\ _ ^ √ ∞ π Σ → ( ) [ ] { } ¿ ¡ 。 、 「 」 ー ・ । № ª"
).split()
LETTERS = (
    "a A I i x C F K m s st nd rd th ths am pm a.m. p.m. BC AD e.g. i.e. etc. vs. No. no. Dr. Mr. "
    "St. p. pp. Jan Feb. March May Mon. Friday noon Chapter Henry World War II Louis room flight "
    "version v is in of the and to by per flour NASA FBI iPhone C++ foo_bar camelCase A4 COVID-19 "
    "café naïve straße İstanbul niño ação garçon l'eau c'è मैं है डॉ. क 日本語 さん きょう カー っ ん "
    "中文 会议 开始 元 年 月 ℃ Привет שלום ك 🙂 👍🏽 🇫🇷 1️⃣ ❤️ :) <3"
).split()
MARKUP = (
    "*|**|_|~~|`|```|```python|[|](http://a.b)|![|# |## |- |* |1. |> |    |\t|\n|\n\n|---|:---:"
    "|<b>|</b>|<br>|<p>|</p>|<!--|-->|&amp;|&lt;|&#55;|[pause]|[pause 1.5s]|[[slnc 500]]|[a](/ə/)"
    "|<speak>|</speak>|<break time='1s'/>|<say-as interpret-as='date'>"
    "|<say-as interpret-as='ordinal'>|</say-as>"
    "|<sub alias='x'>|</sub>|<lang xml:lang='fr'>|</lang>|[^1]|$x$|\\(|\\)|\x00|\u200d"
    "|\u00ad|\u202e|\ufffd|$$|\\[|\\]|\\frac{1}{2}|x^2_{n}|\\sqrt[3]{x}|\\sum_{i=1}^n|{|}|<think>|</think>"
    "|<details type='reasoning'>|</details>|[voice:af_heart]|[pause:1.5s]|[x](+2)|<voice name='x'>"
    "|</voice>|<emphasis>|<sup>|<sub>"
).split("|")
UNITS = [row[0] for name in ("units", "rates", "currencies") for row in rows(name)]
EXAMPLES = [example[0] for rule in RULES.values() for example in rule.examples]
EXAMPLES += [example[1] for rule in LOCAL_RULES.values() for example in rule.examples]
OTHER = [
    row[1] for name in ("abbreviations", "units", "currencies") for row in rows(f"other_{name}")
]
KINDS = (NUMBERS, NUMBERS, NUMBERS, SIGNS, SIGNS, UNITS, LETTERS, MARKUP, EXAMPLES, OTHER)

MARKUPS = (Markup.AUTO, Markup.PLAIN, Markup.MARKDOWN)


def some_text(source: random.Random) -> str:
    """At most a dozen pieces, close together or apart; examples may be cut anywhere."""
    written = ""
    for _ in range(source.randrange(1, 12)):
        kind = source.choice(KINDS)
        piece = source.choice(kind)
        if kind is EXAMPLES and source.random() < 0.5:
            piece = piece[: source.randrange(len(piece) + 1)]
        written += piece + source.choice(("", "", " ", " ", "-", ".", ", ", "\n"))
    return f"<speak>{written}</speak>" if source.random() < 0.02 else written


#: What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ELEMENTS = (
    "{}",
    "<p>{}</p>",
    "<s>{}</s>",
    "<emphasis>{}</emphasis>",
    "<prosody rate='fast'>{}</prosody>",
    "<say-as interpret-as='cardinal'>{}</say-as>",
    "<say-as interpret-as='characters'>{}</say-as>",
    "<say-as interpret-as='date' format='dmy'>{}</say-as>",
    "<sub alias='word'>{}</sub>",
    "<lang xml:lang='fr'>{}</lang>",
    "<lang xml:lang='en-GB'>{}</lang>",
    "<voice name='af_heart'>{}</voice>",
    "<mark name='here'/>{}",
    "{}<break time='200ms'/>",
)


def some_ssml(source: random.Random) -> str:
    """A document that is well-formed, of the same pieces."""
    parts = []
    for _ in range(source.randrange(1, 4)):
        part = html.escape(_NOT_XML.sub("", some_text(source)))
        for _ in range(source.randrange(3)):
            part = source.choice(ELEMENTS).format(part)
        parts.append(part)
    return f"<speak>{' '.join(parts)}</speak>"


def some_document(source: random.Random) -> tuple[str, Markup]:
    """A text and how it is written; what is SSML is well-formed."""
    markup = source.choice((*MARKUPS, Markup.SSML))
    text = some_ssml(source) if markup is Markup.SSML else some_text(source)
    if markup is not Markup.SSML and text.startswith("<speak>"):
        markup = Markup.PLAIN
    return text, markup


def kept_texts() -> list[tuple[str, str, Markup]]:
    """Of tests/fuzz/corpus: text, language, markup."""
    lines = (CORPUS / "texts.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(text * int(times), lang, Markup(markup)) for lang, markup, times, text in rows]


def read(text: str, lang: str, markup: Markup, phonemes: Phonemizer | None = None) -> None:
    """Read `text` as the daemon does, to phonemes. What is wrong with the text may be told.

    phonemes: None: one whose espeak-ng is in this process, which some texts end.
    """
    phonemes = phonemes or phonemizer()
    source = open_source(markup, lang, CodeBlocks.READ)
    try:
        source.feed(text, final=True)
        while (fragment := source.next()) is not None:
            tokens = tokens_of(fragment, lang=lang)
            with contextlib.suppress(UnknownLanguageError):  # ja and zh without their extras
                phonemes.sentence(tokens, lang)
    except KokorodError:
        pass  # SSML that is not well formed, a language that nobody speaks
