# worker: one thread, which hands parts out and keeps what comes.
"""Parts spoken by the workers of a cluster, as the Speaker of render/speaking.py speaks them here.

The parts are handed out in their order and kept as they come; who makes a chapter waits for its
own. A worker that is lost is replaced while the cluster has room, and what it had is given to
another.

Owns:       the workers, what each was asked, the connection to the cluster.
Invariants: what is in flight is bounded (spread.py); a part is kept when its checksum is right;
            each wait has an end.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from kokoro_client.cli.exits import CommandError

from ..render.plan import Manner, Part
from ..render.work import Spoken, Work
from .spread import MOST_TRIES, Spread
from .worker import Begun, Said

#: A look at workers that may be missing; a node takes longer to come.
_STAFF_S: Final = 5.0

#: The longest wait for an answer before the thread looks around.
_TURN_S: Final = 0.5

#: A node gets a model over a slow network, makes its faster copy and settles; one that an
#: autoscaler has to start takes minutes before that.
_BEGIN_S: Final = 1_800.0

#: A part has 2,000 characters, two minutes of sound; a block of Markdown has 100,000, which the
#: slowest core speaks in so long.
_PART_S: Final = 4 * 3_600.0

#: Workers lost with no part spoken in between, beside two for each that there could be.
_MOST_LOST: Final = 6

#: Of what is to be told and was not asked for yet.
_MOST_NOTES: Final = 20

#: To end by themselves, so that their folders are gone.
_END_S: Final = 10.0


class Cluster(Protocol):
    """As cluster/ray_cluster.py has it."""

    def capacity(self) -> int: ...
    def ask(self, actor: Any, what: str, *arguments: Any) -> Any: ...
    def wait(self, asked: Sequence[Any], timeout_s: float) -> list[Any]: ...
    def answer(self, asked: Any) -> Any: ...
    def end(self, actor: Any) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class _Hired:
    actor: Any
    ready: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """key: of a part; None: to begin."""

    worker: _Hired
    key: str | None
    deadline: float


@dataclass(frozen=True, slots=True)
class Staff:
    """start: makes a worker; lost: what Cluster.answer() raises if there is none any more; most:
    workers, None: as many as there is room for; named: one, in words."""

    start: Callable[[], Any]
    lost: type[Exception]
    most: int | None = None
    named: str = "a worker"


class WideSpeaker:
    """Use it in a `with`; the cluster is closed with it."""

    def __init__(
        self,
        cluster: Cluster,
        staff: Staff,
        work: Work,
        manner: Manner,
        markup: str,
        parts: Sequence[Part],
        on_note: Callable[[str], None],
        on_workers: Callable[[int], None],
    ) -> None:
        """parts: all that are to be spoken. on_note, on_workers: told, by speak(), what is to be
        known, and how many speak."""
        self._cluster = cluster
        self._staff = staff
        self._work = work
        self._begin_with = manner, markup
        self._texts = {part.key: part.text for part in parts}
        self._spread = Spread(self._texts)
        self._on_note = on_note
        self._on_workers = on_workers
        self._told = 0
        self._workers: list[_Hired] = []
        self._asked: dict[Any, _Asked] = {}
        self._lost = 0
        self._staffed_at = float("-inf")
        self._notes: deque[str] = deque(maxlen=_MOST_NOTES)
        self._come = threading.Condition()
        self._kept: set[str] = set()
        self._failure: Exception | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="book-wide", daemon=True)
        self._thread.start()

    def __enter__(self) -> WideSpeaker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def speak(self, part: Part) -> Spoken:
        """The part, when it has come. Raises CommandError, and OSError if there is no room."""
        with self._come:
            while part.key not in self._kept:
                self._tell()
                if self._failure is not None:
                    raise self._failure
                self._come.wait(_TURN_S)
        self._tell()
        spoken = self._work.spoken(part.key)
        assert spoken is not None
        return spoken

    def check_model(self) -> None:
        """A worker checks its own."""

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        with contextlib.suppress(Exception):  # it may be gone
            self._cluster.close()

    def _tell(self) -> None:
        while self._notes:
            self._on_note(self._notes.popleft())
        ready = sum(worker.ready for worker in list(self._workers))
        if ready != self._told:
            self._told = ready
            self._on_workers(ready)

    # -- the thread

    def _run(self) -> None:
        try:
            while not (self._closing or self._spread.over):
                self._turn()
        except Exception as error:  # noqa: BLE001 - raised by speak()
            with self._come:
                self._failure = error
                self._come.notify_all()
        finally:
            self._dismiss_all()

    def _turn(self) -> None:
        self._hire()
        for worker in self._workers:
            while worker.ready and (key := self._spread.next(worker)) is not None:
                self._ask(worker, key, "speak", self._texts[key], limit_s=_PART_S)
        if not self._asked:
            time.sleep(_TURN_S)
            return
        for ref in self._cluster.wait(list(self._asked), _TURN_S):
            if (asked := self._asked.pop(ref, None)) is not None:
                self._take(asked, ref)
        self._look_at_late()

    def _hire(self) -> None:
        """As many workers as there is room for, and one at least: an autoscaler waits for it."""
        now = time.monotonic()
        if now - self._staffed_at < _STAFF_S:
            return
        self._staffed_at = now
        room = self._cluster.capacity()
        if not room and not self._workers:
            self._notes.append(f"the cluster has no room for {self._staff.named} yet; waiting")
        wanted = min(max(room, 1), self._staff.most or max(room, 1), self._spread.left)
        while len(self._workers) < wanted:
            worker = _Hired(self._staff.start())
            self._workers.append(worker)
            self._ask(worker, None, "begin", *self._begin_with, limit_s=_BEGIN_S)

    def _ask(
        self, worker: _Hired, key: str | None, what: str, *arguments: Any, limit_s: float
    ) -> None:
        ref = self._cluster.ask(worker.actor, what, *arguments)
        self._asked[ref] = _Asked(worker, key, time.monotonic() + limit_s)

    def _take(self, asked: _Asked, ref: Any) -> None:
        try:
            answer = self._cluster.answer(ref)
        except self._staff.lost as error:
            # Its part is no longer asked for, but still with the worker.
            self._on_lost(asked.worker, str(error))
            return
        if isinstance(answer, Begun):
            if answer.failure:
                self._on_lost(asked.worker, answer.failure)
            else:
                asked.worker.ready = True
            return
        assert asked.key is not None
        self._on_said(asked.key, answer)

    def _on_said(self, key: str, said: Said) -> None:
        if said.hopeless:
            raise CommandError(said.failure)
        failure = said.failure or self._keep(key, said)
        if failure:
            if not self._spread.failed(key):
                raise _worn_out(failure)
            self._notes.append(failure)
            return
        self._spread.done(key)
        self._lost = 0
        with self._come:
            self._kept.add(key)
            self._come.notify_all()

    def _keep(self, key: str, said: Said) -> str:
        """What is wrong with it; empty: it is kept."""
        file = self._work.begin(key)
        try:
            file.write(said.pcm)
            spoken = file.commit(said.words)
        finally:
            file.discard()
        if spoken.crc == said.crc:
            return ""
        self._work.forget(key)
        return "a part came damaged"

    def _on_lost(self, worker: _Hired, why: str) -> None:
        if worker not in self._workers:
            return
        self._workers.remove(worker)
        self._asked = {ref: asked for ref, asked in self._asked.items() if asked.worker != worker}
        self._end(worker)
        self._notes.append(f"a worker was lost, and is replaced if there is room: {why}")
        self._lost += 1
        if self._lost > _MOST_LOST + 2 * self._cluster.capacity():
            raise CommandError(
                f"{self._lost} workers in a row were lost before one had spoken: {why}; what was"
                " spoken is kept"
            )
        if self._spread.lost(worker) is not None:
            raise _worn_out(why)

    def _look_at_late(self) -> None:
        now = time.monotonic()
        for asked in list(self._asked.values()):
            if now > asked.deadline:
                self._on_lost(asked.worker, "it has not answered in time")

    def _end(self, worker: _Hired) -> None:
        with contextlib.suppress(Exception):  # it is gone already
            self._cluster.end(worker.actor)

    def _dismiss_all(self) -> None:
        """They end by themselves if they are idle; what they are at is of no use any more."""
        busy = {asked.worker for asked in self._asked.values()}
        with contextlib.suppress(Exception):
            idle = [worker for worker in self._workers if worker not in busy]
            ends = [self._cluster.ask(worker.actor, "close") for worker in idle]
            deadline = time.monotonic() + _END_S
            while ends and (left_s := deadline - time.monotonic()) > 0:
                done = self._cluster.wait(ends, left_s)
                ends = [ref for ref in ends if ref not in done]
        for worker in self._workers:
            self._end(worker)


def _worn_out(why: str) -> CommandError:
    return CommandError(
        f"a part of the book was given out {MOST_TRIES} times, and no worker spoke it: {why}; what"
        " was spoken is kept"
    )
