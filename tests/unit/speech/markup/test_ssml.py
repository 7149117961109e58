"""SSML: what is read, what is refused, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from kokorod.speech.markup.fragments import MAX_PAUSE_S
from kokorod.speech.markup.ssml import MAX_DEPTH, SsmlError, is_ssml, read_ssml
from kokorod.speech.token import Token, spoken
from kokorod.speech.tokenize import tokens_of


def tokens(text: str) -> list[Token]:
    return [token for fragment in read_ssml(text).fragments for token in tokens_of(fragment)]


def said(inner: str) -> str:
    return spoken(tokens(f"<speak>{inner}</speak>"))


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("Hello <emphasis level='strong'>big</emphasis> world.", "Hello big world."),
        ("<sub alias='for example'>e.g.</sub> this", "for example this"),
        ("<say-as interpret-as='characters'>aB3</say-as>", "a B three"),
        ("<say-as interpret-as='spell-out'>ok</say-as>", "o k"),
        ("<say-as interpret-as='cardinal'>1,234</say-as>", "one thousand two hundred thirty four"),
        ("<say-as interpret-as='ordinal'>21</say-as> row", "twenty first row"),
        ("<say-as interpret-as='digits'>2024</say-as>", "two zero two four"),
        ("<say-as interpret-as='telephone'>+1 555</say-as>", "plus one five five five"),
        ("<say-as interpret-as='fraction'>3/8</say-as>", "three eighths"),
        (
            "<say-as interpret-as='date' format='dmy'>5/3/2024</say-as>",
            "March fifth twenty twenty four",
        ),
        ("<say-as interpret-as='date'>2024-03-05</say-as>", "March fifth twenty twenty four"),
        ("<say-as interpret-as='date' format='md'>3/5</say-as>", "March fifth"),
        ("<say-as interpret-as='cardinal'>many</say-as>", "many"),
        ("<say-as interpret-as='colour'>$5</say-as>", "five dollars"),
        ("<phoneme ph='kˈæt'>cat</phoneme> nap", "cat nap"),
        ("5 &lt; 6 &amp; &#55;", "five is less than six and seven"),
        ("<![CDATA[a < b]]>", "a less than b"),
        ("<unknown>kept</unknown>", "kept"),
        ("<metadata>not heard</metadata>heard", "heard"),
        ("", ""),
    ],
)
def test_what_is_heard(inner: str, expected: str) -> None:
    assert said(inner) == expected


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ("<break time='250ms'/>", 0.25),
        ("<break time='1.5s'/>", 1.5),
        ("<break time='.5s'/>", 0.5),
        ("<break/>", 0.4),
        ("<break strength='x-strong'/>", 1.2),
        ("<break strength='none'/>", 0.0),
        ("<break time='900s'/>", MAX_PAUSE_S),
        ("<break time='1s'/><break time='1s'/>", 2.0),
    ],
)
def test_breaks(tag: str, seconds: float) -> None:
    first, second = read_ssml(f"<speak>one {tag} two</speak>").fragments
    assert (first.text.strip(), first.pause_s, second.text.strip()) == ("one", seconds, "two")


@pytest.mark.parametrize(
    ("rate", "factor"),
    [
        ("slow", 0.75),
        ("x-fast", 1.6),
        ("80%", 0.8),
        ("+20%", 1.2),
        ("-25%", 0.75),
        ("1.5", 1.5),
        ("900%", 2.0),
        ("1%", 0.5),
    ],
)
def test_rates(rate: str, factor: float) -> None:
    fragments = read_ssml(f"<speak>a <prosody rate='{rate}'>b</prosody> c</speak>").fragments
    assert [fragment.text.strip() for fragment in fragments] == ["a", "b", "c"]
    assert [fragment.rate for fragment in fragments] == pytest.approx([1.0, factor, 1.0])


def test_voices_and_languages() -> None:
    text = (
        "<speak xml:lang='en-GB'>one <voice name='bf_emma'>two</voice> "
        "three <lang xml:lang='fr-FR'>quatre</lang></speak>"
    )
    one, two, three = read_ssml(text).fragments
    assert [(p.voice, p.lang) for p in (one, two)] == [("", "en-gb"), ("bf_emma", "en-gb")]
    assert [(t.text, t.lang) for t in tokens_of(three)] == [("three", "en-gb"), ("quatre", "fr")]


def test_paragraphs_and_sentences_are_pieces() -> None:
    fragments = read_ssml("<speak><p><s>One</s><s>two</s></p><p>three</p></speak>").fragments
    assert [(fragment.text, fragment.pause_s) for fragment in fragments] == [
        ("One", None),
        ("two", 0.6),
        ("three", 0.6),
    ]


def test_a_mark_is_an_event_at_its_place() -> None:
    text = "<speak>go <mark name='here'/>on</speak>"
    assert [(t.text, t.event, t.start) for t in tokens(text)] == [
        ("go", "", 7),
        ("", "here", 10),
        ("on", "", text.index("on")),
    ]


def test_every_word_knows_its_place() -> None:
    text = "<speak>é &amp; <sub alias='two words'>2w</sub>\r\n<b>日本</b> x</speak>"
    assert [(t.text, text[t.start : t.end]) for t in tokens(text)] == [
        ("é", "é"),
        ("and", "&amp;"),
        ("two", "<sub alias='two words'>2w</sub>"),
        ("words", "<sub alias='two words'>2w</sub>"),
        ("日本", "日本"),
        ("x", "x"),
    ]


def test_given_phonemes() -> None:
    (token,) = tokens("<speak><phoneme alphabet='x-kokoro' ph='kˈæt'>cat</phoneme></speak>")
    assert (token.text, token.phonemes) == ("cat", "kˈæt")
    (token,) = tokens("<speak><phoneme ph='kˈæt'/></speak>")
    assert token.phonemes == "kˈæt"


@pytest.mark.parametrize(
    ("lang", "ipa", "said"),
    [
        ("en-us", "təˈmeɪtoʊ", "təmˈAtO"),
        ("en-gb", "/təˈmɑːtəʊ/", "təmˈɑːtQ"),
        ("en-us", "ˈbʌt.ɚ", "bˈʌtəɹ"),
        ("en-us", "ˈbɑɾl̩", "bˈɑTᵊl"),
        ("en-us", "t͡ʃɜːrt͡ʃ", "ʧɜɹʧ"),
        ("en-gb", "ˈkɹɪk.ɪt ˈbæt", "kɹˈɪkɪt bˈat"),
        ("fr", "bɔ̃ʒuʁ", "bɔ̃ʒuʁ"),
    ],
)
def test_phonemes_in_ipa(lang: str, ipa: str, said: str) -> None:
    (fragment,) = read_ssml(
        f"<speak><phoneme alphabet='ipa' ph='{ipa}'>x</phoneme></speak>"
    ).fragments
    assert [token.phonemes for token in tokens_of(fragment, lang=lang)] == [said]


def test_characters_are_named_in_their_language() -> None:
    text = "<speak><say-as interpret-as='characters'>A1</say-as></speak>"
    (fragment,) = read_ssml(text).fragments
    assert [t.text for t in tokens_of(fragment, lang="en-us")] == ["A", "one"]
    assert [t.text for t in tokens_of(fragment, lang="fr")] == ["A", "1"]


def test_a_kind_that_is_not_known_is_read_and_reported() -> None:
    found = read_ssml("<speak><say-as interpret-as='net'>5</say-as></speak>")
    assert found.ignored == ("say-as net",)
    assert [t.text for t in tokens_of(found.fragments[0])] == ["five"]


def test_what_is_left_out_is_reported_once() -> None:
    text = "<speak><foo/><foo>x</foo><prosody rate='slow' pitch='high'>y</prosody></speak>"
    assert read_ssml(text).ignored == ("<foo>", "prosody pitch")


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("<speak>\n  <p>bad</speak>", 2, 11, "mismatched tag"),
        ("<speak>\n\nopen", 3, 5, "no element found"),
        ("<speak>&nope;</speak>", 1, 8, "undefined entity"),
        ("hello", 1, 1, "syntax error"),
        ("<ssml>x</ssml>", 1, 1, "<speak> must be"),
        ("<speak>é日\n日 <break time='soon'/></speak>", 2, 3, "500ms"),
        ("<speak><break strength='loud'/></speak>", 1, 8, "x-weak"),
        ("<speak><prosody rate='quick'>x</prosody></speak>", 1, 8, "x-slow"),
        ("<speak><say-as>1</say-as></speak>", 1, 8, "interpret-as"),
        ("<speak><sub>1</sub></speak>", 1, 8, "alias"),
        ("<speak><phoneme>1</phoneme></speak>", 1, 8, "ph="),
        ("<speak>\n<phoneme alphabet='x-sampa' ph='t@'/></speak>", 2, 1, "use ipa, or x-kokoro"),
        ("<speak><mark/></speak>", 1, 8, "name="),
        ("<speak>\ud800</speak>", 1, 8, "surrogate"),
        ("<speak>" + "<p>" * MAX_DEPTH, 1, 7 + 3 * MAX_DEPTH - 2, f"more than {MAX_DEPTH}"),
    ],
)
def test_what_cannot_be_read_is_named_with_line_and_column(
    text: str, line: int, column: int, what: str
) -> None:
    with pytest.raises(SsmlError, match=what) as caught:
        read_ssml(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE speak [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE speak [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE speak SYSTEM "http://example.com/a.dtd">',
    ],
)
def test_document_types_and_entities_are_refused(head: str) -> None:
    with pytest.raises(SsmlError, match="not allowed"):
        read_ssml(f"{head}<speak>x</speak>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<speak>x</speak>", True),
        (" \n<?xml version='1.0'?>\n<speak version='1.1'>", True),
        ("<speaker>", False),
        ("Say <speak>", False),
        ("", False),
    ],
)
def test_ssml_is_known_by_its_beginning(text: str, expected: bool) -> None:
    assert is_ssml(text) is expected


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<s>",
                "</s>",
                "x ",
                "5 km ",
                "&amp;",
                "<break/>",
                "<b>",
                "</b>",
                "é",
                "<mark name='m'/>",
                "<prosody rate='slow'>",
                "</prosody>",
                "<",
                "&",
                "]]>",
                "\r\n",
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_it_is_read_in_order_or_refused_with_a_place(inner: str) -> None:
    text = f"<speak>{inner}</speak>"
    try:
        found = tokens(text)
    except SsmlError as failure:
        found = []
        places = [failure.line, failure.column]
    else:
        places = [1]
    assert min(places) >= 1
    last = 0
    for token in found:
        assert last <= token.start <= token.end <= len(text)
        last = token.start
