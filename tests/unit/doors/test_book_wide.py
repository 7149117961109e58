"""Parts spoken by workers that come and go: all of them, each once, or a line that says why not."""

from __future__ import annotations

import argparse
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kokoro_client.cli.exits import CommandError
from kokoro_doors import cluster
from kokoro_doors.book import add_arguments
from kokoro_doors.book.render.plan import Manner, Part
from kokoro_doors.book.render.work import Word, Work
from kokoro_doors.book.wide import opening, speaking
from kokoro_doors.book.wide.speaking import Staff, WideSpeaker
from kokoro_doors.book.wide.spread import AHEAD, MOST_TRIES
from kokoro_doors.book.wide.worker import Begun, Said

MANNER = Manner("af_heart", 1.0, "", "kokoro", "toy")
PARTS = [Part(f"Part {number}.", f"{number:032x}", 0.6, number) for number in range(20)]


class LostError(Exception):
    """The worker is gone."""


class Cluster:
    """Answers in no order. A worker is a function from a text to an answer, or raises LostError."""

    def __init__(self, room: int, workers: Iterator[Callable[[str], Said]]) -> None:
        self.room = room
        self.workers = workers
        self.most = 0
        self.begun = 0
        self.closed = False
        self.chance = random.Random(1)
        self._asked: dict[int, Callable[[], Any]] = {}
        self._dead: set[int] = set()

    def capacity(self) -> int:
        return self.room

    def start(self) -> Any:
        self.begun += 1
        return next(self.workers)

    def ask(self, actor: Any, what: str, *arguments: Any) -> Any:
        number = max(self._asked, default=0) + 1
        if what == "speak":
            self._asked[number] = lambda: actor(*arguments)
        else:
            self._asked[number] = lambda: Begun("here") if what == "begin" else None
        self.most = max(self.most, len(self._asked))
        return number

    def wait(self, asked: Sequence[Any], timeout_s: float) -> list[Any]:
        return [self.chance.choice(list(asked))]

    def answer(self, asked: Any) -> Any:
        return self._asked.pop(asked)()

    def end(self, actor: Any) -> None: ...

    def close(self) -> None:
        self.closed = True


def said(text: str) -> Said:
    pcm = text.encode() * 10
    return Said(pcm, zlib.crc32(pcm), (Word(0, 4, 0.0, 0.5),))


def always(worker: Callable[[str], Said]) -> Iterator[Callable[[str], Said]]:
    while True:
        yield worker


def lost_after(count: int) -> Callable[[str], Said]:
    left = [count]

    def speak(text: str) -> Said:
        left[0] -= 1
        if left[0] < 0:
            raise LostError("its node is gone")
        return said(text)

    return speak


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with Work(tmp_path / "work") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "_STAFF_S", 0.0)


def spoken_by(made: Cluster, work: Work, notes: list[str] | None = None) -> None:
    """All parts, in order, as a chapter asks for them."""
    noted = [] if notes is None else notes
    staff = Staff(made.start, LostError)
    counted: list[int] = []
    with WideSpeaker(
        made, staff, work, MANNER, "plain", PARTS, noted.append, counted.append
    ) as speaker:
        for part in PARTS:
            spoken = speaker.speak(part)
            assert b"".join(work.pcm(part.key, spoken)) == part.text.encode() * 10
            assert spoken.words == (Word(0, 4, 0.0, 0.5),)
    assert made.closed


def test_each_part_is_kept_and_few_are_under_way(work: Work) -> None:
    made = Cluster(3, always(said))
    spoken_by(made, work)
    assert made.begun == 3
    assert made.most <= 3 * AHEAD


def test_a_worker_that_is_lost_is_replaced_and_its_parts_are_spoken(work: Work) -> None:
    notes: list[str] = []
    made = Cluster(2, iter([lost_after(3), *(lost_after(5) for _ in range(9))]))
    spoken_by(made, work, notes)
    assert any("its node is gone" in note for note in notes)


def test_a_part_that_ends_every_worker_ends_the_run(work: Work) -> None:
    def speak(text: str) -> Said:
        if text == PARTS[3].text:
            raise LostError("it died")
        return said(text)

    with pytest.raises(CommandError, match=f"{MOST_TRIES} times"):
        spoken_by(Cluster(2, always(speak)), work)
    assert any(work.spoken(part.key) for part in PARTS)  # what was spoken is kept


def test_workers_that_never_speak_end_the_run(work: Work) -> None:
    made = Cluster(2, always(lost_after(0)))
    with pytest.raises(CommandError, match="its node is gone"):
        spoken_by(made, work)


def test_sound_that_came_damaged_is_asked_for_again(work: Work) -> None:
    once = [True]

    def speak(text: str) -> Said:
        if once and once.pop():
            return Said(b"xx", 1)
        return said(text)

    spoken_by(Cluster(1, always(speak)), work)


def test_what_no_worker_would_speak_is_told_at_once(work: Work) -> None:
    with pytest.raises(CommandError, match="speed"):
        spoken_by(Cluster(1, always(lambda text: Said(failure="speed", hopeless=True))), work)


def test_no_room_on_the_disk_is_what_is_raised(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(key: str) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(work, "begin", full)
    with pytest.raises(OSError, match="No space"):
        spoken_by(Cluster(1, always(said)), work)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--on", "spark"), "allowed are `ray`"),
        (("--on", "ray://"), "allowed are `ray`"),
        (("--on", "ray"), "pip install 'kokoro-doors\\[ray\\]'"),
        (("--cores", "2"), "say --on"),
        (("--gpu",), "say --on"),
    ],
)
def test_what_of_a_cluster_cannot_be_is_said(
    flags: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args(["render", "book.epub", "-o", "book.m4b", *flags])
    with pytest.raises(CommandError, match=message):
        opening.check(args)
