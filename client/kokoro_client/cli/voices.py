"""kokoroctl voices."""

from __future__ import annotations

import argparse
from typing import Any, Final

from . import exits
from .context import Context
from .samples import LANGUAGES, locale_of, sample_in

HELP = "List the voices the daemon can speak with, or hear one."

EPILOG = f"""\
examples:
  kokoroctl voices --lang en-gb
  kokoroctl voices --sample bf_emma
  kokoroctl voices --sample af_heart:0.6,am_adam:0.4

The quality is what the authors of Kokoro-82M make of the material a voice was trained
on, A the best; Spanish and Portuguese voices have none. A blend that config.toml saves
is listed with what it is made of.

{exits.HELP}"""

_HEADINGS: Final = ("voice", "language", "gender", "quality", "")
_SIGNS: Final = {"+": 0, "": 1, "-": 2}

Voice = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-l", "--lang", metavar="LANG", help="only those of a language, e.g. en-gb")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("--sample", metavar="VOICE", help="speak a sentence with this voice")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the sample to a file")


def run(args: argparse.Namespace, context: Context) -> int:
    if args.sample is not None:
        return _speak_sample(args, context)
    if args.output:
        raise exits.CommandError("-o is for --sample VOICE", exits.USAGE)
    voices = of_language(listed(context.demand({"type": "voices"})), args.lang)
    if args.json:
        import json

        print(json.dumps(voices, indent=2))
    else:
        print("\n".join(table(voices)))
    return exits.OK


def listed(value: Any) -> list[Voice]:
    """The voices in the daemon's answer, by language, gender and quality; blends last."""
    voices = [voice for voice in value if isinstance(voice, dict)] if type(value) is list else []
    return sorted(voices, key=_place)


def _place(voice: Voice) -> tuple[object, ...]:
    languages = list(LANGUAGES)
    lang, grade = str(voice.get("lang", "")), str(voice.get("grade", ""))
    return (
        "blend" in voice,
        languages.index(lang) if lang in languages else len(languages),
        lang,
        str(voice.get("gender", "")),
        # The best first; what has no grade after all that have one.
        (not grade, grade[:1], _SIGNS.get(grade[1:], 1)),
        str(voice.get("name", "")),
    )


def of_language(voices: list[Voice], lang: str | None) -> list[Voice]:
    """Those that speak `lang`: `en` is both English accents, `fr-CA` is fr."""
    if lang is None:
        return voices
    tag = lang.lower().replace("_", "-")
    found = [
        voice
        for voice in voices
        if (own := str(voice.get("lang", "")))
        and (own == tag or own.startswith(f"{tag}-") or tag.startswith(f"{own}-"))
    ]
    if not found:
        known = ", ".join(dict.fromkeys(str(v.get("lang")) for v in voices if v.get("lang")))
        there = f"the languages are {known}" if known else "the built-in voice speaks them all"
        raise exits.CommandError(f"no voice of the language {lang[:40]!r}; {there}", exits.USAGE)
    return found


def table(voices: list[Voice]) -> list[str]:
    """A voice a line, in columns."""
    rows = [_HEADINGS] + [
        (
            exits.one_line(voice.get("name", "")),
            exits.one_line(voice.get("lang", "") or "any"),
            exits.one_line(voice.get("gender", "") or "-"),
            exits.one_line(voice.get("grade", "") or "-"),
            exits.one_line(voice.get("blend", "")),
        )
        for voice in voices
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def as_say_lists(voices: list[Voice]) -> list[str]:
    """Name, locale and a sentence, in the columns of macOS' `say -v '?'`."""
    return [
        f"{exits.one_line(voice.get('name', '')):<19} {locale_of(lang):<8} # {sample_in(lang)}"
        for voice in voices
        for lang in [str(voice.get("lang", ""))]
    ]


def _speak_sample(args: argparse.Namespace, context: Context) -> int:
    """Through `say`, which knows what to do where there is no device."""
    from . import say
    from .main import parser_of

    arguments = ["-v", args.sample, *(["-o", args.output] if args.output else [])]
    text = sample_in(_language_of(args.sample, context))
    return say.run(parser_of("say", say).parse_args([*arguments, "--", text]), context)


def _language_of(name: str, context: Context) -> str:
    """That of the voice, or of a blend's first; a saved one is known to the daemon alone."""
    first = name.partition(",")[0].partition(":")[0].strip()
    for voice in listed(context.ask({"type": "voices"})):
        if voice.get("name") == first:
            return str(voice.get("lang", ""))
    # Not asked yet, or without its model: as Kokoro's names go.
    letters = {"e": "es", "p": "pt-br", "z": "zh", "j": "ja", "b": "en-gb"}
    initial = {lang[0]: lang for lang in ("fr", "hi", "it")} | letters
    return initial.get(first[:1], "en-us") if first[1:3] in ("f_", "m_") else "en-us"
