# process: run by a developer, when the phrases or the front end change.
"""The phrases of phrases.txt as phonemes, for the package: kokorod/engine/norms/data/phrases.txt.

    python -m tools.norms.phonemes

A machine that learns a voice (kokorod/engine/norms/calibrate.py) says them without a front end.
Phrases of one language stay in their order, as many of them as a voice says there; English ones
come as both kinds of English.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory

from kokorod import config
from kokorod.commands.phonemes import read
from kokorod.engine.norms.phrases import FILE, MOST
from kokorod.voices.languages import ENGLISH, LANGUAGES
from tools.norms.rows import phrases


def main() -> None:
    lines = []
    with TemporaryDirectory() as home:
        settings, _ = config.load({"KOKORO_HOME": home})
        for lang in LANGUAGES:
            for speed, text in phrases("en" if lang in ENGLISH else lang)[:MOST]:
                said = " ".join(s.phonemes for s in read(text, lang, settings) if s.phonemes)
                lines.append(f"{lang}\t{speed:g}\t{said}\n")
    FILE.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
