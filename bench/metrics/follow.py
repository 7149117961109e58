"""say --follow: is a word highlighted when it sounds?

On the toy model, of which every phoneme sounds a tone of its own: what is heard at the
monitor tells which word begins when, without asking the daemon.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import toy
from bench.metric import Metric, at_most
from bench.sink.recording import Recording
from bench.stage import Stage
from bench.systems.kokoroctl import Kokoroctl
from bench.systems.kokorod import Kokorod
from bench.terminal import Highlight, Terminal, highlights
from kokorod.commands.bench.hearing import NothingHeardError

_ASKED_MS: Final = 80.0

#: Phonemes, letters and spaces, of one text: 15 s of the toy, several lines and segments.
_LETTERS: Final = 240

#: As the toy speaks them, with room for a slow machine.
_END_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Onset:
    """A word that was heard, and when its first tone began."""

    word: str
    at: float


def measure(stage: Stage) -> list[Metric]:
    stage.note(f"{stage.effort.followed} texts followed, on the toy model")
    off_ms: list[float] = []
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        daemon = Kokorod(toy.build(Path(folder)))
        try:
            kokoroctl = Kokoroctl(daemon, stage.sink.server)
            for _ in range(stage.effort.followed):
                text = toy.phonemes(stage.random, _LETTERS)
                onsets, shown = _follow(stage, kokoroctl, text)
                found = deviations(onsets, shown)
                off_ms += [s * 1000 for s in found]
                missed += len(onsets) - len(found)
        finally:
            daemon.close()
    if not off_ms:
        raise NothingHeardError("no word was highlighted that was heard")
    return [
        Metric(
            name="--follow: highlight and sound apart, worst word",
            unit="ms",
            value=max(map(abs, off_ms)),
            asked=(at_most(_ASKED_MS),),
            samples={"highlight after the sound": off_ms},
            note=f"{len(off_ms)} words, {min(off_ms):.0f} to {max(off_ms):.0f} ms behind their "
            f"sound, median {median(off_ms):.0f} ms; {missed} heard and not highlighted",
            details={"missed": missed},
        ),
        Metric(
            name="--follow: words heard and never highlighted",
            unit="",
            value=float(missed),
            asked=(at_most(0),),
            samples={"words": [float(len(off_ms) + missed)]},
        ),
    ]


def deviations(onsets: Sequence[Onset], shown: Sequence[Highlight]) -> list[float]:
    """Seconds from each word's first tone to its highlight, words never shown left out."""
    found = []
    later = list(shown)
    for onset in onsets:
        for number, highlight in enumerate(later):
            if highlight.text == onset.word:
                found.append(highlight.at - onset.at)
                del later[: number + 1]
                break
    return found


def onsets_of(recording: Recording, heard: Any) -> list[Onset]:
    """The words in what was heard (a toy.heard.Heard of the recording's samples)."""
    found: list[Onset] = []
    word, begin = "", 0
    for sound, letter in zip(heard.sounds, heard.phonemes, strict=True):
        if letter == " ":
            if word:
                found.append(Onset(word, recording.time_of(begin)))
            word = ""
            continue
        if not word:
            begin = sound.start
        word += letter
    if word:
        found.append(Onset(word, recording.time_of(begin)))
    return found


def _follow(stage: Stage, kokoroctl: Kokoroctl, text: str) -> tuple[list[Onset], list[Highlight]]:
    from support.toy import decode

    stage.sink.wait_silence()
    terminal = Terminal()
    try:
        started = kokoroctl.run("say", "--follow", "--phonemes", text, terminal=terminal.slave)
        started.wait(_END_S)
        stage.sink.wait_for_path()
    finally:
        written = terminal.close()
    recording = stage.sink.monitor.recording()
    onsets = onsets_of(recording, decode(recording.pcm))
    said = b"".join(data for _, data in written).decode(errors="replace")
    if [onset.word for onset in onsets] != text.split():
        raise NothingHeardError(
            f"{len(text.split())} words were said and {len(onsets)} heard; the terminal got: "
            f"{said[-300:]!r}"
        )
    return onsets, highlights(written)
