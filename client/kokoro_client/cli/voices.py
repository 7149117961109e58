"""kokoroctl voices."""

from __future__ import annotations

import argparse

from . import exits
from .context import Context
from .samples import sample_in
from .voice_table import listed, of_language, table

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


def _speak_sample(args: argparse.Namespace, context: Context) -> int:
    """Through `say`, which knows what to do if there is no device."""
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
