"""What runs keep of the memory they take, and when it goes back to the system."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import TESTS

# A process of its own: the heap's setting is for a whole process, and so is its memory.
# Every token lasts so long that a run takes some ten MB more than the process has.
_PROGRAM = """
import json
import sys
from pathlib import Path

import psutil
from support.toy import synthesizers

from kokorod.engine import heap
from kokorod.engine.synthesizer import Run
from kokorod.types import Segment, Utterance

synthesizer = synthesizers.synthesizer(
    Path(sys.argv[1]), constant="base_frames", by=lambda frames: frames * 30
)
heap.keep_big_blocks_apart()


def kept():
    return (psutil.Process().memory_info().rss >> 20) - at_rest


def run(tokens):
    segment = Segment(0, 0, 0, "", "a" * tokens)
    utterance = Utterance(synthesizer.voices()[0], 1.0, "en-us")
    synthesizer.synthesize(segment, utterance, Run())


run(2)
synthesizer.rest()
at_rest = 0
at_rest = kept()
after_runs = []
for _ in range(4):
    run(150)
    after_runs.append(kept())
run(150)
again = kept()
synthesizer.rest()
print(json.dumps({"after_runs": after_runs, "again": again, "rested": kept()}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_a_few_runs_keep_their_memory_and_rest_gives_it_back(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    *kept, fourth = seen["after_runs"]
    assert min(*kept, seen["again"]) > 20, seen
    assert max(fourth, seen["rested"]) < min(kept) / 2, seen
