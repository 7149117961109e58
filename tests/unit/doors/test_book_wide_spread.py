"""Which part is given to which worker: each once, in order, and again only if it was lost."""

from __future__ import annotations

import random

import pytest

from kokoro_doors.book.wide.spread import AHEAD, MOST_TRIES, Spread


def test_parts_go_out_in_order_and_a_worker_has_few() -> None:
    spread = Spread("abcde")
    assert [spread.next(1) for _ in range(AHEAD + 1)] == ["a", "b", None]
    assert spread.next(2) == "c"
    spread.done("b")
    assert spread.next(1) == "d"
    assert spread.next(1) is None
    assert spread.left == 4


def test_what_was_lost_goes_out_first() -> None:
    spread = Spread("abcde")
    for worker in (1, 1, 2, 2):
        spread.next(worker)
    spread.done("a")
    assert spread.lost(1) is None
    assert [spread.next(3), spread.next(3)] == ["b", "e"]
    assert not spread.over
    for key in "bcde":
        spread.done(key)
    assert spread.over


def test_a_part_that_ends_its_workers_is_given_up() -> None:
    spread = Spread("ab")
    for worker in range(MOST_TRIES - 1):
        assert spread.next(worker) == "a"
        assert spread.lost(worker) is None
    assert spread.next(9) == "a"
    assert spread.lost(9) == "a"

    spread = Spread("a")
    for _ in range(MOST_TRIES - 1):
        spread.next(1)
        assert spread.failed("a")
    spread.next(1)
    assert not spread.failed("a")


@pytest.mark.parametrize("seed", range(20))
def test_however_workers_come_and_go_each_part_is_done_once(seed: int) -> None:
    chance = random.Random(seed)
    keys = [str(number) for number in range(50)]
    spread = Spread([*keys, "7"])  # told twice, wanted once
    workers = {0: list[str](), 1: list[str](), 2: list[str]()}
    done: list[str] = []
    while not spread.over:
        worker = chance.choice(list(workers))
        has = workers[worker]
        if chance.random() < 0.5 and (key := spread.next(worker)) is not None:
            has.append(key)
        elif has and chance.random() < 0.9:
            key = has.pop(chance.randrange(len(has)))
            spread.done(key)
            done.append(key)
        elif chance.random() < 0.02:
            if spread.lost(worker) is not None:
                return
            del workers[worker]
            workers[max(workers) + 1] = []
        assert sum(map(len, workers.values())) <= len(workers) * AHEAD
    assert sorted(done) == sorted(keys)
