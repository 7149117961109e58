"""`python -m bench.profile`: where an inference spends its time, by operator.

Every operator's share on the threads that the daemon would use, and how much faster it is
on them than on one: what does not get faster bounds what more cores can do.
Then what the convolutions compute, and how fast.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import onnxruntime as ort

from bench import model
from bench.model import ModelFiles
from bench.speaker import VOICE
from kokorod.engine.kokoro import KokoroSynthesizer, open_session, session_options
from kokorod.engine.styles import Voices
from kokorod.engine.synthesizer import Run
from kokorod.errors import KokorodError
from kokorod.types import Segment, Utterance

#: The first run of a session allocates; these are counted.
_RUNS: Final = 5

#: Operators of less than this are summed up.
_LEAST: Final = 0.005


@dataclass(slots=True)
class Profile:
    """Of one run: seconds by operator, multiplications and additions of its convolutions."""

    seconds: Counter[str] = field(default_factory=Counter)
    conv_flop: float = 0.0

    @property
    def conv_gflop_per_s(self) -> float:
        return self.conv_flop / self.seconds["Conv"] / 1e9


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--tokens", type=int, default=60, help="of one run (60)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--model", type=Path, help="a model file (default: Kokoro's own)")
    parser.add_argument("--voices", type=Path, help="its voices")
    parser.add_argument("--reference", action="store_true", help="the stand-in in its place")
    args = parser.parse_args(arguments)
    try:
        files = model.find(os.environ, args.model, args.voices, reference=args.reference)
        alone = profile(files, args.tokens, 1)
        together = profile(files, args.tokens, args.threads)
    except KokorodError as error:
        print(error, file=sys.stderr)
        return 1
    total = sum(together.seconds.values())
    print(
        f"{args.tokens} tokens, onnxruntime {ort.__version__}: {total * 1000:.0f} ms on "
        f"{args.threads} threads, {sum(alone.seconds.values()) * 1000:.0f} ms on one\n"
    )
    print(f"{'operator':24} {'ms':>8} {'share':>7} {'on one thread':>14} {'faster':>7}")
    rest = 0.0
    for operator, seconds in together.seconds.most_common():
        if seconds < _LEAST * total:
            rest += seconds
            continue
        one = alone.seconds[operator]
        print(
            f"{operator:24} {seconds * 1000:8.1f} {seconds / total:7.1%} "
            f"{one * 1000:14.1f} {one / seconds:6.2f}x"
        )
    print(f"{'all others':24} {rest * 1000:8.1f} {rest / total:7.1%}")
    print(
        f"\nConv: {together.conv_flop / 1e9:.1f} GFLOP, {together.conv_gflop_per_s:.0f} GFLOP/s "
        f"on {args.threads} threads, {alone.conv_gflop_per_s:.0f} on one"
    )
    return 0


def profile(files: ModelFiles, tokens: int, threads: int) -> Profile:
    with tempfile.TemporaryDirectory() as folder:
        options = session_options(threads)
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = open_session(files.model, options)
        synthesizer = KokoroSynthesizer(session, Voices(files.voices))
        symbols = sorted(synthesizer.vocabulary)
        phonemes = "".join(symbols[i % len(symbols)] for i in range(tokens))
        for _ in range(_RUNS + 1):
            synthesizer.synthesize(
                Segment(0, 0, 0, "", phonemes),
                Utterance(VOICE, 1.0, "en-us"),
                Run(),
            )
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    runs = [event for event in events if event["name"] == "model_run"]
    begins = runs[0]["ts"] + runs[0]["dur"]
    profiled = Profile()
    for event in events:
        if event["name"].endswith("_kernel_time") and event["ts"] > begins:
            operator = event["args"]["op_name"]
            profiled.seconds[operator] += event["dur"] / 1e6 / _RUNS
            if operator == "Conv":
                profiled.conv_flop += conv_flop(event["args"]) / _RUNS
    return profiled


def conv_flop(event: dict[str, Any]) -> int:
    """Two for each weight that goes into each number of the output.

    event: as onnxruntime profiles a Conv; shapes stand as [{"float": [1, 128, 5041]}, ...],
    its weight's as [channels out, channels in of a group, taps].
    """
    (weight,) = event["input_type_shape"][1].values()
    (output,) = event["output_type_shape"][0].values()
    return 2 * math.prod(output) * math.prod(weight[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
