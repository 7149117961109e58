"""kokoro-onnx in a process of its own: a text in, times out, as lines of JSON.

    python -m bench.systems.kokoro_onnx_worker MODEL VOICES

Reads {"text", "voice", "to_end", "keep"} and answers {"frames": [[at, samples], ...],
"first_sound_s"}; times are seconds after create_stream() was called, taken here, so
that the pipe costs it nothing. {"ready": true} comes first. The sound is written to the WAV
file that `keep` names, if it names one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import numpy as np
from kokoro_onnx import Kokoro

from kokorod.commands.bench.hearing import Hearing
from kokorod.types import SAMPLE_RATE


async def listen(kokoro: Any, text: str, voice: str, to_end: bool, keep: str | None) -> Hearing:
    hearing = Hearing()
    parts: list[Any] = []
    began = time.perf_counter()
    stream = kokoro.create_stream(text, voice=voice, speed=1.0, lang="en-us")
    try:
        async for samples, _ in stream:
            hearing.take(np.asarray(samples, np.float32), time.perf_counter() - began)
            if keep is not None:
                parts.append(samples)
            if not to_end and hearing.first_sound_s is not None:
                break
    finally:
        await stream.aclose()
    if keep is not None:
        import soundfile  # loaded only if asked: its import is no part of a start that is measured

        soundfile.write(keep, np.concatenate(parts), SAMPLE_RATE, subtype="PCM_16")
    return hearing


def main() -> None:
    # A library that prints must not break the protocol.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    model, voices = sys.argv[1:]
    kokoro = Kokoro(model, voices)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        # run() waits for the batch that is being made when the stream is left.
        hearing = asyncio.run(
            listen(kokoro, wanted["text"], wanted["voice"], wanted["to_end"], wanted["keep"])
        )
        answer = {
            "frames": [[frame.at, frame.samples] for frame in hearing.frames],
            "first_sound_s": hearing.first_sound_s,
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
