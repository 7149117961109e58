"""The time left is measured: by the pace of what this run has spoken."""

from __future__ import annotations

import json

import pytest

from kokoro_doors.book.render.plan import Part, PlannedChapter
from kokoro_doors.book.render.progress import Progress, clock
from kokoro_doors.book.render.work import Spoken


def test_the_time_left_goes_by_what_was_spoken_now(capsys: pytest.CaptureFixture[str]) -> None:
    time_s = [100.0]
    progress = Progress(as_json=True, now=lambda: time_s[0])
    progress.begin(2, characters=1000, done=600, about={})
    told = []
    for seconds, characters in ((2.0, 50), (10.0, 50), (40.0, 300)):
        time_s[0] = 100.0 + seconds
        part = Part("x" * characters, "key", 0.5, 0)
        progress.part(PlannedChapter(1, "C", (part,)), part, Spoken(480_000, 0))  # 10 s
    progress.end(30.0)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    parts = [t for t in told if t["event"] == "part"]
    assert [t["done"] for t in parts] == [0.65, 0.7, 1.0]
    # Too early to say; then 300 characters are left, and 100 took 10 s.
    assert [t["left_s"] for t in parts] == [None, 30, 0]
    assert [t["pace"] for t in parts] == [5.0, 2.0, 0.75]
    assert told[-1] == {"event": "done", "sound_s": 30.0, "spoken_s": 30.0, "work_s": 40.0}
    assert clock(3725.4) == "1:02:05"
